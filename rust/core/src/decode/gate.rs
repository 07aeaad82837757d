//! Gate v4 futures.

use super::{Event, Joining, Marks, Protocol};
use crate::json::Fault;

pub(super) const PROTOCOL: Protocol = Protocol {
    name: "gate",
    template: |_| None,
    read,
    snapshot: |_| Err("no snapshot is read yet"),
    joining: Joining::Deltas,
    tickers_partial: false,
    uncrosses: false,
    link: None,
    marks: Marks {
        book: &[b"\"futures.order_book_update\""],
        funding: &[b"\"futures.tickers\""],
        symbol: b"\"s\"",
        before_symbol: None,
    },
};

/// Nothing is claimed yet.
pub(super) fn read(_text: &str) -> Result<Event<'_>, Fault> {
    Ok(Event::Unclaimed)
}
