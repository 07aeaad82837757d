//! What a book is told, and what became of it.

use super::Level;

/// A change of a numbered stream, quantities absolute.
///
/// Source: Binance USD-M "How to manage a local order book correctly".
#[derive(Debug, Clone, Default)]
pub struct Delta {
    /// First id in it (`U`).
    pub first: u64,
    /// Last id in it (`u`).
    pub last: u64,
    /// Last id of the delta before it (`pu`).
    pub previous: u64,
    /// Venue time, ns of UTC.
    pub ts_venue_ns: i64,
    /// Receive time, ns.
    pub ts_recv_ns: i64,
    /// Changed bids, any order.
    pub bids: Vec<Level>,
    /// Changed asks, any order.
    pub asks: Vec<Level>,
}

impl Delta {
    pub(super) fn weight(&self) -> usize {
        1 + self.bids.len() + self.asks.len()
    }
}

/// A whole book.
#[derive(Debug, Clone, Default)]
pub struct Full {
    /// Id of the last change in it; 0 on streams without ids.
    pub sequence: u64,
    /// Venue time, ns of UTC.
    pub ts_venue_ns: Option<i64>,
    /// Receive time, ns.
    pub ts_recv_ns: i64,
    /// Bids, best first.
    pub bids: Vec<Level>,
    /// Asks, best first.
    pub asks: Vec<Level>,
}

/// What a message did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// The book changed, or became Gapped.
    Applied,
    /// Nothing new, or no book to apply it to: without effect.
    Outdated,
    /// Kept for the snapshot to come.
    Buffered,
}
