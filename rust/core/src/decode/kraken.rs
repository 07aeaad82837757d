//! Kraken Futures v1.

use super::{Event, Joining, Marks, Protocol};
use crate::json::Fault;

pub(super) const PROTOCOL: Protocol = Protocol {
    name: "krakenfutures",
    template: |_| None,
    read,
    snapshot: |_| Err("no snapshot is read yet"),
    joining: Joining::Whole,
    tickers_partial: false,
    uncrosses: false,
    link: None,
    marks: Marks { book: &[b"\"book"], funding: &[b"\"ticker\""], symbol: b"\"product_id\"", before_symbol: None },
};

/// Nothing is claimed yet.
pub(super) fn read(_text: &str) -> Result<Event<'_>, Fault> {
    Ok(Event::Unclaimed)
}
