//! Kraken Futures v1: `book_snapshot`, then `book` (one change a frame, numbered one by one for each product), and
//! `ticker`.
//!
//! Source: Kraken "Derivatives WebSocket", feeds "Book", "Ticker" and "Ticker Lite". Numbers are bare and may have an
//! exponent. Funding accrues at `relative_funding_rate`, a fraction of the index per hour, until
//! `next_funding_rate_time`; `…_prediction` is for the hour after. `funding_rate` is money per contract and not used.

use super::template::Template;
use super::{
    integer, members, price_any, rate_any, string, time_ns, DeltaFrame, Event, FullFrame, Joining, Levels, Marks,
    Protocol, TickerFrame,
};
use crate::json::Fault;

pub(super) const PROTOCOL: Protocol = Protocol {
    name: "krakenfutures",
    template,
    read,
    snapshot: |_| Err("krakenfutures sends its snapshots on the stream"),
    joining: Joining::Whole,
    tickers_partial: false,
    uncrosses: false,
    link: None,
    marks: Marks {
        book: &[b"\"book\"", b"\"book_snapshot\""],
        funding: &[b"\"ticker\""],
        symbol: b"\"product_id\"",
        symbol_of: |value| value,
    },
};

/// A change as Kraken writes it, its numbers without an exponent.
fn template(text: &str) -> Option<Event<'_>> {
    let mut at = Template::new(text);
    at.literal("{\"feed\":\"book\",\"product_id\":\"")?;
    let symbol = at.string()?;
    at.literal(",\"side\":\"")?;
    let side = at.string()?;
    at.literal(",\"seq\":")?;
    let last = at.whole()?;
    at.literal(",\"price\":")?;
    let price = at.number()?;
    at.literal(",\"qty\":")?;
    let quantity = at.number()?;
    at.literal(",\"timestamp\":")?;
    let ts_venue_ns = at.ms()?;
    at.literal("}")?;
    at.end()?;
    change(symbol, side, last, Levels::Bare { price, quantity }, ts_venue_ns).map(Event::Follow).ok()
}

/// `{"feed":…,"product_id":…,…}`; acknowledgements name the feed beside an `event`.
pub(super) fn read(text: &str) -> Result<Event<'_>, Fault> {
    let [feed, event] = members(text, ["feed", "event"])?;
    match feed {
        _ if event.is_some() => Ok(Event::Unclaimed),
        Some("\"book\"") => delta(text).map(Event::Follow),
        Some("\"book_snapshot\"") => whole(text).map(Event::Begin),
        Some("\"ticker\"") => ticker(text).map(Event::Ticker),
        Some("\"ticker_lite\"") => Ok(Event::Ignored),
        _ => Ok(Event::Unclaimed),
    }
}

/// `{"feed":"book","product_id":…,"side":"sell","seq":…,"price":…,"qty":…,"timestamp":…}`
fn delta(text: &str) -> Result<DeltaFrame<'_>, Fault> {
    let names = ["product_id", "side", "seq", "price", "qty", "timestamp"];
    let [symbol, side, sequence, price, quantity, time] = members(text, names)?;
    let price = price.ok_or("a price is missing")?;
    let level = Levels::Bare { price, quantity: quantity.ok_or("a quantity is missing")? };
    change(string(symbol)?, string(side)?, integer(sequence)?, level, time_ns(time)?)
}

fn change<'a>(
    symbol: &'a str,
    side: &str,
    last: u64,
    level: Levels<'a>,
    ts_venue_ns: i64,
) -> Result<DeltaFrame<'a>, Fault> {
    let previous = last.checked_sub(1).ok_or("an id of 0")?;
    let (bids, asks) = match side {
        "buy" => (level, Levels::Empty),
        "sell" => (Levels::Empty, level),
        _ => return Err("neither buy nor sell"),
    };
    Ok(DeltaFrame { symbol, first: last, last, previous, ts_venue_ns, bids, asks, checksum: None })
}

/// `{"feed":"book_snapshot","product_id":…,"timestamp":…,"seq":…,"bids":[{"price":…,"qty":…}],"asks":[…]}`
fn whole(text: &str) -> Result<FullFrame<'_>, Fault> {
    let [symbol, time, sequence, bids, asks] = members(text, ["product_id", "timestamp", "seq", "bids", "asks"])?;
    let keyed = |raw| Levels::Keyed { raw, price: "price", quantity: "qty" };
    Ok(FullFrame {
        symbol: Some(string(symbol)?),
        sequence: integer(sequence)?,
        ts_venue_ns: Some(time_ns(time)?),
        bids: keyed(bids.ok_or("bids are missing")?),
        asks: keyed(asks.ok_or("asks are missing")?),
        checksum: None,
    })
}

/// Every ticker is whole. A dated contract, and a perpetual before its first hour, has no next settlement and so no
/// rate. A rate that is zero is not sent; one that is sent as money only is not known as a fraction.
fn ticker(text: &str) -> Result<TickerFrame<'_>, Fault> {
    let names = ["product_id", "relative_funding_rate", "funding_rate", "next_funding_rate_time", "index"];
    let [symbol, relative, absolute, next, index] = members(text, names)?;
    let symbol = string(symbol)?;
    let ts_next_ns = next.map(|next| time_ns(Some(next))).transpose()?.filter(|next| *next != 0);
    if ts_next_ns.is_none() {
        let (rate, price_pay, interval_hours) = (None, None, None);
        return Ok(TickerFrame { symbol, whole: true, rate, price_pay, ts_next_ns, interval_hours });
    }
    let rate = match (relative, absolute) {
        (Some(raw), _) => Some(rate_any(raw)?),
        (None, Some(_)) => None,
        (None, None) => Some(0.0),
    };
    let price_pay = index.map(price_any).transpose()?;
    Ok(TickerFrame { symbol, whole: true, rate, price_pay, ts_next_ns, interval_hours: None })
}

#[cfg(test)]
mod tests;
