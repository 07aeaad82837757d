//! A Live book of a venue, and what an input may do to it.

use super::venues::{Sides, Venue, SYMBOL};
use arbbot_core::{Book, BookState, Claim, Counters, Decoder, InstrumentId, Market, Refused, Side, Terms, VenueId};

/// The one bid that every message changes, in tenths, and its quantity in the book `at`.
const PRICE: i64 = 77_777;

/// Books of 20 levels a side, in which only that bid's quantity differs.
pub fn truths() -> Vec<Sides> {
    let truth = |at: i64| Sides {
        bids: (0..20).map(|row| (77_000 + row, 5)).chain([(PRICE, 31_337 + at)]).collect(),
        asks: (0..20).map(|row| (80_000 + row, 5)).collect(),
    };
    (0..8).map(truth).collect()
}

/// Both as they are written in the message that leads to the book `at`.
pub fn written(at: usize) -> (&'static str, String) {
    ("7777.7", (31_337 + at).to_string())
}

/// The market, and the one instrument in it.
pub struct Victim<'a> {
    pub market: Market,
    venue: &'a Venue,
    truths: &'a [Sides],
}

const ID: VenueId = VenueId(0);
/// The one in the market.
pub const INSTRUMENT: InstrumentId = InstrumentId(0);

impl<'a> Victim<'a> {
    /// Live, at the book `at`, by a snapshot and a message after it.
    pub fn begin(venue: &'a Venue, truths: &'a [Sides], at: usize) -> Result<Self, Refused> {
        let decoder = Decoder::by_name(venue.name).ok_or_else(|| Refused::NoDecoder(venue.name.into()))?;
        let mut market = Market::default();
        let id = market.add_venue(venue.name, decoder)?;
        market.add_instrument(&Terms {
            venue: id,
            symbol: SYMBOL,
            asset: "BTC",
            quote: "USDT",
            tick: "0.1",
            lot: "1",
            multiplier: "1",
            contract_size: "1",
            fee_rate_taker: 0.0005,
            funding_interval_hours: 8,
        })?;
        let mut victim = Self { market, venue, truths };
        victim.heal(at - 1)?;
        victim.feed((venue.change)(at, truths).as_bytes())?;
        Ok(victim)
    }

    pub fn feed(&mut self, frame: &[u8]) -> Result<Claim, Refused> {
        self.market.feed(ID, frame, 1)
    }

    pub fn snapshot(&mut self, body: &[u8]) -> Result<bool, Refused> {
        self.market.snapshot(INSTRUMENT, body, 1)
    }

    /// The venue's next snapshot, which holds the book `at`.
    pub fn heal(&mut self, at: usize) -> Result<(), Refused> {
        self.take(&(self.venue.snapshot)(at, self.truths))
    }

    /// A snapshot, and whether it is fetched apart.
    pub fn take(&mut self, (body, over_rest): &(String, bool)) -> Result<(), Refused> {
        if *over_rest {
            self.snapshot(body.as_bytes())?;
        } else {
            self.feed(body.as_bytes())?;
        }
        Ok(())
    }

    pub fn counters(&self) -> Result<Counters, Refused> {
        self.market.counters(ID)
    }

    pub fn is_gapped(&self) -> bool {
        self.book().is_some_and(|book| matches!(book.state(), BookState::Gapped(_)) && book.top().is_none())
    }

    /// Live, and the venue's own book `at`.
    pub fn is_at(&self, at: usize) -> bool {
        let side = |book: &Book, side| book.side(side).iter().map(|level| (level.price, level.quantity)).collect();
        self.book().is_some_and(|book| {
            let shown = Sides { bids: side(book, Side::Bid), asks: side(book, Side::Ask) };
            let held = (self.venue.held)(book.sequence(), book.ts_venue_ns());
            book.is_live() && held == Some(at) && Some(&shown) == self.truths.get(at)
        })
    }

    /// Whether the message to the book `at` shows that the one before it was lost; whole books need not.
    pub fn misses(&mut self, at: usize) -> Result<bool, Refused> {
        self.feed((self.venue.change)(at, self.truths).as_bytes())?;
        Ok(if self.venue.numbered { self.is_gapped() } else { self.is_at(at) })
    }

    /// What its book holds on the heap.
    pub fn heap_bytes(&self) -> usize {
        self.book().map_or(0, Book::heap_bytes)
    }

    fn book(&self) -> Option<&Book> {
        self.market.book(INSTRUMENT)
    }
}
