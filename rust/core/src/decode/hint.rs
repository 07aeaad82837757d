//! What an unreadable frame was probably about, so that the right book is marked and a private one is not swallowed.

use super::{Event, Kind, FRAME_BYTES_MAX};
use crate::json::Fault;

/// How much of an oversized frame is looked at.
const PREFIX_BYTES: usize = 4_096;

/// Texts by which a venue's market data is known even in ruins.
pub(super) struct Marks {
    /// Any of these: an order book.
    pub(super) book: &'static [&'static [u8]],
    /// Any of these: funding.
    pub(super) funding: &'static [&'static [u8]],
    /// The quoted key whose string value ends with the symbol.
    pub(super) symbol: &'static [u8],
    /// What stands before the symbol in that value (`orderbook.50.BTCUSDT`); a symbol never holds it.
    pub(super) before_symbol: Option<char>,
}

/// Malformed when it looks like market data, else left to the transport.
pub(super) fn of<'a>(marks: &Marks, frame: &'a [u8], fault: Fault) -> Event<'a> {
    let seen = if frame.len() > FRAME_BYTES_MAX { &frame[..PREFIX_BYTES] } else { frame };
    let named = || {
        // A venue's other protocol version (Bitget v3) says it in full.
        let value = value_of(seen, marks.symbol).or_else(|| value_of(seen, b"\"symbol\""))?;
        marks.before_symbol.map_or(Some(value), |before| value.rsplit(before).next())
    };
    let has = |texts: &[&[u8]]| texts.iter().any(|text| find(seen, text).is_some());
    if has(marks.book) {
        Event::Malformed(Kind::Book, named(), fault)
    } else if has(marks.funding) {
        Event::Malformed(Kind::Funding, named(), fault)
    } else {
        Event::Unclaimed
    }
}

fn find(text: &[u8], wanted: &[u8]) -> Option<usize> {
    text.windows(wanted.len()).position(|window| window == wanted)
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
