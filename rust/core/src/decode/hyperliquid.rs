//! Hyperliquid perpetuals: `l2Book` (whole books), `bbo` (best prices) and `activeAssetCtx` (hourly funding, paid on
//! the oracle price).
//!
//! Source: Hyperliquid documentation, "WebSocket subscriptions" and "Funding".

use super::fields;
use super::template::Template;
use super::{
    keep, members, price, rate, string, time_ns, BestFrame, Event, FullFrame, FundingFrame, Joining, Levels, Marks,
    Protocol,
};
use crate::json::{Fault, Scanner};

pub(super) const PROTOCOL: Protocol = Protocol {
    name: "hyperliquid",
    template,
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
        symbol_of: |value| value,
    },
};

/// A book as Hyperliquid writes it.
fn template(text: &str) -> Option<Event<'_>> {
    let mut at = Template::new(text);
    at.literal("{\"channel\":\"l2Book\",\"data\":{\"coin\":\"")?;
    let symbol = at.string()?;
    at.literal(",\"time\":")?;
    let ts_venue_ns = Some(at.ms()?);
    at.literal(",\"levels\":[")?;
    let bids = levels(at.levels()?);
    at.literal(",")?;
    let asks = levels(at.levels()?);
    at.literal("]}}")?;
    at.end()?;
    Some(Event::Full(FullFrame { symbol: Some(symbol), sequence: 0, ts_venue_ns, bids, asks, checksum: None }))
}

/// `{"channel":…,"data":…}`
pub(super) fn read(text: &str) -> Result<Event<'_>, Fault> {
    let (mut channel, mut data) = (None, None);
    let mut scanner = Scanner::new(text);
    scanner.object(|key, scanner| match key {
        "channel" => keep(&mut channel, scanner),
        "data" => fields::once(&mut data, Data::here(scanner)?),
        _ => scanner.value().map(|_| ()),
    })?;
    scanner.end()?;
    let data = data.flatten().ok_or("data is missing");
    match channel {
        Some("\"l2Book\"") => data?.book().map(Event::Full),
        Some("\"activeAssetCtx\"") => data?.funding().map(Event::Funding),
        Some("\"bbo\"") => data?.best(),
        _ => Ok(Event::Unclaimed),
    }
}

/// The `data` of `l2Book` alone, as it comes over REST.
pub(super) fn book(text: &str) -> Result<FullFrame<'_>, Fault> {
    let mut scanner = Scanner::new(text);
    let data = Data::here(&mut scanner)?;
    scanner.end()?;
    data.ok_or("an object was expected")?.book()
}

/// Both elements of an array of two, unread.
type Sides<'a> = (&'a str, &'a str);

/// The members of `data` that any claimed channel needs, unread.
#[derive(Default)]
struct Data<'a> {
    coin: Option<&'a str>,
    time: Option<&'a str>,
    levels: Option<Option<Sides<'a>>>,
    best: Option<Option<Sides<'a>>>,
    context: Option<&'a str>,
}

impl<'a> Data<'a> {
    /// None for what is no object: another channel's.
    fn here(scanner: &mut Scanner<'a>) -> Result<Option<Self>, Fault> {
        if scanner.peek() != Some(b'{') {
            return scanner.value().map(|_| None);
        }
        let mut data = Self::default();
        scanner.object(|key, scanner| match key {
            "coin" => keep(&mut data.coin, scanner),
            "time" => keep(&mut data.time, scanner),
            "levels" => fields::once(&mut data.levels, sides(scanner)?),
            "bbo" => fields::once(&mut data.best, sides(scanner)?),
            "ctx" => keep(&mut data.context, scanner),
            _ => scanner.value().map(|_| ()),
        })?;
        Ok(Some(data))
    }

    /// `{"coin":…,"time":…,"levels":[[bids],[asks]]}`
    fn book(&self) -> Result<FullFrame<'a>, Fault> {
        let (bids, asks) = self.levels.flatten().ok_or("a book has two sides")?;
        let (symbol, ts_venue_ns) = (Some(string(self.coin)?), Some(time_ns(self.time)?));
        let (bids, asks) = (levels(bids), levels(asks));
        Ok(FullFrame { symbol, sequence: 0, ts_venue_ns, bids, asks, checksum: None })
    }

    /// `{"coin":…,"time":…,"bbo":[bid,ask]}`; null is an empty side. One level alone (recorded in 2025) does not say
    /// which side it is, and the book has both.
    fn best(&self) -> Result<Event<'a>, Fault> {
        let (symbol, ts_venue_ns) = (string(self.coin)?, Some(time_ns(self.time)?));
        let Some((bid, ask)) = self.best.ok_or("bbo is missing")? else { return Ok(Event::Ignored) };
        Ok(Event::Best(BestFrame { symbol, sequence: 0, ts_venue_ns, bids: one(bid)?, asks: one(ask)? }))
    }

    fn funding(&self) -> Result<FundingFrame<'a>, Fault> {
        let [funding, oracle] = members(self.context.ok_or("ctx is missing")?, ["funding", "oraclePx"])?;
        let (symbol, rate, price_pay) = (string(self.coin)?, rate(funding)?, price(oracle)?);
        Ok(FundingFrame { symbol, rate, price_pay, ts_next_ns: None })
    }
}

/// None for what is no array of two.
fn sides<'a>(scanner: &mut Scanner<'a>) -> Result<Option<Sides<'a>>, Fault> {
    if scanner.peek() != Some(b'[') {
        return scanner.value().map(|_| None);
    }
    let (mut found, mut count) = ([None; 2], 0);
    scanner.array(|scanner| {
        let element = scanner.levels()?;
        if let Some(slot) = found.get_mut(count) {
            *slot = Some(element);
        }
        count += 1;
        Ok(())
    })?;
    Ok(found[0].zip(found[1]).filter(|_| count == 2))
}

fn levels(raw: &str) -> Levels<'_> {
    Levels::Keyed { raw, price: "px", quantity: "sz" }
}

fn one(raw: &str) -> Result<Levels<'_>, Fault> {
    if raw == "null" {
        return Ok(Levels::Empty);
    }
    let [price, quantity] = members(raw, ["px", "sz"])?;
    Ok(Levels::One { price: string(price)?, quantity: string(quantity)? })
}

#[cfg(test)]
mod tests;
