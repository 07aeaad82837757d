//! Raw bytes → book → best, through the whole core; many books; and the least that reading the bytes can cost.

use crate::apply::{proof, MapBook};
use crate::timing::{timed, Contest, Pass};
use crate::workload::{full, lines, Fault, Line};
use arbbot_core::decode::{Event, Shapes};
use arbbot_core::{Decoder, InstrumentId, Market, Terms, VenueId};
use rustc_hash::FxHashMap;
use std::hint::black_box;
use std::path::Path;
use std::time::Instant;

/// What a figure is per.
#[derive(Clone, Copy, PartialEq)]
pub enum Per {
    /// A price level in a frame.
    Level,
    /// A frame.
    Frame,
}

/// A market of `count` instruments: of one venue each (`spread`), or all of one venue.
pub fn market(count: usize, spread: bool) -> Result<Market, Fault> {
    let mut market = Market::default();
    market.set_rate("USDT", Some(1.0))?;
    for number in 0..count {
        let alone = format!("S{number:05}USDT");
        let symbol = if spread || count == 1 { "BTCUSDT" } else { &alone };
        if spread || number == 0 {
            market.add_venue(&format!("venue{number}"), Decoder::BinanceUsdm)?;
        }
        market.add_instrument(&Terms {
            venue: VenueId(if spread { number as u32 } else { 0 }),
            symbol,
            asset: if spread { "BTC" } else { symbol },
            quote: "USDT",
            tick: "0.1",
            lot: "0.001",
            multiplier: "1",
            contract_size: "1",
            fee_rate_taker: 0.0005,
            funding_interval_hours: 8,
        })?;
    }
    Ok(market)
}

/// Feeds the snapshots of a workload.
pub fn begin(market: &mut Market, lines: &[Line], books: usize) -> Result<(), Fault> {
    for line in lines.iter().filter(|line| line.snapshot) {
        let all = if line.key < 0 { 0..books } else { line.key as usize..line.key as usize + 1 };
        for number in all {
            market.snapshot(InstrumentId(number as u32), line.frame.as_bytes(), 1)?;
        }
    }
    Ok(())
}

/// How many books a workload is about.
pub fn books(lines: &[Line]) -> usize {
    1 + lines.iter().map(|line| line.key.max(0) as usize).max().unwrap_or(0)
}

/// Deltas of a workload: (book, bytes).
pub fn deltas(lines: &[Line]) -> Vec<(u32, Vec<u8>)> {
    let deltas = lines.iter().filter(|line| !line.snapshot);
    deltas.map(|line| (line.key as u32, line.frame.clone().into_bytes())).collect()
}

/// Bytes → decoded, checked, applied → best prices of the book.
pub fn ours(directory: &Path, workload: &str, per: Per, singles: bool) -> Result<Contest, Fault> {
    let lines = lines(directory, workload)?;
    let (count, frames) = (books(&lines), deltas(&lines));
    let items = items(&frames, per);
    Ok(Box::new(move || {
        let Ok(mut market) = market(count, false) else { return failed("the market was refused") };
        if begin(&mut market, &lines, count).is_err() {
            return failed("a snapshot was refused");
        }
        let mut stamps = Vec::with_capacity(if singles { frames.len() } else { 0 });
        let elapsed = timed(|| {
            for (number, frame) in &frames {
                let start = singles.then(Instant::now);
                let claim = market.feed(VenueId(0), black_box(frame), 2);
                black_box((claim.is_ok(), market.book(InstrumentId(*number)).map(|book| book.top())));
                if let Some(start) = start {
                    stamps.push(start.elapsed().as_nanos() as u64);
                }
            }
        });
        let last = frames.last().map_or(0, |(number, _)| *number);
        let top = market.book(InstrumentId(last)).and_then(|book| book.top());
        Pass { elapsed, items, proof: proof(top), singles: stamps }
    }))
}

/// What a frame costs before its book is touched: its head, and where levels count, every number of them.
pub fn decoded(directory: &Path, workload: &str, per: Per) -> Result<Contest, Fault> {
    let frames = deltas(&lines(directory, workload)?);
    let items = items(&frames, per);
    Ok(Box::new(move || {
        let (mut bids, mut asks, mut shapes) = (Vec::new(), Vec::new(), Shapes::default());
        let elapsed = timed(|| {
            for (_, frame) in &frames {
                let event = Decoder::BinanceUsdm.decode(black_box(frame));
                if let (Per::Level, Event::Delta(delta)) = (per, black_box(event)) {
                    bids.clear();
                    asks.clear();
                    let read = delta.bids.read_alike(1, 3, &mut bids, &mut shapes);
                    let read = read.and_then(|()| delta.asks.read_alike(1, 3, &mut asks, &mut shapes));
                    black_box((read.is_ok(), &bids, &asks));
                }
            }
        });
        Pass { elapsed, items, proof: String::new(), singles: Vec::new() }
    }))
}

/// How many levels or frames there are.
fn items(frames: &[(u32, Vec<u8>)], per: Per) -> usize {
    // Quotes around numbers: two numbers a level, in arrays.
    let levels = |frame: &Vec<u8>| frame.windows(2).filter(|pair| pair == b"[\"").count();
    match per {
        Per::Level => frames.iter().map(|(_, frame)| levels(frame)).sum(),
        Per::Frame => frames.len(),
    }
}

/// Our decoder, levels into sorted maps found by symbol: what a plain Rust program would do with the same bytes.
pub fn map(directory: &Path, workload: &str) -> Result<Contest, Fault> {
    let lines = lines(directory, workload)?;
    let (count, frames) = (books(&lines), deltas(&lines));
    let first = full(&lines.iter().find(|line| line.snapshot).ok_or("no snapshot")?.frame)?;
    Ok(Box::new(move || {
        let mut books = FxHashMap::default();
        for number in 0..count {
            books.entry(format!("S{number:05}USDT")).or_insert_with(MapBook::default).replace(&first);
        }
        let (mut bids, mut asks, mut shapes, mut top) = (Vec::new(), Vec::new(), Shapes::default(), None);
        let elapsed = timed(|| {
            for (_, frame) in &frames {
                let Event::Delta(delta) = Decoder::BinanceUsdm.decode(black_box(frame)) else { continue };
                bids.clear();
                asks.clear();
                let read = delta.bids.read_alike(1, 3, &mut bids, &mut shapes);
                let read = read.and_then(|()| delta.asks.read_alike(1, 3, &mut asks, &mut shapes));
                if let (Ok(()), Some(book)) = (read, books.get_mut(delta.symbol)) {
                    book.delta(&bids, &asks);
                    top = black_box(book.top());
                }
            }
        });
        Pass { elapsed, items: frames.len(), proof: proof(top), singles: Vec::new() }
    }))
}

/// Every frame read once, eight bytes at a time: the memory-bandwidth bound.
pub fn bound(directory: &Path, workload: &str, per: Per) -> Result<Contest, Fault> {
    let frames = deltas(&lines(directory, workload)?);
    let items = items(&frames, per);
    Ok(Box::new(move || {
        let mut sum = 0u64;
        let elapsed = timed(|| {
            for (_, frame) in &frames {
                let words = black_box(frame).chunks_exact(8);
                let tail: u64 = words.remainder().iter().map(|byte| u64::from(*byte)).sum();
                let word = |word: &[u8]| word.try_into().map_or(0, u64::from_le_bytes);
                sum = black_box(words.map(word).fold(sum.wrapping_add(tail), u64::wrapping_add));
            }
        });
        Pass { elapsed, items, proof: String::new(), singles: Vec::new() }
    }))
}

/// A pass that could not be made says so where its proof would be.
pub fn failed(reason: &str) -> Pass {
    Pass { elapsed: std::time::Duration::from_secs(1), items: 1, proof: reason.to_owned(), singles: Vec::new() }
}
