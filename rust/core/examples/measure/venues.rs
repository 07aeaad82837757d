//! One asset on many venues: the best cross-venue spread at a size after every frame.

use crate::feed::{begin, books, deltas, failed, market};
use crate::timing::{timed, Contest, Pass};
use crate::workload::{lines, Fault};
use arbbot_core::{vwap, InstrumentId, Market, Side, VenueId};
use std::hint::black_box;
use std::path::Path;

/// Asset units that the spread is priced at, as a quantity mantissa: 5 BTC, two to three levels.
const SIZE: f64 = 5_000.0;

/// Fraction of notional, both ways.
const FEE_RATE: f64 = 0.0005;

/// Both VWAPs of every venue and the best pair of two venues, net of fees; what incremental work is held against.
fn scratch(market: &Market, count: usize) -> f64 {
    let side =
        |number: usize, side| market.book(InstrumentId(number as u32)).and_then(|book| vwap(book.side(side), SIZE));
    let mut sells = Vec::with_capacity(count);
    let mut buys = Vec::with_capacity(count);
    for number in 0..count {
        sells.push(side(number, Side::Bid).map_or(f64::NEG_INFINITY, |price| price * (1.0 - FEE_RATE)));
        buys.push(side(number, Side::Ask).map_or(f64::INFINITY, |price| price * (1.0 + FEE_RATE)));
    }
    let mut best = f64::NEG_INFINITY;
    for (short, sell) in sells.iter().enumerate() {
        for (long, buy) in buys.iter().enumerate() {
            if long != short {
                best = best.max(sell - buy);
            }
        }
    }
    best
}

/// The recompute alone, from scratch, after every 16th frame.
pub fn from_scratch(directory: &Path, workload: &str) -> Result<Contest, Fault> {
    let lines = lines(directory, workload)?;
    let (count, frames) = (books(&lines), deltas(&lines));
    Ok(Box::new(move || {
        let Ok(mut market) = market(count, true) else { return failed("the market was refused") };
        if begin(&mut market, &lines, count).is_err() {
            return failed("a snapshot was refused");
        }
        let (mut elapsed, mut items, mut best) = (std::time::Duration::ZERO, 0, 0.0);
        for (at, (number, frame)) in frames.iter().enumerate() {
            let _ = black_box(market.feed(VenueId(*number), frame, 2));
            if at % 16 == 15 {
                elapsed += timed(|| best = black_box(scratch(black_box(&market), count)));
                items += 1;
            }
        }
        Pass { elapsed, items, proof: format!("{:.4}", best / 10.0), singles: Vec::new() }
    }))
}
