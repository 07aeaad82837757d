//! Hyperliquid perpetuals: `l2Book` (whole books), `bbo` (best prices) and `activeAssetCtx` (hourly funding, paid on
//! the oracle price).
//!
//! Source: Hyperliquid documentation, "WebSocket subscriptions" and "Funding".

use super::{
    members, price, rate, string, time_ns, BestFrame, Event, FullFrame, FundingFrame, Joining, Levels, Marks, Protocol,
};
use crate::json::{Fault, Scanner};

pub(super) const PROTOCOL: Protocol = Protocol {
    name: "hyperliquid",
    template: |_| None,
    read,
    snapshot: book,
    joining: Joining::Whole,
    tickers_partial: false,
    uncrosses: false,
    link: None,
    marks: Marks {
        book: &[b"\"l2Book\"", b"\"bbo\""],
        funding: &[b"\"activeAssetCtx\""],
        symbol: b"\"coin\"",
        before_symbol: None,
    },
};

/// `{"channel":…,"data":…}`
pub(super) fn read(text: &str) -> Result<Event<'_>, Fault> {
    let [channel, data] = members(text, ["channel", "data"])?;
    match channel {
        Some("\"l2Book\"") => book(data.ok_or("data is missing")?).map(Event::Full),
        Some("\"activeAssetCtx\"") => funding(data.ok_or("data is missing")?).map(Event::Funding),
        Some("\"bbo\"") => best(data.ok_or("data is missing")?),
        _ => Ok(Event::Unclaimed),
    }
}

/// `{"coin":…,"time":…,"levels":[[bids],[asks]]}`, on the stream and over REST.
pub(super) fn book(data: &str) -> Result<FullFrame<'_>, Fault> {
    let [coin, time, raw] = members(data, ["coin", "time", "levels"])?;
    let [bids, asks] = pair(raw.ok_or("levels are missing")?)?;
    let (bids, asks) = bids.zip(asks).ok_or("a book has fewer than two sides")?;
    Ok(FullFrame {
        symbol: Some(string(coin)?),
        sequence: 0,
        ts_venue_ns: Some(time_ns(time)?),
        bids: levels(bids),
        asks: levels(asks),
        checksum: None,
    })
}

/// `{"coin":…,"time":…,"bbo":[bid,ask]}`; null is an empty side. One level alone (recorded in 2025) does not say which
/// side it is, and the book has both.
fn best(data: &str) -> Result<Event<'_>, Fault> {
    let [coin, time, raw] = members(data, ["coin", "time", "bbo"])?;
    let (symbol, ts_venue_ns) = (string(coin)?, Some(time_ns(time)?));
    let [Some(bid), Some(ask)] = pair(raw.ok_or("bbo is missing")?)? else { return Ok(Event::Ignored) };
    Ok(Event::Best(BestFrame { symbol, sequence: 0, ts_venue_ns, bids: one(bid)?, asks: one(ask)? }))
}

fn one(raw: &str) -> Result<Levels<'_>, Fault> {
    if raw == "null" {
        return Ok(Levels::Empty);
    }
    let [price, quantity] = members(raw, ["px", "sz"])?;
    Ok(Levels::One { price: string(price)?, quantity: string(quantity)? })
}

/// The elements of an array of at most two.
fn pair(raw: &str) -> Result<[Option<&str>; 2], Fault> {
    let mut found = [None; 2];
    let mut count = 0;
    Scanner::new(raw).array(|scanner| {
        *found.get_mut(count).ok_or("a book has more than two sides")? = Some(scanner.value()?);
        count += 1;
        Ok(())
    })?;
    Ok(found)
}

fn levels(raw: &str) -> Levels<'_> {
    Levels::Keyed { raw, price: "px", quantity: "sz" }
}

fn funding(data: &str) -> Result<FundingFrame<'_>, Fault> {
    let [coin, context] = members(data, ["coin", "ctx"])?;
    let [funding, oracle] = members(context.ok_or("ctx is missing")?, ["funding", "oraclePx"])?;
    Ok(FundingFrame { symbol: string(coin)?, rate: rate(funding)?, price_pay: price(oracle)?, ts_next_ns: None })
}

#[cfg(test)]
mod tests;
