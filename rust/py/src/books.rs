//! Books, merged books, and prices at a size.

use crate::edge::{known, side};
use crate::Core;
use arbbot_core::{num, vwap, BookState, InstrumentId};
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

#[pymethods]
impl Core {
    fn state(&mut self, instrument: u32) -> PyResult<(&'static str, String)> {
        self.run(|market| {
            let (_, book) = known(market, instrument)?;
            Ok(match book.state() {
                BookState::Live => ("live", String::new()),
                BookState::Stale(reason) => ("stale", reason.to_string()),
                BookState::Gapped(reason) => ("gapped", reason.to_string()),
            })
        })
    }

    fn top(&mut self, instrument: u32) -> PyResult<Option<Top>> {
        self.run(|market| {
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

    fn levels(&mut self, instrument: u32, side: &str, count: usize) -> PyResult<Vec<(String, String)>> {
        let wanted = self::side(side)?;
        self.run(|market| {
            let (terms, book) = known(market, instrument)?;
            let levels = book.side(wanted).iter().take(count);
            let texts = levels.map(|level| {
                (num::text(level.price, terms.price_scale), num::text(level.quantity, terms.quantity_scale))
            });
            Ok(texts.collect())
        })
    }

    fn touch(&mut self, instrument: u32) -> PyResult<Option<(String, String)>> {
        self.run(|market| {
            let (terms, book) = known(market, instrument)?;
            let text = |price| num::text(price, terms.price_scale);
            Ok(book.seen().map(|(bid, ask)| (text(bid.price), text(ask.price))))
        })
    }

    fn heard_ns(&mut self, instrument: u32) -> PyResult<Option<i64>> {
        self.run(|market| known(market, instrument).map(|(_, book)| book.ts_recv_ns()))
    }

    fn sequence(&mut self, instrument: u32) -> PyResult<u64> {
        self.run(|market| known(market, instrument).map(|(_, book)| book.sequence()))
    }

    fn vwap(&mut self, instrument: u32, side: &str, quantity: f64) -> PyResult<Option<f64>> {
        let wanted = self::side(side)?;
        self.run(|market| {
            let (terms, book) = known(market, instrument)?;
            let price = vwap(book.side(wanted), terms.quantity_mantissa(quantity));
            Ok(price.map(|price| terms.price_per_asset(price)))
        })
    }

    fn mid(&mut self, instrument: u32, now_ns: i64) -> PyResult<Option<f64>> {
        self.run(|market| known(market, instrument).map(|_| market.mid(InstrumentId(instrument), Some(now_ns))))
    }

    fn merged(&mut self, asset: &str, quote: &str, side: &str, count: usize) -> PyResult<Option<Vec<(f64, f64, u32)>>> {
        let wanted = self::side(side)?;
        self.run(|market| {
            let levels = market.merged(asset, quote, wanted, count);
            let rows = |level: arbbot_core::MergedLevel| (level.price, level.quantity, level.instrument.0);
            Ok(levels.map(|levels| levels.into_iter().map(rows).collect()))
        })
    }
}
