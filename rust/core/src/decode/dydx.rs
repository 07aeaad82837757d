//! dYdX v4 indexer: `v4_orderbook` (a snapshot, then changes) and `v4_markets` (funding and oracle prices).
//!
//! Source: dYdX documentation, "Indexer WebSocket" and "How to uncross the orderbook". Books are not numbered; messages
//! are, one by one over all channels of a connection. No message bears a time. A change states a price's whole size; 0
//! removes it, and a snapshot has none of 0. Funding is hourly, on the hour, paid on the oracle price.

use super::{
    integer, members, price_any, rate_any, string, ChangeFrame, Event, FullFrame, Joining, Levels, Link, Marks,
    Protocol, TickerFrame, Tickers, Walk,
};
use crate::json::{Fault, Scanner};

pub(super) const PROTOCOL: Protocol = Protocol {
    name: "dydx",
    template: |_| None,
    read,
    // The indexer's REST books have no message id: nothing tells where on the stream they belong.
    snapshot: |_| Err("dydx sends its snapshots on the stream"),
    joining: Joining::Whole,
    tickers_partial: true,
    uncrosses: true,
    link: Some(link),
    marks: Marks {
        book: &[b"\"v4_orderbook\""],
        funding: &[b"\"v4_markets\""],
        symbol: b"\"id\"",
        before_symbol: None,
    },
};

/// Hours between settlements: the chain's funding-tick epoch.
const INTERVAL_HOURS: u32 = 1;

/// `{"type":…,"connection_id":…,"message_id":…,"channel":…,"id":…,"contents":…}`
pub(super) fn read(text: &str) -> Result<Event<'_>, Fault> {
    let names = ["type", "channel", "message_id", "id", "contents"];
    let [kind, channel, message, symbol, contents] = members(text, names)?;
    let kind = match kind {
        Some("\"subscribed\"") => Kind::Whole,
        Some("\"channel_data\"") => Kind::Change,
        Some("\"channel_batch_data\"") => Kind::Batch,
        _ => return Ok(Event::Unclaimed),
    };
    match channel {
        Some("\"v4_orderbook\"") => book(kind, string(symbol)?, integer(message)?, contents),
        Some("\"v4_markets\"") => markets(kind, contents.ok_or("contents are missing")?),
        _ => Ok(Event::Unclaimed),
    }
}

/// Which of the three shapes a message has.
#[derive(Clone, Copy)]
enum Kind {
    Whole,
    Change,
    Batch,
}

/// A message's number, whatever it is about.
fn link(text: &str) -> Option<Link<'_>> {
    let [connection, message] = members(text, ["connection_id", "message_id"]).ok()?;
    Some(Link { connection: string(connection).ok()?, message: integer(message).ok()? })
}

/// `{"bids":[{"price":…,"size":…}],"asks":…}`, `{"bids":[["11.21","0"]]}`, or an array of the latter.
fn book<'a>(kind: Kind, symbol: &'a str, message: u64, contents: Option<&'a str>) -> Result<Event<'a>, Fault> {
    let contents = contents.ok_or("contents are missing")?;
    if let Kind::Batch = kind {
        let side = |key| Levels::Batch { raw: contents, key };
        return Ok(Event::Change(ChangeFrame { symbol, message, bids: side("bids"), asks: side("asks") }));
    }
    let [bids, asks] = members(contents, ["bids", "asks"])?;
    if let Kind::Change = kind {
        let side = |raw: Option<&'a str>| raw.map_or(Levels::Empty, Levels::pairs);
        return Ok(Event::Change(ChangeFrame { symbol, message, bids: side(bids), asks: side(asks) }));
    }
    let keyed = |raw| Levels::Keyed { raw, price: "price", quantity: "size" };
    Ok(Event::Begin(FullFrame {
        symbol: Some(symbol),
        sequence: message,
        ts_venue_ns: None,
        bids: keyed(bids.ok_or("bids are missing")?),
        asks: keyed(asks.ok_or("asks are missing")?),
        checksum: None,
    }))
}

fn markets(kind: Kind, contents: &str) -> Result<Event<'_>, Fault> {
    let walk: Walk = match kind {
        Kind::Whole => all,
        Kind::Change => some,
        Kind::Batch => batch,
    };
    Tickers::checked(contents, walk).map(Event::Tickers)
}

/// `{"markets":{"BTC-USD":{"oraclePrice":…,"nextFundingRate":…,…},…}}`
fn all<'a>(contents: &'a str, take: &mut dyn FnMut(TickerFrame<'a>)) -> Result<(), Fault> {
    let [markets] = members(contents, ["markets"])?;
    section(markets.ok_or("markets are missing")?, true, take)
}

/// `{"trading":{"BTC-USD":{"nextFundingRate":…}}}`, `{"oraclePrices":{"BTC-USD":{"oraclePrice":…}}}`, or both.
fn some<'a>(contents: &'a str, take: &mut dyn FnMut(TickerFrame<'a>)) -> Result<(), Fault> {
    let [trading, prices] = members(contents, ["trading", "oraclePrices"])?;
    trading.map_or(Ok(()), |raw| section(raw, false, take))?;
    prices.map_or(Ok(()), |raw| section(raw, false, take))
}

/// An array of changes.
fn batch<'a>(contents: &'a str, take: &mut dyn FnMut(TickerFrame<'a>)) -> Result<(), Fault> {
    Scanner::new(contents).array(|scanner| some(scanner.value()?, take))
}

fn section<'a>(raw: &'a str, whole: bool, take: &mut dyn FnMut(TickerFrame<'a>)) -> Result<(), Fault> {
    Scanner::new(raw).object(|symbol, scanner| {
        let [rate, price] = members(scanner.value()?, ["nextFundingRate", "oraclePrice"])?;
        // A market that is not open yet has none.
        let told = |raw: Option<&'a str>| raw.filter(|raw| *raw != "null");
        take(TickerFrame {
            symbol,
            whole,
            rate: told(rate).map(rate_any).transpose()?,
            price_pay: told(price).map(price_any).transpose()?,
            ts_next_ns: None,
            interval_hours: Some(INTERVAL_HOURS),
        });
        Ok(())
    })
}

#[cfg(test)]
mod tests;
