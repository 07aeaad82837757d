//! A book: two ladders, a state with its reason, and the rules by which messages may change it.
//!
//! Four kinds of stream feed it: numbered deltas on top of a snapshot fetched apart ([`Book::delta`],
//! [`Book::snapshot`]), numbered deltas with their snapshots between them ([`Book::follow`], [`Book::begin`]), full books
//! ([`Book::full`]), and changes that bear no number of the book's own ([`Book::change`]). It is Live only while nothing was missed; it is empty whenever it is not Live.

mod backlog;
mod changes;
pub(crate) mod checksum;
mod far;
mod ladder;
mod message;
mod paged;
mod state;
mod uncross;

use backlog::Backlog;
pub(crate) use changes::Change;
use changes::Changes;
pub use ladder::{Ladder, Level, Side};
pub use message::{Delta, Effect, Full};
pub use state::{BookState, Reason};
use uncross::Told;

/// Most levels a side may hold before the book asks for a new snapshot. Recorded full books stay under 20,000.
pub const LEVELS_MAX: usize = 50_000;

/// Full books with an older time dropped in a row before the newer one is doubted: ten seconds of Hyperliquid's two a
/// second. One frame from the far future would otherwise silence a book for ever.
pub const OUTDATED_RUN_MAX: u32 = 20;

/// As [`OUTDATED_RUN_MAX`], of deltas before the first on top of a snapshot, which the stream may well be behind: a minute
/// of the busiest recorded stream's 19 a second.
const JOINING_RUN_MAX: u32 = 1_200;

/// One instrument's book.
///
/// ```
/// use arbbot_core::{Book, BookState, Delta, Full, Level, Reason, Side};
/// let level = |price, quantity| vec![Level { price, quantity }];
/// let mut book = Book::default();
/// book.snapshot(&Full { sequence: 10, bids: level(1_000, 5), asks: level(1_010, 5), ..Full::default() });
/// book.delta(&Delta { first: 11, last: 12, previous: 10, bids: level(1_005, 2), ..Delta::default() });
/// assert_eq!((book.top().map(|(bid, _)| bid.price), book.side(Side::Bid).len()), (Some(1_005), 2));
/// book.delta(&Delta { first: 15, last: 16, previous: 14, ..Delta::default() });
/// assert_eq!(book.state(), &BookState::Gapped(Reason::SequenceBreak { expected: 12, got: 14 }));
/// assert_eq!(book.top(), None);
/// ```
#[derive(Debug)]
pub struct Book {
    bids: Ladder,
    asks: Ladder,
    state: BookState,
    sequence: u64,
    /// The snapshot is in, the first delta on top of it is not.
    joining: bool,
    backlog: Backlog,
    ts_venue_ns: Option<i64>,
    ts_recv_ns: Option<i64>,
    seen: Option<(Level, Level)>,
    outdated_run: u32,
    /// Kept where the venue's books cross between messages, and nowhere else.
    told: Option<Box<Told>>,
    changes: Changes,
}

impl Default for Book {
    fn default() -> Self {
        Self {
            bids: Ladder::new(Side::Bid),
            asks: Ladder::new(Side::Ask),
            state: BookState::Stale(Reason::NoSnapshot),
            sequence: 0,
            joining: false,
            backlog: Backlog::default(),
            ts_venue_ns: None,
            ts_recv_ns: None,
            seen: None,
            outdated_run: 0,
            told: None,
            changes: Changes::default(),
        }
    }
}

impl Book {
    /// A book of a venue whose books cross between messages: of two levels that cross the one told of earlier goes.
    #[must_use]
    pub fn uncrossing() -> Self {
        Self { told: Some(Box::default()), ..Self::default() }
    }

    /// Live, Stale or Gapped, with the reason.
    #[must_use]
    pub fn state(&self) -> &BookState {
        &self.state
    }

    /// True when the levels may be believed.
    #[must_use]
    pub fn is_live(&self) -> bool {
        self.state == BookState::Live
    }

    /// One side; empty unless Live.
    #[must_use]
    pub fn side(&self, side: Side) -> &Ladder {
        match side {
            Side::Bid => &self.bids,
            Side::Ask => &self.asks,
        }
    }

    /// Best bid and ask of a Live book with both sides.
    #[must_use]
    pub fn top(&self) -> Option<(Level, Level)> {
        self.bids.best().zip(self.asks.best())
    }

    /// Id of the last change held.
    #[must_use]
    pub fn sequence(&self) -> u64 {
        self.sequence
    }

    /// Venue time of the last message, ns of UTC; None before any.
    #[must_use]
    pub fn ts_venue_ns(&self) -> Option<i64> {
        self.ts_venue_ns
    }

    /// Receive time of the last message that the book took, ns; None before any.
    #[must_use]
    pub fn ts_recv_ns(&self) -> Option<i64> {
        self.ts_recv_ns
    }

    /// The last sound best bid and ask, whatever became of the book since: to value what is held, never to trade on.
    #[must_use]
    pub fn seen(&self) -> Option<(Level, Level)> {
        self.seen
    }

    /// Takes a delta: applied if it follows, kept if no snapshot is there to apply it to.
    pub fn delta(&mut self, delta: &Delta) -> Effect {
        if !self.is_live() {
            self.backlog.push(delta);
            return Effect::Buffered;
        }
        // What follows is taken even when it numbers nothing new (a heartbeat) or starts again from below (OKX).
        let follows = delta.previous == self.sequence;
        let old = if self.joining { delta.last < self.sequence } else { delta.last <= self.sequence };
        if old && !follows {
            self.doubt();
            return Effect::Outdated;
        }
        if let Some(reason) = self.break_before(delta) {
            self.gap(reason);
            self.backlog.push(delta);
            return Effect::Applied;
        }
        self.apply(delta);
        if !self.is_live() {
            // A snapshot older than this delta may come, and will need it.
            self.backlog.push(delta);
        }
        Effect::Applied
    }

    /// Takes a snapshot of a numbered stream, then the deltas kept for it. A Live book ignores an older one.
    pub fn snapshot(&mut self, full: &Full) -> Effect {
        if self.is_live() && full.sequence <= self.sequence {
            return Effect::Outdated;
        }
        self.replace(full);
        self.prepare();
        self.sequence = full.sequence;
        self.joining = true;
        for delta in self.backlog.take() {
            self.delta(&delta);
        }
        Effect::Applied
    }

    /// Takes a full book of a stream without ids; one with an older venue time is dropped. A numbered delta cannot
    /// follow it: streams of both kinds for one book are noticed.
    pub fn full(&mut self, full: &Full) -> Effect {
        if full.ts_venue_ns < self.ts_venue_ns {
            self.outdated_run += 1;
            if self.outdated_run >= OUTDATED_RUN_MAX {
                self.gap(Reason::TimeWentBack);
                self.ts_venue_ns = None;
            }
            return Effect::Outdated;
        }
        self.replace(full);
        self.sequence = 0;
        Effect::Applied
    }

    /// Takes a snapshot of a stream that carries its own: authoritative, whatever the book held and whatever its id.
    pub fn begin(&mut self, full: &Full) -> Effect {
        self.backlog.clear();
        self.replace(full);
        self.prepare();
        self.sequence = full.sequence;
        self.joining = false;
        Effect::Applied
    }

    /// Takes a delta of such a stream. A repeated id is ignored; any other that does not follow is a loss, or a restart
    /// whose snapshot was lost: only a snapshot heals either. The id 0 stands for none and always follows: a decoder
    /// gives it only where a checksum protects the delta.
    pub fn follow(&mut self, delta: &Delta) -> Effect {
        if !self.is_live() {
            return Effect::Outdated;
        }
        if delta.previous == self.sequence || delta.last == 0 {
            self.apply(delta);
        } else if delta.last == self.sequence {
            return Effect::Outdated;
        } else {
            self.gap(Reason::SequenceBreak { expected: self.sequence, got: delta.previous });
        }
        Effect::Applied
    }

    /// Takes a delta of a stream that is numbered on its connection only: whoever follows the connection has seen that
    /// none is missing. It bears no time.
    pub fn change(&mut self, delta: &Delta) -> Effect {
        if !self.is_live() {
            return Effect::Outdated;
        }
        self.apply(delta);
        self.ts_venue_ns = None;
        Effect::Applied
    }

    /// No longer fed: Stale until the next snapshot, whatever its time or id.
    pub fn invalidate(&mut self, reason: Reason) {
        self.forget();
        self.backlog.clear();
        self.ts_venue_ns = None;
        self.state = BookState::Stale(reason);
    }

    /// A message for this book was lost: Gapped. What was kept before the loss is of no use any more.
    pub fn lost(&mut self, reason: Reason) {
        self.backlog.clear();
        self.gap(reason);
    }

    /// A snapshot could not be read: a book that waits for one says so and goes on waiting.
    pub fn refuse_snapshot(&mut self, reason: Reason) {
        if !self.is_live() {
            self.gap(reason);
        }
    }

    /// Brings near what the next message will change most likely.
    pub(crate) fn fetch(&self) {
        self.bids.fetch();
        self.asks.fetch();
    }

    /// Notes every level that changes, until [`Book::changes`] hands it out.
    pub(crate) fn note_changes(&mut self) {
        self.changes.begin();
    }

    /// What changed since the last call, in order; nothing unless it is noted.
    pub(crate) fn changes(&mut self) -> impl Iterator<Item = Change> + '_ {
        self.changes.take()
    }

    /// What both sides hold on the heap, bytes.
    #[must_use]
    pub fn heap_bytes(&self) -> usize {
        self.bids.heap_bytes() + self.asks.heap_bytes()
    }

    /// Every later change being older than one that was taken, that one is doubted.
    fn doubt(&mut self) {
        self.outdated_run += 1;
        if self.outdated_run >= if self.joining { JOINING_RUN_MAX } else { OUTDATED_RUN_MAX } {
            self.outdated_run = 0;
            self.gap(Reason::IdsWentBack);
        }
    }

    fn break_before(&self, delta: &Delta) -> Option<Reason> {
        let (expected, got) = (self.sequence, delta.previous);
        if !self.joining {
            return (got != expected).then_some(Reason::SequenceBreak { expected, got });
        }
        // Ids are shared by all symbols of the venue, so nothing of this book lies between `previous` and `first`.
        let joins = delta.first <= expected.saturating_add(1) || got <= expected;
        (!joins).then_some(Reason::SnapshotTooOld { snapshot: expected, stream: delta.first })
    }

    fn apply(&mut self, delta: &Delta) {
        if delta.bids.len().max(delta.asks.len()) > LEVELS_MAX {
            return self.gap(Reason::TooDeep);
        }
        self.changes.set(&mut self.bids, &delta.bids);
        self.changes.set(&mut self.asks, &delta.asks);
        self.sequence = delta.last;
        self.joining = false;
        self.outdated_run = 0;
        self.ts_venue_ns = Some(delta.ts_venue_ns);
        self.ts_recv_ns = self.ts_recv_ns.max(Some(delta.ts_recv_ns));
        self.uncross(delta.last, &delta.bids, &delta.asks);
        self.check();
    }

    fn replace(&mut self, full: &Full) {
        if let Some(told) = &mut self.told {
            told.clear();
        }
        let sound = self.changes.replace(&mut self.bids, &full.bids) & self.changes.replace(&mut self.asks, &full.asks);
        self.state = BookState::Live;
        self.outdated_run = 0;
        self.ts_venue_ns = full.ts_venue_ns;
        self.ts_recv_ns = Some(full.ts_recv_ns);
        if sound {
            self.uncross(full.sequence, &full.bids, &full.asks);
            self.check();
        } else {
            self.gap(Reason::Disordered);
        }
    }

    /// Deltas follow.
    fn prepare(&mut self) {
        self.bids.prepare();
        self.asks.prepare();
    }

    fn uncross(&mut self, message: u64, bids: &[Level], asks: &[Level]) {
        if let Some(told) = &mut self.told {
            told.note(message, bids, asks);
            told.uncross(&mut self.bids, &mut self.asks, &mut self.changes);
        }
    }

    /// A crossed or boundless book cannot be believed.
    fn check(&mut self) {
        match self.top() {
            Some((bid, ask)) if bid.price >= ask.price => {
                self.gap(Reason::Crossed { bid: bid.price, ask: ask.price });
            }
            _ if self.bids.len().max(self.asks.len()) > LEVELS_MAX => self.gap(Reason::TooDeep),
            Some(top) => self.seen = Some(top),
            None => {}
        }
    }

    fn gap(&mut self, reason: Reason) {
        self.forget();
        self.state = BookState::Gapped(reason);
    }

    fn forget(&mut self) {
        self.changes.clear(&mut self.bids);
        self.changes.clear(&mut self.asks);
        self.joining = false;
    }
}

#[cfg(test)]
mod tests;
