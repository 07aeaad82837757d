//! Every venue, instrument, book and funding rate of one bot. `intake` is the way of a frame into them.

mod intake;
mod links;
mod merge;
mod verify;
mod watch;

use crate::book::checksum::Digits;
use crate::book::{Book, Delta, Full, Level};
use crate::counters::Counters;
use crate::decode::{Decoder, Shapes};
use crate::funding::{Funding, Ticker, FUNDING_AGE_NS_MAX};
use crate::ids::{AssetId, CurrencyId, InstrumentId, Names, VenueId};
use crate::quote;
use crate::registry::{interval, named, Instrument, Refused, Terms, INSTRUMENTS_MAX};
pub use intake::Claim;
use links::Links;
use rustc_hash::FxHashMap;
use watch::Watch;

#[derive(Debug)]
struct Venue {
    decoder: Decoder,
    counters: Counters,
    symbols: FxHashMap<String, InstrumentId>,
    /// Whose frame came last.
    latest: Option<InstrumentId>,
    links: Links,
}

#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) instrument: Instrument,
    pub(crate) book: Book,
    funding: Option<Funding>,
    ticker: Ticker,
    best: Option<Best>,
    best_outdated_run: u32,
    /// Which connection began the book, where connections are numbered.
    link: Option<u32>,
    /// How the book's levels were written, where the stream sends checksums.
    digits: Option<Box<Digits>>,
    /// How its levels' digits lay in the last message, which the next is likely to repeat.
    shapes: Shapes,
    /// Something is kept of its book besides: see `watch`.
    watched: bool,
}

/// Best prices as told by a stream that carries nothing else; faster than the book, and never mixed with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Best {
    /// None when nobody bids.
    pub bid: Option<Level>,
    /// None when nobody asks.
    pub ask: Option<Level>,
    /// Rises with every change; 0 on streams without ids.
    pub sequence: u64,
    /// Venue time, ns of UTC; None where the venue does not say.
    pub ts_venue_ns: Option<i64>,
    /// Receive time, ns.
    pub ts_recv_ns: i64,
}

impl Best {
    /// True when `held` is the younger one.
    fn is_before(&self, held: &Self) -> bool {
        (self.sequence, self.ts_venue_ns) < (held.sequence, held.ts_venue_ns)
    }
}

/// Where the value of a currency comes from.
#[derive(Debug, Clone, Copy)]
enum Rate {
    Fixed(f64),
    Mid(InstrumentId),
}

/// The whole of what the core knows. One writer; nothing in it is shared.
#[derive(Debug, Default)]
pub struct Market {
    venue_names: Names,
    venues: Vec<Venue>,
    entries: Vec<Entry>,
    assets: Names,
    members: Vec<Vec<InstrumentId>>,
    currencies: Names,
    rates: FxHashMap<CurrencyId, Rate>,
    // Scratch, so that a frame costs no allocation.
    delta: Delta,
    full: Full,
    watch: Watch,
}

impl Market {
    /// Registers a venue.
    ///
    /// # Errors
    /// When the name is taken.
    pub fn add_venue(&mut self, name: &str, decoder: Decoder) -> Result<VenueId, Refused> {
        named("venue", name)?;
        if self.venue_names.number(name).is_some() {
            return Err(Refused::Twice(name.into()));
        }
        let id = VenueId(self.venue_names.intern(name));
        let (counters, symbols, links) = (Counters::default(), FxHashMap::default(), Links::default());
        self.venues.push(Venue { decoder, counters, symbols, latest: None, links });
        Ok(id)
    }

    /// Registers an instrument; its book is Stale and its funding unknown.
    ///
    /// # Errors
    /// An unknown venue, a symbol that is taken, or a term out of range.
    pub fn add_instrument(&mut self, terms: &Terms<'_>) -> Result<InstrumentId, Refused> {
        for (name, text) in [("symbol", terms.symbol), ("asset", terms.asset), ("quote", terms.quote)] {
            named(name, text)?;
        }
        let venue = self.venues.get_mut(terms.venue.index()).ok_or(Refused::NoVenue(terms.venue.0))?;
        if venue.symbols.contains_key(terms.symbol) {
            return Err(Refused::Twice(terms.symbol.into()));
        }
        if self.entries.len() >= INSTRUMENTS_MAX {
            return Err(Refused::TooMany);
        }
        // Bounded by INSTRUMENTS_MAX, far below u32.
        let id = InstrumentId(self.entries.len() as u32);
        let (asset, quote) = (self.assets.intern(terms.asset), self.currencies.intern(terms.quote));
        let instrument = Instrument::new(id, terms, AssetId(asset), CurrencyId(quote))?;
        venue.symbols.insert(terms.symbol.into(), id);
        self.members.resize(self.members.len().max(asset as usize + 1), Vec::new());
        if let Some(members) = self.members.get_mut(asset as usize) {
            members.push(id);
        }
        let book = if venue.decoder.protocol().uncrosses { Book::uncrossing() } else { Book::default() };
        self.entries.push(Entry {
            instrument,
            book,
            funding: None,
            ticker: Ticker::default(),
            shapes: Shapes::default(),
            best: None,
            best_outdated_run: 0,
            link: None,
            digits: None,
            watched: false,
        });
        self.enter(id, terms.venue, AssetId(asset));
        Ok(id)
    }

    /// Replaces the hours between an instrument's settlements, which venues change while positions are held.
    ///
    /// # Errors
    /// An unknown instrument, or hours out of range.
    pub fn set_interval(&mut self, id: InstrumentId, hours: u32) -> Result<(), Refused> {
        let entry = self.entries.get_mut(id.index()).ok_or(Refused::NoInstrument(id.0))?;
        entry.instrument.funding_interval_hours = interval(hours)?;
        self.rerate(id);
        Ok(())
    }

    /// Fixes the value of one unit of a currency in the numeraire, or makes it unknown.
    ///
    /// # Errors
    /// A rate that is not finite and positive.
    pub fn set_rate(&mut self, currency: &str, numeraire_per_unit: Option<f64>) -> Result<(), Refused> {
        let currency = CurrencyId(self.currencies.intern(currency));
        match numeraire_per_unit {
            None => self.rates.remove(&currency),
            Some(rate) if rate.is_finite() && rate > 0.0 => self.rates.insert(currency, Rate::Fixed(rate)),
            Some(rate) => {
                let reason = "a finite, positive rate is needed".into();
                return Err(Refused::Term { name: "rate", value: rate.to_string(), reason });
            }
        };
        self.revalue();
        Ok(())
    }

    /// Takes a currency's value from the mid of an instrument, whose own quote currency must have a fixed rate.
    ///
    /// # Errors
    /// An unknown instrument.
    pub fn set_rate_source(&mut self, currency: &str, source: InstrumentId) -> Result<(), Refused> {
        if self.entry(source).is_none() {
            return Err(Refused::NoInstrument(source.0));
        }
        let currency = CurrencyId(self.currencies.intern(currency));
        self.rates.insert(currency, Rate::Mid(source));
        self.revalue();
        Ok(())
    }

    /// An instrument's terms.
    #[must_use]
    pub fn instrument(&self, id: InstrumentId) -> Option<&Instrument> {
        self.entry(id).map(|entry| &entry.instrument)
    }

    /// An instrument's book.
    #[must_use]
    pub fn book(&self, id: InstrumentId) -> Option<&Book> {
        self.entry(id).map(|entry| &entry.book)
    }

    /// A venue's running prediction; None until it has been heard.
    #[must_use]
    pub fn funding(&self, id: InstrumentId) -> Option<Funding> {
        let entry = self.entry(id)?;
        entry.funding.map(|funding| Funding { interval_hours: entry.instrument.funding_interval_hours, ..funding })
    }

    /// Best prices of a stream that carries nothing else; None before any, and after a loss.
    #[must_use]
    pub fn best(&self, id: InstrumentId) -> Option<Best> {
        self.entry(id)?.best
    }

    /// Mid in numeraire per asset unit; None without a Live two-sided book or a rate.
    #[must_use]
    pub fn mid(&self, id: InstrumentId, now_ns: Option<i64>) -> Option<f64> {
        let entry = self.entry(id)?;
        let mid = entry.instrument.price_per_asset(quote::mid(&entry.book)?);
        self.rate(entry.instrument.quote, now_ns).map(|rate| mid * rate)
    }

    /// Instruments of a venue that need a snapshot: every one whose book is not Live, and where tickers send only
    /// changes, every one whose ticker was not heard whole.
    ///
    /// # Errors
    /// An unknown venue.
    pub fn gapped(&self, venue: VenueId) -> Result<Vec<InstrumentId>, Refused> {
        let decoder = self.venues.get(venue.index()).ok_or(Refused::NoVenue(venue.0))?.decoder;
        let partial = decoder.protocol().tickers_partial;
        let lost = |entry: &&Entry| !entry.book.is_live() || (partial && !entry.ticker.whole);
        let of_venue = self.entries.iter().filter(|entry| entry.instrument.venue == venue);
        Ok(of_venue.filter(lost).map(|entry| entry.instrument.id).collect())
    }

    /// A venue's totals.
    ///
    /// # Errors
    /// An unknown venue.
    pub fn counters(&self, venue: VenueId) -> Result<Counters, Refused> {
        self.venues.get(venue.index()).map(|venue| venue.counters).ok_or(Refused::NoVenue(venue.0))
    }

    /// Every venue's name and number.
    pub fn venues(&self) -> impl Iterator<Item = (VenueId, &str)> {
        (0u32..).zip(&self.venues).map(|(number, _)| (VenueId(number), self.venue_names.name(number)))
    }

    /// Numeraire per unit of a currency; None without a rate.
    #[must_use]
    pub fn currency_rate(&self, currency: &str, now_ns: Option<i64>) -> Option<f64> {
        self.rate(CurrencyId(self.currencies.number(currency)?), now_ns)
    }

    /// As [`Market::currency_rate`]. A rate from a book needs that book Live and, where `now_ns` is given, heard of
    /// within [`FUNDING_AGE_NS_MAX`].
    pub(crate) fn rate(&self, currency: CurrencyId, now_ns: Option<i64>) -> Option<f64> {
        let source = match self.rates.get(&currency)? {
            Rate::Fixed(rate) => return Some(*rate),
            Rate::Mid(source) => self.entry(*source)?,
        };
        let Some(Rate::Fixed(base)) = self.rates.get(&source.instrument.quote) else { return None };
        let heard_ns = source.book.ts_recv_ns()?;
        let fresh = now_ns.is_none_or(|now_ns| now_ns.abs_diff(heard_ns) <= FUNDING_AGE_NS_MAX.unsigned_abs());
        quote::mid(&source.book).filter(|_| fresh).map(|mid| source.instrument.price_per_asset(mid) * base)
    }

    pub(crate) fn entry(&self, id: InstrumentId) -> Option<&Entry> {
        self.entries.get(id.index())
    }

    pub(crate) fn members(&self, asset: &str) -> &[InstrumentId] {
        self.assets.number(asset).map_or(&[], |asset| self.members_of(AssetId(asset)))
    }

    pub(crate) fn members_of(&self, asset: AssetId) -> &[InstrumentId] {
        self.members.get(asset.index()).map_or(&[], Vec::as_slice)
    }

    /// An asset's name.
    #[must_use]
    pub fn asset_name(&self, asset: AssetId) -> &str {
        self.assets.name(asset.0)
    }

    pub(crate) fn currency_name(&self, currency: CurrencyId) -> &str {
        self.currencies.name(currency.0)
    }
}

#[cfg(test)]
pub(crate) mod tests;
