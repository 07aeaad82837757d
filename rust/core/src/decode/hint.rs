//! What an unreadable frame was probably about, so that the right book is marked and a private one is not swallowed.

use super::{Event, Kind};
use crate::json::Fault;

/// How much of either end of a long frame is looked at: names stand before or behind the levels, and what is longer
/// must not cost more.
const END_BYTES: usize = 16 << 10;

/// Texts by which a venue's market data is known even in ruins.
pub(super) struct Marks {
    /// Any of these: an order book.
    pub(super) book: &'static [&'static [u8]],
    /// Any of these: funding.
    pub(super) funding: &'static [&'static [u8]],
    /// The quoted key whose string value ends with the symbol.
    pub(super) symbol: &'static [u8],
    /// The symbol in that value (`orderbook.50.BTCUSDT`).
    pub(super) symbol_of: fn(&str) -> &str,
}

/// Malformed when it looks like market data, else left to the transport.
pub(super) fn of<'a>(marks: &Marks, frame: &'a [u8], fault: Fault) -> Event<'a> {
    let ends = ends(frame);
    let named = || {
        // A venue's other protocol version (Bitget v3) says it in full.
        let value = |end| value_of(end, marks.symbol).or_else(|| value_of(end, b"\"symbol\""));
        ends.into_iter().find_map(value).map(marks.symbol_of)
    };
    let has = |texts: &[&[u8]]| ends.iter().any(|end| texts.iter().any(|text| find(end, text).is_some()));
    if has(marks.book) {
        Event::Malformed(Kind::Book, named(), fault)
    } else if has(marks.funding) {
        Event::Malformed(Kind::Funding, named(), fault)
    } else {
        Event::Unclaimed
    }
}

/// Both ends of a long frame; all of another.
fn ends(frame: &[u8]) -> [&[u8]; 2] {
    match frame.len().checked_sub(2 * END_BYTES) {
        None => [frame, &[]],
        Some(between) => [&frame[..END_BYTES], &frame[END_BYTES + between..]],
    }
}

fn find(text: &[u8], wanted: &[u8]) -> Option<usize> {
    let first = wanted.first()?;
    // A call for every place would cost more than all the rest.
    let mut begun = text.iter().enumerate().filter(|(_, byte)| *byte == first);
    begun.find(|(at, _)| text[*at..].starts_with(wanted)).map(|(at, _)| at)
}

/// The string after the first `key` that is followed by a colon.
fn value_of<'a>(mut text: &'a [u8], key: &[u8]) -> Option<&'a str> {
    while let Some(at) = find(text, key) {
        text = text.get(at + key.len()..)?;
        let Some(rest) = after(text, b':').and_then(|rest| after(rest, b'"')) else { continue };
        let end = rest.iter().position(|byte| *byte == b'"')?;
        return std::str::from_utf8(rest.get(..end)?).ok();
    }
    None
}

fn after(text: &[u8], wanted: u8) -> Option<&[u8]> {
    text.trim_ascii_start().strip_prefix(&[wanted])
}
