//! Best prices.

use arbbot_core::{num, Instrument, Level};
use pyo3::prelude::*;

/// Best prices of both sides of one instrument, exact, in the venue's own units.
#[pyclass(module = "arbbot._core", frozen, get_all)]
pub struct Top {
    /// Quote currency, as the venue quotes it.
    bid: String,
    /// Venue quantity units.
    bid_quantity: String,
    /// Quote currency, as the venue quotes it.
    ask: String,
    /// Venue quantity units.
    ask_quantity: String,
    /// When the venue sent the last message; None where it does not say.
    ts_venue_ns: Option<i64>,
    /// When the last message was received.
    ts_recv_ns: i64,
}

impl Top {
    pub(crate) fn new(of: &Instrument, bid: Level, ask: Level, ts_venue_ns: Option<i64>, ts_recv_ns: i64) -> Self {
        Self {
            bid: num::text(bid.price, of.price_scale),
            bid_quantity: num::text(bid.quantity, of.quantity_scale),
            ask: num::text(ask.price, of.price_scale),
            ask_quantity: num::text(ask.quantity, of.quantity_scale),
            ts_venue_ns,
            ts_recv_ns,
        }
    }
}

#[pymethods]
impl Top {
    fn __repr__(&self) -> String {
        format!("Top(bid={} × {}, ask={} × {})", self.bid, self.bid_quantity, self.ask, self.ask_quantity)
    }
}
