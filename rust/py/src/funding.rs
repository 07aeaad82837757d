//! Running funding predictions.

use crate::edge::{known, read};
use crate::scan::Prices;
use arbbot_core::InstrumentId;
use pyo3::prelude::*;

/// What a venue predicts for an instrument's next settlement.
#[pyclass(module = "arbbot._core", frozen, get_all)]
pub struct Funding {
    rate: f64,
    interval_hours: u32,
    ts_next_ns: i64,
    price_pay: f64,
    ts_recv_ns: i64,
}

#[pymethods]
impl Prices {
    fn funding(&self, py: Python<'_>, instrument: u32) -> PyResult<Option<Funding>> {
        let heard =
            read(&self.core, py, |market| known(market, instrument).map(|_| market.funding(InstrumentId(instrument))))?;
        Ok(heard.map(|funding| Funding {
            rate: funding.rate,
            interval_hours: funding.interval_hours,
            ts_next_ns: funding.ts_next_ns,
            price_pay: funding.price_pay,
            ts_recv_ns: funding.ts_recv_ns,
        }))
    }
}
