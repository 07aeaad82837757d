//! Several venues' books of one asset and one quote currency, read as a single book in the asset's unit.
//!
//! Levels are compared exactly, over a common integer unit, and keep the instrument they came from. Two venues at one
//! price stay two levels. The result may be crossed: that is an arbitrage, not a fault. [`merge`] reads any books at any
//! time; `Consolidated` is kept where somebody reads often.

mod consolidated;
mod units;

use crate::book::{Ladder, Level, Side};
use crate::ids::InstrumentId;
use crate::registry::Instrument;
pub(crate) use consolidated::Consolidated;
use units::price_factors;

/// Largest factor between a mantissa and the common unit: `i64::MAX` times this fits an `i128`.
const FACTOR_MAX: i128 = 10_000_000_000_000_000_000;

/// One book to merge.
#[derive(Debug, Clone, Copy)]
pub struct MergedSource<'a> {
    /// Whose it is.
    pub instrument: &'a Instrument,
    /// Its side.
    pub ladder: &'a Ladder,
}

impl MergedSource<'_> {
    fn merged(&self, level: Level) -> MergedLevel {
        MergedLevel {
            price: self.instrument.price_per_asset(level.price as f64),
            quantity: self.instrument.quantity_asset(level.quantity as f64),
            instrument: self.instrument.id,
            level,
        }
    }
}

/// A level of a merged book.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MergedLevel {
    /// Quote currency per asset unit.
    pub price: f64,
    /// Asset units.
    pub quantity: f64,
    /// Whose level it is.
    pub instrument: InstrumentId,
    /// The level itself, in that instrument's mantissas.
    pub level: Level,
}

/// The best `count` levels of all `sources` together, best first; ties in order of registration.
///
/// None when the multipliers are so odd that prices cannot be compared exactly.
///
/// ```
/// use arbbot_core::{merge, Decoder, Ladder, Market, MergedSource, Side, Terms};
/// let mut market = Market::default();
/// let mut ids = Vec::new();
/// for (name, symbol, tick, multiplier) in [("a", "PEPE", "0.0000001", "1"), ("b", "1000PEPE", "0.0001", "1000")] {
///     let venue = market.add_venue(name, Decoder::Hyperliquid)?;
///     let (asset, quote, lot, fee_rate_taker, funding_interval_hours) = ("PEPE", "USD", "1", 0.0005, 8);
///     ids.push(market.add_instrument(&Terms {
///         venue, symbol, asset, quote, tick, lot, multiplier, contract_size: "1", fee_rate_taker,
///         funding_interval_hours,
///     })?);
/// }
/// let mut asks = [Ladder::new(Side::Ask), Ladder::new(Side::Ask)];
/// asks[0].set(124, 70_000); // 0.0000124 each
/// asks[1].set(123, 50); // 0.0123 a thousand
/// let books = ids.iter().zip(&asks);
/// let sources: Option<Vec<_>> =
///     books.map(|(id, ladder)| Some(MergedSource { instrument: market.instrument(*id)?, ladder })).collect();
/// let merged = merge(Side::Ask, &sources.ok_or("not registered")?, 10).ok_or("no common unit")?;
/// let quantities: Vec<_> = merged.iter().map(|level| (level.instrument, level.quantity)).collect();
/// assert_eq!(quantities, [(ids[1], 50_000.0), (ids[0], 70_000.0)]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn merge(side: Side, sources: &[MergedSource<'_>], count: usize) -> Option<Vec<MergedLevel>> {
    let instruments: Vec<_> = sources.iter().map(|source| source.instrument).collect();
    let factors = price_factors(&instruments, FACTOR_MAX)?;
    let mut walks: Vec<_> = sources.iter().map(|source| source.ladder.iter().peekable()).collect();
    let mut levels = Vec::new();
    while levels.len() < count {
        let heads = walks.iter_mut().zip(sources).zip(&factors).enumerate();
        let keyed = heads.filter_map(|(at, ((walk, source), factor))| {
            let price = i128::from(walk.peek()?.price) * factor;
            let rank = if side == Side::Ask { price } else { -price };
            Some(((rank, source.instrument.id), at))
        });
        let Some((_, at)) = keyed.min() else { break };
        if let (Some(level), Some(source)) = (walks.get_mut(at).and_then(Iterator::next), sources.get(at)) {
            levels.push(source.merged(level));
        }
    }
    Some(levels)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{AssetId, CurrencyId, VenueId};
    use crate::registry::Terms;
    use proptest::prelude::*;

    fn instrument(number: u32, tick: &str, multiplier: &str) -> Instrument {
        let terms = Terms {
            venue: VenueId(number),
            symbol: "X",
            asset: "X",
            quote: "USD",
            tick,
            lot: "1",
            multiplier,
            contract_size: "1",
            fee_rate_taker: 0.0,
            funding_interval_hours: 1,
        };
        Instrument::new(InstrumentId(number), &terms, AssetId(0), CurrencyId(0)).unwrap()
    }

    fn ladder(side: Side, levels: &[(i64, i64)]) -> Ladder {
        let mut ladder = Ladder::new(side);
        for (price, quantity) in levels {
            ladder.set(*price, *quantity);
        }
        ladder
    }

    #[test]
    fn multipliers_bring_prices_to_one_unit() {
        // 1000PEPE at 0.0123456, kPEPE at 0.012346, PEPE at 0.0000123457: per PEPE in rising order.
        let (thousand, kilo, one) =
            (instrument(0, "0.0000001", "1000"), instrument(1, "0.000001", "1000"), instrument(2, "0.0000000001", "1"));
        let asks = [
            ladder(Side::Ask, &[(123_456, 1)]),
            ladder(Side::Ask, &[(12_346, 2)]),
            ladder(Side::Ask, &[(123_457, 3_000)]),
        ];
        let instruments = [&thousand, &kilo, &one];
        let sources: Vec<_> =
            instruments.iter().zip(&asks).map(|(instrument, ladder)| MergedSource { instrument, ladder }).collect();
        let merged = merge(Side::Ask, &sources, 10).unwrap();
        assert_eq!(merged.iter().map(|level| level.instrument.0).collect::<Vec<_>>(), [0, 2, 1]);
        assert_eq!(merged.iter().map(|level| level.quantity).collect::<Vec<_>>(), [1_000.0, 3_000.0, 2_000.0]);
        assert_eq!(merge(Side::Ask, &sources, 2).unwrap().len(), 2);
        assert_eq!(merge(Side::Ask, &[], 2), Some(vec![]));
    }

    #[test]
    fn multipliers_without_a_common_unit_are_refused() {
        let (a, b) = (instrument(0, "0.000000000000000001", "1000000007"), instrument(1, "1", "1"));
        let bids = ladder(Side::Bid, &[(1, 1)]);
        let sources = [&a, &b].map(|instrument| MergedSource { instrument, ladder: &bids });
        assert_eq!(merge(Side::Bid, &sources, 1), None);
    }

    proptest! {
        /// The merged book is the union of the books, in exact order.
        #[test]
        fn equals_the_union(
            books in prop::collection::vec((prop::collection::btree_map(1i64..500, 1i64..9, 0..12), 0usize..4, 0usize..3), 1..5),
            ask in any::<bool>(),
        ) {
            let side = if ask { Side::Ask } else { Side::Bid };
            let kinds: Vec<_> = (0u32..).zip(&books).map(|(number, (_, multiplier, tick))| {
                instrument(number, ["1", "0.1", "0.01"][*tick], ["1", "1000", "0.05", "3"][*multiplier])
            }).collect();
            let ladders: Vec<_> = books.iter().map(|(levels, ..)| {
                ladder(side, &levels.iter().map(|(price, quantity)| (*price, *quantity)).collect::<Vec<_>>())
            }).collect();
            let sources: Vec<_> =
                kinds.iter().zip(&ladders).map(|(instrument, ladder)| MergedSource { instrument, ladder }).collect();
            let merged = merge(side, &sources, usize::MAX).unwrap();
            // Prices per asset as exact fractions over 300,000: 3 × 100 × 1000 covers every multiplier and tick.
            let exact = |at: usize, price: i64| {
                let (_, multiplier, tick) = &books[at];
                let per_unit = i128::from(price) * 300_000 * 100 / [1, 10, 100][*tick];
                match multiplier { 0 => per_unit, 1 => per_unit / 1000, 2 => per_unit * 20, _ => per_unit / 3 }
            };
            let mut expected: Vec<_> = books.iter().enumerate().flat_map(|(at, (levels, ..))| {
                levels.iter().map(move |(price, quantity)| (at, *price, *quantity))
            }).map(|(at, price, quantity)| {
                let key = exact(at, price);
                (if ask { key } else { -key }, at, price, quantity)
            }).collect();
            expected.sort_unstable();
            let got: Vec<_> = merged.iter().map(|level| {
                let at = level.instrument.index();
                let key = exact(at, level.level.price);
                (if ask { key } else { -key }, at, level.level.price, level.level.quantity)
            }).collect();
            prop_assert_eq!(got, expected);
        }
    }
}
