//! The Python face of `arbbot-core`: `arbbot._core`.
//!
//! Owns conversion and nothing else: no rule, no arithmetic, no state but the core's own. `Core` takes what arrives,
//! `Books` and `Prices` read it, `Board` shows what it found. A file here wraps a module there. Every call is contained: a
//! panic becomes a `CoreError`, and the core then refuses to be used again. Of two threads at once the second is refused.

mod board;
mod books;
mod buffer;
mod edge;
mod feed;
mod frame;
mod funding;
mod merged;
mod number;
mod registry;
mod scan;
mod top;

use arbbot_core::Market;
use pyo3::prelude::*;
use std::sync::Mutex;

/// Every venue, instrument, book and funding rate of one bot; takes what arrives. `Books` and `Prices` read it.
#[pyclass(module = "arbbot._core", frozen)]
pub struct Core {
    state: Mutex<State>,
}

struct State {
    market: Market,
    /// What a panic said, from then on.
    broken: Option<String>,
}

#[pymethods]
impl Core {
    /// An empty core.
    #[new]
    fn new() -> Self {
        Self { state: Mutex::new(State { market: Market::default(), broken: None }) }
    }
}

/// Order books from raw venue frames, and what they say about an asset across venues.
///
/// `Core` takes what arrives, `Books` and `Prices` read it, `Board` shows what it found. Units, signs and errors of every
/// call are in its own help; docs/core.md begins from nothing. Every call raises `arbbot.domain.errors.CoreError` for a
/// number that was not handed out or a term out of range.
#[pymodule]
fn _core(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("UNCLAIMED", feed::UNCLAIMED)?;
    module.add("IGNORED", feed::IGNORED)?;
    module.add("MALFORMED", feed::MALFORMED)?;
    module.add("SEVERAL", feed::SEVERAL)?;
    module.add_class::<Core>()?;
    module.add_class::<board::Board>()?;
    module.add_class::<books::Books>()?;
    module.add_class::<top::Top>()?;
    module.add_class::<scan::Prices>()?;
    module.add_class::<funding::Funding>()?;
    module.add_class::<scan::PairPrice>()?;
    let codes = ["UNCLAIMED", "IGNORED", "MALFORMED", "SEVERAL"];
    let classes = ["Board", "Books", "Core", "Funding", "PairPrice", "Prices", "Top"];
    module.add("__all__", [&codes[..], &classes[..]].concat())
}
