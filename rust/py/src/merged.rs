//! Merged books.

use crate::books::Books;
use crate::edge::{read, side};
use crate::number::Count;
use crate::Core;
use arbbot_core::MergedLevel;
use pyo3::prelude::*;

/// Price, quantity, instrument.
type Row = (f64, f64, u32);

#[pymethods]
impl Core {
    /// Keep an asset's books in one quote currency merged from now on, for `Books.merged*` to be cheap.
    ///
    /// Raises CoreError where they have no common integer unit within reach.
    fn watch_merged(&self, asset: &str, quote: &str) -> PyResult<()> {
        self.run(|market| market.watch_merged(asset, quote))
    }
}

#[pymethods]
impl Books {
    /// All Live books of an asset in one quote currency as one: (price, quantity, instrument), best first.
    ///
    /// Prices in `quote` per asset unit, quantities in asset units. None when the multipliers have no common unit.
    /// Merged when it is called, unless `Core.watch_merged` keeps it.
    fn merged(&self, py: Python<'_>, asset: &str, quote: &str, side: &str, count: Count) -> PyResult<Option<Vec<Row>>> {
        let wanted = self::side(side)?;
        read(&self.core, py, |market| Ok(market.merged(asset, quote, wanted, count.0 as usize).map(rows)))
    }

    /// As `merged`, of all quote currencies that have a rate at `now_ns`, prices in numeraire per asset unit.
    fn merged_all(
        &self,
        py: Python<'_>,
        asset: &str,
        side: &str,
        count: Count,
        now_ns: i64,
    ) -> PyResult<Option<Vec<Row>>> {
        let wanted = self::side(side)?;
        read(&self.core, py, |market| Ok(market.merged_all(asset, wanted, count.0 as usize, now_ns).map(rows)))
    }

    /// Mean price of taking `quantity` asset units from all of them together, `quote` per asset unit.
    ///
    /// None when they do not show that much, or the multipliers have no common unit.
    fn merged_vwap(
        &self,
        py: Python<'_>,
        asset: &str,
        quote: &str,
        side: &str,
        quantity: f64,
    ) -> PyResult<Option<f64>> {
        let wanted = self::side(side)?;
        read(&self.core, py, |market| Ok(market.merged_vwap(asset, quote, wanted, quantity)))
    }

    /// Mean price of taking `notional` of `quote` from all of them together; None likewise.
    fn merged_vwap_notional(
        &self,
        py: Python<'_>,
        asset: &str,
        quote: &str,
        side: &str,
        notional: f64,
    ) -> PyResult<Option<f64>> {
        let wanted = self::side(side)?;
        read(&self.core, py, |market| Ok(market.merged_vwap_notional(asset, quote, wanted, notional)))
    }

    /// (asset units, `quote`) that rest within `bp` hundredths of a percent of the best price of that side.
    ///
    /// None when the multipliers have no common unit.
    fn merged_depth(
        &self,
        py: Python<'_>,
        asset: &str,
        quote: &str,
        side: &str,
        bp: f64,
    ) -> PyResult<Option<(f64, f64)>> {
        let wanted = self::side(side)?;
        read(&self.core, py, |market| Ok(market.merged_depth(asset, quote, wanted, bp)))
    }
}

fn rows(levels: Vec<MergedLevel>) -> Vec<Row> {
    levels.into_iter().map(|level| (level.price, level.quantity, level.instrument.0)).collect()
}
