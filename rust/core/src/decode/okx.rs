//! OKX v5: `books`, `books-l2-tbt`, `books50-l2-tbt` (a snapshot, then deltas that name the id before them), `books5`
//! (whole books), `bbo-tbt` (best prices), `funding-rate` and `mark-price`.
//!
//! Source: OKX API v5, WebSocket "Order book channel", "Funding rate channel", "Mark price channel", and
//! `GET /api/v5/market/books`; "OKX Order Book Channels Checksum Field Deprecation" of 2026-05-21: since 2026-06-23
//! `checksum` is always 0 and says nothing. The changelog also announces a stream without its snapshot: the REST book
//! joins by the same ids.

use super::fields::{self, quoted_time_ns, signed_crc, Members};
use super::template::Template;
use super::{
    integer, keep, price, rate, string, BestFrame, Checksum, DeltaFrame, Event, FullFrame, Joining, Levels, Marks,
    Protocol, TickerFrame,
};
use crate::json::{Fault, Scanner};

pub(super) const PROTOCOL: Protocol = Protocol {
    name: "okx",
    template,
    read,
    snapshot,
    joining: Joining::Deltas,
    tickers_partial: false,
    uncrosses: false,
    link: None,
    marks: Marks {
        book: &[b"\"books", b"\"bbo-tbt\""],
        funding: &[b"\"funding-rate\"", b"\"mark-price\""],
        symbol: b"\"instId\"",
        symbol_of: |value| value,
    },
};

const HOUR_NS: i64 = 3_600_000_000_000;

const ARG: [&str; 2] = ["channel", "instId"];

/// The members of `data` that any claimed channel needs.
const DATA: [&str; 10] =
    ["asks", "bids", "ts", "seqId", "prevSeqId", "checksum", "fundingRate", "fundingTime", "nextFundingTime", "markPx"];

/// A delta as OKX writes it; what follows its time stands in more than one order.
fn template(text: &str) -> Option<Event<'_>> {
    let mut at = Template::new(text);
    at.literal("{\"arg\":{\"channel\":\"")?;
    if !matches!(at.string()?, "books" | "books-l2-tbt" | "books50-l2-tbt") {
        return None;
    }
    at.literal(",\"instId\":\"")?;
    let symbol = at.string()?;
    at.literal("},\"action\":\"update\",\"data\":[{\"asks\":")?;
    let asks = rows(at.levels()?);
    at.literal(",\"bids\":")?;
    let bids = rows(at.levels()?);
    at.literal(",\"ts\":\"")?;
    let ts_venue_ns = at.ms()?;
    at.literal("\"")?;
    let (mut last, mut previous, mut crc) = (None, None, None);
    while !at.take("}]}") {
        let twice = if at.take(",\"checksum\":") {
            crc.replace(i32::try_from(at.signed()?).ok()? as u32).is_some()
        } else if at.take(",\"seqId\":") {
            last.replace(at.whole()?).is_some()
        } else {
            at.literal(",\"prevSeqId\":")?;
            previous.replace(at.whole()?).is_some()
        };
        (!twice).then_some(())?;
    }
    at.end()?;
    let frame = DeltaFrame { symbol, first: 0, last: 0, previous: 0, ts_venue_ns, bids, asks, checksum: checksum(crc) };
    change(frame, last, previous).ok()
}

/// `{"arg":{"channel":…,"instId":…},"action":…,"data":[{…}]}`; acknowledgements have no data.
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
    let (Some([channel, symbol]), Some(data)) = (arg, data) else { return Ok(Event::Unclaimed) };
    let fields = || Ok::<_, Fault>(Fields::new(string(symbol)?, data.ok_or("one element of data was expected")?));
    match string(channel)? {
        "books" | "books-l2-tbt" | "books50-l2-tbt" => fields()?.book(string(action)?),
        // Its ids are those of another stream.
        "books5" => fields()?.full(0, None).map(Event::Full),
        "bbo-tbt" => fields()?.best().map(Event::Best),
        "funding-rate" => fields()?.funding().map(Event::Ticker),
        "mark-price" => fields()?.mark().map(Event::Ticker),
        // Books with another kind of orders in them (`books-elp`, `books-rpi`).
        other if other.starts_with("books") => Ok(Event::Ignored),
        _ => Ok(Event::Unclaimed),
    }
}

/// `{"code":"0","data":[{"asks":[…],"bids":[…],"ts":…,"seqId":…}]}`
pub(super) fn snapshot(text: &str) -> Result<FullFrame<'_>, Fault> {
    let mut data = None;
    let mut scanner = Scanner::new(text);
    scanner.object(|key, scanner| match key {
        "data" => fields::once(&mut data, fields::sole(scanner, &DATA)?),
        _ => scanner.value().map(|_| ()),
    })?;
    scanner.end()?;
    let fields = Fields::new("", data.flatten().ok_or("one element of data was expected")?);
    Ok(FullFrame { symbol: None, ..fields.full(integer(fields.last)?, None)? })
}

/// Price, quantity, a retired field, number of orders.
fn rows(raw: &str) -> Levels<'_> {
    Levels::Rows { raw, fields: 4 }
}

/// 0 stands for none.
fn checksum(crc: Option<u32>) -> Option<Checksum> {
    crc.filter(|crc| *crc != 0).map(Checksum::Best25)
}

/// Frames of before 2023 have no ids: 0 stands for them, and the checksum alone protects the book.
fn change<'a>(frame: DeltaFrame<'a>, last: Option<u64>, previous: Option<u64>) -> Result<Event<'a>, Fault> {
    match last.zip(previous) {
        Some((last, previous)) => {
            Ok(Event::Delta(DeltaFrame { first: previous.saturating_add(1), last, previous, ..frame }))
        }
        None if last == previous && frame.checksum.is_some() => Ok(Event::Follow(frame)),
        None => Err("an id is missing"),
    }
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
    following: Option<&'a str>,
    mark: Option<&'a str>,
}

impl<'a> Fields<'a> {
    fn new(symbol: &'a str, data: Members<'a, 10>) -> Self {
        let [asks, bids, time, last, previous, crc, rate, settles, following, mark] = data;
        Self { symbol, asks, bids, time, last, previous, crc, rate, settles, following, mark }
    }

    fn bids(&self) -> Result<Levels<'a>, Fault> {
        self.bids.map(rows).ok_or("bids are missing")
    }

    fn asks(&self) -> Result<Levels<'a>, Fault> {
        self.asks.map(rows).ok_or("asks are missing")
    }

    fn last(&self) -> Result<Option<u64>, Fault> {
        self.last.map(|last| integer(Some(last))).transpose()
    }

    fn checksum(&self) -> Result<Option<Checksum>, Fault> {
        Ok(checksum(self.crc.map(|crc| signed_crc(Some(crc))).transpose()?))
    }

    fn book(&self, action: &str) -> Result<Event<'a>, Fault> {
        match action {
            "snapshot" => self.full(self.last()?.unwrap_or(0), self.checksum()?).map(Event::Begin),
            "update" => {
                let (symbol, ts_venue_ns, checksum) = (self.symbol, quoted_time_ns(self.time)?, self.checksum()?);
                let (bids, asks) = (self.bids()?, self.asks()?);
                let frame = DeltaFrame { symbol, first: 0, last: 0, previous: 0, ts_venue_ns, bids, asks, checksum };
                let previous = self.previous.map(|previous| integer(Some(previous))).transpose()?;
                change(frame, self.last()?, previous)
            }
            _ => Err("neither a snapshot nor an update"),
        }
    }

    fn full(&self, sequence: u64, checksum: Option<Checksum>) -> Result<FullFrame<'a>, Fault> {
        let (symbol, ts_venue_ns) = (Some(self.symbol), Some(quoted_time_ns(self.time)?));
        Ok(FullFrame { symbol, sequence, ts_venue_ns, bids: self.bids()?, asks: self.asks()?, checksum })
    }

    fn best(&self) -> Result<BestFrame<'a>, Fault> {
        let (sequence, ts_venue_ns) = (self.last()?.unwrap_or(0), Some(quoted_time_ns(self.time)?));
        Ok(BestFrame { symbol: self.symbol, sequence, ts_venue_ns, bids: self.bids()?, asks: self.asks()? })
    }

    /// The rate of the running period, settled at `fundingTime`.
    fn funding(&self) -> Result<TickerFrame<'a>, Fault> {
        let settles = quoted_time_ns(self.settles)?;
        let following = self.following.filter(|raw| *raw != "\"\"");
        Ok(TickerFrame {
            symbol: self.symbol,
            whole: false,
            rate: Some(rate(self.rate)?),
            price_pay: None,
            ts_next_ns: Some(settles),
            interval_hours: following.map(|raw| interval(settles, quoted_time_ns(Some(raw))?)).transpose()?,
        })
    }

    fn mark(&self) -> Result<TickerFrame<'a>, Fault> {
        let (symbol, price_pay) = (self.symbol, Some(price(self.mark)?));
        Ok(TickerFrame { symbol, whole: false, rate: None, price_pay, ts_next_ns: None, interval_hours: None })
    }
}

/// Whole hours, a day at most.
fn interval(from_ns: i64, to_ns: i64) -> Result<u32, Fault> {
    let hours = to_ns.checked_sub(from_ns).filter(|gap| gap % HOUR_NS == 0).map(|gap| gap / HOUR_NS);
    let hours = hours.and_then(|hours| u32::try_from(hours).ok());
    hours.filter(|hours| (1..=24).contains(hours)).ok_or("a funding interval that is not 1 to 24 hours")
}

#[cfg(test)]
mod tests;
