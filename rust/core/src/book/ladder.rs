//! One side of a book: price → quantity, in a sorted row while it is small and in pages of ticks when it is not.

use super::paged::{level, rank, Paged};

/// Bids or asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Buyers; the highest price is best.
    Bid,
    /// Sellers; the lowest price is best.
    Ask,
}

/// A price and the quantity that rests there, in mantissas of the instrument's scales.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Level {
    /// Price × 10^price scale.
    pub price: i64,
    /// Quantity × 10^quantity scale; 0 in a delta removes the level.
    pub quantity: i64,
}

/// Most levels kept in one sorted row, which is smaller than pages and quicker to replace: a snapshot stream's 20 levels,
/// the sparse book of a quiet contract.
const ROW_MAX: usize = 128;

/// Fewest levels that are worth pages: each takes 8 bytes for every price in reach, occupied or not.
const PAGED_MIN: usize = 16;

/// The levels of one side, each price once, each quantity positive.
#[derive(Debug, Clone)]
pub struct Ladder {
    side: Side,
    store: Store,
}

#[derive(Debug, Clone)]
enum Store {
    /// Sorted, best last, so that the busy end is cheap to change.
    Row(Vec<Level>),
    /// Everything larger, and what is dense and changes level by level.
    Paged(Paged),
}

impl Ladder {
    /// An empty side.
    #[must_use]
    pub fn new(side: Side) -> Self {
        Self { side, store: Store::Row(Vec::new()) }
    }

    pub(crate) fn side(&self) -> Side {
        self.side
    }

    /// Sets the quantity at a price (0 removes it) and returns what was there before.
    #[inline]
    pub fn set(&mut self, price: i64, quantity: i64) -> i64 {
        let bid = self.side == Side::Bid;
        match &mut self.store {
            Store::Paged(paged) => paged.set(rank(bid, price), quantity),
            Store::Row(_) => self.set_in_row(price, quantity),
        }
    }

    /// As [`Ladder::set`], of every level in turn.
    #[inline]
    pub(crate) fn set_all(&mut self, levels: &[Level]) {
        let bid = self.side == Side::Bid;
        if let Store::Paged(paged) = &mut self.store {
            return if bid { paged.set_all(true, levels) } else { paged.set_all(false, levels) };
        }
        for level in levels {
            self.set(level.price, level.quantity);
        }
    }

    fn set_in_row(&mut self, price: i64, quantity: i64) -> i64 {
        let bid = self.side == Side::Bid;
        let Store::Row(levels) = &mut self.store else { return 0 };
        match levels.binary_search_by_key(&rank(bid, price), |level| rank(bid, level.price)) {
            Ok(at) if quantity == 0 => levels.remove(at).quantity,
            Ok(at) => std::mem::replace(&mut levels[at].quantity, quantity),
            Err(_) if quantity == 0 => 0,
            Err(at) => {
                levels.insert(at, Level { price, quantity });
                if levels.len() > ROW_MAX {
                    self.spread();
                }
                0
            }
        }
    }

    /// The quantity at a price; 0 where nobody rests.
    #[must_use]
    pub fn get(&self, price: i64) -> i64 {
        let bid = self.side == Side::Bid;
        match &self.store {
            Store::Paged(paged) => paged.get(rank(bid, price)),
            Store::Row(levels) => {
                let found = levels.binary_search_by_key(&rank(bid, price), |level| rank(bid, level.price));
                found.map_or(0, |at| levels[at].quantity)
            }
        }
    }

    /// Replaces everything by `best_first`.
    ///
    /// # Errors
    /// False, and the side is left empty, when prices are not strictly ordered or a quantity is not positive.
    #[must_use]
    pub fn replace(&mut self, best_first: &[Level]) -> bool {
        self.clear();
        let bid = self.side == Side::Bid;
        let ordered = best_first.windows(2).all(|pair| rank(bid, pair[0].price) > rank(bid, pair[1].price));
        if !(ordered && best_first.iter().all(|level| level.quantity > 0)) {
            return false;
        }
        if let Store::Row(levels) = &mut self.store {
            levels.extend(best_first.iter().rev());
        }
        if best_first.len() > ROW_MAX {
            self.spread();
        }
        true
    }

    /// What it holds will change level by level: pages from now on, where it is dense enough for them.
    pub(super) fn prepare(&mut self) {
        let bid = self.side == Side::Bid;
        if matches!(&self.store, Store::Row(levels) if is_dense(bid, levels)) {
            self.spread();
        }
    }

    /// Removes everything.
    pub fn clear(&mut self) {
        match &mut self.store {
            Store::Row(levels) => levels.clear(),
            Store::Paged(_) => self.store = Store::Row(Vec::new()),
        }
    }

    /// The best level.
    #[must_use]
    #[inline]
    pub fn best(&self) -> Option<Level> {
        match &self.store {
            Store::Row(levels) => levels.last().copied(),
            Store::Paged(paged) => paged.best().map(|best| level(self.side == Side::Bid, best)),
        }
    }

    /// Levels, best first.
    pub fn iter(&self) -> impl Iterator<Item = Level> + '_ {
        let bid = self.side == Side::Bid;
        let (row, paged) = match &self.store {
            Store::Row(levels) => (levels.as_slice(), None),
            Store::Paged(paged) => (&[][..], Some(paged)),
        };
        let paged = paged.into_iter().flat_map(|paged| paged.iter());
        row.iter().rev().copied().chain(paged.map(move |found| level(bid, found)))
    }

    /// As [`Ladder::iter`], for as long as `visit` asks for more: the quick way of who needs but the first few.
    #[inline]
    pub(crate) fn walk(&self, mut visit: impl FnMut(Level) -> bool) {
        let bid = self.side == Side::Bid;
        match &self.store {
            Store::Row(levels) => {
                levels.iter().rev().all(|level| visit(*level));
            }
            Store::Paged(paged) => paged.walk(|found| visit(level(bid, found))),
        }
    }

    /// Brings near what a message will change most likely.
    pub(super) fn fetch(&self) {
        if let Store::Paged(paged) = &self.store {
            paged.fetch();
        }
    }

    /// Number of levels.
    #[must_use]
    pub fn len(&self) -> usize {
        match &self.store {
            Store::Row(levels) => levels.len(),
            Store::Paged(paged) => paged.len(),
        }
    }

    /// True when nobody rests here.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Changes since the last snapshot that fell outside the window of pages, to be found in the sorted rest.
    #[must_use]
    pub fn misses(&self) -> u64 {
        match &self.store {
            Store::Row(_) => 0,
            Store::Paged(paged) => paged.misses(),
        }
    }

    /// What it holds on the heap, bytes.
    #[must_use]
    pub fn heap_bytes(&self) -> usize {
        match &self.store {
            Store::Row(levels) => levels.capacity() * size_of::<Level>(),
            Store::Paged(paged) => paged.heap_bytes(),
        }
    }

    /// Turns a row into pages.
    #[cold]
    fn spread(&mut self) {
        let bid = self.side == Side::Bid;
        if let Store::Row(levels) = &self.store {
            let ranked = levels.iter().rev().map(|level| (rank(bid, level.price), level.quantity));
            self.store = Store::Paged(Paged::new(ranked));
        }
    }
}

/// True when the window of pages would hold most of these levels, best last.
fn is_dense(bid: bool, levels: &[Level]) -> bool {
    let (best, most) = (levels.last(), levels.get(levels.len() / 4));
    let distance = best.zip(most).map(|(best, most)| rank(bid, best.price) - rank(bid, most.price));
    levels.len() >= PAGED_MIN && distance.is_some_and(|distance| Paged::reaches(levels.len(), distance))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    #[test]
    fn set_returns_what_was_there() {
        let mut bids = Ladder::new(Side::Bid);
        assert_eq!((bids.set(10, 5), bids.set(11, 6), bids.set(10, 7)), (0, 0, 5));
        assert_eq!(bids.best(), Some(Level { price: 11, quantity: 6 }));
        assert_eq!((bids.set(11, 0), bids.set(11, 0), bids.len()), (6, 0, 1));
    }

    #[test]
    fn a_snapshot_out_of_order_is_refused() {
        let level = |price, quantity| Level { price, quantity };
        let mut asks = Ladder::new(Side::Ask);
        assert!(asks.replace(&[level(10, 1), level(11, 1)]));
        for bad in [[level(11, 1), level(10, 1)], [level(10, 1), level(10, 2)], [level(10, 0), level(11, 1)]] {
            assert!(!asks.replace(&bad));
            assert!(asks.is_empty());
        }
    }

    fn levels_of(ladder: &Ladder) -> Vec<(i64, i64)> {
        ladder.iter().map(|level| (level.price, level.quantity)).collect()
    }

    /// Applies `ops` after a snapshot of `depth` levels to a ladder and to a map; compares after every step.
    fn equals_a_map(depth: i64, spacing: i64, ops: Vec<(i64, i64)>, ask: bool) -> Result<(), TestCaseError> {
        let mut ladder = Ladder::new(if ask { Side::Ask } else { Side::Bid });
        let prices = (0..depth).map(|n| if ask { 1_000_000 + n * spacing } else { 1_000_000 - n * spacing });
        let snapshot: Vec<_> = prices.map(|price| Level { price, quantity: 7 }).collect();
        prop_assert!(ladder.replace(&snapshot));
        let mut model: BTreeMap<i64, i64> = snapshot.iter().map(|level| (level.price, 7)).collect();
        for (price, quantity) in ops {
            let before = if quantity == 0 { model.remove(&price) } else { model.insert(price, quantity) };
            prop_assert_eq!(ladder.set(price, quantity), before.unwrap_or(0));
            let best = if ask { model.first_key_value() } else { model.last_key_value() };
            prop_assert_eq!(ladder.best().map(|level| (level.price, level.quantity)), best.map(|(p, q)| (*p, *q)));
            prop_assert_eq!((ladder.len(), ladder.get(price)), (model.len(), quantity));
        }
        let mut expected: Vec<_> = model.into_iter().collect();
        if !ask {
            expected.reverse();
        }
        prop_assert_eq!(levels_of(&ladder), expected);
        Ok(())
    }

    /// A best that wanders off, far beyond its window, with thousands of changes around it.
    #[test]
    fn the_window_follows_the_best() {
        for ask in [false, true] {
            let price = |rank: i64| if ask { 1_000_000 - rank } else { 1_000_000 + rank };
            let snapshot: Vec<_> = (0..600).map(|n| Level { price: price(-n), quantity: 7 }).collect();
            let mut ladder = Ladder::new(if ask { Side::Ask } else { Side::Bid });
            assert!(ladder.replace(&snapshot));
            let mut model: BTreeMap<i64, i64> = (0..600).map(|n| (-n, 7)).collect();
            for step in 0..60_000 {
                // One order goes far up and comes back; the rest stays, so that nothing else moves the window.
                let place = |step: i64| 30_000 - (step / 2 - 15_000).abs() * 2;
                let (rank, quantity) = if step % 2 == 0 { (place(step), 1 + step % 3) } else { (place(step - 3), 0) };
                let before = if quantity == 0 { model.remove(&rank) } else { model.insert(rank, quantity) };
                assert_eq!(ladder.set(price(rank), quantity), before.unwrap_or(0));
                let best =
                    model.last_key_value().map(|(rank, quantity)| Level { price: price(*rank), quantity: *quantity });
                assert_eq!((ladder.best(), ladder.len()), (best, model.len()));
            }
            let expected: Vec<_> = model.iter().rev().map(|(rank, quantity)| (price(*rank), *quantity)).collect();
            assert_eq!(levels_of(&ladder), expected);
            assert!((1_000..30_000).contains(&ladder.misses()), "{} of 60,000 outside the window", ladder.misses());
        }
    }

    proptest! {
        #[test]
        fn small_sides_equal_a_map(ops in prop::collection::vec((1i64..40, 0i64..4), 0..200), ask in any::<bool>()) {
            equals_a_map(0, 1, ops, ask)?;
        }

        /// Near and far, dense and sparse, with a best that wanders out of the window either way.
        #[test]
        fn deep_sides_equal_a_map(
            depth in 0i64..1_500,
            spacing in prop_oneof![Just(1i64), Just(3), Just(97), Just(650)],
            ops in prop::collection::vec(
                (prop_oneof![6 => 990_000i64..1_010_000, 6 => 999_900i64..1_000_100, 6 => 1i64..3_000_000, 1 => Just(i64::MAX)], 0i64..3), 0..400),
            ask in any::<bool>(),
        ) {
            equals_a_map(depth, spacing, ops, ask)?;
        }

        /// Everything is taken away from the best on, then comes back elsewhere.
        #[test]
        fn a_side_eaten_from_the_top(depth in 65i64..1_200, spacing in 1i64..200, gone in 1i64..1_200, jump in 1i64..900_000, ask in any::<bool>()) {
            let price = |n: i64| if ask { 1_000_000 + n * spacing } else { 1_000_000 - n * spacing };
            let mut ops: Vec<_> = (0..gone.min(depth)).map(|n| (price(n), 0)).collect();
            ops.extend((0..100).map(|n| (if ask { jump + n } else { 1_000_000 + jump - n }, 1)));
            equals_a_map(depth, spacing, ops, ask)?;
        }
    }
}
