//! The best pair of every watched asset, kept up to date by what changed alone.
//!
//! Owns rows, held pairs and wake-ups; writes a [`Table`]. Knows nothing of frames: the market tells it which book
//! changed and what a currency is worth.

use super::columns::{SIZES_MAX, WOKEN};
use super::row::{blank, Held, Member, Row};
use super::table::{put, Table};
use crate::book::Book;
use crate::ids::{CurrencyId, InstrumentId};
use crate::registry::{refused, Refused};

/// Most rows: assets of all venues.
const ROWS_MAX: usize = 4_096;

/// See the module.
#[derive(Debug)]
pub(crate) struct Board {
    table: Table,
    rows: Vec<Row>,
    woken: Vec<u32>,
}

impl Board {
    pub(crate) fn new(rows: usize) -> Result<Self, Refused> {
        if !(1..=ROWS_MAX).contains(&rows) {
            return Err(refused("rows", rows, "between 1 and 4,096 are needed"));
        }
        // Every row can be woken once before it is taken, so this never grows.
        Ok(Self { table: Table::new(rows), rows: Vec::new(), woken: Vec::with_capacity(rows) })
    }

    pub(crate) fn table(&self) -> &Table {
        &self.table
    }

    /// The next free row.
    pub(crate) fn add(&mut self, sizes: &[f64], edge_min: f64) -> Result<usize, Refused> {
        let row = Row::new(checked(sizes, edge_min)?, edge_min);
        if self.rows.len() == self.table.rows() {
            return Err(refused("rows", self.rows.len(), "all are watched: make the board with more"));
        }
        self.rows.push(row);
        Ok(self.rows.len() - 1)
    }

    /// Other sizes and another threshold for a row; its members are to be seated again.
    pub(crate) fn alter(&mut self, row: usize, sizes: &[f64], edge_min: f64) -> Result<(), Refused> {
        let mut new = Row::new(checked(sizes, edge_min)?, edge_min);
        if let Some(old) = self.rows.get_mut(row) {
            new.held = std::mem::take(&mut old.held);
            *old = new;
            blank(self.table.row(row), SIZES_MAX);
        }
        Ok(())
    }

    pub(crate) fn sizes(&self, row: usize) -> &[f64] {
        self.rows.get(row).map_or(&[], |row| &row.sizes)
    }

    pub(crate) fn seat(&mut self, row: usize, members: Vec<Member>) {
        if let Some(row) = self.rows.get_mut(row) {
            row.seat(members);
        }
    }

    /// Prices a member without looking for the best pair; [`Board::publish`] does.
    pub(crate) fn price(&mut self, row: usize, member: usize, book: &Book) {
        if let Some(row) = self.rows.get_mut(row) {
            row.price(member, book);
        }
    }

    /// Tells a row what a currency is worth; true where that changed anything.
    pub(crate) fn rate(&mut self, row: usize, currency: CurrencyId, rate: Option<f64>) -> bool {
        self.rows.get_mut(row).is_some_and(|row| row.rate(currency, rate))
    }

    /// Writes a row's best pair; `changed` where nothing else than one member has changed since the last time.
    pub(crate) fn publish(&mut self, at: usize, changed: Option<usize>) {
        if let Some(row) = self.rows.get_mut(at) {
            if row.publish(self.table.row(at), changed) {
                self.wake(at);
            }
        }
    }

    /// Begins to watch a pair; a pair that is held already takes the new step.
    pub(crate) fn hold(&mut self, row: usize, long: InstrumentId, short: InstrumentId, step: f64) {
        self.release(row, long, short);
        if let Some(row) = self.rows.get_mut(row) {
            row.held.push(Held::new(long, short, step));
        }
        self.publish(row, None);
    }

    pub(crate) fn release(&mut self, row: usize, long: InstrumentId, short: InstrumentId) {
        if let Some(row) = self.rows.get_mut(row) {
            row.held.retain(|held| (held.long, held.short) != (long, short));
        }
    }

    /// Rows woken since the last call, in the order of waking, each once.
    pub(crate) fn woken(&mut self) -> Vec<u32> {
        for row in &self.woken {
            put(self.table.row(*row as usize), WOKEN, 0.0);
        }
        self.woken.drain(..).collect()
    }

    fn wake(&mut self, row: usize) {
        if self.table.get(row, WOKEN) == Some(0.0) {
            put(self.table.row(row), WOKEN, 1.0);
            self.woken.push(row as u32); // below ROWS_MAX
        }
    }
}

fn checked(sizes: &[f64], edge_min: f64) -> Result<&[f64], Refused> {
    let rising = sizes.windows(2).all(|pair| pair[0] < pair[1]);
    let positive = sizes.iter().all(|size| size.is_finite() && *size > 0.0);
    if !(rising && positive && (1..=SIZES_MAX).contains(&sizes.len())) {
        return Err(refused("sizes", format!("{sizes:?}"), "one to four positive, rising sizes are needed"));
    }
    if !edge_min.is_finite() {
        return Err(refused("edge_min", edge_min, "a finite number is needed"));
    }
    Ok(sizes)
}
