//! Binance USD-M and COIN-M futures: `depthUpdate` (changes, or in the partial-depth streams whole books),
//! `bookTicker`, `markPriceUpdate` and the REST depth snapshot.
//!
//! Source: Binance "USDⓈ-M Futures" and "COIN-M Futures", WebSocket market streams, `GET /fapi/v1/depth`.

use super::template::Template;
use super::{
    integer, keep, keep_levels, price, rate, string, time_ns, BestFrame, DeltaFrame, Event, FullFrame, FundingFrame,
    Joining, Levels, Marks, Protocol,
};
use crate::json::{Fault, Scanner};

pub(super) const PROTOCOL: Protocol = Protocol {
    name: "binanceusdm",
    template,
    read,
    snapshot,
    joining: Joining::Deltas,
    tickers_partial: false,
    uncrosses: false,
    link: None,
    marks: Marks {
        book: &[b"\"depthUpdate\"", b"@depth", b"\"bookTicker\"", b"@bookTicker"],
        funding: &[b"\"markPriceUpdate\"", b"@markPrice"],
        symbol: b"\"s\"",
        symbol_of: |value| value,
    },
};

/// The members that any claimed event needs, unread: their types depend on the event.
#[derive(Default)]
struct Fields<'a> {
    event: Option<&'a str>,
    stream: Option<&'a str>,
    symbol: Option<&'a str>,
    time: Option<&'a str>,
    next: Option<&'a str>,
    first: Option<&'a str>,
    last: Option<&'a str>,
    previous: Option<&'a str>,
    bids: Option<&'a str>,
    asks: Option<&'a str>,
    bid_quantity: Option<&'a str>,
    ask_quantity: Option<&'a str>,
    price: Option<&'a str>,
    rate: Option<&'a str>,
}

/// A depth event without blanks, raw or in the envelope of a diff stream.
fn template(text: &str) -> Option<Event<'_>> {
    usual(text).or_else(|| reordered(text)).filter(|frame| frame.first <= frame.last).map(Event::Delta)
}

/// The keys in the order in which Binance writes them.
fn usual(text: &str) -> Option<DeltaFrame<'_>> {
    let mut at = Template::new(text);
    let combined = at.take("{\"stream\":\"");
    if combined {
        let stream = at.string()?;
        is_changes(stream).then_some(())?;
        at.literal(",\"data\":")?;
    }
    at.literal("{\"e\":\"depthUpdate\",\"E\":")?;
    let ts_venue_ns = at.ms()?;
    at.literal(",\"T\":")?;
    at.whole()?;
    at.literal(",\"s\":\"")?;
    let symbol = at.string()?;
    at.literal(",\"U\":")?;
    let first = at.whole()?;
    at.literal(",\"u\":")?;
    let last = at.whole()?;
    at.literal(",\"pu\":")?;
    let previous = at.whole()?;
    at.literal(",\"b\":")?;
    let bids = Levels::pairs(at.levels()?);
    at.literal(",\"a\":")?;
    let asks = Levels::pairs(at.levels()?);
    at.literal("}")?;
    if combined {
        at.literal("}")?;
    }
    at.end()?;
    Some(DeltaFrame { symbol, first, last, previous, ts_venue_ns, bids, asks, checksum: None })
}

/// The same keys in any order.
fn reordered(text: &str) -> Option<DeltaFrame<'_>> {
    let (mut at, mut depth, mut stream, mut enveloped) = (Template::new(text), Depth::default(), None, false);
    at.members(|key, at| match key {
        "stream" => once(&mut stream, at.quoted()?),
        "data" if depth.is_empty() => {
            enveloped = true;
            at.members(|key, at| depth.take(key, at))
        }
        // Not both an event and an envelope.
        _ if enveloped => None,
        _ => depth.take(key, at),
    })?;
    at.end()?;
    (stream.is_some() == enveloped && stream.is_none_or(is_changes)).then_some(())?;
    depth.event?;
    depth.transacted?;
    Some(DeltaFrame {
        symbol: depth.symbol?,
        first: depth.first?,
        last: depth.last?,
        previous: depth.previous?,
        ts_venue_ns: depth.ts_venue_ns?,
        bids: Levels::pairs(depth.bids?),
        asks: Levels::pairs(depth.asks?),
        checksum: None,
    })
}

/// `btcusdt@depth@100ms`, and not `@depth20@100ms`, whose events are whole books.
fn is_changes(stream: &str) -> bool {
    stream.split_once("@depth").is_some_and(|(_, speed)| speed.is_empty() || speed.starts_with('@'))
}

/// Members of a depth event, each once.
#[derive(Default, PartialEq)]
struct Depth<'a> {
    event: Option<()>,
    symbol: Option<&'a str>,
    ts_venue_ns: Option<i64>,
    transacted: Option<u64>,
    first: Option<u64>,
    last: Option<u64>,
    previous: Option<u64>,
    bids: Option<&'a str>,
    asks: Option<&'a str>,
}

impl<'a> Depth<'a> {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    #[inline(always)]
    fn take(&mut self, key: &str, at: &mut Template<'a>) -> Option<()> {
        match key {
            "e" => once(&mut self.event, at.literal("\"depthUpdate\"")?),
            "E" => once(&mut self.ts_venue_ns, at.ms()?),
            "T" => once(&mut self.transacted, at.whole()?),
            "s" => once(&mut self.symbol, at.quoted()?),
            "U" => once(&mut self.first, at.whole()?),
            "u" => once(&mut self.last, at.whole()?),
            "pu" => once(&mut self.previous, at.whole()?),
            "b" => once(&mut self.bids, at.levels()?),
            "a" => once(&mut self.asks, at.levels()?),
            _ => None,
        }
    }
}

#[inline(always)]
fn once<T>(slot: &mut Option<T>, value: T) -> Option<()> {
    slot.replace(value).is_none().then_some(())
}

/// A raw event, or one in a combined stream's envelope `{"stream":…,"data":…}`.
pub(super) fn read(text: &str) -> Result<Event<'_>, Fault> {
    let mut scanner = Scanner::new(text);
    let mut enveloped = None;
    let outer = Fields::read(&mut scanner, Some(&mut enveloped))?;
    scanner.end()?;
    let stream = outer.stream;
    let inner = enveloped.filter(|_| outer.event.is_none()).unwrap_or(outer);
    match inner.event {
        Some("\"depthUpdate\"") if is_partial(stream)? => inner.whole().map(Event::Full),
        Some("\"depthUpdate\"") => inner.depth().map(Event::Delta),
        Some("\"markPriceUpdate\"") => inner.funding(),
        Some("\"bookTicker\"") => inner.best().map(Event::Best),
        _ => Ok(Event::Unclaimed),
    }
}

/// `"btcusdt@depth20@100ms"`: the events of partial depth look like changes and are whole books. Only the name of a
/// combined stream tells, so on a raw connection they are changes that do not follow one another.
fn is_partial(stream: Option<&str>) -> Result<bool, Fault> {
    let Some(stream) = stream else { return Ok(false) };
    let depth = string(Some(stream))?.split_once("@depth").map(|(_, depth)| depth);
    Ok(depth.is_some_and(|depth| depth.starts_with(|first: char| first.is_ascii_digit())))
}

/// `{"lastUpdateId":…,"E":…,"T":…,"bids":[…],"asks":[…]}`
pub(super) fn snapshot(text: &str) -> Result<FullFrame<'_>, Fault> {
    let (mut sequence, mut time, mut bids, mut asks) = (None, None, None, None);
    let mut scanner = Scanner::new(text);
    scanner.object(|key, scanner| match key {
        "lastUpdateId" => keep(&mut sequence, scanner),
        "E" => keep(&mut time, scanner),
        "bids" => keep_levels(&mut bids, scanner),
        "asks" => keep_levels(&mut asks, scanner),
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
    /// The members of the object here; an object under `data` is read into `enveloped`.
    fn read(scanner: &mut Scanner<'a>, mut enveloped: Option<&mut Option<Self>>) -> Result<Self, Fault> {
        let mut fields = Self::default();
        scanner.object(|key, scanner| {
            if key == "data" && scanner.peek() == Some(b'{') {
                let Some(inner) = enveloped.as_deref_mut() else { return scanner.value().map(|_| ()) };
                let before = inner.replace(Self::read(scanner, None)?);
                return before.map_or(Ok(()), |_| Err("a key is repeated"));
            }
            match fields.slot(key) {
                Some(slot) if matches!(key, "b" | "a") => keep_levels(slot, scanner),
                Some(slot) => keep(slot, scanner),
                None => scanner.value().map(|_| ()),
            }
        })?;
        Ok(fields)
    }

    fn slot(&mut self, key: &str) -> Option<&mut Option<&'a str>> {
        Some(match key {
            "e" => &mut self.event,
            "stream" => &mut self.stream,
            "s" => &mut self.symbol,
            "E" => &mut self.time,
            "T" => &mut self.next,
            "U" => &mut self.first,
            "u" => &mut self.last,
            "pu" => &mut self.previous,
            "b" => &mut self.bids,
            "a" => &mut self.asks,
            "B" => &mut self.bid_quantity,
            "A" => &mut self.ask_quantity,
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

    /// The best 5, 10 or 20 levels of a side.
    fn whole(&self) -> Result<FullFrame<'a>, Fault> {
        let DeltaFrame { symbol, ts_venue_ns, bids, asks, .. } = self.depth()?;
        let (symbol, ts_venue_ns) = (Some(symbol), Some(ts_venue_ns));
        Ok(FullFrame { symbol, sequence: 0, ts_venue_ns, bids, asks, checksum: None })
    }

    fn best(&self) -> Result<BestFrame<'a>, Fault> {
        Ok(BestFrame {
            symbol: string(self.symbol)?,
            sequence: integer(self.last)?,
            ts_venue_ns: Some(time_ns(self.time)?),
            bids: one(self.bids, self.bid_quantity)?,
            asks: one(self.asks, self.ask_quantity)?,
        })
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

/// An empty side has the quantity 0.
fn one<'a>(price: Option<&'a str>, quantity: Option<&'a str>) -> Result<Levels<'a>, Fault> {
    let (price, quantity) = (string(price)?, string(quantity)?);
    let empty = !quantity.is_empty() && quantity.bytes().all(|byte| matches!(byte, b'0' | b'.'));
    Ok(if empty { Levels::Empty } else { Levels::One { price, quantity } })
}

#[cfg(test)]
mod tests;
