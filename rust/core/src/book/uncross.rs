//! Which of two crossing levels is believed, on a venue whose books cross between messages (dYdX).
//!
//! There is no one book of such a venue: every block proposer has its own, and what is told is a mixture. The level that
//! was told of later stands; of two told of by one message each loses what the other has. What is removed here does not
//! return until the venue tells of it again.
//!
//! Source: dYdX documentation, "How to uncross the orderbook".

use super::changes::Changes;
use super::{Ladder, Level};
use rustc_hash::FxHashMap;

/// The number of the message that told of each level last.
#[derive(Debug, Default)]
pub(super) struct Told {
    bids: FxHashMap<i64, u64>,
    asks: FxHashMap<i64, u64>,
}

impl Told {
    pub(super) fn clear(&mut self) {
        self.bids.clear();
        self.asks.clear();
    }

    /// Both sides of a message, as they were set.
    pub(super) fn note(&mut self, message: u64, bids: &[Level], asks: &[Level]) {
        for (side, levels) in [(&mut self.bids, bids), (&mut self.asks, asks)] {
            for level in levels {
                if level.quantity == 0 {
                    side.remove(&level.price);
                } else {
                    side.insert(level.price, message);
                }
            }
        }
    }

    /// Removes levels until the best bid is below the best ask. Ends, since each turn removes one at least.
    pub(super) fn uncross(&mut self, bids: &mut Ladder, asks: &mut Ladder, changes: &mut Changes) {
        while let Some((bid, ask)) = bids.best().zip(asks.best()).filter(|(bid, ask)| bid.price >= ask.price) {
            let told = (self.bids.get(&bid.price), self.asks.get(&ask.price));
            let (lost_by_bid, lost_by_ask) = match told.0.cmp(&told.1) {
                std::cmp::Ordering::Less => (bid.quantity, 0),
                std::cmp::Ordering::Greater => (0, ask.quantity),
                std::cmp::Ordering::Equal => {
                    let common = bid.quantity.min(ask.quantity);
                    (common, common)
                }
            };
            reduce(bids, &mut self.bids, bid, lost_by_bid, changes);
            reduce(asks, &mut self.asks, ask, lost_by_ask, changes);
        }
    }
}

fn reduce(ladder: &mut Ladder, told: &mut FxHashMap<i64, u64>, level: Level, by: i64, changes: &mut Changes) {
    let left = level.quantity - by;
    if left == 0 {
        told.remove(&level.price);
    }
    if by != 0 {
        changes.set(ladder, &[Level { price: level.price, quantity: left }]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::book::{Book, Delta, Full, Side};
    use proptest::prelude::*;

    fn levels(pairs: &[(i64, i64)]) -> Vec<Level> {
        pairs.iter().map(|(price, quantity)| Level { price: *price, quantity: *quantity }).collect()
    }

    fn begun(bids: &[(i64, i64)], asks: &[(i64, i64)]) -> Book {
        let mut book = Book::uncrossing();
        book.begin(&Full { sequence: 1, ts_recv_ns: 1, bids: levels(bids), asks: levels(asks), ..Full::default() });
        book
    }

    fn change(book: &mut Book, message: u64, bids: &[(i64, i64)], asks: &[(i64, i64)]) {
        let (bids, asks) = (levels(bids), levels(asks));
        book.change(&Delta { first: message, last: message, ts_recv_ns: 2, bids, asks, ..Delta::default() });
    }

    fn shown(book: &Book, side: Side) -> Vec<(i64, i64)> {
        book.side(side).iter().map(|level| (level.price, level.quantity)).collect()
    }

    #[test]
    fn the_level_told_of_earlier_goes_and_stays_away() {
        let mut book = begun(&[(100, 5), (99, 5)], &[(101, 5), (103, 5)]);
        change(&mut book, 2, &[(102, 1)], &[]);
        assert_eq!(
            (shown(&book, Side::Bid), shown(&book, Side::Ask)),
            (vec![(102, 1), (100, 5), (99, 5)], vec![(103, 5)])
        );
        change(&mut book, 3, &[(102, 0)], &[]);
        assert_eq!(shown(&book, Side::Ask), [(103, 5)], "it has not been told of again");
        change(&mut book, 4, &[], &[(100, 2)]);
        assert_eq!((shown(&book, Side::Bid), shown(&book, Side::Ask)), (vec![(99, 5)], vec![(100, 2), (103, 5)]));
        assert!(book.is_live());
    }

    #[test]
    fn of_one_message_each_loses_what_the_other_has() {
        let book = begun(&[(100, 5), (99, 5), (98, 2)], &[(98, 7), (101, 1)]);
        assert_eq!((shown(&book, Side::Bid), shown(&book, Side::Ask)), (vec![(99, 3), (98, 2)], vec![(101, 1)]));
        let book = begun(&[(100, 5)], &[(100, 5), (101, 1)]);
        assert_eq!((shown(&book, Side::Bid), shown(&book, Side::Ask)), (vec![], vec![(101, 1)]));
    }

    proptest! {
        /// Never crossed, and the same as the rule read literally from two maps.
        #[test]
        fn equals_the_rule_read_literally(
            changes in prop::collection::vec((1i64..12, 0i64..4, any::<bool>(), 1i64..12, 0i64..4), 1..60),
        ) {
            let mut book = begun(&[], &[]);
            let mut model: [std::collections::BTreeMap<i64, (i64, u64)>; 2] = Default::default();
            for (message, (price, quantity, both, other, other_quantity)) in (2u64..).zip(changes) {
                let asks = if both { vec![(other, other_quantity)] } else { vec![] };
                change(&mut book, message, &[(price, quantity)], &asks);
                for (side, levels) in [(0, vec![(price, quantity)]), (1, asks)] {
                    for (price, quantity) in levels {
                        model[side].insert(price, (quantity, message));
                    }
                    model[side].retain(|_, level| level.0 > 0);
                }
                while let (Some((bid, b)), Some((ask, a))) = (
                    model[0].last_key_value().map(|(price, level)| (*price, *level)),
                    model[1].first_key_value().map(|(price, level)| (*price, *level)),
                ) {
                    if bid < ask { break; }
                    let common = b.0.min(a.0);
                    if b.1 <= a.1 { model[0].insert(bid, (if b.1 == a.1 { b.0 - common } else { 0 }, b.1)); }
                    if a.1 <= b.1 { model[1].insert(ask, (if b.1 == a.1 { a.0 - common } else { 0 }, a.1)); }
                    for side in &mut model { side.retain(|_, level| level.0 > 0); }
                }
                let bids: Vec<_> = model[0].iter().rev().map(|(price, level)| (*price, level.0)).collect();
                let asks: Vec<_> = model[1].iter().map(|(price, level)| (*price, level.0)).collect();
                prop_assert_eq!((shown(&book, Side::Bid), shown(&book, Side::Ask)), (bids, asks));
                prop_assert!(book.is_live());
            }
        }
    }
}
