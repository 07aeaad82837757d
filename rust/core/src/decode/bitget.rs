//! Bitget v2 and v3 futures.

use super::{Event, Joining, Marks, Protocol};
use crate::json::Fault;

pub(super) const PROTOCOL: Protocol = Protocol {
    name: "bitget",
    template: |_| None,
    read,
    snapshot: |_| Err("no snapshot is read yet"),
    joining: Joining::Whole,
    tickers_partial: true,
    uncrosses: false,
    link: None,
    marks: Marks { book: &[b"\"books"], funding: &[b"\"ticker\""], symbol: b"\"instId\"", before_symbol: None },
};

/// Nothing is claimed yet.
pub(super) fn read(_text: &str) -> Result<Event<'_>, Fault> {
    Ok(Event::Unclaimed)
}
