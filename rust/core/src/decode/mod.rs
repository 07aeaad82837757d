//! A venue's raw frames as events, borrowed from the frame. A file a venue.
//!
//! A decoder claims public market data and nothing else: acknowledgements, pongs, errors and private messages are left
//! to the transport. Order of keys, blanks and unknown keys do not matter; everything else is strict.

mod binance;
mod bitget;
mod bybit;
mod dydx;
mod fields;
mod frames;
mod gate;
mod hint;
mod hyperliquid;
mod kraken;
mod kucoin;
mod levels;
mod okx;
pub(crate) mod quick;
pub(crate) mod shape;
mod template;
mod tickers;
#[cfg(target_arch = "x86_64")]
pub(crate) mod vector;

use crate::json::{Fault, Scanner};
use crate::{num, simd};
pub use frames::{BestFrame, ChangeFrame, Checksum, DeltaFrame, FullFrame, FundingFrame, TickerFrame};
use hint::Marks;
pub use levels::Levels;
pub use shape::Shapes;
pub use tickers::Tickers;
use tickers::Walk;

/// Longest frame or snapshot read. A 1,000-level snapshot has about 50 kB; anything beyond this is an attack or a bug.
pub const FRAME_BYTES_MAX: usize = 4 << 20;

/// Largest funding rate believed, fraction per interval: Hyperliquid caps at 0.04 an hour, Binance and Bybit at
/// 0.03 and 0.04 an interval.
const FUNDING_RATE_MAX: f64 = 1.0;

/// Which venue's protocol a frame is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decoder {
    /// Binance USD-M and COIN-M futures.
    BinanceUsdm,
    /// Bitget v2 and v3 futures.
    Bitget,
    /// Bybit v5 linear perpetuals.
    Bybit,
    /// dYdX v4 indexer.
    Dydx,
    /// Gate v4 futures.
    Gate,
    /// Hyperliquid perpetuals.
    Hyperliquid,
    /// Kraken Futures v1.
    Kraken,
    /// KuCoin Futures.
    Kucoin,
    /// OKX v5.
    Okx,
}

/// How a book takes a snapshot that was fetched apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Joining {
    /// The stream's deltas join it by their ids.
    Deltas,
    /// It is one more whole book.
    Whole,
}

/// What the core must know of a venue's protocol; one constant a venue module.
pub(crate) struct Protocol {
    /// Name of the venue's adapter (ccxt's, where ccxt has one).
    pub(crate) name: &'static str,
    /// Reads a frame whose keys stand in the usual order; None for anything else, which `read` then judges.
    /// Whatever it returns, `read` returns for the same text; both leave the inside of levels to [`Levels::read`].
    template: for<'a> fn(&'a str) -> Option<Event<'a>>,
    /// Reads a frame, whatever the order of its keys.
    read: for<'a> fn(&'a str) -> Result<Event<'a>, Fault>,
    /// Reads a REST order book.
    snapshot: for<'a> fn(&'a str) -> Result<FullFrame<'a>, Fault>,
    /// What a snapshot fetched apart does.
    pub(crate) joining: Joining,
    /// Tickers hold only what changed: a book's instrument needs one heard whole.
    pub(crate) tickers_partial: bool,
    /// A crossed book is the venue's normal state between messages and is uncrossed by age (dYdX), not a gap.
    pub(crate) uncrosses: bool,
    /// The number that every message of a connection bears, where loss shows on the connection and not on a book.
    pub(crate) link: Option<for<'a> fn(&'a str) -> Option<Link<'a>>>,
    /// How to tell what an unreadable frame was about.
    marks: Marks,
}

/// A message's place on its connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Link<'a> {
    /// The connection's name.
    pub(crate) connection: &'a str,
    /// Counts one by one.
    pub(crate) message: u64,
}

/// What a frame is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// An order book.
    Book,
    /// Funding and the price that it is paid on.
    Funding,
}

/// A frame, read.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Event<'a> {
    /// Not market data.
    Unclaimed,
    /// Market data of a channel that is not used.
    Ignored,
    /// Market data that cannot be read; the symbol where it can still be made out.
    Malformed(Kind, Option<&'a str>, Fault),
    /// A numbered change of a book.
    Delta(DeltaFrame<'a>),
    /// A whole book of a stream without ids.
    Full(FullFrame<'a>),
    /// A snapshot within its own stream of deltas: the book begins anew with it.
    Begin(FullFrame<'a>),
    /// A delta of such a stream.
    Follow(DeltaFrame<'a>),
    /// A delta of such a stream where the connection is numbered and the book is not.
    Change(ChangeFrame<'a>),
    /// What changed of a ticker that carries funding.
    Ticker(TickerFrame<'a>),
    /// A running funding prediction.
    Funding(FundingFrame<'a>),
    /// Tickers of several instruments in one frame.
    Tickers(Tickers<'a>),
    /// Best prices alone, beside the book.
    Best(BestFrame<'a>),
}

impl Decoder {
    const ALL: [Self; 9] = [
        Self::BinanceUsdm,
        Self::Bitget,
        Self::Bybit,
        Self::Dydx,
        Self::Gate,
        Self::Hyperliquid,
        Self::Kraken,
        Self::Kucoin,
        Self::Okx,
    ];

    /// By the name of the venue's adapter.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|decoder| decoder.name() == name)
    }

    /// The name of the venue's adapter.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.protocol().name
    }

    pub(crate) fn protocol(self) -> &'static Protocol {
        match self {
            Self::BinanceUsdm => &binance::PROTOCOL,
            Self::Bitget => &bitget::PROTOCOL,
            Self::Bybit => &bybit::PROTOCOL,
            Self::Dydx => &dydx::PROTOCOL,
            Self::Gate => &gate::PROTOCOL,
            Self::Hyperliquid => &hyperliquid::PROTOCOL,
            Self::Kraken => &kraken::PROTOCOL,
            Self::Kucoin => &kucoin::PROTOCOL,
            Self::Okx => &okx::PROTOCOL,
        }
    }

    /// Reads a frame.
    ///
    /// ```
    /// use arbbot_core::decode::{Event, Kind};
    /// use arbbot_core::Decoder;
    /// let frame = br#"{"feed":"book","product_id":"PF_X","side":"buy","seq":8,"price":100.5,"qty":2,"timestamp":3}"#;
    /// let Event::Follow(delta) = Decoder::Kraken.decode(frame) else { panic!("a change was expected") };
    /// assert_eq!((delta.symbol, delta.previous, delta.ts_venue_ns), ("PF_X", 7, 3_000_000));
    /// let mut bids = Vec::new();
    /// delta.bids.read(1, 0, &mut bids)?;
    /// assert_eq!((bids[0].price, bids[0].quantity), (1_005, 2));
    /// // cut off, it still tells whose book is lost
    /// assert!(matches!(Decoder::Kraken.decode(&frame[..50]), Event::Malformed(Kind::Book, Some("PF_X"), _)));
    /// assert_eq!(Decoder::Kraken.decode(br#"{"event":"subscribed","feed":"book"}"#), Event::Unclaimed);
    /// # Ok::<(), arbbot_core::Reason>(())
    /// ```
    #[must_use]
    pub fn decode(self, frame: &[u8]) -> Event<'_> {
        let protocol = self.protocol();
        let read = match text(frame) {
            Ok(text) => match (protocol.template)(text) {
                Some(event) => return event,
                None => protocol.slowly(text),
            },
            Err(fault) => Err(fault),
        };
        read.unwrap_or_else(|fault| hint::of(&protocol.marks, frame, fault))
    }

    /// Reads a frame by the order-free scanner alone: what [`Decoder::decode`] must agree with.
    #[must_use]
    pub fn decode_any_order(self, frame: &[u8]) -> Event<'_> {
        let protocol = self.protocol();
        let event = text(frame).and_then(|text| protocol.slowly(text));
        event.unwrap_or_else(|fault| hint::of(&protocol.marks, frame, fault))
    }

    /// The message's number on its connection, where the venue gives one.
    pub(crate) fn link(self, frame: &[u8]) -> Option<Link<'_>> {
        let read = self.protocol().link?;
        text(frame).ok().and_then(read)
    }

    /// Reads a REST order book.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn snapshot(self, body: &[u8]) -> Result<FullFrame<'_>, Fault> {
        (self.protocol().snapshot)(text(body)?)
    }
}

impl Protocol {
    fn slowly<'a>(&self, text: &'a str) -> Result<Event<'a>, Fault> {
        if Scanner::new(text).peek() == Some(b'{') {
            (self.read)(text)
        } else {
            Ok(Event::Unclaimed)
        }
    }
}

fn text(frame: &[u8]) -> Result<&str, Fault> {
    if frame.len() > FRAME_BYTES_MAX {
        return Err("longer than 4 MiB");
    }
    simd::text(frame).ok_or("not UTF-8")
}

/// Keys under which venues write levels.
const LEVELS: [&str; 4] = ["b", "a", "bids", "asks"];

/// The values of `names` in the object `text`, unread.
fn members<'a, const N: usize>(text: &'a str, names: [&str; N]) -> Result<[Option<&'a str>; N], Fault> {
    let mut values = [None; N];
    let mut scanner = Scanner::new(text);
    scanner.object(|key, scanner| {
        let slot = names.iter().position(|name| *name == key).and_then(|at| values.get_mut(at));
        match slot {
            Some(slot) if LEVELS.contains(&key) => keep_levels(slot, scanner),
            Some(slot) => keep(slot, scanner),
            None => scanner.value().map(|_| ()),
        }
    })?;
    scanner.end()?;
    Ok(values)
}

/// Remembers a member's value; an object that has it twice is refused.
fn keep<'a>(slot: &mut Option<&'a str>, scanner: &mut Scanner<'a>) -> Result<(), Fault> {
    let value = scanner.value()?;
    keep_value(slot, value)
}

/// As [`keep`], for what should be levels.
fn keep_levels<'a>(slot: &mut Option<&'a str>, scanner: &mut Scanner<'a>) -> Result<(), Fault> {
    let value = scanner.levels()?;
    keep_value(slot, value)
}

fn keep_value<'a>(slot: &mut Option<&'a str>, value: &'a str) -> Result<(), Fault> {
    match slot.replace(value) {
        None => Ok(()),
        Some(_) => Err("a key is repeated"),
    }
}

fn string(raw: Option<&str>) -> Result<&str, Fault> {
    let mut scanner = Scanner::new(raw.ok_or("a field is missing")?);
    scanner.string()
}

/// Digits of a number, quoted or bare.
fn digits(raw: Option<&str>) -> Result<&str, Fault> {
    levels::number(&mut Scanner::new(raw.ok_or("a field is missing")?)).map(|number| number.text)
}

/// True or false; false where it is left out.
fn flag(raw: Option<&str>) -> Result<bool, Fault> {
    match raw {
        None | Some("false") => Ok(false),
        Some("true") => Ok(true),
        Some(_) => Err("neither true nor false"),
    }
}

fn integer(raw: Option<&str>) -> Result<u64, Fault> {
    Scanner::new(raw.ok_or("a field is missing")?).integer()
}

fn time_ns(raw: Option<&str>) -> Result<i64, Fault> {
    ns(integer(raw)?)
}

fn ns(ms: u64) -> Result<i64, Fault> {
    let ms = i64::try_from(ms).ok();
    ms.and_then(|ms| ms.checked_mul(1_000_000)).ok_or("a time is too large")
}

fn price(raw: Option<&str>) -> Result<f64, Fault> {
    let value = num::float(string(raw)?.as_bytes()).map_err(|_| "a price is no plain decimal")?;
    positive(value)
}

/// A price for analytics, quoted or bare, with or without an exponent.
fn price_any(raw: &str) -> Result<f64, Fault> {
    positive(num::float_any(digits(Some(raw))?.as_bytes()).map_err(|_| "a price is no decimal")?)
}

fn positive(price: f64) -> Result<f64, Fault> {
    Some(price).filter(|price| *price > 0.0).ok_or("a price is not positive")
}

fn rate(raw: Option<&str>) -> Result<f64, Fault> {
    believable(num::float(string(raw)?.as_bytes()).map_err(|_| "a funding rate is no plain decimal")?)
}

/// A rate, quoted or bare, with or without an exponent.
fn rate_any(raw: &str) -> Result<f64, Fault> {
    believable(num::float_any(digits(Some(raw))?.as_bytes()).map_err(|_| "a funding rate is no decimal")?)
}

fn believable(rate: f64) -> Result<f64, Fault> {
    Some(rate).filter(|value| value.abs() <= FUNDING_RATE_MAX).ok_or("a funding rate beyond 100 %")
}
