//! Running funding predictions.

use crate::edge::{known, read};
use crate::number::Listed;
use crate::scan::Prices;
use arbbot_core::InstrumentId;
use pyo3::prelude::*;

/// A venue's running prediction for an instrument's next settlement.
#[pyclass(module = "arbbot._core", frozen, get_all)]
pub struct Funding {
    /// Fraction of notional per interval; + means longs pay shorts.
    rate: f64,
    /// Hours between settlements.
    interval_hours: u32,
    /// The next settlement; where a venue names none (Hyperliquid, Gate, dYdX) the next full interval of the day.
    ts_next_ns: i64,
    /// The price that it is paid on, venue unit: oracle on Hyperliquid and dYdX, index on Kraken, else mark.
    price_pay: f64,
    /// When it was received.
    ts_recv_ns: i64,
}

#[pymethods]
impl Funding {
    fn __repr__(&self) -> String {
        let Self { rate, interval_hours, ts_next_ns, price_pay, .. } = self;
        format!(
            "Funding(rate={rate:?}, interval_hours={interval_hours}, ts_next_ns={ts_next_ns}, price_pay={price_pay:?})"
        )
    }
}

#[pymethods]
impl Prices {
    /// The last prediction heard; None before any and after `invalidate`.
    fn funding(&self, py: Python<'_>, instrument: Listed) -> PyResult<Option<Funding>> {
        let heard = read(&self.core, py, |market| {
            known(market, instrument.0).map(|_| market.funding(InstrumentId(instrument.0)))
        })?;
        Ok(heard.map(|funding| Funding {
            rate: funding.rate,
            interval_hours: funding.interval_hours,
            ts_next_ns: funding.ts_next_ns,
            price_pay: funding.price_pay,
            ts_recv_ns: funding.ts_recv_ns,
        }))
    }
}
