//! Where the board writes and Python reads: rows of floats that never move.

use super::columns::{ASK, COLUMNS, EDGE, LONG, SHORT, SIZE_COLUMNS, UPDATES, WOKEN};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::Arc;

/// Rows of [`COLUMNS`] floats at one address for as long as anybody holds it.
///
/// Cells are atomic so that whoever reads them at the wrong moment reads an old number, and nothing worse.
#[derive(Debug, Clone)]
pub struct Table(Arc<[AtomicU64]>);

impl Table {
    /// `rows` rows without a pair.
    #[must_use]
    pub fn new(rows: usize) -> Self {
        let blank = |column| match column {
            LONG | SHORT => -1.0,
            UPDATES | WOKEN => 0.0,
            _ if (column - EDGE) % SIZE_COLUMNS == ASK - EDGE => f64::INFINITY,
            _ => f64::NEG_INFINITY,
        };
        Self((0..rows * COLUMNS).map(|at| AtomicU64::new(f64::to_bits(blank(at % COLUMNS)))).collect())
    }

    /// How many rows it has.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.0.len() / COLUMNS
    }

    /// All cells, row by row; each holds the bits of a float.
    #[must_use]
    pub fn cells(&self) -> &[AtomicU64] {
        &self.0
    }

    /// One number; None outside.
    #[must_use]
    pub fn get(&self, row: usize, column: usize) -> Option<f64> {
        let cell = self.row(row).get(column)?;
        Some(f64::from_bits(cell.load(Ordering::Relaxed)))
    }

    pub(super) fn row(&self, row: usize) -> &[AtomicU64] {
        self.0.get(row * COLUMNS..(row + 1) * COLUMNS).unwrap_or_default()
    }
}

/// Writes one number of a row.
#[inline]
pub(super) fn put(row: &[AtomicU64], column: usize, value: f64) {
    if let Some(cell) = row.get(column) {
        cell.store(value.to_bits(), Ordering::Relaxed);
    }
}
