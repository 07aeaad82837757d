//! What a size costs on one side of a book.

use crate::book::{Book, Ladder};

/// Volume-weighted mean price of `quantity` taken from the best level on; both in mantissas.
///
/// None when the quantity is not positive or the visible levels do not hold it.
#[must_use]
pub fn vwap(ladder: &Ladder, quantity: f64) -> Option<f64> {
    if !(quantity.is_finite() && quantity > 0.0) {
        return None;
    }
    let mut left = quantity;
    // Whole levels are summed exactly: i64 × i64 fits an i128 with room for the 50,000 levels of a side.
    let mut cost: i128 = 0;
    for level in ladder.iter() {
        let resting = level.quantity as f64;
        if resting >= left {
            return Some((cost as f64 + level.price as f64 * left) / quantity);
        }
        left -= resting;
        cost += i128::from(level.price) * i128::from(level.quantity);
    }
    None
}

/// Everything that rests on a side, as a quantity mantissa.
#[must_use]
pub(crate) fn depth(ladder: &Ladder) -> f64 {
    ladder.iter().map(|level| level.quantity as f64).sum()
}

/// Halfway between best bid and best ask, as a price mantissa; None for a book that is not Live or has one side.
#[must_use]
pub fn mid(book: &Book) -> Option<f64> {
    book.top().map(|(bid, ask)| (bid.price as f64 + ask.price as f64) / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::book::Side;
    use proptest::prelude::*;

    fn ladder(side: Side, levels: &[(i64, i64)]) -> Ladder {
        let mut ladder = Ladder::new(side);
        for (price, quantity) in levels {
            ladder.set(*price, *quantity);
        }
        ladder
    }

    #[test]
    fn walks_the_levels() {
        let asks = ladder(Side::Ask, &[(100, 2), (110, 2)]);
        assert_eq!(vwap(&asks, 1.0), Some(100.0));
        assert_eq!(vwap(&asks, 2.0), Some(100.0));
        assert_eq!(vwap(&asks, 4.0), Some(105.0));
        assert_eq!(vwap(&asks, 4.5), None);
        for odd in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert_eq!(vwap(&asks, odd), None);
        }
        assert_eq!(vwap(&ladder(Side::Bid, &[]), 1.0), None);
        assert_eq!(depth(&asks), 4.0);
    }

    proptest! {
        /// More size never gets a better price, and a price lies within the levels.
        #[test]
        fn monotone_in_size(
            levels in prop::collection::vec((1i64..1_000_000, 1i64..1_000_000), 1..30),
            sizes in prop::collection::vec(0.001f64..2_000_000.0, 2..20),
            ask in any::<bool>(),
        ) {
            let side = if ask { Side::Ask } else { Side::Bid };
            let ladder = ladder(side, &levels);
            let mut sizes = sizes;
            sizes.sort_by(f64::total_cmp);
            let priced: Vec<f64> = sizes.iter().map_while(|size| vwap(&ladder, *size)).collect();
            let worse = |a: f64, b: f64| if ask { b >= a * (1.0 - 1e-12) } else { b <= a * (1.0 + 1e-12) };
            prop_assert!(priced.windows(2).all(|pair| worse(pair[0], pair[1])));
            let best = ladder.best().map_or(0.0, |level| level.price as f64);
            prop_assert!(priced.iter().all(|price| worse(best, *price)));
            let over = depth(&ladder) * 1.001;
            prop_assert_eq!(vwap(&ladder, over), None);
        }
    }
}
