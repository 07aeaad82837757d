//! What a frame says, borrowed from it: the contents of an [`super::Event`].

use super::Levels;

/// A checksum of the best levels as the venue writes them; computed in `book::checksum`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Checksum {
    /// CRC-32 of the best 25 levels, `bid:quantity:ask:quantity:…`, digits as sent (OKX, Bitget).
    Best25(u32),
    /// Not given with this snapshot, but with the deltas to come (Bitget).
    Later,
}

/// Best prices of a stream that carries nothing else.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BestFrame<'a> {
    /// The venue's symbol.
    pub symbol: &'a str,
    /// Rises with every change; 0 on streams without ids.
    pub sequence: u64,
    /// When the venue sent it, ns of UTC.
    pub ts_venue_ns: Option<i64>,
    /// At most one level.
    pub bids: Levels<'a>,
    /// At most one level.
    pub asks: Levels<'a>,
}

/// See [`crate::Delta`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DeltaFrame<'a> {
    /// The venue's symbol.
    pub symbol: &'a str,
    /// First id in it.
    pub first: u64,
    /// Last id in it.
    pub last: u64,
    /// Last id of the delta before it.
    pub previous: u64,
    /// When the venue sent it, ns of UTC.
    pub ts_venue_ns: i64,
    /// Changed bids.
    pub bids: Levels<'a>,
    /// Changed asks.
    pub asks: Levels<'a>,
    /// What the book must come to.
    pub checksum: Option<Checksum>,
}

/// A change of a book whose messages are numbered on their connection only; it bears no time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ChangeFrame<'a> {
    /// The venue's symbol.
    pub symbol: &'a str,
    /// The message's number on its connection.
    pub message: u64,
    /// Changed bids.
    pub bids: Levels<'a>,
    /// Changed asks.
    pub asks: Levels<'a>,
}

/// See [`crate::Full`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FullFrame<'a> {
    /// The venue's symbol; None where the body does not name it.
    pub symbol: Option<&'a str>,
    /// Id of the last change in it; 0 on streams without ids.
    pub sequence: u64,
    /// When the venue sent it, ns of UTC.
    pub ts_venue_ns: Option<i64>,
    /// Bids, best first.
    pub bids: Levels<'a>,
    /// Asks, best first.
    pub asks: Levels<'a>,
    /// What the book must come to.
    pub checksum: Option<Checksum>,
}

/// A rate as the venue states it: fraction per interval, + means longs pay shorts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FundingFrame<'a> {
    /// The venue's symbol.
    pub symbol: &'a str,
    /// Fraction of notional per funding interval.
    pub rate: f64,
    /// The price that it is paid on, venue unit.
    pub price_pay: f64,
    /// Next settlement, ns of UTC; None where the venue leaves it to its calendar.
    pub ts_next_ns: Option<i64>,
}

/// The part of a ticker that funding needs; what is None has not changed since the frame before.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TickerFrame<'a> {
    /// The venue's symbol.
    pub symbol: &'a str,
    /// A snapshot: what is None is not known at all.
    pub whole: bool,
    /// Fraction of notional per interval, + means longs pay shorts.
    pub rate: Option<f64>,
    /// The price that it is paid on, venue unit.
    pub price_pay: Option<f64>,
    /// Next settlement, ns of UTC.
    pub ts_next_ns: Option<i64>,
    /// Hours between settlements.
    pub interval_hours: Option<u32>,
}
