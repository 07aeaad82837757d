//! Pairs priced against each other.

use crate::Core;
use arbbot_core::{InstrumentId, Refused};
use pyo3::prelude::*;

/// Long one instrument, short another, at one size.
#[pyclass(module = "arbbot._core", frozen, get_all)]
pub struct PairPrice {
    long: u32,
    short: u32,
    entry: f64,
    exit: f64,
    fees: f64,
    carry_per_hour: f64,
    price_mid: f64,
    age_ms_max: f64,
}

impl From<arbbot_core::PairPrice> for PairPrice {
    fn from(pair: arbbot_core::PairPrice) -> Self {
        Self {
            long: pair.long.0,
            short: pair.short.0,
            entry: pair.entry,
            exit: pair.exit,
            fees: pair.fees,
            carry_per_hour: pair.carry_per_hour,
            price_mid: pair.price_mid,
            age_ms_max: pair.age_ms_max,
        }
    }
}

#[pymethods]
impl Core {
    fn pairs(&mut self, asset: &str, quantity: f64, now_ns: i64) -> PyResult<Vec<PairPrice>> {
        let pairs = self.run(|market| Ok(market.pairs(asset, quantity, now_ns)))?;
        Ok(pairs.into_iter().map(PairPrice::from).collect())
    }

    fn pair(&mut self, long: u32, short: u32, quantity: f64, now_ns: i64) -> PyResult<Option<PairPrice>> {
        let (long, short) = (InstrumentId(long), InstrumentId(short));
        self.run(|market| {
            let known = |id: InstrumentId| market.instrument(id).map(|_| ()).ok_or(Refused::NoInstrument(id.0));
            known(long).and_then(|()| known(short))?;
            Ok(market.pair(long, short, quantity, now_ns).map(PairPrice::from))
        })
    }

    fn unpriced(&mut self, asset: &str, quantity: f64, now_ns: i64) -> PyResult<Vec<(u32, String)>> {
        let reasons = self.run(|market| Ok(market.unpriced(asset, quantity, now_ns)))?;
        Ok(reasons.into_iter().map(|(id, reason)| (id.0, reason.to_string())).collect())
    }

    fn divergences(&mut self, asset: &str, now_ns: i64) -> PyResult<Vec<(u32, u32, f64)>> {
        let found = self.run(|market| Ok(market.divergences(asset, now_ns)))?;
        Ok(found.into_iter().map(|found| (found.long.0, found.short.0, found.rate_per_hour)).collect())
    }
}
