//! Lends the board's table to Python without a copy (PEP 3118): read-only, two-dimensional, C-contiguous floats.
#![allow(unsafe_code)] // the buffer protocol is a C struct filled through a pointer; each use says why it is sound

use crate::board::Board;
use pyo3::exceptions::PyBufferError;
use pyo3::ffi;
use pyo3::prelude::*;
use std::ffi::{c_int, c_void, CStr};
use std::ptr;

/// A C double of the machine, as module `struct` writes it.
const FORMAT: &CStr = c"d";

#[pymethods]
impl Board {
    /// # Safety
    /// CPython calls it, with a `view` that it owns and that is not in use.
    unsafe fn __getbuffer__(slf: &Bound<'_, Self>, view: *mut ffi::Py_buffer, flags: c_int) -> PyResult<()> {
        if view.is_null() {
            return Err(PyBufferError::new_err("no view was given"));
        }
        // SAFETY: `view` is not null, and CPython hands over a `Py_buffer` of its own; a null `obj` says that nothing
        // is lent, as the protocol wants it after an error.
        unsafe { (*view).obj = ptr::null_mut() };
        if flags & ffi::PyBUF_WRITABLE == ffi::PyBUF_WRITABLE {
            return Err(PyBufferError::new_err("the table is read-only: ask for a readable buffer"));
        }
        let board = slf.get();
        let cells = board.table.cells();
        let asked = |flag| flags & flag == flag;
        let or_null = |wanted: bool, lent: *const c_void| if wanted { lent.cast_mut() } else { ptr::null_mut() };
        // SAFETY: `view` is as above. What it is made to point at lives in `board` or behind its table, neither of which
        // moves or is freed while `obj`, a new reference that CPython drops with the view, keeps the board alive. The
        // cells are `AtomicU64`, as large and aligned as a double, each with the bits of one; nobody writes through
        // `buf`, which is read-only, and the core writes single cells whole.
        unsafe {
            (*view).buf = cells.as_ptr().cast_mut().cast();
            (*view).len = board.strides[0] * board.shape[0];
            (*view).itemsize = board.strides[1];
            (*view).readonly = 1;
            (*view).ndim = 2;
            (*view).format = or_null(asked(ffi::PyBUF_FORMAT), FORMAT.as_ptr().cast()).cast();
            (*view).shape = or_null(asked(ffi::PyBUF_ND), board.shape.as_ptr().cast()).cast();
            (*view).strides = or_null(asked(ffi::PyBUF_STRIDES), board.strides.as_ptr().cast()).cast();
            (*view).suboffsets = ptr::null_mut();
            (*view).internal = ptr::null_mut();
            (*view).obj = slf.clone().into_any().into_ptr();
        }
        Ok(())
    }
}
