//! Books, and prices at a size.

use crate::edge::{known, read, side};
use crate::number::{Count, Listed};
use crate::top::Top;
use crate::Core;
use arbbot_core::{depth_within, num, vwap, vwap_notional, BookState, InstrumentId};
use pyo3::prelude::*;

/// Every book of a core, one by one and merged; reads only.
#[pyclass(module = "arbbot._core", frozen)]
pub struct Books {
    pub(crate) core: Py<Core>,
}

#[pymethods]
impl Books {
    /// Of this core, for as long as it lives.
    #[new]
    fn new(core: Py<Core>) -> Self {
        Self { core }
    }

    /// A book's state and the reason; the reason of a Live one is empty.
    fn state(&self, py: Python<'_>, instrument: Listed) -> PyResult<(&'static str, String)> {
        read(&self.core, py, |market| {
            let (_, book) = known(market, instrument.0)?;
            Ok(match book.state() {
                BookState::Live => ("live", String::new()),
                BookState::Stale(reason) => ("stale", reason.to_string()),
                BookState::Gapped(reason) => ("gapped", reason.to_string()),
            })
        })
    }

    /// Best prices; None unless the book is Live and has both sides.
    fn top(&self, py: Python<'_>, instrument: Listed) -> PyResult<Option<Top>> {
        read(&self.core, py, |market| {
            let (terms, book) = known(market, instrument.0)?;
            let heard_ns = book.ts_recv_ns().unwrap_or_default();
            Ok(book.top().map(|(bid, ask)| Top::new(terms, bid, ask, book.ts_venue_ns(), heard_ns)))
        })
    }

    /// At most `count` (price, quantity) of `bid` or `ask`, best first; empty unless the book is Live.
    fn levels(&self, py: Python<'_>, instrument: Listed, side: &str, count: Count) -> PyResult<Vec<(String, String)>> {
        let wanted = self::side(side)?;
        read(&self.core, py, |market| {
            let (terms, book) = known(market, instrument.0)?;
            let levels = book.side(wanted).iter().take(count.0 as usize);
            let texts = levels.map(|level| {
                (num::text(level.price, terms.price_scale), num::text(level.quantity, terms.quantity_scale))
            });
            Ok(texts.collect())
        })
    }

    /// The last sound best bid and ask, whatever became of the book since: to value what is held, never to trade.
    fn touch(&self, py: Python<'_>, instrument: Listed) -> PyResult<Option<(String, String)>> {
        read(&self.core, py, |market| {
            let (terms, book) = known(market, instrument.0)?;
            let text = |price| num::text(price, terms.price_scale);
            Ok(book.seen().map(|(bid, ask)| (text(bid.price), text(ask.price))))
        })
    }

    /// When the book last took a message; None before any.
    fn heard_ns(&self, py: Python<'_>, instrument: Listed) -> PyResult<Option<i64>> {
        read(&self.core, py, |market| known(market, instrument.0).map(|(_, book)| book.ts_recv_ns()))
    }

    /// The id of the last change that a book holds; 0 on streams without ids.
    fn sequence(&self, py: Python<'_>, instrument: Listed) -> PyResult<u64> {
        read(&self.core, py, |market| known(market, instrument.0).map(|(_, book)| book.sequence()))
    }

    /// Mean price of taking `quantity` asset units from `bid` or `ask`, in quote currency per asset unit.
    ///
    /// None when the book is not Live or does not show that much.
    fn vwap(&self, py: Python<'_>, instrument: Listed, side: &str, quantity: f64) -> PyResult<Option<f64>> {
        let wanted = self::side(side)?;
        read(&self.core, py, |market| {
            let (terms, book) = known(market, instrument.0)?;
            let price = vwap(book.side(wanted), terms.quantity_mantissa(quantity));
            Ok(price.map(|price| terms.price_per_asset(price)))
        })
    }

    /// Mean price of taking `notional` of quote currency from `bid` or `ask`, in quote currency per asset unit.
    ///
    /// None when the book is not Live or does not show that much.
    fn vwap_notional(&self, py: Python<'_>, instrument: Listed, side: &str, notional: f64) -> PyResult<Option<f64>> {
        let wanted = self::side(side)?;
        read(&self.core, py, |market| {
            let (terms, book) = known(market, instrument.0)?;
            let price = vwap_notional(book.side(wanted), terms.notional_mantissa(notional));
            Ok(price.map(|price| terms.price_per_asset(price)))
        })
    }

    /// (asset units, quote currency) that rest within `bp` hundredths of a percent of the side's best price.
    ///
    /// Both are 0 unless the book is Live and somebody rests there.
    fn depth(&self, py: Python<'_>, instrument: Listed, side: &str, bp: f64) -> PyResult<(f64, f64)> {
        let wanted = self::side(side)?;
        read(&self.core, py, |market| {
            let (terms, book) = known(market, instrument.0)?;
            let (quantity, notional) = depth_within(book.side(wanted), bp);
            Ok((terms.quantity_asset(quantity), terms.notional(notional)))
        })
    }

    /// Best prices of a stream that carries nothing else; None before any, and while one side is empty.
    fn best(&self, py: Python<'_>, instrument: Listed) -> PyResult<Option<Top>> {
        read(&self.core, py, |market| {
            let (terms, _) = known(market, instrument.0)?;
            let best = market.best(InstrumentId(instrument.0));
            Ok(best.and_then(|best| {
                let (bid, ask) = best.bid.zip(best.ask)?;
                Some(Top::new(terms, bid, ask, best.ts_venue_ns, best.ts_recv_ns))
            }))
        })
    }
}
