//! OKX v5.

use super::{Event, Joining, Marks, Protocol};
use crate::json::Fault;

pub(super) const PROTOCOL: Protocol = Protocol {
    name: "okx",
    template: |_| None,
    read,
    snapshot: |_| Err("no snapshot is read yet"),
    joining: Joining::Whole,
    tickers_partial: false,
    uncrosses: false,
    link: None,
    marks: Marks {
        book: &[b"\"books"],
        funding: &[b"\"funding-rate\"", b"\"mark-price\""],
        symbol: b"\"instId\"",
        before_symbol: None,
    },
};

/// Nothing is claimed yet.
pub(super) fn read(_text: &str) -> Result<Event<'_>, Fault> {
    Ok(Event::Unclaimed)
}
