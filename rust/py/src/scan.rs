//! Pairs priced against each other.

use crate::edge::{known, read};
use crate::Core;
use arbbot_core::{AssetId, Divergence, InstrumentId};
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

/// What a core's instruments are worth against each other; reads only.
#[pyclass(module = "arbbot._core", frozen)]
pub struct Prices {
    pub(crate) core: Py<Core>,
}

#[pymethods]
impl Prices {
    #[new]
    fn new(core: Py<Core>) -> Self {
        Self { core }
    }

    #[pyo3(signature = (currency, now_ns=None))]
    fn rate(&self, py: Python<'_>, currency: &str, now_ns: Option<i64>) -> PyResult<Option<f64>> {
        read(&self.core, py, |market| Ok(market.currency_rate(currency, now_ns)))
    }

    fn mid(&self, py: Python<'_>, instrument: u32, now_ns: i64) -> PyResult<Option<f64>> {
        read(&self.core, py, |market| {
            known(market, instrument).map(|_| market.mid(InstrumentId(instrument), Some(now_ns)))
        })
    }

    fn pairs(&self, py: Python<'_>, asset: &str, quantity: f64, now_ns: i64) -> PyResult<Vec<PairPrice>> {
        let pairs = read(&self.core, py, |market| Ok(market.pairs(asset, quantity, now_ns)))?;
        Ok(pairs.into_iter().map(PairPrice::from).collect())
    }

    fn pair(&self, py: Python<'_>, long: u32, short: u32, quantity: f64, now_ns: i64) -> PyResult<Option<PairPrice>> {
        let (long, short) = (InstrumentId(long), InstrumentId(short));
        read(&self.core, py, |market| {
            known(market, long.0)?;
            known(market, short.0)?;
            Ok(market.pair(long, short, quantity, now_ns).map(PairPrice::from))
        })
    }

    fn unpriced(&self, py: Python<'_>, asset: &str, quantity: f64, now_ns: i64) -> PyResult<Vec<(u32, String)>> {
        let reasons = read(&self.core, py, |market| Ok(market.unpriced(asset, quantity, now_ns)))?;
        Ok(reasons.into_iter().map(|(id, reason)| (id.0, reason.to_string())).collect())
    }

    fn divergences(&self, py: Python<'_>, asset: &str, now_ns: i64) -> PyResult<Vec<(u32, u32, f64)>> {
        let found = read(&self.core, py, |market| Ok(market.divergences(asset, now_ns)))?;
        Ok(found.into_iter().map(|found| (found.long.0, found.short.0, found.rate_per_hour)).collect())
    }

    fn best_divergences(&self, py: Python<'_>, now_ns: i64, count: usize) -> PyResult<Vec<(String, u32, u32, f64)>> {
        read(&self.core, py, |market| {
            let found = market.best_divergences(now_ns).into_iter().take(count);
            let row = |(asset, found): (AssetId, Divergence)| {
                (market.asset_name(asset).into(), found.long.0, found.short.0, found.rate_per_hour)
            };
            Ok(found.map(row).collect())
        })
    }
}
