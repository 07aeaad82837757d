//! dYdX v4 indexer: `v4_orderbook` (a snapshot, then changes) and `v4_markets` (funding and oracle prices).
//!
//! Source: dYdX documentation, "Indexer WebSocket" and "How to uncross the orderbook". Books are not numbered; messages
//! are, one by one over all channels of a connection. No message bears a time. A change states a price's whole size; 0
//! removes it, and a snapshot has none of 0. Funding is hourly, on the hour, paid on the oracle price.

use super::fields::{self, Members};
use super::template::Template;
use super::{
    integer, keep, members, price_any, rate_any, string, ChangeFrame, Event, FullFrame, Joining, Levels, Link, Marks,
    Protocol, TickerFrame, Tickers, Walk,
};
use crate::json::{Fault, Scanner};

pub(super) const PROTOCOL: Protocol = Protocol {
    name: "dydx",
    template,
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
        symbol_of: |value| value,
    },
};

/// Hours between settlements: the chain's funding-tick epoch.
const INTERVAL_HOURS: u32 = 1;

/// A change as the indexer writes it.
fn template(text: &str) -> Option<Event<'_>> {
    let mut at = Template::new(text);
    at.literal("{\"type\":\"channel_data\",\"connection_id\":\"")?;
    at.string()?;
    at.literal(",\"message_id\":")?;
    let message = at.whole()?;
    at.literal(",\"id\":\"")?;
    let symbol = at.string()?;
    at.literal(",\"channel\":\"v4_orderbook\",\"version\":\"")?;
    at.string()?;
    at.literal(",\"contents\":{")?;
    let bids = if at.take("\"bids\":") { Some(at.levels()?) } else { None };
    let both = bids.is_some() && at.take(",");
    let asks = if both || bids.is_none() {
        at.literal("\"asks\":")?;
        Some(at.levels()?)
    } else {
        None
    };
    at.literal("}}")?;
    at.end()?;
    Some(Event::Change(ChangeFrame { symbol, message, bids: side(bids), asks: side(asks) }))
}

/// `{"type":…,"connection_id":…,"message_id":…,"channel":…,"id":…,"contents":…}`
pub(super) fn read(text: &str) -> Result<Event<'_>, Fault> {
    let (mut kind, mut channel, mut message, mut symbol, mut contents) = (None, None, None, None, None);
    let mut scanner = Scanner::new(text);
    scanner.object(|key, scanner| match key {
        "type" => keep(&mut kind, scanner),
        "channel" => keep(&mut channel, scanner),
        "message_id" => keep(&mut message, scanner),
        "id" => keep(&mut symbol, scanner),
        // Where they begin too: batches are lists, and markets have other members.
        "contents" => fields::once(&mut contents, (*scanner, fields::object_if(scanner, &SIDES)?)),
        _ => scanner.value().map(|_| ()),
    })?;
    scanner.end()?;
    let kind = match kind {
        Some("\"subscribed\"") => Kind::Whole,
        Some("\"channel_data\"") => Kind::Change,
        Some("\"channel_batch_data\"") => Kind::Batch,
        _ => return Ok(Event::Unclaimed),
    };
    let contents = || contents.ok_or("contents are missing");
    match channel {
        Some("\"v4_orderbook\"") => book(kind, string(symbol)?, integer(message)?, contents()?),
        Some("\"v4_markets\"") => markets(kind, contents()?.0.value()?),
        _ => Ok(Event::Unclaimed),
    }
}

/// The members of a book's contents.
const SIDES: [&str; 2] = ["bids", "asks"];

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
fn book<'a>(
    kind: Kind,
    symbol: &'a str,
    message: u64,
    (mut place, fields): (Scanner<'a>, Option<Members<'a, 2>>),
) -> Result<Event<'a>, Fault> {
    let fields = || fields.ok_or("contents are no object");
    match kind {
        Kind::Batch => {
            let raw = place.value()?;
            Scanner::new(raw).array(|scanner| sides(fields::object(scanner, &SIDES)?).map(|_| ()))?;
            let side = |key| Levels::Batch { raw, key };
            Ok(Event::Change(ChangeFrame { symbol, message, bids: side("bids"), asks: side("asks") }))
        }
        Kind::Change => {
            let [bids, asks] = sides(fields()?)?;
            Ok(Event::Change(ChangeFrame { symbol, message, bids: side(bids), asks: side(asks) }))
        }
        Kind::Whole => {
            let [bids, asks] = fields()?;
            let keyed = |raw| Levels::Keyed { raw, price: "price", quantity: "size" };
            let (bids, asks) = (keyed(bids.ok_or("bids are missing")?), keyed(asks.ok_or("asks are missing")?));
            let (symbol, sequence, ts_venue_ns, checksum) = (Some(symbol), message, None, None);
            Ok(Event::Begin(FullFrame { symbol, sequence, ts_venue_ns, bids, asks, checksum }))
        }
    }
}

/// A side that is not named has not changed.
fn side(raw: Option<&str>) -> Levels<'_> {
    raw.map_or(Levels::Empty, Levels::pairs)
}

/// One side or both: a change of neither is no change.
fn sides(fields: Members<'_, 2>) -> Result<Members<'_, 2>, Fault> {
    Some(fields).filter(|sides| sides.iter().any(Option::is_some)).ok_or("neither bids nor asks")
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
