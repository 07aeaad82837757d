//! The best pair of every watched asset, as a table.

use crate::edge::error;
use crate::Core;
use arbbot_core::{columns, InstrumentId, Table};
use pyo3::prelude::*;
use pyo3::types::{PyMemoryView, PyTuple};

/// The best pairs of a core's watched assets, and who must look at them.
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

    #[new]
    #[pyo3(signature = (core, rows=256))]
    fn new(py: Python<'_>, core: Py<Core>, rows: usize) -> PyResult<Self> {
        let table = core.bind(py).get().run(|market| market.make_board(rows))?;
        let size = |cells: usize| isize::try_from(cells * size_of::<f64>()).map_err(|reason| error(&reason));
        let shape = [size(table.rows())? / 8, size(columns::COLUMNS)? / 8];
        Ok(Self { core, shape, strides: [size(columns::COLUMNS)?, size(1)?], table })
    }

    fn watch(&self, py: Python<'_>, asset: &str, sizes: Vec<f64>, edge_min: f64) -> PyResult<usize> {
        self.core.bind(py).get().run(|market| market.watch(asset, &sizes, edge_min))
    }

    fn hold(&self, py: Python<'_>, long: u32, short: u32, step: f64) -> PyResult<()> {
        self.core.bind(py).get().run(|market| market.hold(InstrumentId(long), InstrumentId(short), step))
    }

    fn release(&self, py: Python<'_>, long: u32, short: u32) -> PyResult<()> {
        self.core.bind(py).get().run(|market| market.release(InstrumentId(long), InstrumentId(short)))
    }

    fn woken<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        PyTuple::new(py, self.core.bind(py).get().run(|market| Ok(market.woken()))?)
    }

    fn table<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyMemoryView>> {
        PyMemoryView::from(slf)
    }
}
