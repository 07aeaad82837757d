//! Bitget v2 (`arg.channel`, `arg.instId`) and v3 (`arg.topic`, `arg.symbol`) futures: `books` (a snapshot, then deltas
//! with a checksum, and lately with the id before them), `books5`, `books15`, `books50` (whole books), `books1` (best
//! prices) and `ticker`, which never tells the funding interval.
//!
//! Source: Bitget API v2 and v3 (UTA), WebSocket public "Depth channel", "Order Book channel" and "Tickers channel".
//! A snapshot has the checksum 0: not given. Spot trades under the same symbols and is ignored, but for `sp`, the spot
//! of the retired v1, whose books have the same shape and are the only recorded checksums.

use super::{
    integer, members, only, price, quoted_time_ns, rate, signed_crc, string, BestFrame, Checksum, DeltaFrame, Event,
    FullFrame, Joining, Levels, Marks, Protocol, TickerFrame,
};
use crate::json::Fault;

pub(super) const PROTOCOL: Protocol = Protocol {
    name: "bitget",
    template: |_| None,
    read,
    snapshot: |_| Err("bitget sends its snapshots on the stream"),
    joining: Joining::Whole,
    tickers_partial: false,
    uncrosses: false,
    link: None,
    marks: Marks { book: &[b"\"books"], funding: &[b"\"ticker\""], symbol: b"\"instId\"", before_symbol: None },
};

/// `{"action":…,"arg":{…},"data":[{…}],"ts":…}`; acknowledgements have no data.
pub(super) fn read(text: &str) -> Result<Event<'_>, Fault> {
    let [arg, action, data] = members(text, ["arg", "action", "data"])?;
    let (Some(arg), Some(data)) = (arg, data) else { return Ok(Event::Unclaimed) };
    let [kind, channel, topic, id, symbol] = members(arg, ["instType", "channel", "topic", "instId", "symbol"])?;
    let channel = string(channel.or(topic))?;
    if !matches!(channel, "books" | "books1" | "books5" | "books15" | "books50" | "ticker") {
        return Ok(Event::Unclaimed);
    }
    if string(kind)?.eq_ignore_ascii_case("spot") {
        return Ok(Event::Ignored);
    }
    let (symbol, element) = (string(id.or(symbol))?, only(data)?);
    let snapshot = match string(action)? {
        "snapshot" => true,
        "update" => false,
        _ => return Err("neither a snapshot nor an update"),
    };
    match channel {
        "ticker" => ticker(symbol, snapshot, element),
        "books" => book(symbol, snapshot, element),
        _ if !snapshot => Err("a stream of whole books sent a change"),
        "books1" => best(symbol, element),
        _ => Fields::read(element)?.full(symbol, 0, None).map(Event::Full),
    }
}

/// The members of a book, unread, under the names of either version.
struct Fields<'a> {
    asks: Option<&'a str>,
    bids: Option<&'a str>,
    time: Option<&'a str>,
    last: Option<&'a str>,
    previous: Option<&'a str>,
    checksum: Option<&'a str>,
}

impl<'a> Fields<'a> {
    fn read(element: &'a str) -> Result<Self, Fault> {
        let names = ["asks", "bids", "a", "b", "ts", "seq", "pseq", "checksum"];
        let [asks, bids, a, b, time, last, previous, checksum] = members(element, names)?;
        Ok(Self { asks: asks.or(a), bids: bids.or(b), time, last, previous, checksum })
    }

    fn bids(&self) -> Result<Levels<'a>, Fault> {
        self.bids.map(Levels::pairs).ok_or("bids are missing")
    }

    fn asks(&self) -> Result<Levels<'a>, Fault> {
        self.asks.map(Levels::pairs).ok_or("asks are missing")
    }

    fn sequence(&self) -> Result<u64, Fault> {
        self.last.map_or(Ok(0), |last| integer(Some(last)))
    }

    /// None for 0, which stands for none.
    fn crc(&self) -> Result<Option<u32>, Fault> {
        let crc = self.checksum.map(|raw| signed_crc(Some(raw))).transpose()?;
        Ok(crc.filter(|crc| *crc != 0))
    }

    fn full(&self, symbol: &'a str, sequence: u64, checksum: Option<Checksum>) -> Result<FullFrame<'a>, Fault> {
        let (symbol, ts_venue_ns) = (Some(symbol), Some(quoted_time_ns(self.time)?));
        Ok(FullFrame { symbol, sequence, ts_venue_ns, bids: self.bids()?, asks: self.asks()?, checksum })
    }
}

/// A delta without the id before it is protected by its checksum alone; without either it could hide any loss.
fn book<'a>(symbol: &'a str, snapshot: bool, element: &'a str) -> Result<Event<'a>, Fault> {
    let fields = Fields::read(element)?;
    let crc = fields.crc()?;
    if snapshot {
        let checksum = crc.map_or(Checksum::Later, Checksum::Best25);
        return fields.full(symbol, fields.sequence()?, Some(checksum)).map(Event::Begin);
    }
    let (last, previous) = match (fields.previous, crc) {
        (Some(previous), _) => (integer(fields.last)?, integer(Some(previous))?),
        (None, Some(_)) => (0, 0),
        (None, None) => return Err("neither the id before nor a checksum"),
    };
    Ok(Event::Follow(DeltaFrame {
        symbol,
        first: previous.saturating_add(1),
        last,
        previous,
        ts_venue_ns: quoted_time_ns(fields.time)?,
        bids: fields.bids()?,
        asks: fields.asks()?,
        checksum: crc.map(Checksum::Best25),
    }))
}

fn best<'a>(symbol: &'a str, element: &'a str) -> Result<Event<'a>, Fault> {
    let fields = Fields::read(element)?;
    let (sequence, ts_venue_ns) = (fields.sequence()?, Some(quoted_time_ns(fields.time)?));
    Ok(Event::Best(BestFrame { symbol, sequence, ts_venue_ns, bids: fields.bids()?, asks: fields.asks()? }))
}

/// Only what funding needs. A dated contract has no next settlement, hence no funding.
fn ticker<'a>(symbol: &'a str, whole: bool, element: &'a str) -> Result<Event<'a>, Fault> {
    let [raw_rate, next, mark] = members(element, ["fundingRate", "nextFundingTime", "markPrice"])?;
    if raw_rate.is_none() && next.is_none() && mark.is_none() {
        return Ok(Event::Ignored);
    }
    let interval_hours = None;
    if matches!(next, Some("\"0\"" | "\"\"")) {
        let (rate, price_pay, ts_next_ns) = (None, None, None);
        return Ok(Event::Ticker(TickerFrame { symbol, whole: true, rate, price_pay, ts_next_ns, interval_hours }));
    }
    Ok(Event::Ticker(TickerFrame {
        symbol,
        whole,
        rate: raw_rate.map(|raw| rate(Some(raw))).transpose()?,
        price_pay: mark.map(|raw| price(Some(raw))).transpose()?,
        ts_next_ns: next.map(|raw| quoted_time_ns(Some(raw))).transpose()?,
        interval_hours,
    }))
}

#[cfg(test)]
mod tests;
