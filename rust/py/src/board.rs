//! The best pair of every watched asset, as a table.

use crate::edge::error;
use crate::number::{Count, Listed};
use crate::Core;
use arbbot_core::{columns, InstrumentId, Table};
use pyo3::prelude::*;
use pyo3::types::{PyMemoryView, PyTuple};

/// The best pair of every watched asset, kept up to date by `Core.feed`; a row an asset.
///
/// Read the table after `feed` or `feed_many` returns, in the same thread: `board.table()[row, Board.EDGE]`, or with
/// numpy `numpy.asarray(board)`. A row is right as of the last change of one of its books or of a currency that one is
/// quoted in. Nothing is priced before `Core.set_rate` for each quote currency; `Prices.unpriced` says what is missing
/// (funding too, which the board does not need).
#[pyclass(module = "arbbot._core", frozen)]
pub struct Board {
    core: Py<Core>,
    pub(crate) table: Table,
    /// Rows and columns, and bytes from one to the next: lent to whoever looks at the table.
    pub(crate) shape: [isize; 2],
    pub(crate) strides: [isize; 2],
}

#[pymethods]
impl Board {
    #[classattr]
    const LONG: usize = columns::LONG;
    #[classattr]
    const SHORT: usize = columns::SHORT;
    #[classattr]
    const UPDATES: usize = columns::UPDATES;
    #[classattr]
    const WOKEN: usize = columns::WOKEN;
    #[classattr]
    const EDGE: usize = columns::EDGE;
    #[classattr]
    const EDGE_MAKER_LONG: usize = columns::EDGE_MAKER_LONG;
    #[classattr]
    const EDGE_MAKER_SHORT: usize = columns::EDGE_MAKER_SHORT;
    #[classattr]
    const BID: usize = columns::BID;
    #[classattr]
    const ASK: usize = columns::ASK;
    #[classattr]
    const SIZE_COLUMNS: usize = columns::SIZE_COLUMNS;
    #[classattr]
    const COLUMNS: usize = columns::COLUMNS;

    /// Of this core, with room for `rows` assets (1 to 4096); a core has one, and every Board of it shows that.
    #[new]
    #[pyo3(signature = (core, rows=Count(256)), text_signature = "(core, rows=256)")]
    fn new(py: Python<'_>, core: Py<Core>, rows: Count) -> PyResult<Self> {
        let table = core.bind(py).get().run(|market| market.make_board(rows.0 as usize))?;
        let size = |cells: usize| isize::try_from(cells * size_of::<f64>()).map_err(|reason| error(&reason));
        let shape = [size(table.rows())? / 8, size(columns::COLUMNS)? / 8];
        Ok(Self { core, shape, strides: [size(columns::COLUMNS)?, size(1)?], table })
    }

    /// Watch an asset at one to four rising sizes (asset units) and return its row; again to change them.
    ///
    /// The row is woken when EDGE of the first size reaches `edge_min` (numeraire per asset unit) or falls below it.
    /// The best pair is the best at the first size.
    fn watch(&self, py: Python<'_>, asset: &str, sizes: Vec<f64>, edge_min: f64) -> PyResult<usize> {
        self.core.bind(py).get().run(|market| market.watch(asset, &sizes, edge_min))
    }

    /// Wake the row also when this pair has moved by `step` (numeraire per asset unit) since it last did.
    ///
    /// Entering or leaving at the first size, net of taker fees; or when either has become possible or impossible.
    fn hold(&self, py: Python<'_>, long: Listed, short: Listed, step: f64) -> PyResult<()> {
        self.core.bind(py).get().run(|market| market.hold(InstrumentId(long.0), InstrumentId(short.0), step))
    }

    /// End what `hold` began.
    fn release(&self, py: Python<'_>, long: Listed, short: Listed) -> PyResult<()> {
        self.core.bind(py).get().run(|market| market.release(InstrumentId(long.0), InstrumentId(short.0)))
    }

    /// Rows woken since the last call, in the order of waking, each once.
    fn woken<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        PyTuple::new(py, self.core.bind(py).get().run(|market| Ok(market.woken()))?)
    }

    /// float64, read-only, (rows, COLUMNS); the same memory for as long as anybody holds it.
    fn table<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyMemoryView>> {
        PyMemoryView::from(slf)
    }
}
