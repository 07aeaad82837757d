//! Parsed levels into a book, the best prices read after every message: ours, and `std`'s sorted map.

use crate::timing::{timed, Contest, Pass};
use crate::workload::{delta, full, lines, Fault};
use arbbot_core::{Book, Delta, Full, Level};
use std::collections::BTreeMap;
use std::hint::black_box;
use std::path::Path;

/// The simplest exact book there is.
#[derive(Default)]
pub struct MapBook {
    bids: BTreeMap<i64, i64>,
    asks: BTreeMap<i64, i64>,
}

impl MapBook {
    /// Everything anew.
    pub fn replace(&mut self, full: &Full) {
        self.bids = full.bids.iter().map(|level| (level.price, level.quantity)).collect();
        self.asks = full.asks.iter().map(|level| (level.price, level.quantity)).collect();
    }

    /// A change; no sequence, no state, no check.
    pub fn delta(&mut self, bids: &[Level], asks: &[Level]) {
        for (side, levels) in [(&mut self.bids, bids), (&mut self.asks, asks)] {
            for level in levels {
                if level.quantity == 0 {
                    side.remove(&level.price);
                } else {
                    side.insert(level.price, level.quantity);
                }
            }
        }
    }

    /// Best bid and ask.
    pub fn top(&self) -> Option<(Level, Level)> {
        let level = |(price, quantity): (&i64, &i64)| Level { price: *price, quantity: *quantity };
        Some((level(self.bids.last_key_value()?), level(self.asks.first_key_value()?)))
    }
}

/// The proof of a book: its best prices and quantities.
pub fn proof(top: Option<(Level, Level)>) -> String {
    top.map_or_else(String::new, |(bid, ask)| format!("{}x{} {}x{}", bid.price, bid.quantity, ask.price, ask.quantity))
}

/// Deltas of one book, parsed.
struct Parsed {
    first: Full,
    deltas: Vec<Delta>,
    levels: usize,
}

fn parsed(directory: &Path, workload: &str) -> Result<Parsed, Fault> {
    let lines = lines(directory, workload)?;
    let first = lines.iter().find(|line| line.snapshot).ok_or("no snapshot")?;
    let deltas = lines.iter().filter(|line| !line.snapshot).map(|line| delta(&line.frame));
    let deltas: Vec<Delta> = deltas.collect::<Result<_, _>>()?;
    let levels = deltas.iter().map(|delta| delta.bids.len() + delta.asks.len()).sum();
    Ok(Parsed { first: full(&first.frame)?, deltas, levels })
}

/// Our book, with its sequence check.
pub fn ours(directory: &Path, workload: &str) -> Result<Contest, Fault> {
    let work = parsed(directory, workload)?;
    Ok(Box::new(move || {
        let mut book = Book::default();
        book.snapshot(&work.first);
        let elapsed = timed(|| {
            for delta in &work.deltas {
                book.delta(black_box(delta));
                black_box(book.top());
            }
        });
        Pass { elapsed, items: work.levels, proof: proof(book.top()), singles: Vec::new() }
    }))
}

/// `std::collections::BTreeMap`.
pub fn map(directory: &Path, workload: &str) -> Result<Contest, Fault> {
    let work = parsed(directory, workload)?;
    Ok(Box::new(move || {
        let mut book = MapBook::default();
        book.replace(&work.first);
        let elapsed = timed(|| {
            for delta in &work.deltas {
                let delta = black_box(delta);
                book.delta(&delta.bids, &delta.asks);
                black_box(book.top());
            }
        });
        Pass { elapsed, items: work.levels, proof: proof(book.top()), singles: Vec::new() }
    }))
}
