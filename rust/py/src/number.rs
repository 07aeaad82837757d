//! Numbers from Python: one that cannot be a venue's, an instrument's or a count is refused as the core refuses one that
//! it does not know, and not with Python's OverflowError.

use crate::edge::error;
use pyo3::exceptions::PyOverflowError;
use pyo3::prelude::*;

/// A venue's number, handed out or not.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Venue(pub u32);

/// An instrument's number, handed out or not.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Listed(pub u32);

/// How many.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Count(pub u32);

/// None for a whole number that is negative or too large.
#[inline(always)]
fn number(value: Borrowed<'_, '_, PyAny>) -> PyResult<Option<u32>> {
    match value.extract::<u32>() {
        Ok(number) => Ok(Some(number)),
        Err(fault) if fault.is_instance_of::<PyOverflowError>(value.py()) => Ok(None),
        Err(fault) => Err(fault),
    }
}

#[cold]
fn unknown(value: &Borrowed<'_, '_, PyAny>, kind: &str) -> PyErr {
    error(&format!("no {kind} {}: register it with add_{kind} first", **value))
}

impl FromPyObject<'_, '_> for Venue {
    type Error = PyErr;

    fn extract(value: Borrowed<'_, '_, PyAny>) -> PyResult<Self> {
        number(value)?.map(Self).ok_or_else(|| unknown(&value, "venue"))
    }
}

impl FromPyObject<'_, '_> for Listed {
    type Error = PyErr;

    fn extract(value: Borrowed<'_, '_, PyAny>) -> PyResult<Self> {
        number(value)?.map(Self).ok_or_else(|| unknown(&value, "instrument"))
    }
}

impl FromPyObject<'_, '_> for Count {
    type Error = PyErr;

    fn extract(value: Borrowed<'_, '_, PyAny>) -> PyResult<Self> {
        let refused = || error(&format!("{} refused: a whole number from 0 to {} is needed", *value, u32::MAX));
        number(value)?.map(Self).ok_or_else(refused)
    }
}
