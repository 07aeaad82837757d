//! Books, merged books, and prices at a size.

use crate::edge::{known, read, side};
use crate::Core;
use arbbot_core::{num, vwap, BookState};
use pyo3::prelude::*;

/// Best prices of one Live, two-sided book.
#[pyclass(module = "arbbot._core", frozen, get_all)]
pub struct Top {
    bid: String,
    bid_quantity: String,
    ask: String,
    ask_quantity: String,
    ts_venue_ns: Option<i64>,
    ts_recv_ns: i64,
}

/// Every book of a core, one by one and merged; reads only.
#[pyclass(module = "arbbot._core", frozen)]
pub struct Books {
    core: Py<Core>,
}

#[pymethods]
impl Books {
    #[new]
    fn new(core: Py<Core>) -> Self {
        Self { core }
    }

    fn state(&self, py: Python<'_>, instrument: u32) -> PyResult<(&'static str, String)> {
        read(&self.core, py, |market| {
            let (_, book) = known(market, instrument)?;
            Ok(match book.state() {
                BookState::Live => ("live", String::new()),
                BookState::Stale(reason) => ("stale", reason.to_string()),
                BookState::Gapped(reason) => ("gapped", reason.to_string()),
            })
        })
    }

    fn top(&self, py: Python<'_>, instrument: u32) -> PyResult<Option<Top>> {
        read(&self.core, py, |market| {
            let (terms, book) = known(market, instrument)?;
            Ok(book.top().map(|(bid, ask)| Top {
                bid: num::text(bid.price, terms.price_scale),
                bid_quantity: num::text(bid.quantity, terms.quantity_scale),
                ask: num::text(ask.price, terms.price_scale),
                ask_quantity: num::text(ask.quantity, terms.quantity_scale),
                ts_venue_ns: book.ts_venue_ns(),
                ts_recv_ns: book.ts_recv_ns().unwrap_or_default(),
            }))
        })
    }

    fn levels(&self, py: Python<'_>, instrument: u32, side: &str, count: usize) -> PyResult<Vec<(String, String)>> {
        let wanted = self::side(side)?;
        read(&self.core, py, |market| {
            let (terms, book) = known(market, instrument)?;
            let levels = book.side(wanted).iter().take(count);
            let texts = levels.map(|level| {
                (num::text(level.price, terms.price_scale), num::text(level.quantity, terms.quantity_scale))
            });
            Ok(texts.collect())
        })
    }

    fn touch(&self, py: Python<'_>, instrument: u32) -> PyResult<Option<(String, String)>> {
        read(&self.core, py, |market| {
            let (terms, book) = known(market, instrument)?;
            let text = |price| num::text(price, terms.price_scale);
            Ok(book.seen().map(|(bid, ask)| (text(bid.price), text(ask.price))))
        })
    }

    fn heard_ns(&self, py: Python<'_>, instrument: u32) -> PyResult<Option<i64>> {
        read(&self.core, py, |market| known(market, instrument).map(|(_, book)| book.ts_recv_ns()))
    }

    fn sequence(&self, py: Python<'_>, instrument: u32) -> PyResult<u64> {
        read(&self.core, py, |market| known(market, instrument).map(|(_, book)| book.sequence()))
    }

    fn vwap(&self, py: Python<'_>, instrument: u32, side: &str, quantity: f64) -> PyResult<Option<f64>> {
        let wanted = self::side(side)?;
        read(&self.core, py, |market| {
            let (terms, book) = known(market, instrument)?;
            let price = vwap(book.side(wanted), terms.quantity_mantissa(quantity));
            Ok(price.map(|price| terms.price_per_asset(price)))
        })
    }

    fn merged(
        &self,
        py: Python<'_>,
        asset: &str,
        quote: &str,
        side: &str,
        count: usize,
    ) -> PyResult<Option<Vec<(f64, f64, u32)>>> {
        let wanted = self::side(side)?;
        read(&self.core, py, |market| {
            let levels = market.merged(asset, quote, wanted, count);
            let rows = |level: arbbot_core::MergedLevel| (level.price, level.quantity, level.instrument.0);
            Ok(levels.map(|levels| levels.into_iter().map(rows).collect()))
        })
    }
}
