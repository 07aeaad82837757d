//! KuCoin Futures: `/contractMarket/level2` (numbered changes, one a frame, on top of a book fetched over REST),
//! `level2Depth5` and `level2Depth50` (whole books), `tickerV2` (best prices) and `/contract/instrument` (funding and
//! mark price). Sizes are contracts.
//!
//! Source: KuCoin "Futures trading", WebSocket public channels: "Level2 - Market Data", "Level2 - 5/50 best ask/bid
//! orders", "Get Ticker V2", "Contract Market Data", and `GET /api/v1/level2/snapshot`.

use super::template::Template;
use super::{
    digits, integer, members, price_any, rate_any, string, time_ns, BestFrame, DeltaFrame, Event, FullFrame, Joining,
    Levels, Marks, Protocol, TickerFrame,
};
use crate::funding::{next_settlement_ns, HOUR_NS};
use crate::json::Fault;

pub(super) const PROTOCOL: Protocol = Protocol {
    name: "kucoinfutures",
    template,
    read,
    snapshot,
    joining: Joining::Deltas,
    tickers_partial: false,
    uncrosses: false,
    link: None,
    marks: Marks {
        book: &[b"/contractMarket/level2", b"/contractMarket/tickerV2:"],
        funding: &[b"/contract/instrument:"],
        symbol: b"\"topic\"",
        symbol_of: |topic| topic.rsplit(':').next().unwrap_or(topic),
    },
};

/// The code of a REST answer that is none of an error.
const SUCCESS: &str = "200000";

/// Settlements are at 04:00, 12:00 and 20:00 UTC; of the shorter intervals one falls on 04:00 too.
const FIRST_SETTLEMENT_NS: i64 = 4 * HOUR_NS;

const HOUR_MS: u64 = 3_600_000;

/// A change as KuCoin writes it.
fn template(text: &str) -> Option<Event<'_>> {
    let mut at = Template::new(text);
    at.literal("{\"topic\":\"/contractMarket/level2:")?;
    let symbol = at.string()?;
    at.literal(",\"type\":\"message\",\"subject\":\"level2\",\"sn\":")?;
    at.whole()?;
    at.literal(",\"data\":{\"sequence\":")?;
    let last = at.whole()?;
    at.literal(",\"change\":\"")?;
    let change = at.string()?;
    at.literal(",\"timestamp\":")?;
    let ts_venue_ns = at.ms()?;
    at.literal("}}")?;
    at.end()?;
    one_change(symbol, last, change, ts_venue_ns).map(Event::Delta).ok()
}

/// `{"topic":"/contractMarket/level2:XBTUSDTM","type":"message","subject":…,"data":{…}}`
pub(super) fn read(text: &str) -> Result<Event<'_>, Fault> {
    let [topic, subject, data] = members(text, ["topic", "subject", "data"])?;
    let (Some(topic), Some(data)) = (topic, data) else { return Ok(Event::Unclaimed) };
    let Some((channel, symbol)) = string(Some(topic))?.split_once(':') else { return Ok(Event::Unclaimed) };
    match channel {
        "/contractMarket/level2" => delta(symbol, data).map(Event::Delta),
        "/contractMarket/level2Depth5" | "/contractMarket/level2Depth50" => whole(symbol, data).map(Event::Full),
        "/contractMarket/tickerV2" => best(symbol, data).map(Event::Best),
        "/contract/instrument" => instrument(symbol, subject, data),
        // A recorder's own frame of the REST book, and the older ticker.
        "/contractMarket/level2Snapshot" | "/contractMarket/ticker" => Ok(Event::Ignored),
        _ => Ok(Event::Unclaimed),
    }
}

/// `{"code":"200000","data":{"symbol":…,"sequence":…,"asks":[["5000.0",1000]],"bids":[…],"ts":…}}`, the time in ns.
pub(super) fn snapshot(text: &str) -> Result<FullFrame<'_>, Fault> {
    let [code, data] = members(text, ["code", "data"])?;
    if string(code)? != SUCCESS {
        return Err("an error instead of a book");
    }
    let names = ["symbol", "sequence", "bids", "asks", "ts"];
    let [symbol, sequence, bids, asks, time] = members(data.ok_or("data is missing")?, names)?;
    Ok(FullFrame {
        symbol: symbol.map(|symbol| string(Some(symbol))).transpose()?,
        sequence: integer(sequence)?,
        ts_venue_ns: time.map(|time| nanoseconds(Some(time))).transpose()?,
        bids: Levels::pairs(bids.ok_or("bids are missing")?),
        asks: Levels::pairs(asks.ok_or("asks are missing")?),
        checksum: None,
    })
}

fn nanoseconds(raw: Option<&str>) -> Result<i64, Fault> {
    i64::try_from(integer(raw)?).map_err(|_| "a time is too large")
}

/// `{"sequence":…,"change":"5000.0,sell,83","timestamp":…}`; ids rise by one.
fn delta<'a>(symbol: &'a str, data: &'a str) -> Result<DeltaFrame<'a>, Fault> {
    let [sequence, change, time] = members(data, ["sequence", "change", "timestamp"])?;
    one_change(symbol, integer(sequence)?, string(change)?, time_ns(time)?)
}

fn one_change<'a>(symbol: &'a str, last: u64, change: &'a str, ts_venue_ns: i64) -> Result<DeltaFrame<'a>, Fault> {
    let previous = last.checked_sub(1).ok_or("an id of 0")?;
    let mut parts = change.split(',');
    let (Some(price), Some(side), Some(quantity), None) = (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err("a change is not price,side,size");
    };
    let level = Levels::One { price, quantity };
    let (bids, asks) = match side {
        "buy" => (level, Levels::Empty),
        "sell" => (Levels::Empty, level),
        _ => return Err("neither buy nor sell"),
    };
    Ok(DeltaFrame { symbol, first: last, last, previous, ts_venue_ns, bids, asks, checksum: None })
}

/// `{"bids":[["70000.0",46]],"asks":[…],"sequence":…,"timestamp":…}`; the ids are those of another stream.
fn whole<'a>(symbol: &'a str, data: &'a str) -> Result<FullFrame<'a>, Fault> {
    let [bids, asks, time] = members(data, ["bids", "asks", "timestamp"])?;
    Ok(FullFrame {
        symbol: Some(symbol),
        sequence: 0,
        ts_venue_ns: Some(time_ns(time)?),
        bids: Levels::pairs(bids.ok_or("bids are missing")?),
        asks: Levels::pairs(asks.ok_or("asks are missing")?),
        checksum: None,
    })
}

/// `{"sequence":…,"bestBidSize":260,"bestBidPrice":"24.067","bestAskPrice":"24.08","bestAskSize":250,"ts":…}`, the
/// time in ns.
fn best<'a>(symbol: &'a str, data: &'a str) -> Result<BestFrame<'a>, Fault> {
    let names = ["sequence", "bestBidPrice", "bestBidSize", "bestAskPrice", "bestAskSize", "ts"];
    let [sequence, bid, bid_size, ask, ask_size, time] = members(data, names)?;
    Ok(BestFrame {
        symbol,
        sequence: integer(sequence)?,
        ts_venue_ns: Some(nanoseconds(time)?),
        bids: one(bid, bid_size)?,
        asks: one(ask, ask_size)?,
    })
}

/// An empty side has no price, or the size 0.
fn one<'a>(price: Option<&'a str>, quantity: Option<&'a str>) -> Result<Levels<'a>, Fault> {
    if matches!(price, None | Some("null" | "\"\"")) || quantity == Some("0") {
        return Ok(Levels::Empty);
    }
    Ok(Levels::One { price: digits(price)?, quantity: digits(quantity)? })
}

/// Two subjects on one topic, each a part of the ticker.
fn instrument<'a>(symbol: &'a str, subject: Option<&'a str>, data: &'a str) -> Result<Event<'a>, Fault> {
    let nothing =
        TickerFrame { symbol, whole: false, rate: None, price_pay: None, ts_next_ns: None, interval_hours: None };
    match subject {
        Some("\"mark.index.price\"") => {
            let [mark] = members(data, ["markPrice"])?;
            let price_pay = Some(price_any(mark.ok_or("a mark price is missing")?)?);
            Ok(Event::Ticker(TickerFrame { price_pay, ..nothing }))
        }
        Some("\"funding.rate\"") => funding(nothing, data),
        _ => Ok(Event::Ignored),
    }
}

/// `{"granularity":28800000,"fundingRate":0.000038,"timestamp":…}`. With the interval as granularity it is the rate of
/// the running period; with a minute it is predicted for the period after that one, so not for the next settlement.
fn funding<'a>(nothing: TickerFrame<'a>, data: &'a str) -> Result<Event<'a>, Fault> {
    let [granularity, raw, time] = members(data, ["granularity", "fundingRate", "timestamp"])?;
    let (rate, interval_ms, ts_venue_ns) =
        (rate_any(raw.ok_or("a funding rate is missing")?)?, integer(granularity)?, time_ns(time)?);
    if interval_ms < HOUR_MS {
        return Ok(Event::Ignored);
    }
    let hours = u32::try_from(interval_ms / HOUR_MS).ok().filter(|hours| (1..=24).contains(hours));
    let interval_hours = hours.filter(|_| interval_ms % HOUR_MS == 0).ok_or("a funding interval beyond a day")?;
    let since_first_ns = next_settlement_ns(ts_venue_ns.saturating_sub(FIRST_SETTLEMENT_NS), interval_hours);
    let ts_next_ns = Some(since_first_ns.saturating_add(FIRST_SETTLEMENT_NS));
    let (rate, interval_hours) = (Some(rate), Some(interval_hours));
    Ok(Event::Ticker(TickerFrame { rate, ts_next_ns, interval_hours, ..nothing }))
}

#[cfg(test)]
mod tests;
