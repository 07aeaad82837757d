//! What a size costs on one side of a book.

use crate::book::{Book, Ladder};

/// Volume-weighted mean price of `quantity` taken from the best level on; both in mantissas.
///
/// None when the quantity is not positive or the visible levels do not hold it.
///
/// ```
/// use arbbot_core::{depth_within, vwap, Ladder, Side};
/// let mut asks = Ladder::new(Side::Ask);
/// asks.set(1_010, 1);
/// asks.set(1_030, 4);
/// assert_eq!((vwap(&asks, 2.0), vwap(&asks, 6.0)), (Some(1_020.0), None));
/// // within 1 % of the best price: one unit, for 1,010
/// assert_eq!(depth_within(&asks, 100.0), (1.0, 1_010.0));
/// ```
#[must_use]
pub fn vwap(ladder: &Ladder, quantity: f64) -> Option<f64> {
    if !(quantity.is_finite() && quantity > 0.0) {
        return None;
    }
    let mut left = quantity;
    // Whole levels are summed exactly: i64 × i64 fits an i128 with room for the 50,000 levels of a side.
    let mut cost: i128 = 0;
    let mut price = None;
    ladder.walk(|level| {
        let resting = level.quantity as f64;
        if resting >= left {
            price = Some((cost as f64 + level.price as f64 * left) / quantity);
            return false;
        }
        left -= resting;
        cost += i128::from(level.price) * i128::from(level.quantity);
        true
    });
    price
}

/// As [`vwap`] for each of `sizes`, which rise, in one walk; `absent` where the visible levels do not hold a size.
///
/// Sums what lies above the best price, so that nothing is lost to a float where prices are large.
pub(crate) fn vwaps(ladder: &Ladder, sizes: &[f64], prices: &mut [f64], absent: f64) {
    let (mut at, mut passed, mut over) = (0, 0.0, 0.0);
    let (mut best, mut next) = (None, sizes.first().copied().unwrap_or(f64::INFINITY));
    ladder.walk(|level| {
        let best = *best.get_or_insert(level.price);
        let (resting, above) = (level.quantity as f64, (level.price - best) as f64);
        while passed + resting >= next {
            if let Some(price) = prices.get_mut(at) {
                *price = best as f64 + (over + above * (next - passed)) / next;
            }
            at += 1;
            next = sizes.get(at).copied().unwrap_or(f64::INFINITY);
        }
        passed += resting;
        over += above * resting;
        at < sizes.len()
    });
    prices.get_mut(at..).unwrap_or_default().fill(absent);
}

/// Volume-weighted mean price of spending (or earning) `notional` from the best level on; a price mantissa.
///
/// `notional` is in price mantissas × quantity mantissas. None when it is not positive or the visible levels do not
/// hold it.
#[must_use]
pub fn vwap_notional(ladder: &Ladder, notional: f64) -> Option<f64> {
    if !(notional.is_finite() && notional > 0.0) {
        return None;
    }
    let (mut spent, mut got) = (0.0, 0.0);
    for level in ladder.iter() {
        let (price, resting) = (level.price as f64, level.quantity as f64);
        if spent + price * resting >= notional {
            return Some(notional / (got + (notional - spent) / price));
        }
        spent += price * resting;
        got += resting;
    }
    None
}

/// What rests within `bp` hundredths of a percent of the side's best price: (quantity mantissa, price mantissas ×
/// quantity mantissas). Nothing where nobody rests; only the best level where `bp` is 0, negative or not a number.
#[must_use]
pub fn depth_within(ladder: &Ladder, bp: f64) -> (f64, f64) {
    let Some(best) = ladder.best() else { return (0.0, 0.0) };
    let reach = (best.price as f64 * bp / 10_000.0).max(0.0);
    let near = ladder.iter().take_while(|level| (level.price - best.price).abs() as f64 <= reach);
    near.fold((0.0, 0.0), |(quantity, notional), level| {
        let resting = level.quantity as f64;
        (quantity + resting, notional + level.price as f64 * resting)
    })
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

    #[test]
    fn spends_a_notional_and_looks_near_the_best() {
        let (asks, bids) = (ladder(Side::Ask, &[(100, 2), (110, 2)]), ladder(Side::Bid, &[(100, 2), (90, 2), (80, 7)]));
        assert_eq!(vwap_notional(&asks, 100.0), Some(100.0));
        assert_eq!(vwap_notional(&asks, 420.0), Some(105.0));
        assert_eq!(vwap_notional(&asks, 421.0), None);
        for odd in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert_eq!(vwap_notional(&asks, odd), None);
        }
        assert_eq!(depth_within(&bids, 1_000.0), (4.0, 380.0));
        assert_eq!(depth_within(&bids, 999.0), (2.0, 200.0));
        assert_eq!((depth_within(&asks, 1_000.0), depth_within(&asks, f64::INFINITY)), ((4.0, 420.0), (4.0, 420.0)));
        for odd in [0.0, -1.0, f64::NAN] {
            assert_eq!(depth_within(&asks, odd), (2.0, 200.0));
        }
        assert_eq!(depth_within(&ladder(Side::Bid, &[]), 1.0), (0.0, 0.0));
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
            // All at once, and by what they cost: the same prices.
            let mut together = vec![0.0; sizes.len()];
            vwaps(&ladder, &sizes, &mut together, f64::INFINITY);
            let close = |a: f64, b: f64| (a - b).abs() <= 1e-12 * b;
            prop_assert_eq!(together.iter().take_while(|price| price.is_finite()).count(), priced.len());
            prop_assert!(together.iter().zip(&priced).all(|(a, b)| close(*a, *b)));
            for (size, price) in sizes.iter().zip(&priced) {
                // At the very end of the book rounding may ask for a hair more than there is.
                prop_assert!(vwap_notional(&ladder, size * price * (1.0 - 1e-12)).is_some_and(|by_cost| (by_cost - price).abs() <= 1e-9 * price));
            }
            let over = depth(&ladder) * 1.001;
            prop_assert_eq!(vwap(&ladder, over), None);
        }
    }
}
