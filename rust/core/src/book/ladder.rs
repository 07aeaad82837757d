//! One side of a book: price → quantity, best last, so that the busy end is cheap to change.

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

/// The levels of one side, sorted, each price once, each quantity positive.
#[derive(Debug, Clone)]
pub struct Ladder {
    side: Side,
    levels: Vec<Level>,
}

impl Ladder {
    /// An empty side.
    #[must_use]
    pub fn new(side: Side) -> Self {
        Self { side, levels: Vec::new() }
    }

    /// Sets the quantity at a price (0 removes it) and returns what was there before.
    pub fn set(&mut self, price: i64, quantity: i64) -> i64 {
        let rank = self.rank(price);
        match self.levels.binary_search_by_key(&rank, |level| self.rank(level.price)) {
            Ok(at) if quantity == 0 => self.levels.remove(at).quantity,
            Ok(at) => std::mem::replace(&mut self.levels[at].quantity, quantity),
            Err(_) if quantity == 0 => 0,
            Err(at) => {
                self.levels.insert(at, Level { price, quantity });
                0
            }
        }
    }

    /// Replaces everything by `best_first`.
    ///
    /// # Errors
    /// False, and the side is left empty, when prices are not strictly ordered or a quantity is not positive.
    #[must_use]
    pub fn replace(&mut self, best_first: &[Level]) -> bool {
        self.levels.clear();
        self.levels.extend(best_first.iter().rev());
        let ordered = self.levels.windows(2).all(|pair| self.rank(pair[0].price) < self.rank(pair[1].price));
        let sound = ordered && self.levels.iter().all(|level| level.quantity > 0);
        if !sound {
            self.levels.clear();
        }
        sound
    }

    /// Removes everything.
    pub fn clear(&mut self) {
        self.levels.clear();
    }

    /// The best level.
    #[must_use]
    pub fn best(&self) -> Option<Level> {
        self.levels.last().copied()
    }

    /// Levels, best first.
    pub fn iter(&self) -> impl Iterator<Item = Level> + '_ {
        self.levels.iter().rev().copied()
    }

    /// Number of levels.
    #[must_use]
    pub fn len(&self) -> usize {
        self.levels.len()
    }

    /// True when nobody rests here.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.levels.is_empty()
    }

    /// Rises towards the best price on either side. Prices are positive, so the negation cannot overflow.
    fn rank(&self, price: i64) -> i64 {
        match self.side {
            Side::Bid => price,
            Side::Ask => -price,
        }
    }
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

    proptest! {
        #[test]
        fn equals_a_map(ops in prop::collection::vec((1i64..40, 0i64..4), 0..200), ask in any::<bool>()) {
            let mut ladder = Ladder::new(if ask { Side::Ask } else { Side::Bid });
            let mut model = BTreeMap::new();
            for (price, quantity) in ops {
                let before = if quantity == 0 { model.remove(&price) } else { model.insert(price, quantity) };
                prop_assert_eq!(ladder.set(price, quantity), before.unwrap_or(0));
            }
            let mut expected: Vec<_> = model.into_iter().collect();
            if !ask { expected.reverse(); }
            let got: Vec<_> = ladder.iter().map(|level| (level.price, level.quantity)).collect();
            prop_assert_eq!(got, expected);
        }
    }
}
