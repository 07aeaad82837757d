//! Bybit v5 linear perpetuals: `orderbook.N.SYMBOL` (a snapshot, then deltas numbered one by one, on one topic),
//! `orderbook.1.SYMBOL` (best prices, beside the book) and `tickers.SYMBOL` (a snapshot, then only what changed), which
//! alone tells the funding interval.
//!
//! Source: Bybit API v5, WebSocket public "Orderbook" and "Ticker".

use super::fields::{self, quoted_integer, quoted_time_ns, Members};
use super::template::Template;
use super::{
    integer, keep, price, rate, string, time_ns, BestFrame, DeltaFrame, Event, FullFrame, Joining, Levels, Marks,
    Protocol, TickerFrame,
};
use crate::json::{Fault, Scanner};

pub(super) const PROTOCOL: Protocol = Protocol {
    name: "bybit",
    template,
    read,
    // The ids over REST are those of the 1,000-level stream: they would join no other.
    snapshot: |_| Err("bybit sends its snapshots on the stream"),
    joining: Joining::Whole,
    tickers_partial: true,
    uncrosses: false,
    link: None,
    marks: Marks {
        book: &[b"\"orderbook."],
        funding: &[b"\"tickers."],
        symbol: b"\"topic\"",
        symbol_of: |topic| topic.rsplit('.').next().unwrap_or(topic),
    },
};

/// Depths of linear contracts. `orderbook.rpi` has levels of three fields and is not one of them.
const DEPTHS: [&str; 4] = ["50", "200", "500", "1000"];

/// The topic of best prices alone, which has snapshots only.
const BEST: &str = "1";

/// The id of the snapshot that a restarted service sends, whatever its `type` says.
const RESTART: u64 = 1;

/// The members of `data` that any claimed topic needs.
const DATA: [&str; 9] =
    ["s", "b", "a", "u", "symbol", "fundingRate", "markPrice", "nextFundingTime", "fundingIntervalHour"];

/// A snapshot or delta of a book as Bybit writes it.
fn template(text: &str) -> Option<Event<'_>> {
    let mut at = Template::new(text);
    at.literal("{\"topic\":\"orderbook.")?;
    let (depth, symbol) = at.string()?.split_once('.')?;
    at.literal(",\"type\":\"")?;
    let whole = match at.string()? {
        "snapshot" => true,
        "delta" => false,
        _ => return None,
    };
    at.literal(",\"ts\":")?;
    let ts_venue_ns = at.ms()?;
    at.literal(",\"data\":{\"s\":\"")?;
    let name = at.string()?;
    at.literal(",\"b\":")?;
    let bids = Levels::pairs(at.levels()?);
    at.literal(",\"a\":")?;
    let asks = Levels::pairs(at.levels()?);
    at.literal(",\"u\":")?;
    let last = at.whole()?;
    at.literal(",\"seq\":")?;
    at.whole()?;
    at.literal("}")?;
    if at.take(",\"cts\":") {
        at.whole()?;
    }
    at.literal("}")?;
    at.end()?;
    let known = DEPTHS.contains(&depth) && name == symbol;
    known.then(|| change(symbol, whole, ts_venue_ns, (bids, asks), last).ok()).flatten()
}

/// `{"topic":…,"type":"snapshot"|"delta","ts":…,"data":{…}}`
pub(super) fn read(text: &str) -> Result<Event<'_>, Fault> {
    let (mut topic, mut kind, mut time, mut data) = (None, None, None, None);
    let mut scanner = Scanner::new(text);
    scanner.object(|key, scanner| match key {
        "topic" => keep(&mut topic, scanner),
        "type" => keep(&mut kind, scanner),
        "ts" => keep(&mut time, scanner),
        "data" => fields::once(&mut data, fields::object_if(scanner, &DATA)?),
        _ => scanner.value().map(|_| ()),
    })?;
    scanner.end()?;
    let Some(topic) = topic else { return Ok(Event::Unclaimed) };
    let topic = string(Some(topic))?;
    let data = || data.flatten().ok_or("data is missing");
    if let Some(place) = topic.strip_prefix("orderbook.") {
        let (whole, ts_venue_ns) = (whole(kind)?, time_ns(time)?);
        return match place.split_once('.') {
            Some((BEST, symbol)) if whole => best(symbol, ts_venue_ns, data()?),
            Some((depth, symbol)) if DEPTHS.contains(&depth) => book(symbol, whole, ts_venue_ns, data()?),
            _ => Ok(Event::Ignored),
        };
    }
    match topic.strip_prefix("tickers.") {
        Some(symbol) => ticker(symbol, whole(kind)?, data()?),
        None => Ok(Event::Unclaimed),
    }
}

fn whole(kind: Option<&str>) -> Result<bool, Fault> {
    match string(kind)? {
        "snapshot" => Ok(true),
        "delta" => Ok(false),
        _ => Err("neither a snapshot nor a delta"),
    }
}

/// `{"s":…,"b":[[price,quantity]],"a":…,"u":…,"seq":…}`
fn book<'a>(symbol: &'a str, whole: bool, ts_venue_ns: i64, data: Members<'a, 9>) -> Result<Event<'a>, Fault> {
    let [name, bids, asks, last, ..] = data;
    if string(name)? != symbol {
        return Err("a book of another symbol");
    }
    let last = integer(last)?;
    let sides = (Levels::pairs(bids.ok_or("bids are missing")?), Levels::pairs(asks.ok_or("asks are missing")?));
    change(symbol, whole, ts_venue_ns, sides, last)
}

fn change<'a>(
    symbol: &'a str,
    whole: bool,
    ts_venue_ns: i64,
    (bids, asks): (Levels<'a>, Levels<'a>),
    last: u64,
) -> Result<Event<'a>, Fault> {
    if whole || last == RESTART {
        let (symbol, ts_venue_ns) = (Some(symbol), Some(ts_venue_ns));
        return Ok(Event::Begin(FullFrame { symbol, sequence: last, ts_venue_ns, bids, asks, checksum: None }));
    }
    let previous = last.checked_sub(1).ok_or("an id of 0")?;
    Ok(Event::Follow(DeltaFrame { symbol, first: last, last, previous, ts_venue_ns, bids, asks, checksum: None }))
}

/// Its ids are those of the topic and start again from 1 with a restart: the time alone orders them.
fn best<'a>(symbol: &'a str, ts_venue_ns: i64, data: Members<'a, 9>) -> Result<Event<'a>, Fault> {
    let Event::Begin(full) = book(symbol, true, ts_venue_ns, data)? else { return Ok(Event::Ignored) };
    let (bids, asks, ts_venue_ns) = (full.bids, full.asks, full.ts_venue_ns);
    Ok(Event::Best(BestFrame { symbol, sequence: 0, ts_venue_ns, bids, asks }))
}

/// Only what funding needs. A snapshot with an empty rate says that there is none: a dated contract.
fn ticker<'a>(symbol: &'a str, whole: bool, data: Members<'a, 9>) -> Result<Event<'a>, Fault> {
    let [_, _, _, _, name, raw_rate, mark, next, hours] = data;
    if string(name)? != symbol {
        return Err("a ticker of another symbol");
    }
    if whole && raw_rate == Some("\"\"") {
        let (rate, price_pay, ts_next_ns, interval_hours) = (None, None, None, None);
        return Ok(Event::Ticker(TickerFrame { symbol, whole, rate, price_pay, ts_next_ns, interval_hours }));
    }
    Ok(Event::Ticker(TickerFrame {
        symbol,
        whole,
        rate: raw_rate.map(|raw| rate(Some(raw))).transpose()?,
        price_pay: mark.map(|raw| price(Some(raw))).transpose()?,
        ts_next_ns: next.map(|raw| quoted_time_ns(Some(raw))).transpose()?,
        interval_hours: hours.map(interval).transpose()?,
    }))
}

/// `"8"`; a day is the longest that a rate per hour is made of.
fn interval(raw: &str) -> Result<u32, Fault> {
    let hours = quoted_integer(Some(raw))?;
    u32::try_from(hours).ok().filter(|hours| (1..=24).contains(hours)).ok_or("a funding interval beyond a day")
}

#[cfg(test)]
mod tests;
