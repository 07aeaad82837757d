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
        Decoder::Bybit => (&[b"\"orderbook."], &[b"\"tickers."], b"\"topic\""),
        Decoder::Hyperliquid => (&[b"\"l2Book\""], &[b"\"activeAssetCtx\""], b"\"coin\""),
    };
    // Bybit's topics end with the symbol, whose own key differs from topic to topic.
    let named = || value_of(seen, symbol).map(|value| value.rsplit('.').next().unwrap_or(value));
    let has = |markers: &[&[u8]]| markers.iter().any(|marker| find(seen, marker).is_some());
    if has(book) {
        Event::Malformed(Kind::Book, named(), fault)
    } else if has(funding) {
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
