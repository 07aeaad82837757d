//! Pairs priced against each other.

use crate::edge::{known, read};
use crate::number::{Count, Listed};
use crate::Core;
use arbbot_core::{AssetId, Divergence, InstrumentId};
use pyo3::prelude::*;

/// Long one instrument, short another, at one size; prices in numeraire per asset unit, + earns.
#[pyclass(module = "arbbot._core", frozen, get_all)]
pub struct PairPrice {
    /// The instrument bought.
    long: u32,
    /// The instrument sold.
    short: u32,
    /// VWAP of selling the short minus VWAP of buying the long.
    entry: f64,
    /// VWAP of selling the long minus VWAP of buying back the short.
    exit: f64,
    /// Four taker fills, as a cost.
    fees: f64,
    /// Funding received on the short minus funding paid on the long.
    carry_per_hour: f64,
    /// Mean of both mids.
    price_mid: f64,
    /// Age of the older book by receive time; a receive time in the future counts alike.
    age_ms_max: f64,
}

#[pymethods]
impl PairPrice {
    fn __repr__(&self) -> String {
        let Self { long, short, entry, exit, fees, carry_per_hour, .. } = self;
        format!(
            "PairPrice(long={long}, short={short}, entry={entry:?}, exit={exit:?}, fees={fees:?}, \
             carry_per_hour={carry_per_hour:?})"
        )
    }
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
    /// Of this core, for as long as it lives.
    #[new]
    fn new(core: Py<Core>) -> Self {
        Self { core }
    }

    /// Numeraire per unit; None without a rate, or while its book is not Live or (with `now_ns`) older than 60 s.
    #[pyo3(signature = (currency, now_ns=None))]
    fn rate(&self, py: Python<'_>, currency: &str, now_ns: Option<i64>) -> PyResult<Option<f64>> {
        read(&self.core, py, |market| Ok(market.currency_rate(currency, now_ns)))
    }

    /// Numeraire per asset unit; None without a Live two-sided book or a rate for its currency.
    fn mid(&self, py: Python<'_>, instrument: Listed, now_ns: i64) -> PyResult<Option<f64>> {
        read(&self.core, py, |market| {
            known(market, instrument.0).map(|_| market.mid(InstrumentId(instrument.0), Some(now_ns)))
        })
    }

    /// Both directions of every two venues of an asset that can be priced, highest carry first.
    fn pairs(&self, py: Python<'_>, asset: &str, quantity: f64, now_ns: i64) -> PyResult<Vec<PairPrice>> {
        let pairs = read(&self.core, py, |market| Ok(market.pairs(asset, quantity, now_ns)))?;
        Ok(pairs.into_iter().map(PairPrice::from).collect())
    }

    /// Price `quantity` asset units; None when a leg is not priced (see `unpriced`) or they are no pair.
    fn pair(
        &self,
        py: Python<'_>,
        long: Listed,
        short: Listed,
        quantity: f64,
        now_ns: i64,
    ) -> PyResult<Option<PairPrice>> {
        let (long, short) = (InstrumentId(long.0), InstrumentId(short.0));
        read(&self.core, py, |market| {
            known(market, long.0)?;
            known(market, short.0)?;
            Ok(market.pair(long, short, quantity, now_ns).map(PairPrice::from))
        })
    }

    /// Every instrument of an asset that cannot be priced, with the reason.
    ///
    /// A leg needs a Live two-sided book with enough depth, a rate for its currency, and a funding prediction that is
    /// at most 60 s old and whose settlement has not passed.
    fn unpriced(&self, py: Python<'_>, asset: &str, quantity: f64, now_ns: i64) -> PyResult<Vec<(u32, String)>> {
        let reasons = read(&self.core, py, |market| Ok(market.unpriced(asset, quantity, now_ns)))?;
        Ok(reasons.into_iter().map(|(id, reason)| (id.0, reason.to_string())).collect())
    }

    /// (long, short, fraction per hour) of every two venues of an asset, widest first; needs no book.
    fn divergences(&self, py: Python<'_>, asset: &str, now_ns: i64) -> PyResult<Vec<(u32, u32, f64)>> {
        let found = read(&self.core, py, |market| Ok(market.divergences(asset, now_ns)))?;
        Ok(found.into_iter().map(|found| (found.long.0, found.short.0, found.rate_per_hour)).collect())
    }

    /// (asset, long, short, fraction per hour) of every asset's widest two venues, widest first, at most `count`.
    ///
    /// Net of both legs' `set_funding_cost`. Needs no book; rates older than 60 s or of a settlement that has passed do
    /// not count. Where a venue has several instruments of one asset, the first registered that has a rate counts.
    fn best_divergences(&self, py: Python<'_>, now_ns: i64, count: Count) -> PyResult<Vec<(String, u32, u32, f64)>> {
        read(&self.core, py, |market| {
            let found = market.best_divergences(now_ns).into_iter().take(count.0 as usize);
            let row = |(asset, found): (AssetId, Divergence)| {
                (market.asset_name(asset).into(), found.long.0, found.short.0, found.rate_per_hour)
            };
            Ok(found.map(row).collect())
        })
    }
}
