//! One watched asset: what each of its instruments can be sold and bought for, and the best two of them.
//!
//! A book that changed costs its own two walks and one look along two arrays; nothing is allocated.

use super::columns::{
    ASK, BID, EDGE, EDGE_MAKER_LONG, EDGE_MAKER_SHORT, LONG, SHORT, SIZES_MAX, SIZE_COLUMNS, UPDATES,
};
use super::table::put;
use crate::book::{Book, Side};
use crate::ids::{CurrencyId, InstrumentId, VenueId};
use crate::quote::vwaps;
use crate::registry::Instrument;
use std::sync::atomic::AtomicU64;

/// What a side that does not show the size is worth: nobody sells there, nobody buys there.
const NO_BID: f64 = f64::NEG_INFINITY;
const NO_ASK: f64 = f64::INFINITY;

/// What pricing needs of an instrument, and what it came to.
#[derive(Debug, Clone)]
pub(crate) struct Member {
    pub(super) id: InstrumentId,
    pub(super) venue: VenueId,
    pub(super) quote: CurrencyId,
    /// Numeraire per unit of the quote currency; None while unknown.
    pub(super) rate: Option<f64>,
    /// Quote currency per asset unit of one price mantissa.
    unit: f64,
    /// The sizes as quantity mantissas.
    sizes: [f64; SIZES_MAX],
    fee_taker: f64,
    fee_maker: f64,
    /// Per size, quote currency per asset unit, before fees.
    bids: [f64; SIZES_MAX],
    asks: [f64; SIZES_MAX],
    /// Best prices, likewise.
    best_bid: f64,
    best_ask: f64,
}

impl Member {
    pub(crate) fn new(of: &Instrument, sizes: &[f64]) -> Self {
        let mut mantissas = [f64::INFINITY; SIZES_MAX];
        for (mantissa, size) in mantissas.iter_mut().zip(sizes) {
            *mantissa = of.quantity_mantissa(*size);
        }
        Self {
            id: of.id,
            venue: of.venue,
            quote: of.quote,
            rate: None,
            unit: of.price_per_asset(1.0),
            sizes: mantissas,
            fee_taker: of.fee_rate_taker,
            fee_maker: of.fee_rate_maker,
            bids: [NO_BID; SIZES_MAX],
            asks: [NO_ASK; SIZES_MAX],
            best_bid: NO_BID,
            best_ask: NO_ASK,
        }
    }

    /// Walks both sides of its book; one that is not Live shows nothing.
    fn price(&mut self, book: &Book, sizes: usize) {
        let side = |side, sizes: &[f64], prices: &mut [f64], absent| {
            let ladder = book.side(side);
            vwaps(ladder, sizes, prices, absent);
            prices.iter_mut().for_each(|price| *price *= self.unit);
            ladder.best().map_or(absent, |level| level.price as f64 * self.unit)
        };
        let asked = self.sizes.get(..sizes).unwrap_or_default();
        self.best_bid = side(Side::Bid, asked, self.bids.get_mut(..sizes).unwrap_or_default(), NO_BID);
        self.best_ask = side(Side::Ask, asked, self.asks.get_mut(..sizes).unwrap_or_default(), NO_ASK);
    }

    /// What a taker keeps of a sale of size `k`.
    fn sell(&self, k: usize) -> f64 {
        self.rate.map_or(NO_BID, |rate| self.bids[k] * ((1.0 - self.fee_taker) * rate))
    }

    /// What a taker pays in all for size `k`.
    fn buy(&self, k: usize) -> f64 {
        self.rate.map_or(NO_ASK, |rate| self.asks[k] * ((1.0 + self.fee_taker) * rate))
    }
}

/// A pair that is held: woken when what it costs to widen or to leave has moved.
#[derive(Debug, Clone, Copy)]
pub(super) struct Held {
    pub(super) long: InstrumentId,
    pub(super) short: InstrumentId,
    /// Numeraire per asset unit.
    pub(super) step: f64,
    /// Net entry and exit when it was last woken.
    told: (f64, f64),
}

impl Held {
    pub(super) fn new(long: InstrumentId, short: InstrumentId, step: f64) -> Self {
        Self { long, short, step, told: (NO_BID, NO_BID) }
    }
}

#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) sizes: Vec<f64>,
    /// Numeraire per asset unit.
    pub(super) edge_min: f64,
    pub(super) members: Vec<Member>,
    pub(super) held: Vec<Held>,
    /// What each currency of the members was last worth.
    worths: Vec<(CurrencyId, Option<f64>)>,
    /// The best seller and the best buyer of all, where they are of two venues.
    best: Option<(usize, usize)>,
    /// The best edge is at or above `edge_min`.
    above: bool,
    updates: u64,
    // What one look goes along: net of taker fees at the first size, numeraire per asset unit.
    sells: Vec<f64>,
    buys: Vec<f64>,
}

impl Row {
    pub(super) fn new(sizes: &[f64], edge_min: f64) -> Self {
        Self {
            sizes: sizes.into(),
            edge_min,
            members: Vec::new(),
            held: Vec::new(),
            worths: Vec::new(),
            best: None,
            above: false,
            updates: 0,
            sells: Vec::new(),
            buys: Vec::new(),
        }
    }

    /// Takes members anew; their books are still to be priced.
    pub(super) fn seat(&mut self, members: Vec<Member>) {
        self.sells = vec![NO_BID; members.len()];
        self.buys = vec![NO_ASK; members.len()];
        self.best = None;
        self.worths.clear();
        for quote in members.iter().map(|member| member.quote) {
            if self.worths.iter().all(|(currency, _)| *currency != quote) {
                self.worths.push((quote, None));
            }
        }
        self.members = members;
    }

    /// Walks the book of one member.
    pub(super) fn price(&mut self, at: usize, book: &Book) {
        if let Some(member) = self.members.get_mut(at) {
            member.price(book, self.sizes.len());
            (self.sells[at], self.buys[at]) = (member.sell(0), member.buy(0));
        }
    }

    /// Takes a currency's worth; false where nothing is quoted in it or nothing changed.
    pub(super) fn rate(&mut self, currency: CurrencyId, rate: Option<f64>) -> bool {
        match self.worths.iter_mut().find(|(known, _)| *known == currency) {
            Some((_, worth)) if *worth != rate => *worth = rate,
            _ => return false,
        }
        for (at, member) in self.members.iter_mut().enumerate().filter(|(_, member)| member.quote == currency) {
            member.rate = rate;
            (self.sells[at], self.buys[at]) = (member.sell(0), member.buy(0));
        }
        true
    }

    /// Finds the best pair and writes it down; true when somebody must be woken. `changed` says that nothing else than
    /// that member has changed since the last time.
    pub(super) fn publish(&mut self, cells: &[AtomicU64], changed: Option<usize>) -> bool {
        self.updates += 1;
        put(cells, UPDATES, self.updates as f64);
        let crossed = !changed.is_some_and(|at| self.is_beaten(at)) && self.compare(cells);
        crossed | (!self.held.is_empty() && self.held_moved(changed))
    }

    /// Neither of the best two, and no match for either: they stand as they are.
    fn is_beaten(&self, at: usize) -> bool {
        let beaten = |(short, long): (usize, usize)| {
            (at != short) & (at != long) & (self.sells[at] < self.sells[short]) & (self.buys[at] > self.buys[long])
        };
        self.best.is_some_and(beaten)
    }

    /// Looks along all members and writes the best pair; true when its edge has crossed the threshold.
    fn compare(&mut self, cells: &[AtomicU64]) -> bool {
        let edge = match self.best_pair() {
            Some((short, long)) => {
                self.write(cells, short, long);
                self.sells[short] - self.buys[long]
            }
            None => {
                blank(cells, self.sizes.len());
                NO_BID
            }
        };
        let crossed = (edge >= self.edge_min) != self.above;
        self.above ^= crossed;
        crossed
    }

    /// The members to sell at and to buy at, of two venues; None where no two venues can be priced.
    fn best_pair(&mut self) -> Option<(usize, usize)> {
        let (short, long) = (highest(&self.sells), lowest(&self.buys));
        self.best = None;
        let (seller, buyer) = (self.members.get(short)?, self.members.get(long)?);
        if seller.venue != buyer.venue {
            self.best = (self.sells[short] > NO_BID && self.buys[long] < NO_ASK).then_some((short, long));
            return self.best;
        }
        // One venue is best on both sides: one of them stays, with the next best of another venue.
        let elsewhere = |at: &usize| self.members[*at].venue != seller.venue;
        let others = || (0..self.members.len()).filter(elsewhere);
        let short_next = others().reduce(|a, b| if self.sells[b] > self.sells[a] { b } else { a })?;
        let long_next = others().reduce(|a, b| if self.buys[b] < self.buys[a] { b } else { a })?;
        let edge = |(short, long): (usize, usize)| self.sells[short] - self.buys[long];
        let (short_stays, long_stays) = ((short, long_next), (short_next, long));
        let better = if edge(long_stays) > edge(short_stays) { long_stays } else { short_stays };
        (edge(better) > NO_BID).then_some(better)
    }

    fn write(&self, cells: &[AtomicU64], short: usize, long: usize) {
        let (seller, buyer) = (&self.members[short], &self.members[long]);
        put(cells, LONG, f64::from(buyer.id.0));
        put(cells, SHORT, f64::from(seller.id.0));
        let (rate_short, rate_long) = (seller.rate.unwrap_or_default(), buyer.rate.unwrap_or_default());
        let rests_long = buyer.best_bid * ((1.0 + buyer.fee_maker) * rate_long);
        let rests_short = seller.best_ask * ((1.0 - seller.fee_maker) * rate_short);
        for k in 0..self.sizes.len() {
            let (sell, buy) = (seller.sell(k), buyer.buy(k));
            let column = k * SIZE_COLUMNS;
            put(cells, column + EDGE, sell - buy);
            // A side that is empty has nothing to rest beside.
            put(cells, column + EDGE_MAKER_LONG, if rests_long > NO_BID { sell - rests_long } else { NO_BID });
            put(cells, column + EDGE_MAKER_SHORT, if rests_short < NO_ASK { rests_short - buy } else { NO_BID });
            put(cells, column + BID, seller.bids[k] * rate_short);
            put(cells, column + ASK, buyer.asks[k] * rate_long);
        }
    }

    fn held_moved(&mut self, changed: Option<usize>) -> bool {
        let of = changed.and_then(|at| self.members.get(at)).map(|member| member.id);
        let mut woken = false;
        let at = |id| self.members.iter().position(|member| member.id == id);
        for held in &mut self.held {
            if of.is_some_and(|of| of != held.long && of != held.short) {
                continue;
            }
            if let (Some(long), Some(short)) = (at(held.long), at(held.short)) {
                let now = (self.sells[short] - self.buys[long], self.sells[long] - self.buys[short]);
                if moved(held.told.0, now.0, held.step) || moved(held.told.1, now.1, held.step) {
                    held.told = now;
                    woken = true;
                }
            }
        }
        woken
    }
}

/// No pair, at that many sizes.
pub(super) fn blank(cells: &[AtomicU64], sizes: usize) {
    put(cells, LONG, -1.0);
    put(cells, SHORT, -1.0);
    for column in (0..sizes).map(|k| k * SIZE_COLUMNS) {
        for edge in [EDGE, EDGE_MAKER_LONG, EDGE_MAKER_SHORT, BID] {
            put(cells, column + edge, NO_BID);
        }
        put(cells, column + ASK, NO_ASK);
    }
}

fn moved(before: f64, now: f64, step: f64) -> bool {
    if before.is_finite() && now.is_finite() {
        (now - before).abs() >= step
    } else {
        before.is_finite() != now.is_finite()
    }
}

/// Where the greatest value stands, the first of equal ones.
fn highest(values: &[f64]) -> usize {
    let best = values.iter().fold(NO_BID, |best, value| if *value > best { *value } else { best });
    values.iter().position(|value| *value == best).unwrap_or(0)
}

/// Where the least value stands, the first of equal ones.
fn lowest(values: &[f64]) -> usize {
    let best = values.iter().fold(NO_ASK, |best, value| if *value < best { *value } else { best });
    values.iter().position(|value| *value == best).unwrap_or(0)
}
