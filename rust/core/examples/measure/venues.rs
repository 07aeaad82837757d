//! One asset on many venues: the best cross-venue spread at a size after every frame.

use crate::feed::{begin, books, deltas, failed, market};
use crate::timing::{timed, Contest, Pass};
use crate::workload::{lines, Fault, Line};
use arbbot_core::{columns, vwap, InstrumentId, Market, Side, Table, VenueId};
use std::hint::black_box;
use std::path::Path;
use std::time::Duration;

/// Asset units that the spread is priced at: two to three levels; and as a quantity mantissa.
const SIZE: f64 = 5.0;
const SIZE_MANTISSA: f64 = 5_000.0;

/// Frames between two readings of the clock where two markets take turns.
const TURN: usize = 256;

/// Fraction of notional, both ways.
const FEE_RATE: f64 = 0.0005;

/// Both VWAPs of every venue and the best pair of two venues, net of fees; what incremental work is held against.
fn scratch(market: &Market, count: usize) -> f64 {
    let side = |number: usize, side| {
        market.book(InstrumentId(number as u32)).and_then(|book| vwap(book.side(side), SIZE_MANTISSA))
    };
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
        let (mut elapsed, mut items, mut best) = (Duration::ZERO, 0, 0.0);
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

/// A market whose board watches the asset, its table and row.
fn watching(lines: &[Line], count: usize) -> Result<(Market, Table, usize), Fault> {
    let mut market = market(count, true)?;
    begin(&mut market, lines, count)?;
    let table = market.make_board(1)?;
    let row = market.watch("BTC", &[SIZE], 0.0)?;
    Ok((market, table, row))
}

/// Frame → book → best spread on the board, without Python.
pub fn watched(directory: &Path, workload: &str) -> Result<Contest, Fault> {
    let lines = lines(directory, workload)?;
    let (count, frames) = (books(&lines), deltas(&lines));
    Ok(Box::new(move || {
        let Ok((mut market, table, row)) = watching(&lines, count) else { return failed("the board was refused") };
        let mut edge = None;
        let elapsed = timed(|| {
            for (number, frame) in &frames {
                let claim = market.feed(VenueId(*number), black_box(frame), 2);
                edge = black_box((claim.is_ok(), table.get(row, columns::EDGE))).1;
            }
        });
        Pass { elapsed, items: frames.len(), proof: told(edge), singles: Vec::new() }
    }))
}

/// What the board adds to a frame: two markets take turns at the same frames, one of them watched.
pub fn incremental(directory: &Path, workload: &str) -> Result<Contest, Fault> {
    let lines = lines(directory, workload)?;
    let (count, frames) = (books(&lines), deltas(&lines));
    // Both end at the last frame after which work from scratch is measured, so that the results can be compared.
    let compared = frames.len() / 16 * 16;
    Ok(Box::new(move || {
        let (made, alone) = (watching(&lines, count), market(count, true));
        let (Ok((mut market, table, row)), Ok(mut alone)) = (made, alone) else { return failed("refused") };
        if begin(&mut alone, &lines, count).is_err() {
            return failed("a snapshot was refused");
        }
        let (mut with, mut without) = (Duration::ZERO, Duration::ZERO);
        for turn in frames[..compared].chunks(TURN) {
            without += timed(|| feed_all(&mut alone, turn));
            with += timed(|| feed_all(&mut market, turn));
        }
        let elapsed = with.saturating_sub(without);
        Pass { elapsed, items: compared, proof: told(table.get(row, columns::EDGE)), singles: Vec::new() }
    }))
}

fn feed_all(market: &mut Market, frames: &[(u32, Vec<u8>)]) {
    for (number, frame) in frames {
        let _ = black_box(market.feed(VenueId(*number), black_box(frame), 2));
    }
}

fn told(edge: Option<f64>) -> String {
    edge.map_or_else(String::new, |edge| format!("{edge:.4}"))
}
