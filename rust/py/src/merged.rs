//! Merged books.

use crate::books::Books;
use crate::edge::{read, side};
use crate::Core;
use arbbot_core::MergedLevel;
use pyo3::prelude::*;

/// Price, quantity, instrument.
type Row = (f64, f64, u32);

#[pymethods]
impl Core {
    fn watch_merged(&self, asset: &str, quote: &str) -> PyResult<()> {
        self.run(|market| market.watch_merged(asset, quote))
    }
}

#[pymethods]
impl Books {
    fn merged(&self, py: Python<'_>, asset: &str, quote: &str, side: &str, count: usize) -> PyResult<Option<Vec<Row>>> {
        let wanted = self::side(side)?;
        read(&self.core, py, |market| Ok(market.merged(asset, quote, wanted, count).map(rows)))
    }

    fn merged_all(
        &self,
        py: Python<'_>,
        asset: &str,
        side: &str,
        count: usize,
        now_ns: i64,
    ) -> PyResult<Option<Vec<Row>>> {
        let wanted = self::side(side)?;
        read(&self.core, py, |market| Ok(market.merged_all(asset, wanted, count, now_ns).map(rows)))
    }

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
