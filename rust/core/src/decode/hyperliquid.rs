//! Hyperliquid perpetuals: `l2Book` (whole books) and `activeAssetCtx` (hourly funding, paid on the oracle price).
//!
//! Source: Hyperliquid documentation, "WebSocket subscriptions" and "Funding".

use super::{members, price, rate, string, time_ns, Event, FullFrame, FundingFrame, Joining, Levels, Marks, Protocol};
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
        book: &[b"\"l2Book\""],
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
        Some("\"bbo\"") => Ok(Event::Ignored),
        _ => Ok(Event::Unclaimed),
    }
}

/// `{"coin":…,"time":…,"levels":[[bids],[asks]]}`, on the stream and over REST.
pub(super) fn book(data: &str) -> Result<FullFrame<'_>, Fault> {
    let [coin, time, raw] = members(data, ["coin", "time", "levels"])?;
    let mut sides = [None; 2];
    let mut count = 0;
    Scanner::new(raw.ok_or("levels are missing")?).array(|scanner| {
        *sides.get_mut(count).ok_or("a book has more than two sides")? = Some(scanner.value()?);
        count += 1;
        Ok(())
    })?;
    let (bids, asks) = sides[0].zip(sides[1]).ok_or("a book has fewer than two sides")?;
    Ok(FullFrame {
        symbol: Some(string(coin)?),
        sequence: 0,
        ts_venue_ns: Some(time_ns(time)?),
        bids: levels(bids),
        asks: levels(asks),
        checksum: None,
    })
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
