//! Books, and prices at a size.

use crate::edge::{known, read, side};
use crate::Core;
use arbbot_core::{depth_within, num, vwap, vwap_notional, BookState, Instrument, InstrumentId, Level};
use pyo3::prelude::*;

/// Best prices of both sides.
#[pyclass(module = "arbbot._core", frozen, get_all)]
pub struct Top {
    bid: String,
    bid_quantity: String,
    ask: String,
    ask_quantity: String,
    ts_venue_ns: Option<i64>,
    ts_recv_ns: i64,
}

impl Top {
    fn new(of: &Instrument, bid: Level, ask: Level, ts_venue_ns: Option<i64>, ts_recv_ns: i64) -> Self {
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

/// Every book of a core, one by one and merged; reads only.
#[pyclass(module = "arbbot._core", frozen)]
pub struct Books {
    pub(crate) core: Py<Core>,
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
            let heard_ns = book.ts_recv_ns().unwrap_or_default();
            Ok(book.top().map(|(bid, ask)| Top::new(terms, bid, ask, book.ts_venue_ns(), heard_ns)))
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

    fn vwap_notional(&self, py: Python<'_>, instrument: u32, side: &str, notional: f64) -> PyResult<Option<f64>> {
        let wanted = self::side(side)?;
        read(&self.core, py, |market| {
            let (terms, book) = known(market, instrument)?;
            let price = vwap_notional(book.side(wanted), terms.notional_mantissa(notional));
            Ok(price.map(|price| terms.price_per_asset(price)))
        })
    }

    fn depth(&self, py: Python<'_>, instrument: u32, side: &str, bp: f64) -> PyResult<(f64, f64)> {
        let wanted = self::side(side)?;
        read(&self.core, py, |market| {
            let (terms, book) = known(market, instrument)?;
            let (quantity, notional) = depth_within(book.side(wanted), bp);
            Ok((terms.quantity_asset(quantity), terms.notional(notional)))
        })
    }

    fn best(&self, py: Python<'_>, instrument: u32) -> PyResult<Option<Top>> {
        read(&self.core, py, |market| {
            let (terms, _) = known(market, instrument)?;
            let best = market.best(InstrumentId(instrument));
            Ok(best.and_then(|best| {
                let (bid, ask) = best.bid.zip(best.ask)?;
                Some(Top::new(terms, bid, ask, best.ts_venue_ns, best.ts_recv_ns))
            }))
        })
    }
}
