//! Binance USD-M futures: `depthUpdate`, `markPriceUpdate` and the REST depth snapshot.
//!
//! Source: Binance "USDⓈ-M Futures", WebSocket market streams, and `GET /fapi/v1/depth`.

use super::{
    integer, keep, price, rate, string, time_ns, DeltaFrame, Event, FullFrame, FundingFrame, Joining, Levels, Marks,
    Protocol,
};
use crate::json::{Fault, Scanner};

pub(super) const PROTOCOL: Protocol = Protocol {
    name: "binanceusdm",
    template: |_| None,
    read,
    snapshot: snapshot,
    joining: Joining::Deltas,
    tickers_partial: false,
    uncrosses: false,
    link: None,
    marks: Marks {
        book: &[b"\"depthUpdate\"", b"@depth"],
        funding: &[b"\"markPriceUpdate\"", b"@markPrice"],
        symbol: b"\"s\"",
        before_symbol: None,
    },
};

/// The members that any claimed event needs, unread: their types depend on the event.
#[derive(Default)]
struct Fields<'a> {
    event: Option<&'a str>,
    data: Option<&'a str>,
    symbol: Option<&'a str>,
    time: Option<&'a str>,
    next: Option<&'a str>,
    first: Option<&'a str>,
    last: Option<&'a str>,
    previous: Option<&'a str>,
    bids: Option<&'a str>,
    asks: Option<&'a str>,
    price: Option<&'a str>,
    rate: Option<&'a str>,
}

/// A raw event, or one in a combined stream's envelope `{"stream":…,"data":…}`.
pub(super) fn read(text: &str) -> Result<Event<'_>, Fault> {
    let outer = Fields::read(text)?;
    let inner = match (outer.event, outer.data) {
        (None, Some(data)) if data.starts_with('{') => Fields::read(data)?,
        _ => outer,
    };
    match inner.event {
        Some("\"depthUpdate\"") => inner.depth().map(Event::Delta),
        Some("\"markPriceUpdate\"") => inner.funding(),
        Some("\"bookTicker\"") => Ok(Event::Ignored),
        _ => Ok(Event::Unclaimed),
    }
}

/// `{"lastUpdateId":…,"E":…,"T":…,"bids":[…],"asks":[…]}`
pub(super) fn snapshot(text: &str) -> Result<FullFrame<'_>, Fault> {
    let (mut sequence, mut time, mut bids, mut asks) = (None, None, None, None);
    let mut scanner = Scanner::new(text);
    scanner.object(|key, scanner| match key {
        "lastUpdateId" => keep(&mut sequence, scanner),
        "E" => keep(&mut time, scanner),
        "bids" => keep(&mut bids, scanner),
        "asks" => keep(&mut asks, scanner),
        _ => scanner.value().map(|_| ()),
    })?;
    scanner.end()?;
    Ok(FullFrame {
        symbol: None,
        sequence: integer(sequence)?,
        ts_venue_ns: time.map(|time| time_ns(Some(time))).transpose()?,
        bids: Levels::pairs(bids.ok_or("bids are missing")?),
        asks: Levels::pairs(asks.ok_or("asks are missing")?),
        checksum: None,
    })
}

impl<'a> Fields<'a> {
    fn read(text: &'a str) -> Result<Self, Fault> {
        let mut fields = Self::default();
        let mut scanner = Scanner::new(text);
        scanner.object(|key, scanner| match fields.slot(key) {
            Some(slot) => keep(slot, scanner),
            None => scanner.value().map(|_| ()),
        })?;
        scanner.end()?;
        Ok(fields)
    }

    fn slot(&mut self, key: &str) -> Option<&mut Option<&'a str>> {
        Some(match key {
            "e" => &mut self.event,
            "data" => &mut self.data,
            "s" => &mut self.symbol,
            "E" => &mut self.time,
            "T" => &mut self.next,
            "U" => &mut self.first,
            "u" => &mut self.last,
            "pu" => &mut self.previous,
            "b" => &mut self.bids,
            "a" => &mut self.asks,
            "p" => &mut self.price,
            "r" => &mut self.rate,
            _ => return None,
        })
    }

    fn depth(&self) -> Result<DeltaFrame<'a>, Fault> {
        let frame = DeltaFrame {
            symbol: string(self.symbol)?,
            first: integer(self.first)?,
            last: integer(self.last)?,
            previous: integer(self.previous)?,
            ts_venue_ns: time_ns(self.time)?,
            bids: Levels::pairs(self.bids.ok_or("bids are missing")?),
            asks: Levels::pairs(self.asks.ok_or("asks are missing")?),
            checksum: None,
        };
        if frame.first > frame.last {
            return Err("the first id is above the last");
        }
        Ok(frame)
    }

    /// A dated contract has no funding: its rate is empty or its settlement time 0.
    fn funding(&self) -> Result<Event<'a>, Fault> {
        let ts_next_ns = time_ns(self.next)?;
        if ts_next_ns == 0 || self.rate == Some("\"\"") {
            return Ok(Event::Ignored);
        }
        Ok(Event::Funding(FundingFrame {
            symbol: string(self.symbol)?,
            rate: rate(self.rate)?,
            price_pay: price(self.price)?,
            ts_next_ns: Some(ts_next_ns),
        }))
    }
}

#[cfg(test)]
mod tests;
