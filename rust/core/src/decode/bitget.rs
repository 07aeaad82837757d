//! Bitget v2 (`arg.channel`, `arg.instId`) and v3 (`arg.topic`, `arg.symbol`) futures: `books` (a snapshot, then deltas
//! with a checksum, and lately with the id before them), `books5`, `books15`, `books50` (whole books), `books1` (best
//! prices) and `ticker`, which never tells the funding interval.
//!
//! Source: Bitget API v2 and v3 (UTA), WebSocket public "Depth channel", "Order Book channel" and "Tickers channel".
//! A snapshot has the checksum 0: not given. Spot trades under the same symbols and is ignored, but for `sp`, the spot
//! of the retired v1, whose books have the same shape and are the only recorded checksums.

use super::fields::{self, quoted_time_ns, signed_crc, Members};
use super::template::Template;
use super::{
    integer, keep, price, rate, string, BestFrame, Checksum, DeltaFrame, Event, FullFrame, Joining, Levels, Marks,
    Protocol, TickerFrame,
};
use crate::json::{Fault, Scanner};

pub(super) const PROTOCOL: Protocol = Protocol {
    name: "bitget",
    template,
    read,
    snapshot: |_| Err("bitget sends its snapshots on the stream"),
    joining: Joining::Whole,
    tickers_partial: false,
    uncrosses: false,
    link: None,
    marks: Marks { book: &[b"\"books"], funding: &[b"\"ticker\""], symbol: b"\"instId\"", symbol_of: |value| value },
};

const ARG: [&str; 5] = ["instType", "channel", "topic", "instId", "symbol"];

/// The members of `data` that any claimed channel of either version needs.
const DATA: [&str; 11] =
    ["asks", "bids", "a", "b", "ts", "seq", "pseq", "checksum", "fundingRate", "nextFundingTime", "markPrice"];

/// A delta of `books` as either version writes it; what follows the levels stands in more than one order.
fn template(text: &str) -> Option<Event<'_>> {
    let mut at = Template::new(text);
    at.literal("{\"action\":\"update\",\"arg\":{\"instType\":\"")?;
    if at.string()?.eq_ignore_ascii_case(SPOT) {
        return None;
    }
    let older = at.take(",\"channel\":\"books\",\"instId\":\"");
    if !older {
        at.literal(",\"topic\":\"books\",\"symbol\":\"")?;
    }
    let symbol = at.string()?;
    at.literal("},\"data\":[{\"a")?;
    let asks = after(&mut at, older, "sks\":", "\":")?;
    at.literal(",\"b")?;
    let bids = after(&mut at, older, "ids\":", "\":")?;
    let (mut time, mut last, mut previous, mut crc) = (None, None, None, None);
    while !at.take("}]") {
        let twice = if at.take(",\"checksum\":") {
            crc.replace(i32::try_from(at.signed()?).ok()? as u32).is_some()
        } else if at.take(",\"ts\":\"") {
            let twice = time.replace(at.ms()?).is_some();
            at.literal("\"")?;
            twice
        } else if at.take(",\"seq\":") {
            last.replace(at.whole()?).is_some()
        } else {
            at.literal(",\"pseq\":")?;
            previous.replace(at.whole()?).is_some()
        };
        (!twice).then_some(())?;
    }
    if at.take(",\"ts\":") {
        at.whole()?;
    }
    at.literal("}")?;
    at.end()?;
    change((symbol, time?), (bids, asks), (last, previous), crc.filter(|crc| *crc != 0)).ok()
}

/// The levels behind the rest of a key: v2 writes it out.
fn after<'a>(at: &mut Template<'a>, older: bool, long: &'static str, short: &'static str) -> Option<Levels<'a>> {
    at.literal(if older { long } else { short })?;
    at.levels().map(Levels::pairs)
}

/// Its instruments have the names of perpetuals.
const SPOT: &str = "spot";

/// `{"action":…,"arg":{…},"data":[{…}],"ts":…}`; acknowledgements have no data.
pub(super) fn read(text: &str) -> Result<Event<'_>, Fault> {
    let (mut arg, mut action, mut data) = (None, None, None);
    let mut scanner = Scanner::new(text);
    scanner.object(|key, scanner| match key {
        "arg" => fields::once(&mut arg, fields::object(scanner, &ARG)?),
        "action" => keep(&mut action, scanner),
        "data" => fields::once(&mut data, fields::sole(scanner, &DATA)?),
        _ => scanner.value().map(|_| ()),
    })?;
    scanner.end()?;
    let (Some([kind, channel, topic, id, symbol]), Some(data)) = (arg, data) else { return Ok(Event::Unclaimed) };
    let channel = string(channel.or(topic))?;
    if !matches!(channel, "books" | "books1" | "books5" | "books15" | "books50" | "ticker") {
        return Ok(Event::Unclaimed);
    }
    if string(kind)?.eq_ignore_ascii_case(SPOT) {
        return Ok(Event::Ignored);
    }
    let fields = Fields::new(string(id.or(symbol))?, data.ok_or("one element of data was expected")?);
    let snapshot = match string(action)? {
        "snapshot" => true,
        "update" => false,
        _ => return Err("neither a snapshot nor an update"),
    };
    match channel {
        "ticker" => fields.ticker(snapshot),
        "books" => fields.book(snapshot),
        _ if !snapshot => Err("a stream of whole books sent a change"),
        "books1" => fields.best().map(Event::Best),
        _ => fields.full(0, None).map(Event::Full),
    }
}

/// A delta without the id before it is protected by its checksum alone; without either it could hide any loss.
fn change<'a>(
    (symbol, ts_venue_ns): (&'a str, i64),
    (bids, asks): (Levels<'a>, Levels<'a>),
    (last, previous): (Option<u64>, Option<u64>),
    crc: Option<u32>,
) -> Result<Event<'a>, Fault> {
    let (last, previous) = match (previous, crc) {
        (Some(previous), _) => (last.ok_or("an id is missing")?, previous),
        (None, Some(_)) => (0, 0),
        (None, None) => return Err("neither the id before nor a checksum"),
    };
    let (first, checksum) = (previous.saturating_add(1), crc.map(Checksum::Best25));
    Ok(Event::Follow(DeltaFrame { symbol, first, last, previous, ts_venue_ns, bids, asks, checksum }))
}

/// The members of `data`, unread.
struct Fields<'a> {
    symbol: &'a str,
    asks: Option<&'a str>,
    bids: Option<&'a str>,
    time: Option<&'a str>,
    last: Option<&'a str>,
    previous: Option<&'a str>,
    crc: Option<&'a str>,
    rate: Option<&'a str>,
    settles: Option<&'a str>,
    mark: Option<&'a str>,
}

impl<'a> Fields<'a> {
    fn new(symbol: &'a str, data: Members<'a, 11>) -> Self {
        let [asks, bids, a, b, time, last, previous, crc, rate, settles, mark] = data;
        Self { symbol, asks: asks.or(a), bids: bids.or(b), time, last, previous, crc, rate, settles, mark }
    }

    fn bids(&self) -> Result<Levels<'a>, Fault> {
        self.bids.map(Levels::pairs).ok_or("bids are missing")
    }

    fn asks(&self) -> Result<Levels<'a>, Fault> {
        self.asks.map(Levels::pairs).ok_or("asks are missing")
    }

    fn last(&self) -> Result<Option<u64>, Fault> {
        self.last.map(|last| integer(Some(last))).transpose()
    }

    /// None for 0, which stands for none.
    fn crc(&self) -> Result<Option<u32>, Fault> {
        let crc = self.crc.map(|crc| signed_crc(Some(crc))).transpose()?;
        Ok(crc.filter(|crc| *crc != 0))
    }

    fn book(&self, snapshot: bool) -> Result<Event<'a>, Fault> {
        let (last, crc) = (self.last()?, self.crc()?);
        if snapshot {
            let checksum = crc.map_or(Checksum::Later, Checksum::Best25);
            return self.full(last.unwrap_or(0), Some(checksum)).map(Event::Begin);
        }
        let previous = self.previous.map(|previous| integer(Some(previous))).transpose()?;
        change((self.symbol, quoted_time_ns(self.time)?), (self.bids()?, self.asks()?), (last, previous), crc)
    }

    fn full(&self, sequence: u64, checksum: Option<Checksum>) -> Result<FullFrame<'a>, Fault> {
        let (symbol, ts_venue_ns) = (Some(self.symbol), Some(quoted_time_ns(self.time)?));
        Ok(FullFrame { symbol, sequence, ts_venue_ns, bids: self.bids()?, asks: self.asks()?, checksum })
    }

    fn best(&self) -> Result<BestFrame<'a>, Fault> {
        let (sequence, ts_venue_ns) = (self.last()?.unwrap_or(0), Some(quoted_time_ns(self.time)?));
        Ok(BestFrame { symbol: self.symbol, sequence, ts_venue_ns, bids: self.bids()?, asks: self.asks()? })
    }

    /// Only what funding needs. A dated contract has no next settlement, hence no funding; spot has nothing of it.
    fn ticker(&self, whole: bool) -> Result<Event<'a>, Fault> {
        if self.rate.or(self.settles).or(self.mark).is_none() {
            return Ok(Event::Ignored);
        }
        let (symbol, interval_hours) = (self.symbol, None);
        if matches!(self.settles, Some("\"0\"" | "\"\"")) {
            let (rate, price_pay, ts_next_ns) = (None, None, None);
            return Ok(Event::Ticker(TickerFrame { symbol, whole: true, rate, price_pay, ts_next_ns, interval_hours }));
        }
        Ok(Event::Ticker(TickerFrame {
            symbol,
            whole,
            rate: self.rate.map(|raw| rate(Some(raw))).transpose()?,
            price_pay: self.mark.map(|raw| price(Some(raw))).transpose()?,
            ts_next_ns: self.settles.map(|raw| quoted_time_ns(Some(raw))).transpose()?,
            interval_hours,
        }))
    }
}

#[cfg(test)]
mod tests;
