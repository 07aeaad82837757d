//! The edge: refusals and panics of the core become `arbbot.domain.errors.CoreError`.

use crate::{Core, State};
use arbbot_core::{contain, Book, Instrument, InstrumentId, Market, Refused, Side};
use pyo3::import_exception;
use pyo3::prelude::*;

import_exception!(arbbot.domain.errors, CoreError);

impl Core {
    /// Runs `work` on the core; after a panic the core's state is unknown, so it answers nothing more.
    pub(crate) fn run<T>(&self, work: impl FnOnce(&mut Market) -> Result<T, Refused>) -> PyResult<T> {
        let Ok(mut state) = self.state.try_lock() else { return Err(busy()) };
        let State { market, broken: fault } = &mut *state;
        if let Some(message) = fault {
            return Err(broken(message));
        }
        match contain(|| work(market)) {
            Ok(Ok(value)) => Ok(value),
            Ok(Err(refused)) => Err(error(&refused)),
            Err(message) => {
                let raised = broken(&message);
                *fault = Some(message);
                Err(raised)
            }
        }
    }
}

/// Runs `work` on the core behind a reader.
pub(crate) fn read<T>(
    core: &Py<Core>,
    py: Python<'_>,
    work: impl FnOnce(&Market) -> Result<T, Refused>,
) -> PyResult<T> {
    core.bind(py).get().run(|market| work(market))
}

#[cold]
fn busy() -> PyErr {
    CoreError::new_err("the core is busy in another thread: use it from one thread only")
}

#[cold]
fn broken(message: &str) -> PyErr {
    CoreError::new_err(format!("the core broke ({message}): restart the bot and report this"))
}

pub(crate) fn error(refused: &impl ToString) -> PyErr {
    CoreError::new_err(refused.to_string())
}

pub(crate) fn side(name: &str) -> PyResult<Side> {
    match name {
        "bid" => Ok(Side::Bid),
        "ask" => Ok(Side::Ask),
        _ => Err(error(&format!("no side {name:?}: use bid or ask"))),
    }
}

pub(crate) fn known(market: &Market, id: u32) -> Result<(&Instrument, &Book), Refused> {
    let id = InstrumentId(id);
    market.instrument(id).zip(market.book(id)).ok_or(Refused::NoInstrument(id.0))
}
