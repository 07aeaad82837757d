//! What an asset's venues offer against each other: spreads net of fees, funding divergence, and why a leg has no price.
//! `board` keeps the best pair of watched assets up to date; the calls here price anew.

mod board;
pub mod columns;
mod row;
mod table;

use crate::book::{BookState, Ladder, Side};
use crate::funding::{Funding, FUNDING_AGE_NS_MAX};
use crate::ids::{AssetId, InstrumentId, VenueId};
use crate::market::Market;
use crate::quote;
pub(crate) use board::Board;
pub(crate) use row::Member;
pub use table::Table;
use thiserror::Error;

/// Why an instrument cannot be a leg now.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum Unpriced {
    /// No such instrument.
    #[error("not registered")]
    Unregistered,
    /// Its book is not Live.
    #[error("book {state}: {reason}")]
    Book {
        /// Stale or gapped.
        state: &'static str,
        /// Why.
        reason: String,
    },
    /// Its book has no bids or no asks.
    #[error("book is one-sided")]
    OneSided,
    /// Not enough rests on one side.
    #[error("depth: {shown} of {asked} asset units on the {side} side")]
    Depth {
        /// Bid or ask.
        side: &'static str,
        /// What rests there, asset units.
        shown: f64,
        /// What was asked for, asset units.
        asked: f64,
    },
    /// Its quote currency has no rate.
    #[error("no rate for {0}")]
    NoRate(String),
    /// No prediction was received since the last reset.
    #[error("funding unknown")]
    NoFunding,
    /// The last prediction is too old.
    #[error("funding last heard {0} s ago")]
    FundingOld(u64),
    /// The predicted settlement has passed, and no new prediction has come.
    #[error("funding of a settlement that has passed")]
    FundingPassed,
}

/// One instrument priced at a size; prices in numeraire per asset unit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Leg {
    /// Which.
    pub instrument: InstrumentId,
    /// Where.
    pub venue: VenueId,
    /// What selling the size brings.
    pub bid: f64,
    /// What buying the size costs.
    pub ask: f64,
    /// Halfway between the best prices.
    pub mid: f64,
    /// Fraction of notional.
    pub fee_rate_taker: f64,
    /// What a short receives per hour and asset unit.
    pub funding_per_hour: f64,
    /// How long ago the book was last heard of, ns; a time in the future counts alike.
    pub age_ns: u64,
}

/// Long one instrument, short another, at one size; prices in numeraire per asset unit, positive earns.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PairPrice {
    /// Bought.
    pub long: InstrumentId,
    /// Sold.
    pub short: InstrumentId,
    /// Selling the short minus buying the long.
    pub entry: f64,
    /// Selling the long minus buying back the short.
    pub exit: f64,
    /// Four taker fills, as a cost.
    pub fees: f64,
    /// Funding received on the short minus funding paid on the long.
    pub carry_per_hour: f64,
    /// Mean of both mids.
    pub price_mid: f64,
    /// Age of the older book, ms.
    pub age_ms_max: f64,
}

impl PairPrice {
    /// In and out at once: what the round trip earns without any funding.
    #[must_use]
    pub fn round_trip(&self) -> f64 {
        self.entry + self.exit - self.fees
    }
}

/// Difference of two funding rates.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Divergence {
    /// The lower rate.
    pub long: InstrumentId,
    /// The higher rate.
    pub short: InstrumentId,
    /// Higher minus lower, fraction of notional per hour; of [`Market::best_divergences`] less what both legs cost.
    pub rate_per_hour: f64,
}

impl Market {
    /// Prices one instrument at `quantity` asset units, or says why not. `now_ns` is market time.
    ///
    /// # Errors
    /// The first thing that is missing.
    pub fn leg(&self, id: InstrumentId, quantity: f64, now_ns: i64) -> Result<Leg, Unpriced> {
        let entry = self.entry(id).ok_or(Unpriced::Unregistered)?;
        let (instrument, book) = (&entry.instrument, &entry.book);
        match book.state() {
            BookState::Live => {}
            BookState::Stale(reason) => return Err(Unpriced::Book { state: "stale", reason: reason.to_string() }),
            BookState::Gapped(reason) => return Err(Unpriced::Book { state: "gapped", reason: reason.to_string() }),
        }
        let mid = quote::mid(book).ok_or(Unpriced::OneSided)?;
        let rate = self.rate(instrument.quote, Some(now_ns));
        let rate = rate.ok_or_else(|| Unpriced::NoRate(self.currency_name(instrument.quote).into()))?;
        let funding = known(self.funding(id), now_ns)?;
        let size = instrument.quantity_mantissa(quantity);
        let side = |name, ladder: &Ladder| {
            let priced = quote::vwap(ladder, size).map(|price| instrument.price_per_asset(price) * rate);
            let shown = || instrument.quantity_asset(quote::depth(ladder));
            priced.ok_or_else(|| Unpriced::Depth { side: name, shown: shown(), asked: quantity })
        };
        Ok(Leg {
            instrument: id,
            venue: instrument.venue,
            bid: side("bid", book.side(Side::Bid))?,
            ask: side("ask", book.side(Side::Ask))?,
            mid: instrument.price_per_asset(mid) * rate,
            fee_rate_taker: instrument.fee_rate_taker,
            funding_per_hour: funding.pay_per_hour() / instrument.asset_per_price() * rate,
            age_ns: book.ts_recv_ns().map_or(u64::MAX, |heard_ns| now_ns.abs_diff(heard_ns)),
        })
    }

    /// Prices `long` against `short`; None when either has no price, or they are one venue's or of two assets.
    #[must_use]
    pub fn pair(&self, long: InstrumentId, short: InstrumentId, quantity: f64, now_ns: i64) -> Option<PairPrice> {
        let asset = |id| self.instrument(id).map(|instrument| instrument.asset);
        let (long, short) = (self.leg(long, quantity, now_ns).ok()?, self.leg(short, quantity, now_ns).ok()?);
        let two = long.venue != short.venue && asset(long.instrument) == asset(short.instrument);
        two.then(|| pair(&long, &short))
    }

    /// Both directions of every two venues of `asset` that have a price, highest carry first.
    #[must_use]
    pub fn pairs(&self, asset: &str, quantity: f64, now_ns: i64) -> Vec<PairPrice> {
        let members = self.members(asset).iter();
        let legs: Vec<Leg> = members.filter_map(|id| self.leg(*id, quantity, now_ns).ok()).collect();
        let mut pairs = Vec::new();
        for long in &legs {
            let others = legs.iter().filter(|short| short.venue != long.venue);
            pairs.extend(others.map(|short| pair(long, short)));
        }
        pairs.sort_by(|a, b| {
            let carry = b.carry_per_hour.total_cmp(&a.carry_per_hour);
            carry.then(b.round_trip().total_cmp(&a.round_trip())).then(a.long.cmp(&b.long)).then(a.short.cmp(&b.short))
        });
        pairs
    }

    /// Every instrument of `asset` that [`Market::pairs`] leaves out, with the reason.
    #[must_use]
    pub fn unpriced(&self, asset: &str, quantity: f64, now_ns: i64) -> Vec<(InstrumentId, Unpriced)> {
        let members = self.members(asset).iter();
        members.filter_map(|id| self.leg(*id, quantity, now_ns).err().map(|reason| (*id, reason))).collect()
    }

    /// Funding divergence of every two venues of `asset`, widest first; needs no book.
    #[must_use]
    pub fn divergences(&self, asset: &str, now_ns: i64) -> Vec<Divergence> {
        let rated: Vec<_> = self.members(asset).iter().filter_map(|id| self.rated(*id, now_ns)).collect();
        let mut found = Vec::new();
        for (at, (a, venue_a, rate_a)) in rated.iter().enumerate() {
            for (b, _, rate_b) in rated.iter().skip(at + 1).filter(|(_, venue_b, _)| venue_b != venue_a) {
                let (long, short) = if rate_a <= rate_b { (*a, *b) } else { (*b, *a) };
                found.push(Divergence { long, short, rate_per_hour: (rate_a - rate_b).abs() });
            }
        }
        found.sort_by(|a, b| b.rate_per_hour.total_cmp(&a.rate_per_hour));
        found
    }

    /// The widest divergence of every asset that has two fresh rates, net of what its legs cost, widest first.
    #[must_use]
    pub fn best_divergences(&self, now_ns: i64) -> Vec<(AssetId, Divergence)> {
        let assets = (0..self.matrix().assets()).map(|asset| AssetId(asset as u32)); // bounded by INSTRUMENTS_MAX
        let mut found: Vec<_> =
            assets.filter_map(|asset| self.best_divergence(asset, now_ns).map(|best| (asset, best))).collect();
        found.sort_by(|(_, a), (_, b)| b.rate_per_hour.total_cmp(&a.rate_per_hour));
        found
    }

    fn best_divergence(&self, asset: AssetId, now_ns: i64) -> Option<Divergence> {
        let widest = self.matrix().widest(asset.index())?;
        let leg = |venue: usize| self.speaker(VenueId(venue as u32), asset);
        let (long, short) = (leg(widest.long)?, leg(widest.short)?);
        if self.rated(long, now_ns).is_some() && self.rated(short, now_ns).is_some() {
            return Some(Divergence { long, short, rate_per_hour: widest.rate_per_hour });
        }
        // A rate that is too old is the widest: seldom, so all fresh ones are tried against each other.
        let speaks = |found: &(InstrumentId, VenueId, f64)| self.speaker(found.1, asset) == Some(found.0);
        let rated = self.members_of(asset).iter().filter_map(|id| self.rated(*id, now_ns));
        let rated: Vec<_> = rated.filter(speaks).collect();
        let cost = |venue: VenueId| self.matrix().cost(venue.index());
        let pairs = rated.iter().flat_map(|short| rated.iter().map(move |long| (short, long)));
        let pairs = pairs.filter(|(short, long)| short.1 != long.1).map(|(short, long)| Divergence {
            long: long.0,
            short: short.0,
            rate_per_hour: (short.2 - cost(short.1)) - (long.2 + cost(long.1)),
        });
        pairs.reduce(|best, next| if next.rate_per_hour > best.rate_per_hour { next } else { best })
    }

    fn rated(&self, id: InstrumentId, now_ns: i64) -> Option<(InstrumentId, VenueId, f64)> {
        let funding = known(self.funding(id), now_ns).ok()?;
        self.entry(id).map(|entry| (id, entry.instrument.venue, funding.rate_per_hour()))
    }
}

fn known(funding: Option<Funding>, now_ns: i64) -> Result<Funding, Unpriced> {
    let funding = funding.ok_or(Unpriced::NoFunding)?;
    let age_ns = now_ns.abs_diff(funding.ts_recv_ns);
    if age_ns > FUNDING_AGE_NS_MAX.unsigned_abs() {
        return Err(Unpriced::FundingOld(age_ns / 1_000_000_000));
    }
    if funding.ts_next_ns <= now_ns {
        return Err(Unpriced::FundingPassed);
    }
    Ok(funding)
}

fn pair(long: &Leg, short: &Leg) -> PairPrice {
    PairPrice {
        long: long.instrument,
        short: short.instrument,
        entry: short.bid - long.ask,
        exit: long.bid - short.ask,
        fees: long.fee_rate_taker * (long.ask + long.bid) + short.fee_rate_taker * (short.bid + short.ask),
        carry_per_hour: short.funding_per_hour - long.funding_per_hour,
        price_mid: (long.mid + short.mid) / 2.0,
        age_ms_max: long.age_ns.max(short.age_ns) as f64 / 1e6,
    }
}

#[cfg(test)]
mod tests;
