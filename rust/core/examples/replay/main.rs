//! Replays a recorded capture through the core and prints, for every second of it, each book's best prices, spread,
//! VWAP and depth, and the best cross-venue edge; at the end what became of the frames, and how fast.
//!
//! ```text
//! cargo run --release --example replay                                   # the frames in replay/two_venues.txt
//! cargo run --release --example replay -- hyperliquid A.txt bybit B.txt  # in the order of their times
//! zstdcat CAPTURE.txt.zst | cargo run --release --example replay -- binanceusdm -
//! ```
//!
//! A line is `TIME_NS FRAME`, of the venue named before the file, or `VENUE TIME_NS FRAME`; `#` begins a remark. A REST
//! book stands among the frames of its venue where that has one instrument. Instruments are met in the frames: eight
//! decimals, one asset unit a contract, every dollar the same, a taker fee of 5 bp.

mod arguments;
mod capture;
mod totals;

use arbbot_core::{columns, depth_within, vwap, BookState, Claim, InstrumentId, Market, Side, Table};
use arguments::{sources, usage, Source};
use capture::{meet, read, Fault, Line, Way, STEP};
use std::process::ExitCode;
use std::time::{Duration, Instant};
use totals::{reason, show_totals};

/// Asset units that a VWAP and the edge are for.
const SIZE: f64 = 1.0;
/// Reach of the depth, bp of the best price.
const REACH_BP: f64 = 10.0;
const SECOND_NS: i64 = 1_000_000_000;

fn clock(ts_ns: i64) -> String {
    let second = ts_ns.div_euclid(SECOND_NS).rem_euclid(86_400);
    format!("{:02}:{:02}:{:02}", second / 3_600, second / 60 % 60, second % 60)
}

fn show_book(market: &Market, id: InstrumentId, ts_ns: i64) -> Option<()> {
    let (instrument, book) = (market.instrument(id)?, market.book(id)?);
    let venue = market.venues().find(|(venue, _)| *venue == instrument.venue)?.1;
    print!("{} {venue:>14} {:>12} ", clock(ts_ns), instrument.symbol);
    let Some((bid, ask)) = book.top() else {
        match book.state() {
            BookState::Live => println!("one-sided"),
            BookState::Stale(reason) => println!("stale: {reason}"),
            BookState::Gapped(reason) => println!("gapped: {reason}"),
        }
        return None;
    };
    let (bid, ask) = (bid.price as f64 / STEP.1, ask.price as f64 / STEP.1);
    let vwap = |side| vwap(book.side(side), SIZE * STEP.1).map_or("-".into(), |price| format!("{:.2}", price / STEP.1));
    let near = |side| depth_within(book.side(side), REACH_BP).0 / STEP.1;
    let (sell, buy, bids, asks) = (vwap(Side::Bid), vwap(Side::Ask), near(Side::Bid), near(Side::Ask));
    let spread_bp = (ask - bid) / (ask + bid) * 2e4;
    println!("{bid:>12} {ask:>12} {spread_bp:>7.3} bp  {sell:>11} {buy:>11}  {bids:>9.3} {asks:>9.3}");
    Some(())
}

/// The best pair of an asset's venues, from the board.
fn show_edge(market: &Market, row: &[f64], ts_ns: i64) -> Option<()> {
    let venue = |column: usize| {
        let instrument = market.instrument(InstrumentId(row[column] as u32))?;
        market.venues().find(|(venue, _)| *venue == instrument.venue).map(|(_, name)| name)
    };
    let (edge, long) = (row[columns::EDGE], (row[columns::LONG] >= 0.0).then(|| venue(columns::LONG))??);
    println!("{} edge {edge:+.2} a unit after taker fees: long {long}, short {}", clock(ts_ns), venue(columns::SHORT)?);
    Some(())
}

/// Every book, and every asset's edge.
fn show(market: &Market, met: &[InstrumentId], table: &Table, ts_ns: i64) {
    for id in met {
        show_book(market, *id, ts_ns);
    }
    for row in 0..table.rows() {
        let row: Option<Vec<f64>> = (0..=columns::EDGE).map(|column| table.get(row, column)).collect();
        row.and_then(|row| show_edge(market, &row, ts_ns));
    }
}

/// Gives a line to the core; false where it could not be read.
fn take(market: &mut Market, line: &Line, way: Way) -> Result<bool, Fault> {
    let frame = line.frame.as_bytes();
    match way.1 {
        Some(id) => Ok(market.snapshot(id, frame, line.ts_ns)?),
        None => Ok(market.feed(way.0, frame, line.ts_ns)? != Claim::Malformed),
    }
}

fn replay(sources: &[Source]) -> Result<(), Fault> {
    let lines = read(sources)?;
    let mut market = Market::default();
    market.set_rate("USD", Some(1.0))?;
    let (met, ways) = meet(&mut market, &lines)?;
    let mut assets: Vec<_> = met.iter().filter_map(|id| market.instrument(*id)).map(|one| one.asset).collect();
    assets.sort_unstable();
    assets.dedup();
    let table = market.make_board(assets.len().max(1))?;
    for asset in &assets {
        let name = market.asset_name(*asset).to_owned();
        market.watch(&name, &[SIZE], 0.0)?;
    }
    println!("time, venue, symbol, bid, ask, spread, selling and buying {SIZE} at, resting within {REACH_BP} bp");
    let (mut busy, mut faults) = (Duration::ZERO, Vec::new());
    let mut due = lines.iter().zip(&ways).peekable();
    while let Some(second) = due.peek().map(|(line, _)| line.ts_ns.div_euclid(SECOND_NS)) {
        let start = Instant::now();
        while let Some((line, way)) = due.next_if(|(line, _)| line.ts_ns.div_euclid(SECOND_NS) == second) {
            if !take(&mut market, line, *way)?
                && !faults.iter().any(|(first, _): &(&Line, _)| first.venue == line.venue)
            {
                faults.push((line, reason(&market, line, way.0)));
            }
        }
        busy += start.elapsed();
        show(&market, &met, &table, second * SECOND_NS);
    }
    show_totals(&market, &faults)?;
    let rate = lines.len() as f64 / busy.as_secs_f64();
    println!("{} frames in {:.3} ms: {rate:.0} frames/s", lines.len(), busy.as_secs_f64() * 1e3);
    Ok(())
}

fn main() -> ExitCode {
    // the first argument is the name of the program
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let sources = match sources(&arguments) {
        Ok(sources) => sources,
        Err(why) => {
            eprintln!("{}{}", if why.is_empty() { why } else { format!("replay: {why}\n") }, usage());
            return ExitCode::from(2);
        }
    };
    match replay(&sources) {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("replay: {fault}");
            ExitCode::FAILURE
        }
    }
}
