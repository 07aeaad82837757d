//! A frame as bytes, whatever Python type holds it: borrowed from `str` and `bytes`, copied from writable buffers.

use pyo3::buffer::PyBuffer;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyString};
use std::borrow::Cow;

/// The bytes of a `str` (as UTF-8), `bytes`, or anything with a contiguous buffer of bytes.
pub(crate) fn bytes<'a>(frame: &'a Bound<'_, PyAny>) -> PyResult<Cow<'a, [u8]>> {
    if let Ok(text) = frame.cast::<PyString>() {
        // A lone surrogate has no UTF-8: it becomes U+FFFD, which no market frame holds, and is judged as such.
        return Ok(match text.to_string_lossy() {
            Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
            Cow::Owned(text) => Cow::Owned(text.into_bytes()),
        });
    }
    if let Ok(bytes) = frame.cast::<PyBytes>() {
        return Ok(Cow::Borrowed(bytes.as_bytes()));
    }
    // Another thread may write to such a buffer while it is read, so it is copied.
    let buffer: PyBuffer<u8> = PyBuffer::get(frame).map_err(|_| no_frame(frame))?;
    buffer.to_vec(frame.py()).map(Cow::Owned)
}

#[cold]
fn no_frame(given: &Bound<'_, PyAny>) -> PyErr {
    let kind = given.get_type().name().map_or_else(|_| "that".to_owned(), |name| name.to_string());
    PyTypeError::new_err(format!("a frame is str or bytes, not {kind}: pass the raw text"))
}
