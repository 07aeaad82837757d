//! The way of a frame, or of a REST snapshot, into its book or funding rate. No input makes it fail: the worst outcome
//! is a Gapped book, an unknown funding rate, and a counter.

use super::verify;
use super::watch::Watch;
use super::{Best, Entry, Market, Venue};
use crate::book::checksum::Digits;
use crate::book::{Book, Delta, Effect, Full, Reason, OUTDATED_RUN_MAX};
use crate::counters::Counters;
use crate::decode::{
    BestFrame, ChangeFrame, Checksum, DeltaFrame, Event, FullFrame, FundingFrame, Joining, Kind, Shapes, TickerFrame,
    Tickers,
};
use crate::funding::{next_full_hour_ns, Funding, Ticker};
use crate::ids::{InstrumentId, VenueId};
use crate::json::Fault;
use crate::registry::{Instrument, Refused};
use crate::simd::fetch;

type TakeDelta = fn(&mut Book, &Delta) -> Effect;
type TakeFull = fn(&mut Book, &Full) -> Effect;

/// What became of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claim {
    /// Not market data: the transport's.
    Unclaimed,
    /// Market data that nobody watches.
    Ignored,
    /// Market data that could not be read.
    Malformed,
    /// About this instrument.
    Touched(InstrumentId),
    /// About several instruments' funding.
    Several,
}

impl Market {
    /// Takes one raw WebSocket frame of a venue, received at `ts_recv_ns` (market time).
    ///
    /// # Errors
    /// An unknown venue; never because of the frame.
    pub fn feed(&mut self, venue: VenueId, frame: &[u8], ts_recv_ns: i64) -> Result<Claim, Refused> {
        let decoder = self.venues.get(venue.index()).ok_or(Refused::NoVenue(venue.0))?.decoder;
        let mut event = decoder.decode(frame);
        if decoder.protocol().link.is_some() {
            event = self.follow_link(venue, frame, event);
        }
        let claim = match event {
            Event::Unclaimed => Claim::Unclaimed,
            Event::Ignored => Claim::Ignored,
            Event::Malformed(kind, symbol, fault) => self.take_malformed(venue, kind, symbol, fault),
            Event::Delta(delta) => self.take_delta(venue, &delta, ts_recv_ns, Book::delta),
            Event::Follow(delta) => self.take_follow(venue, &delta, ts_recv_ns),
            Event::Change(change) => self.take_change(venue, &change, ts_recv_ns),
            Event::Full(full) => self.take_full(venue, &full, ts_recv_ns, Book::full),
            Event::Begin(full) => self.take_full(venue, &full, ts_recv_ns, Book::begin),
            Event::Ticker(ticker) => self.take_ticker(venue, &ticker, ts_recv_ns),
            Event::Funding(funding) => self.take_funding(venue, &funding, ts_recv_ns),
            Event::Tickers(tickers) => self.take_tickers(venue, &tickers, ts_recv_ns),
            Event::Best(best) => self.take_best(venue, &best, ts_recv_ns),
        };
        if let Some(venue) = self.venues.get_mut(venue.index()) {
            *venue.counters.of(claim) += 1;
        }
        self.settle(Some(ts_recv_ns));
        Ok(claim)
    }

    /// Takes a REST order book; false when it could not be read, and a book that waits for it then says why.
    ///
    /// # Errors
    /// An unknown instrument; never because of the body.
    pub fn snapshot(&mut self, id: InstrumentId, body: &[u8], ts_recv_ns: i64) -> Result<bool, Refused> {
        let entry = self.entries.get_mut(id.index()).ok_or(Refused::NoInstrument(id.0))?;
        let venue = entry.instrument.venue;
        let venue = self.venues.get_mut(venue.index()).ok_or(Refused::NoVenue(venue.0))?;
        let frame = venue.decoder.snapshot(body).map_err(Reason::Unreadable);
        let read = frame.and_then(|frame| {
            fill_full(&mut self.full, &frame, &entry.instrument, (&mut entry.shapes, None), ts_recv_ns)
        });
        if let Err(reason) = read {
            venue.counters.malformed += 1;
            entry.book.refuse_snapshot(reason);
            self.watch.note(entry);
            self.settle(Some(ts_recv_ns));
            return Ok(false);
        }
        let full = &self.full;
        venue.counters.snapshots += 1;
        change(&mut self.watch, &mut venue.counters, entry, |entry| match venue.decoder.protocol().joining {
            Joining::Deltas => entry.book.snapshot(full),
            Joining::Whole => entry.book.full(full),
        });
        // How a fetched book's levels were written is not known to the stream's checksums.
        entry.digits = None;
        self.settle(Some(ts_recv_ns));
        Ok(true)
    }

    /// Makes a book Stale until its next snapshot, and its funding unknown until the next frame.
    ///
    /// # Errors
    /// An unknown instrument.
    pub fn invalidate(&mut self, id: InstrumentId, reason: &str) -> Result<(), Refused> {
        let entry = self.entries.get_mut(id.index()).ok_or(Refused::NoInstrument(id.0))?;
        entry.book.invalidate(Reason::Invalidated(reason.into()));
        entry.best = None;
        entry.forget_funding();
        self.watch.note(entry);
        self.rerate(id);
        self.settle(None);
        Ok(())
    }

    fn take_delta(&mut self, venue: VenueId, frame: &DeltaFrame<'_>, ts_recv_ns: i64, work: TakeDelta) -> Claim {
        let Some((counters, entry)) = target(&mut self.venues, &mut self.entries, venue, frame.symbol) else {
            return Claim::Ignored;
        };
        match fill_delta(
            &mut self.delta,
            frame,
            &entry.instrument,
            (&mut entry.shapes, entry.digits.as_deref_mut()),
            ts_recv_ns,
        ) {
            Ok(()) => change(&mut self.watch, counters, entry, |entry| {
                let effect = work(&mut entry.book, &self.delta);
                if effect == Effect::Applied {
                    verify::check(entry, &self.delta.bids, &self.delta.asks, frame.checksum);
                }
                effect
            }),
            Err(reason) => lose(&mut self.watch, counters, entry, reason),
        }
    }

    /// A change without an id is believed for its checksum alone.
    fn take_follow(&mut self, venue: VenueId, frame: &DeltaFrame<'_>, ts_recv_ns: i64) -> Claim {
        let proven = |entry: &Entry| entry.digits.is_some() && matches!(frame.checksum, Some(Checksum::Best25(_)));
        if frame.last == 0 {
            let found = target(&mut self.venues, &mut self.entries, venue, frame.symbol);
            if let Some((counters, entry)) = found.filter(|(_, entry)| entry.book.is_live() && !proven(entry)) {
                return lose(&mut self.watch, counters, entry, Reason::Unproven);
            }
        }
        self.take_delta(venue, frame, ts_recv_ns, Book::follow)
    }

    fn take_change(&mut self, venue: VenueId, frame: &ChangeFrame<'_>, ts_recv_ns: i64) -> Claim {
        let (symbol, message, bids, asks) = (frame.symbol, frame.message, frame.bids, frame.asks);
        let (previous, ts_venue_ns) = (message.saturating_sub(1), 0);
        let delta =
            DeltaFrame { symbol, first: message, last: message, previous, ts_venue_ns, bids, asks, checksum: None };
        self.take_delta(venue, &delta, ts_recv_ns, Book::change)
    }

    fn take_full(&mut self, venue: VenueId, frame: &FullFrame<'_>, ts_recv_ns: i64, work: TakeFull) -> Claim {
        let symbol = frame.symbol.unwrap_or_default();
        let Some((counters, entry)) = target(&mut self.venues, &mut self.entries, venue, symbol) else {
            return Claim::Ignored;
        };
        verify::begin(entry, frame.checksum);
        match fill_full(
            &mut self.full,
            frame,
            &entry.instrument,
            (&mut entry.shapes, entry.digits.as_deref_mut()),
            ts_recv_ns,
        ) {
            Ok(()) => {
                counters.snapshots += 1;
                change(&mut self.watch, counters, entry, |entry| {
                    let effect = work(&mut entry.book, &self.full);
                    if effect == Effect::Applied {
                        verify::check(entry, &self.full.bids, &self.full.asks, frame.checksum);
                    }
                    effect
                })
            }
            Err(reason) => lose(&mut self.watch, counters, entry, reason),
        }
    }

    fn take_ticker(&mut self, venue: VenueId, frame: &TickerFrame<'_>, ts_recv_ns: i64) -> Claim {
        let partial = self.venues.get(venue.index()).is_some_and(|venue| venue.decoder.protocol().tickers_partial);
        let Some((_, entry)) = target(&mut self.venues, &mut self.entries, venue, frame.symbol) else {
            return Claim::Ignored;
        };
        entry.ticker.take(frame);
        // A venue that sends only what changed tells the interval in its snapshot: without it a rate is none.
        let registered = (!partial).then_some(entry.instrument.funding_interval_hours);
        entry.funding = entry.ticker.funding(registered, ts_recv_ns);
        if let Some(funding) = entry.funding {
            entry.instrument.funding_interval_hours = funding.interval_hours;
        }
        let id = entry.instrument.id;
        self.rerate(id);
        Claim::Touched(id)
    }

    fn take_tickers(&mut self, venue: VenueId, tickers: &Tickers<'_>, ts_recv_ns: i64) -> Claim {
        let mut claim = Claim::Ignored;
        tickers.each(|ticker| {
            claim = match (claim, self.take_ticker(venue, &ticker, ts_recv_ns)) {
                (before, Claim::Ignored) => before,
                (Claim::Ignored, first) => first,
                _ => Claim::Several,
            };
        });
        claim
    }

    fn take_best(&mut self, venue: VenueId, frame: &BestFrame<'_>, ts_recv_ns: i64) -> Claim {
        let Some((counters, entry)) = target(&mut self.venues, &mut self.entries, venue, frame.symbol) else {
            return Claim::Ignored;
        };
        let of = &entry.instrument;
        self.delta.bids.clear();
        self.delta.asks.clear();
        let (shapes, price, quantity) = (&mut entry.shapes, of.price_scale, of.quantity_scale);
        let read = frame.bids.read_alike(price, quantity, &mut self.delta.bids, shapes);
        if read.and_then(|()| frame.asks.read_alike(price, quantity, &mut self.delta.asks, shapes)).is_err() {
            entry.best = None;
            return Claim::Malformed;
        }
        let best = Best {
            bid: self.delta.bids.first().copied(),
            ask: self.delta.asks.first().copied(),
            sequence: frame.sequence,
            ts_venue_ns: frame.ts_venue_ns,
            ts_recv_ns,
        };
        let old = entry.best.is_some_and(|held| best.is_before(&held));
        entry.best_outdated_run = if old { entry.best_outdated_run + 1 } else { 0 };
        if old && entry.best_outdated_run < OUTDATED_RUN_MAX {
            counters.outdated += 1;
        } else {
            // The first, a younger one, or so many older ones that the held one is doubted: ids that began anew.
            entry.best_outdated_run = 0;
            entry.best = Some(best);
        }
        Claim::Touched(entry.instrument.id)
    }

    fn take_funding(&mut self, venue: VenueId, frame: &FundingFrame<'_>, ts_recv_ns: i64) -> Claim {
        let Some((_, entry)) = target(&mut self.venues, &mut self.entries, venue, frame.symbol) else {
            return Claim::Ignored;
        };
        entry.funding = Some(Funding {
            rate: frame.rate,
            interval_hours: entry.instrument.funding_interval_hours,
            ts_next_ns: frame.ts_next_ns.unwrap_or_else(|| next_full_hour_ns(ts_recv_ns)),
            price_pay: frame.price_pay,
            ts_recv_ns,
        });
        let id = entry.instrument.id;
        self.rerate(id);
        Claim::Touched(id)
    }

    fn take_malformed(&mut self, venue: VenueId, kind: Kind, symbol: Option<&str>, fault: Fault) -> Claim {
        let found = symbol.and_then(|symbol| target(&mut self.venues, &mut self.entries, venue, symbol));
        if let Some((counters, entry)) = found {
            match kind {
                Kind::Book => {
                    lose(&mut self.watch, counters, entry, Reason::Unreadable(fault));
                }
                Kind::Funding => {
                    entry.forget_funding();
                    let id = entry.instrument.id;
                    self.rerate(id);
                }
            }
        }
        Claim::Malformed
    }
}

impl Entry {
    pub(super) fn forget_funding(&mut self) {
        self.funding = None;
        self.ticker = Ticker::default();
    }
}

impl Counters {
    fn of(&mut self, claim: Claim) -> &mut u64 {
        match claim {
            Claim::Unclaimed => &mut self.unclaimed,
            Claim::Ignored => &mut self.ignored,
            Claim::Malformed => &mut self.malformed,
            Claim::Touched(_) | Claim::Several => &mut self.applied,
        }
    }
}

pub(super) fn target<'a>(
    venues: &'a mut [Venue],
    entries: &'a mut [Entry],
    venue: VenueId,
    symbol: &str,
) -> Option<(&'a mut Counters, &'a mut Entry)> {
    let venue = venues.get_mut(venue.index())?;
    let id = *venue.symbols.get(symbol)?;
    let entry = entries.get_mut(id.index())?;
    // What has just been touched is near.
    if venue.latest.replace(id) != Some(id) {
        fetch(entry);
        entry.book.fetch();
    }
    Some((&mut venue.counters, entry))
}

fn change(
    watch: &mut Watch,
    counters: &mut Counters,
    entry: &mut Entry,
    work: impl FnOnce(&mut Entry) -> Effect,
) -> Claim {
    let was_live = entry.book.is_live();
    match work(entry) {
        Effect::Applied => {}
        Effect::Outdated => counters.outdated += 1,
        Effect::Buffered => counters.buffered += 1,
    }
    counters.gaps += u64::from(was_live && !entry.book.is_live());
    watch.note(entry);
    Claim::Touched(entry.instrument.id)
}

pub(super) fn lose(watch: &mut Watch, counters: &mut Counters, entry: &mut Entry, reason: Reason) -> Claim {
    counters.gaps += u64::from(entry.book.is_live());
    entry.book.lost(reason);
    watch.note(entry);
    Claim::Malformed
}

fn fill_delta(
    delta: &mut Delta,
    frame: &DeltaFrame<'_>,
    of: &Instrument,
    written: (&mut Shapes, Option<&mut Digits>),
    ts_recv_ns: i64,
) -> Result<(), Reason> {
    (delta.first, delta.last, delta.previous) = (frame.first, frame.last, frame.previous);
    (delta.ts_venue_ns, delta.ts_recv_ns) = (frame.ts_venue_ns, ts_recv_ns);
    verify::read([(&frame.bids, &mut delta.bids), (&frame.asks, &mut delta.asks)], of, written)
}

fn fill_full(
    full: &mut Full,
    frame: &FullFrame<'_>,
    of: &Instrument,
    written: (&mut Shapes, Option<&mut Digits>),
    ts_recv_ns: i64,
) -> Result<(), Reason> {
    if frame.symbol.is_some_and(|symbol| symbol != of.symbol) {
        return Err(Reason::Unreadable("a book of another symbol"));
    }
    (full.sequence, full.ts_venue_ns, full.ts_recv_ns) = (frame.sequence, frame.ts_venue_ns, ts_recv_ns);
    verify::read([(&frame.bids, &mut full.bids), (&frame.asks, &mut full.asks)], of, written)
}
