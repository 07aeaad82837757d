//! OKX v5: `books`, `books-l2-tbt`, `books50-l2-tbt` (a snapshot, then deltas that name the id before them), `books5`
//! (whole books), `bbo-tbt` (best prices), `funding-rate` and `mark-price`.
//!
//! Source: OKX API v5, WebSocket "Order book channel", "Funding rate channel", "Mark price channel", and
//! `GET /api/v5/market/books`; "OKX Order Book Channels Checksum Field Deprecation" of 2026-05-21: since 2026-06-23
//! `checksum` is always 0 and says nothing. The changelog also announces a stream without its snapshot: the REST book
//! joins by the same ids.

use super::{
    integer, members, only, price, quoted_time_ns, rate, signed_crc, string, BestFrame, Checksum, DeltaFrame, Event,
    FullFrame, Joining, Levels, Marks, Protocol, TickerFrame,
};
use crate::json::Fault;

pub(super) const PROTOCOL: Protocol = Protocol {
    name: "okx",
    template: |_| None,
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
        before_symbol: None,
    },
};

/// Price, quantity, a retired field, number of orders.
const FIELDS: usize = 4;

const HOUR_NS: i64 = 3_600_000_000_000;

/// `{"arg":{"channel":…,"instId":…},"action":…,"data":[{…}]}`; acknowledgements have no data.
pub(super) fn read(text: &str) -> Result<Event<'_>, Fault> {
    let [arg, action, data] = members(text, ["arg", "action", "data"])?;
    let (Some(arg), Some(data)) = (arg, data) else { return Ok(Event::Unclaimed) };
    let [channel, symbol] = members(arg, ["channel", "instId"])?;
    match string(channel)? {
        "books" | "books-l2-tbt" | "books50-l2-tbt" => book(string(symbol)?, string(action)?, only(data)?),
        "books5" => whole(string(symbol)?, only(data)?),
        "bbo-tbt" => best(string(symbol)?, only(data)?),
        "funding-rate" => funding(string(symbol)?, only(data)?),
        "mark-price" => mark(string(symbol)?, only(data)?),
        // Books with another kind of orders in them (`books-elp`, `books-rpi`).
        other if other.starts_with("books") => Ok(Event::Ignored),
        _ => Ok(Event::Unclaimed),
    }
}

/// `{"code":"0","data":[{"asks":[…],"bids":[…],"ts":…,"seqId":…}]}`
pub(super) fn snapshot(text: &str) -> Result<FullFrame<'_>, Fault> {
    let [data] = members(text, ["data"])?;
    let fields = Fields::read(only(data.ok_or("data is missing")?)?)?;
    fields.full(None, integer(fields.last)?, None)
}

/// The members of a book, unread.
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
        let names = ["asks", "bids", "ts", "seqId", "prevSeqId", "checksum"];
        let [asks, bids, time, last, previous, checksum] = members(element, names)?;
        Ok(Self { asks, bids, time, last, previous, checksum })
    }

    fn bids(&self) -> Result<Levels<'a>, Fault> {
        Ok(Levels::Rows { raw: self.bids.ok_or("bids are missing")?, fields: FIELDS })
    }

    fn asks(&self) -> Result<Levels<'a>, Fault> {
        Ok(Levels::Rows { raw: self.asks.ok_or("asks are missing")?, fields: FIELDS })
    }

    fn checksum(&self) -> Result<Option<Checksum>, Fault> {
        let crc = self.checksum.map(|raw| signed_crc(Some(raw))).transpose()?;
        Ok(crc.filter(|crc| *crc != 0).map(Checksum::Best25))
    }

    fn full(&self, symbol: Option<&'a str>, sequence: u64, checksum: Option<Checksum>) -> Result<FullFrame<'a>, Fault> {
        let ts_venue_ns = Some(quoted_time_ns(self.time)?);
        Ok(FullFrame { symbol, sequence, ts_venue_ns, bids: self.bids()?, asks: self.asks()?, checksum })
    }
}

/// Frames of before 2023 have no ids: 0 stands for them, and the checksum alone protects the book.
fn book<'a>(symbol: &'a str, action: &str, element: &'a str) -> Result<Event<'a>, Fault> {
    let fields = Fields::read(element)?;
    let checksum = fields.checksum()?;
    match action {
        "snapshot" => {
            let sequence = fields.last.map_or(Ok(0), |last| integer(Some(last)))?;
            fields.full(Some(symbol), sequence, checksum).map(Event::Begin)
        }
        "update" => {
            let (last, previous) = match (fields.last, fields.previous) {
                (None, None) if checksum.is_some() => (0, 0),
                (last, previous) => (integer(last)?, integer(previous)?),
            };
            let ts_venue_ns = quoted_time_ns(fields.time)?;
            let (bids, asks, first) = (fields.bids()?, fields.asks()?, previous.saturating_add(1));
            let delta = DeltaFrame { symbol, first, last, previous, ts_venue_ns, bids, asks, checksum };
            Ok(if fields.last.is_some() { Event::Delta(delta) } else { Event::Follow(delta) })
        }
        _ => Err("neither a snapshot nor an update"),
    }
}

fn whole<'a>(symbol: &'a str, element: &'a str) -> Result<Event<'a>, Fault> {
    // Its ids are those of another stream.
    Fields::read(element)?.full(Some(symbol), 0, None).map(Event::Full)
}

fn best<'a>(symbol: &'a str, element: &'a str) -> Result<Event<'a>, Fault> {
    let fields = Fields::read(element)?;
    Ok(Event::Best(BestFrame {
        symbol,
        sequence: fields.last.map_or(Ok(0), |last| integer(Some(last)))?,
        ts_venue_ns: Some(quoted_time_ns(fields.time)?),
        bids: fields.bids()?,
        asks: fields.asks()?,
    }))
}

/// The rate of the running period, settled at `fundingTime`.
fn funding<'a>(symbol: &'a str, element: &'a str) -> Result<Event<'a>, Fault> {
    let [running, settles, following] = members(element, ["fundingRate", "fundingTime", "nextFundingTime"])?;
    let ts_next_ns = quoted_time_ns(settles)?;
    let following = following.filter(|raw| *raw != "\"\"");
    let interval_hours = following.map(|raw| interval(ts_next_ns, quoted_time_ns(Some(raw))?)).transpose()?;
    let (rate, ts_next_ns) = (Some(rate(running)?), Some(ts_next_ns));
    Ok(Event::Ticker(TickerFrame { symbol, whole: false, rate, price_pay: None, ts_next_ns, interval_hours }))
}

/// Whole hours, a day at most.
fn interval(from_ns: i64, to_ns: i64) -> Result<u32, Fault> {
    let hours = to_ns.checked_sub(from_ns).filter(|gap| gap % HOUR_NS == 0).map(|gap| gap / HOUR_NS);
    let hours = hours.and_then(|hours| u32::try_from(hours).ok());
    hours.filter(|hours| (1..=24).contains(hours)).ok_or("a funding interval that is not 1 to 24 hours")
}

fn mark<'a>(symbol: &'a str, element: &'a str) -> Result<Event<'a>, Fault> {
    let [mark] = members(element, ["markPx"])?;
    let price_pay = Some(price(mark)?);
    let (rate, ts_next_ns, interval_hours) = (None, None, None);
    Ok(Event::Ticker(TickerFrame { symbol, whole: false, rate, price_pay, ts_next_ns, interval_hours }))
}

#[cfg(test)]
mod tests;
