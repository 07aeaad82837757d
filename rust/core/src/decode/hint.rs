//! What an unreadable frame was probably about, so that the right book is marked and a private one is not swallowed.

use super::{Decoder, Event, Kind, FRAME_BYTES_MAX};
use crate::json::Fault;

/// How much of an oversized frame is looked at.
const PREFIX_BYTES: usize = 4_096;

/// Malformed when it looks like market data, else left to the transport.
pub(super) fn of(decoder: Decoder, frame: &[u8], fault: Fault) -> Event<'_> {
    let seen = if frame.len() > FRAME_BYTES_MAX { &frame[..PREFIX_BYTES] } else { frame };
    let (book, funding, symbol): (&[&[u8]], &[&[u8]], &[u8]) = match decoder {
        Decoder::BinanceUsdm => (&[b"\"depthUpdate\"", b"@depth"], &[b"\"markPriceUpdate\"", b"@markPrice"], b"\"s\""),
        Decoder::Hyperliquid => (&[b"\"l2Book\""], &[b"\"activeAssetCtx\""], b"\"coin\""),
    };
    let has = |markers: &[&[u8]]| markers.iter().any(|marker| find(seen, marker).is_some());
    if has(book) {
        Event::Malformed(Kind::Book, value_of(seen, symbol), fault)
    } else if has(funding) {
        Event::Malformed(Kind::Funding, value_of(seen, symbol), fault)
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
