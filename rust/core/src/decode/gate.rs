//! Gate v4 futures: `futures.order_book_update` (numbered changes on top of a book fetched over REST), `futures.obu`
//! (the same with its snapshots on the stream), `futures.book_ticker` (best prices) and `futures.tickers`. Sizes are
//! contracts.
//!
//! Source: Gate API v4, "Futures WebSocket": "Order Book Update Subscription", "Order Book V2 Subscription", "Best
//! Ask/Bid Subscription", "Tickers Subscription", and `GET /futures/{settle}/order_book?with_id=true`. The older
//! `futures.order_book` tells the side by the sign of its sizes and has no ids that could be followed: it is ignored.

use super::fields::{self, Members};
use super::template::Template;
use super::{
    digits, flag, integer, keep, members, price_any, rate_any, string, time_ns, BestFrame, DeltaFrame, Event,
    FullFrame, Joining, Levels, Marks, Protocol, TickerFrame, Tickers,
};
use crate::json::{Fault, Scanner};
use crate::num;

pub(super) const PROTOCOL: Protocol = Protocol {
    name: "gate",
    template,
    read,
    snapshot,
    joining: Joining::Deltas,
    tickers_partial: false,
    uncrosses: false,
    link: None,
    marks: Marks {
        book: &[b"\"futures.order_book_update\"", b"\"futures.obu\"", b"\"futures.book_ticker\""],
        funding: &[b"\"futures.tickers\""],
        symbol: b"\"s\"",
        symbol_of: |name| contract(name).unwrap_or(name),
    },
};

/// Decimals of a second that an `i64` of nanoseconds has.
const SECOND_SCALE: u8 = 9;

/// A change as Gate writes it; the members of its result stand in more than one order.
fn template(text: &str) -> Option<Event<'_>> {
    let mut at = Template::new(text);
    at.literal("{\"time\":")?;
    at.whole()?;
    at.literal(",\"time_ms\":")?;
    at.whole()?;
    at.literal(",\"channel\":\"futures.order_book_update\",\"event\":\"update\",\"result\":{")?;
    let (mut symbol, mut time, mut first, mut last, mut bids, mut asks) = (None, None, None, None, None, None);
    loop {
        let twice = if at.take("\"U\":") {
            first.replace(at.whole()?).is_some()
        } else if at.take("\"u\":") {
            last.replace(at.whole()?).is_some()
        } else if at.take("\"t\":") {
            time.replace(at.ms()?).is_some()
        } else if at.take("\"s\":\"") {
            symbol.replace(at.string()?).is_some()
        } else if at.take("\"a\":") {
            asks.replace(keyed(at.levels()?)).is_some()
        } else {
            at.literal("\"b\":")?;
            bids.replace(keyed(at.levels()?)).is_some()
        };
        (!twice).then_some(())?;
        if !at.take(",") {
            break;
        }
    }
    at.literal("}}")?;
    at.end()?;
    delta(symbol?, (first?, last?), time?, (bids?, asks?)).map(Event::Delta).ok()
}

/// The members of `result` that any claimed channel needs.
const RESULT: [&str; 9] = ["t", "s", "U", "u", "b", "a", "full", "B", "A"];

/// `{"time_ms":…,"channel":…,"event":"update","result":…}`; every other event is an acknowledgement.
pub(super) fn read(text: &str) -> Result<Event<'_>, Fault> {
    let (mut channel, mut event, mut result) = (None, None, None);
    let mut scanner = Scanner::new(text);
    scanner.object(|key, scanner| match key {
        "channel" => keep(&mut channel, scanner),
        "event" => keep(&mut event, scanner),
        // Where it begins too: tickers are lists.
        "result" => fields::once(&mut result, (*scanner, fields::object_if(scanner, &RESULT)?)),
        _ => scanner.value().map(|_| ()),
    })?;
    scanner.end()?;
    let news = matches!(event, Some("\"update\"" | "\"all\""));
    let (Some(channel), Some((mut place, fields)), true) = (channel, result, news) else { return Ok(Event::Unclaimed) };
    let fields = || fields.ok_or("the result is no object");
    match channel {
        "\"futures.order_book_update\"" => book(fields()?),
        "\"futures.obu\"" => book_by_name(fields()?),
        "\"futures.book_ticker\"" => best(fields()?).map(Event::Best),
        "\"futures.tickers\"" => Tickers::checked(place.value()?, walk).map(Event::Tickers),
        "\"futures.order_book\"" => Ok(Event::Ignored),
        _ => Ok(Event::Unclaimed),
    }
}

/// `{"current":1684930166.384,"update":1684930166.35,"id":…,"asks":[{"p":…,"s":…}],"bids":[…]}`, times in seconds.
pub(super) fn snapshot(text: &str) -> Result<FullFrame<'_>, Fault> {
    let [id, update, bids, asks] = members(text, ["id", "update", "bids", "asks"])?;
    let second = update.map(|raw| num::mantissa(raw.as_bytes(), SECOND_SCALE)).transpose();
    Ok(FullFrame {
        symbol: None,
        sequence: integer(id)?,
        ts_venue_ns: second.map_err(|_| "a time is no plain decimal")?,
        bids: keyed(bids.ok_or("bids are missing")?),
        asks: keyed(asks.ok_or("asks are missing")?),
        checksum: None,
    })
}

fn keyed(raw: &str) -> Levels<'_> {
    Levels::Keyed { raw, price: "p", quantity: "s" }
}

/// `{"t":…,"s":…,"U":…,"u":…,"b":[{"p":…,"s":…}],"a":[…]}`; with `"full":true` a whole book.
fn book(fields: Members<'_, 9>) -> Result<Event<'_>, Fault> {
    let [time, symbol, first, last, bids, asks, full, ..] = fields;
    let (symbol, bids, asks) = (string(symbol)?, bids.ok_or("bids are missing")?, asks.ok_or("asks are missing")?);
    let sides = (keyed(bids), keyed(asks));
    if flag(full)? {
        return whole(symbol, last, time, sides).map(Event::Begin);
    }
    delta(symbol, (integer(first)?, integer(last)?), time_ns(time)?, sides).map(Event::Delta)
}

/// `{"t":…,"s":"ob.BTC_USDT.400","full":true,"u":…,"b":[["77222.9","600"]],"a":[…]}`, then changes with `U` and `u`,
/// each side only where it changed.
fn book_by_name(fields: Members<'_, 9>) -> Result<Event<'_>, Fault> {
    let [time, name, first, last, bids, asks, full, ..] = fields;
    let symbol = contract(string(name)?).ok_or("a stream is not named ob.CONTRACT.DEPTH")?;
    let sides = (bids.map_or(Levels::Empty, Levels::pairs), asks.map_or(Levels::Empty, Levels::pairs));
    if flag(full)? {
        return whole(symbol, last, time, sides).map(Event::Begin);
    }
    delta(symbol, (integer(first)?, integer(last)?), time_ns(time)?, sides).map(Event::Follow)
}

/// Of `ob.CONTRACT.DEPTH`.
fn contract(name: &str) -> Option<&str> {
    name.strip_prefix("ob.")?.rsplit_once('.').map(|(contract, _)| contract)
}

fn whole<'a>(
    symbol: &'a str,
    last: Option<&'a str>,
    time: Option<&'a str>,
    (bids, asks): (Levels<'a>, Levels<'a>),
) -> Result<FullFrame<'a>, Fault> {
    let (symbol, ts_venue_ns) = (Some(symbol), Some(time_ns(time)?));
    Ok(FullFrame { symbol, sequence: integer(last)?, ts_venue_ns, bids, asks, checksum: None })
}

/// Ids rise by one over all changes of a contract, so what is before `U` is known.
fn delta<'a>(
    symbol: &'a str,
    (first, last): (u64, u64),
    ts_venue_ns: i64,
    (bids, asks): (Levels<'a>, Levels<'a>),
) -> Result<DeltaFrame<'a>, Fault> {
    let previous = first.checked_sub(1).ok_or("an id of 0")?;
    if first > last {
        return Err("the first id is above the last");
    }
    Ok(DeltaFrame { symbol, first, last, previous, ts_venue_ns, bids, asks, checksum: None })
}

/// `{"t":…,"u":…,"s":…,"b":"45534.7","B":2500,"a":"45534.8","A":15227}`; an empty side has the price `""`.
fn best(fields: Members<'_, 9>) -> Result<BestFrame<'_>, Fault> {
    let [time, symbol, _, sequence, bid, ask, _, bid_size, ask_size] = fields;
    Ok(BestFrame {
        symbol: string(symbol)?,
        sequence: integer(sequence)?,
        ts_venue_ns: Some(time_ns(time)?).filter(|ns| *ns != 0),
        bids: one(bid, bid_size)?,
        asks: one(ask, ask_size)?,
    })
}

fn one<'a>(price: Option<&'a str>, quantity: Option<&'a str>) -> Result<Levels<'a>, Fault> {
    let (price, quantity) = (string(price)?, digits(quantity)?);
    Ok(if price.is_empty() { Levels::Empty } else { Levels::One { price, quantity } })
}

/// One ticker, a list of them, or (seen in 2021) a list in a list.
fn walk<'a>(raw: &'a str, take: &mut dyn FnMut(TickerFrame<'a>)) -> Result<(), Fault> {
    let mut scanner = Scanner::new(raw);
    if scanner.peek() != Some(b'[') {
        return ticker(scanner.value()?).map(take);
    }
    scanner.array(|scanner| {
        if scanner.peek() != Some(b'[') {
            return ticker(scanner.value()?).map(&mut *take);
        }
        scanner.array(|scanner| ticker(scanner.value()?).map(&mut *take))
    })
}

/// Every ticker is whole. `funding_rate` is that of the running period; the settlement is left to the calendar.
fn ticker<'a>(raw: &'a str) -> Result<TickerFrame<'a>, Fault> {
    let [symbol, rate, mark] = members(raw, ["contract", "funding_rate", "mark_price"])?;
    let told = |raw: Option<&'a str>| raw.filter(|raw| *raw != "\"\"");
    Ok(TickerFrame {
        symbol: string(symbol)?,
        whole: true,
        rate: told(rate).map(rate_any).transpose()?,
        price_pay: told(mark).map(price_any).transpose()?,
        ts_next_ns: None,
        interval_hours: None,
    })
}

#[cfg(test)]
mod tests;
