//! dYdX v4 indexer.

use super::{Event, Joining, Marks, Protocol};
use crate::json::Fault;

pub(super) const PROTOCOL: Protocol = Protocol {
    name: "dydx",
    template: |_| None,
    read,
    snapshot: |_| Err("no snapshot is read yet"),
    joining: Joining::Whole,
    tickers_partial: false,
    uncrosses: true,
    link: None,
    marks: Marks {
        book: &[b"\"v4_orderbook\""],
        funding: &[b"\"v4_markets\""],
        symbol: b"\"id\"",
        before_symbol: None,
    },
};

/// Nothing is claimed yet.
pub(super) fn read(_text: &str) -> Result<Event<'_>, Fault> {
    Ok(Event::Unclaimed)
}
