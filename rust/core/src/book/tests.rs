use super::*;
use proptest::prelude::*;
use std::collections::BTreeMap;

fn levels(pairs: &[(i64, i64)]) -> Vec<Level> {
    pairs.iter().map(|(price, quantity)| Level { price: *price, quantity: *quantity }).collect()
}

fn delta(first: u64, last: u64, previous: u64, bids: &[(i64, i64)], asks: &[(i64, i64)]) -> Delta {
    Delta { first, last, previous, ts_venue_ns: 1, ts_recv_ns: 1, bids: levels(bids), asks: levels(asks) }
}

fn snapshot(sequence: u64, bids: &[(i64, i64)], asks: &[(i64, i64)]) -> Full {
    Full { sequence, ts_venue_ns: Some(1), ts_recv_ns: 1, bids: levels(bids), asks: levels(asks) }
}

fn sides(book: &Book) -> (Vec<Level>, Vec<Level>) {
    (book.side(Side::Bid).iter().collect(), book.side(Side::Ask).iter().collect())
}

#[test]
fn deltas_before_the_snapshot_are_kept_and_joined() {
    let mut book = Book::default();
    assert_eq!(book.delta(&delta(5, 9, 3, &[(10, 1)], &[])), Effect::Buffered);
    assert_eq!(book.delta(&delta(11, 14, 9, &[(11, 2)], &[])), Effect::Buffered);
    book.snapshot(&snapshot(9, &[(10, 1)], &[(20, 1)]));
    assert!(book.is_live());
    assert_eq!((sides(&book), book.sequence()), ((levels(&[(11, 2), (10, 1)]), levels(&[(20, 1)])), 14));
}

#[test]
fn the_first_delta_must_join_the_snapshot() {
    for (first, last, previous, joins) in
        [(8, 12, 7, true), (10, 12, 10, true), (11, 12, 10, true), (15, 18, 9, true), (15, 18, 12, false)]
    {
        let mut book = Book::default();
        book.snapshot(&snapshot(10, &[(10, 1)], &[(20, 1)]));
        book.delta(&delta(first, last, previous, &[(11, 1)], &[]));
        assert_eq!(book.is_live(), joins, "{first}..{last} after {previous}");
    }
}

#[test]
fn a_snapshot_older_than_the_stream_asks_for_another() {
    let mut book = Book::default();
    book.delta(&delta(20, 22, 18, &[(11, 1)], &[]));
    book.snapshot(&snapshot(10, &[(10, 1)], &[(20, 1)]));
    assert_eq!(book.state(), &BookState::Gapped(Reason::SnapshotTooOld { snapshot: 10, stream: 20 }));
    book.snapshot(&snapshot(19, &[(10, 1)], &[(20, 1)]));
    assert!(book.is_live());
    assert_eq!(book.sequence(), 22);
}

#[test]
fn a_break_gaps_empties_and_recovers() {
    let mut book = Book::default();
    book.snapshot(&snapshot(10, &[(10, 1)], &[(20, 1)]));
    book.delta(&delta(10, 12, 9, &[(11, 1)], &[]));
    assert_eq!(book.delta(&delta(12, 12, 9, &[(12, 1)], &[])), Effect::Outdated);
    book.delta(&delta(16, 17, 15, &[(12, 1)], &[]));
    assert_eq!(book.state(), &BookState::Gapped(Reason::SequenceBreak { expected: 12, got: 15 }));
    assert_eq!(sides(&book), (vec![], vec![]));
    assert_eq!(book.seen().map(|(bid, ask)| (bid.price, ask.price)), Some((11, 20)));
    book.snapshot(&snapshot(16, &[(10, 1)], &[(20, 1)]));
    assert_eq!(sides(&book).0, levels(&[(12, 1), (10, 1)]));
}

#[test]
fn a_delta_that_follows_an_earlier_one_is_a_break_too() {
    let mut book = Book::default();
    book.snapshot(&snapshot(10, &[(10, 1)], &[(20, 1)]));
    book.delta(&delta(10, 12, 9, &[(11, 1)], &[]));
    book.delta(&delta(11, 15, 10, &[(12, 1)], &[]));
    assert_eq!(book.state(), &BookState::Gapped(Reason::SequenceBreak { expected: 12, got: 10 }));
}

#[test]
fn a_live_book_ignores_an_older_snapshot_and_takes_a_newer() {
    let mut book = Book::default();
    book.snapshot(&snapshot(10, &[(10, 1)], &[(20, 1)]));
    assert_eq!(book.snapshot(&snapshot(9, &[(1, 1)], &[(2, 1)])), Effect::Outdated);
    assert_eq!(book.snapshot(&snapshot(11, &[(1, 1)], &[(2, 1)])), Effect::Applied);
    assert_eq!(book.top().map(|(bid, ask)| (bid.price, ask.price)), Some((1, 2)));
}

#[test]
fn crossed_and_locked_books_are_gapped_and_one_sided_ones_have_no_top() {
    for bid in [20, 21] {
        let mut book = Book::default();
        book.snapshot(&snapshot(10, &[(10, 1)], &[(20, 1)]));
        book.delta(&delta(10, 12, 9, &[(bid, 1)], &[]));
        assert_eq!(book.state(), &BookState::Gapped(Reason::Crossed { bid, ask: 20 }));
    }
    let mut book = Book::default();
    book.full(&snapshot(0, &[(10, 1)], &[]));
    assert!(book.is_live());
    assert_eq!(book.top(), None);
}

#[test]
fn an_older_full_book_is_dropped_unless_time_was_reset() {
    let mut book = Book::default();
    let at = |ts| Full { ts_venue_ns: Some(ts), ..snapshot(0, &[(10, 1)], &[(20, 1)]) };
    assert_eq!(book.full(&at(5)), Effect::Applied);
    assert_eq!(book.full(&at(5)), Effect::Applied);
    assert_eq!(book.full(&at(4)), Effect::Outdated);
    book.invalidate(Reason::Invalidated("calendar moved".into()));
    assert_eq!(book.full(&at(4)), Effect::Applied);
    assert!(book.is_live());
}

#[test]
fn a_book_from_the_far_future_does_not_silence_those_that_follow() {
    let mut book = Book::default();
    let at = |ts| Full { ts_venue_ns: Some(ts), ..snapshot(0, &[(10, 1)], &[(20, 1)]) };
    book.full(&at(i64::MAX));
    for ts in 1..OUTDATED_RUN_MAX {
        assert_eq!(book.full(&at(i64::from(ts))), Effect::Outdated);
        assert!(book.is_live());
    }
    assert_eq!(book.full(&at(100)), Effect::Outdated);
    assert_eq!(book.state(), &BookState::Gapped(Reason::TimeWentBack));
    assert_eq!(book.full(&at(101)), Effect::Applied);
    assert!(book.is_live());
}

#[test]
fn a_book_without_bound_asks_for_a_snapshot() {
    let mut book = Book::default();
    book.snapshot(&snapshot(10, &[(10, 1)], &[]));
    let many: Vec<_> = (11..=11 + LEVELS_MAX as i64).map(|price| (price, 1)).collect();
    book.delta(&delta(10, 12, 9, &[], &many));
    assert_eq!(book.state(), &BookState::Gapped(Reason::TooDeep));
}

/// The venue's own truth: every delta in order on top of an empty book.
fn truth(deltas: &[Delta], upto: u64) -> (BTreeMap<i64, i64>, BTreeMap<i64, i64>) {
    let mut sides = (BTreeMap::new(), BTreeMap::new());
    for delta in deltas.iter().filter(|delta| delta.last <= upto) {
        for (side, changes) in [(&mut sides.0, &delta.bids), (&mut sides.1, &delta.asks)] {
            for level in changes {
                if level.quantity == 0 {
                    side.remove(&level.price);
                } else {
                    side.insert(level.price, level.quantity);
                }
            }
        }
    }
    sides
}

fn best_first(side: &BTreeMap<i64, i64>, reverse: bool) -> Vec<Level> {
    let mut levels: Vec<_> =
        side.iter().map(|(price, quantity)| Level { price: *price, quantity: *quantity }).collect();
    if reverse {
        levels.reverse();
    }
    levels
}

/// Changed bids, changed asks, how far the first id lies past the last one.
type Change = (Vec<(i64, i64)>, Vec<(i64, i64)>, u64);

fn stream(changes: Vec<Change>) -> Vec<Delta> {
    let mut last = 100;
    let numbered = changes.into_iter().map(|(bids, asks, gap)| {
        let (previous, first) = (last, last + gap);
        last = first + 2;
        delta(first, last, previous, &bids, &asks)
    });
    numbered.collect()
}

proptest! {
    /// Any delivery (lost, repeated, reordered deltas; snapshots at any time) of a true stream leaves the book either
    /// equal to the venue's at the id it holds, or not Live.
    #[test]
    fn equals_the_truth_or_is_not_live(
        changes in prop::collection::vec(
            (prop::collection::vec((1i64..30, 0i64..3), 0..4), prop::collection::vec((30i64..60, 0i64..3), 0..4), 1u64..4),
            1..25,
        ),
        delivery in prop::collection::vec((0usize..25, 0u8..8), 0..80),
        ordered in any::<bool>(),
    ) {
        let deltas = stream(changes);
        let mut book = Book::default();
        let mut next = 0;
        for (at, kind) in delivery {
            let at = if ordered { next } else { at } % deltas.len();
            if kind == 0 {
                let (bids, asks) = truth(&deltas, deltas[at].last);
                book.snapshot(&Full {
                    sequence: deltas[at].last,
                    bids: best_first(&bids, true),
                    asks: best_first(&asks, false),
                    ..Full::default()
                });
            } else {
                book.delta(&deltas[at]);
                next += usize::from(kind != 1);
            }
            if book.is_live() {
                let (bids, asks) = truth(&deltas, book.sequence());
                prop_assert_eq!(sides(&book), (best_first(&bids, true), best_first(&asks, false)));
            } else {
                prop_assert_eq!(sides(&book), (vec![], vec![]));
            }
        }
    }

    /// Whatever arrives, a Live book is never crossed and never holds an empty level.
    #[test]
    fn a_live_book_is_sound(
        messages in prop::collection::vec(
            (0u8..3, 0u64..20, 0u64..20, 0u64..20, prop::collection::vec((1i64..20, 0i64..3), 0..4),
             prop::collection::vec((1i64..20, 0i64..3), 0..4)),
            0..60,
        ),
    ) {
        let mut book = Book::default();
        for (kind, first, last, previous, bids, asks) in messages {
            match kind {
                0 => book.snapshot(&snapshot(last, &bids, &asks)),
                1 => book.full(&snapshot(0, &bids, &asks)),
                _ => book.delta(&delta(first, last, previous, &bids, &asks)),
            };
            if let Some((bid, ask)) = book.top() {
                prop_assert!(book.is_live() && bid.price < ask.price && bid.quantity > 0 && ask.quantity > 0);
            }
        }
    }
}

#[test]
fn a_stream_with_its_own_snapshots_begins_follows_and_gaps() {
    let mut book = Book::default();
    assert_eq!(book.follow(&delta(8, 8, 7, &[(9, 1)], &[])), Effect::Outdated);
    book.begin(&snapshot(10, &[(10, 1)], &[(20, 1)]));
    book.follow(&delta(11, 11, 10, &[(11, 2)], &[(20, 0), (21, 3)]));
    assert_eq!((sides(&book), book.sequence()), ((levels(&[(11, 2), (10, 1)]), levels(&[(21, 3)])), 11));
    assert_eq!(book.follow(&delta(11, 11, 10, &[(12, 9)], &[])), Effect::Outdated);
    assert_eq!(book.top().map(|(bid, _)| bid.price), Some(11));
    book.follow(&delta(13, 13, 12, &[(12, 1)], &[]));
    assert_eq!(book.state(), &BookState::Gapped(Reason::SequenceBreak { expected: 11, got: 12 }));
    assert_eq!(book.follow(&delta(14, 14, 13, &[(12, 1)], &[])), Effect::Outdated);
    book.begin(&snapshot(14, &[(12, 1)], &[(21, 3)]));
    assert!(book.is_live());
}

#[test]
fn a_restart_counts_from_one_and_without_its_snapshot_the_book_is_gapped() {
    let mut book = Book::default();
    book.begin(&snapshot(900, &[(10, 1)], &[(20, 1)]));
    book.follow(&delta(2, 2, 1, &[(11, 1)], &[]));
    assert_eq!(book.state(), &BookState::Gapped(Reason::SequenceBreak { expected: 900, got: 1 }));
    book.begin(&snapshot(1, &[(12, 1)], &[(20, 1)]));
    book.follow(&delta(2, 2, 1, &[(13, 1)], &[]));
    assert_eq!((book.is_live(), book.sequence()), (true, 2));
    book.begin(&snapshot(1, &[(14, 1)], &[(20, 1)]));
    assert_eq!((sides(&book).0, book.sequence()), (levels(&[(14, 1)]), 1));
}

#[test]
fn a_snapshot_in_the_stream_is_checked_like_any_other() {
    let mut book = Book::default();
    book.begin(&snapshot(5, &[(10, 1), (11, 1)], &[(20, 1)]));
    assert_eq!(book.state(), &BookState::Gapped(Reason::Disordered));
    book.begin(&snapshot(5, &[(21, 1)], &[(20, 1)]));
    assert_eq!(book.state(), &BookState::Gapped(Reason::Crossed { bid: 21, ask: 20 }));
}

#[test]
fn one_id_from_the_far_future_silences_no_book_for_ever() {
    let far = 1 << 60;
    let mut book = Book::default();
    book.snapshot(&snapshot(10, &[(10, 1)], &[(20, 1)]));
    book.delta(&delta(11, 11, 10, &[(11, 1)], &[]));
    book.delta(&delta(12, far, 11, &[(12, 1)], &[]));
    let mut after = (12..).map(|id| delta(id + 1, id + 1, id, &[(13, 1)], &[]));
    for delta in after.by_ref().take(OUTDATED_RUN_MAX as usize - 1) {
        assert_eq!((book.delta(&delta), book.is_live()), (Effect::Outdated, true));
    }
    after.next().map(|delta| book.delta(&delta));
    assert_eq!(book.state(), &BookState::Gapped(Reason::IdsWentBack));
    after.next().map(|delta| book.delta(&delta));
    book.snapshot(&snapshot(33, &[(14, 1)], &[(20, 1)]));
    assert_eq!((book.is_live(), book.sequence()), (true, 33));
}

#[test]
fn one_snapshot_from_the_far_future_silences_no_book_for_ever() {
    let mut book = Book::default();
    book.snapshot(&snapshot(1 << 60, &[(10, 1)], &[(20, 1)]));
    for id in 11..10 + u64::from(JOINING_RUN_MAX) {
        assert_eq!((book.delta(&delta(id, id, id - 1, &[(11, 1)], &[])), book.is_live()), (Effect::Outdated, true));
    }
    book.delta(&delta(5_000, 5_000, 4_999, &[(11, 1)], &[]));
    assert_eq!(book.state(), &BookState::Gapped(Reason::IdsWentBack));
}

#[test]
fn a_kept_id_from_the_far_future_bars_no_snapshot_for_ever() {
    let far = 1 << 60;
    let mut book = Book::default();
    book.snapshot(&snapshot(10, &[(10, 1)], &[(20, 1)]));
    book.delta(&delta(far, far, far - 1, &[(12, 1)], &[]));
    let mut after = (10..).map(|id| delta(id + 1, id + 1, id, &[(13, 1)], &[]));
    for delta in after.by_ref().take(3) {
        book.delta(&delta);
    }
    book.snapshot(&snapshot(12, &[(11, 1)], &[(20, 1)]));
    assert_eq!(book.state(), &BookState::Gapped(Reason::SnapshotTooOld { snapshot: 12, stream: far }));
    for delta in after.by_ref().take(OUTDATED_RUN_MAX as usize) {
        book.delta(&delta);
    }
    book.snapshot(&snapshot(32, &[(14, 1)], &[(20, 1)]));
    assert_eq!((book.is_live(), book.sequence()), (true, 33));
}

/// An order that comes and goes far above the rest, as wide spreads have them, and one message of far too many levels.
#[test]
fn what_flickers_far_away_moves_nothing() {
    let deep: Vec<_> = (0..1_000).map(|n| (1_000_000 - n, 1)).collect();
    let mut book = Book::default();
    book.snapshot(&snapshot(10, &deep, &[(9_000_000, 1)]));
    for id in 10..5_000 {
        let jump = 1_000_001 + (id as i64 % 7) * 200_000;
        book.delta(&delta(id + 1, id + 1, id, &[(jump, 2), (jump, 0)], &[]));
        let bids = book.side(Side::Bid);
        assert_eq!((bids.best(), bids.len()), (Some(Level { price: 1_000_000, quantity: 1 }), 1_000));
    }
    let levels: Vec<_> = book.side(Side::Bid).iter().map(|level| (level.price, level.quantity)).collect();
    assert_eq!(levels, deep);
    let many: Vec<_> = (0..=LEVELS_MAX as i64).map(|n| (500 + n % 2, n % 2)).collect();
    book.delta(&delta(5_001, 5_001, 5_000, &many, &[]));
    assert_eq!(book.state(), &BookState::Gapped(Reason::TooDeep));
}

/// The highest price that there is stands behind the last level of a block of far ones.
#[test]
fn the_highest_price_is_one_like_others() {
    let deep: Vec<_> = (0..1_000).map(|n| (1_000_000 - n * 90, 1)).collect();
    let mut book = Book::default();
    book.snapshot(&snapshot(10, &deep, &[]));
    for (id, quantity, levels) in [(10, 0, 1_000), (11, 3, 1_001), (12, 4, 1_001), (13, 0, 1_000)] {
        book.delta(&delta(id + 1, id + 1, id, &[(i64::MAX, quantity)], &[]));
        let bids = book.side(Side::Bid);
        let best = if quantity == 0 { (1_000_000, 1) } else { (i64::MAX, quantity) };
        assert_eq!(bids.best().map(|level| (level.price, level.quantity)), Some(best));
        assert_eq!((bids.len(), bids.iter().count(), bids.iter().next()), (levels, levels, bids.best()));
        assert_eq!((bids.get(i64::MAX), book.is_live()), (quantity, true));
    }
}
