//! Every venue's funding rate of every asset, and each asset's widest divergence net of what its two legs cost.
//!
//! Venue-major: a row a venue, a column an asset. One rate changes one column; `scan` does all of them anew. Knows
//! nothing of time: who reads decides whether a rate is too old.

use super::kernel::{scan_one, Widest, ABSENT, BLOCK};
use crate::simd::scan;

/// The widest divergence of an asset.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spread {
    /// Row of the venue to be long at.
    pub long: usize,
    /// Row of the venue to be short at.
    pub short: usize,
    /// Short rate less long rate less both costs, fraction of notional per hour; negative where costs are more.
    pub rate_per_hour: f64,
}

/// Rates per hour by venue and asset.
///
/// ```
/// use arbbot_core::Matrix;
/// let mut matrix = Matrix::new(2, 1);
/// matrix.set(0, 0, Some(0.0001));
/// matrix.set(1, 0, Some(-0.0002));
/// matrix.set_cost(1, 0.00005);
/// let widest = matrix.widest(0).unwrap();
/// assert_eq!((widest.long, widest.short), (1, 0));
/// assert!((widest.rate_per_hour - 0.00025).abs() < 1e-15);
/// ```
#[derive(Debug, Clone)]
pub struct Matrix {
    rates: Vec<f64>,
    stride: usize,
    costs: Vec<f64>,
    assets: usize,
    widest: Vec<Widest>,
}

impl Default for Matrix {
    fn default() -> Self {
        Self::new(0, 0)
    }
}

impl Matrix {
    /// No rate anywhere, no costs.
    #[must_use]
    pub fn new(venues: usize, assets: usize) -> Self {
        let mut matrix = Self { rates: Vec::new(), stride: 0, costs: Vec::new(), assets: 0, widest: Vec::new() };
        matrix.lay_out(venues, assets, stride(assets));
        matrix
    }

    /// Makes room for more venues or assets; never for fewer.
    pub fn grow(&mut self, venues: usize, assets: usize) {
        let (venues, assets) = (venues.max(self.costs.len()), assets.max(self.assets));
        if venues > self.costs.len() || assets > self.stride {
            // Twice what is needed, so that assets that come one by one are moved seldom.
            let stride = if assets > self.stride { stride(assets * 2) } else { self.stride };
            self.lay_out(venues, assets, stride);
        }
        self.assets = assets;
        self.widest.resize(assets.div_ceil(BLOCK), Widest::NONE);
    }

    fn lay_out(&mut self, venues: usize, assets: usize, stride: usize) {
        // The kernel reads whole blocks, and so past the end of the last row.
        let mut rates = vec![ABSENT; venues * stride + BLOCK];
        for (venue, wide) in rates.chunks_exact_mut(stride).take(self.costs.len()).enumerate() {
            let from = venue * self.stride;
            wide[..self.assets].copy_from_slice(&self.rates[from..from + self.assets]);
        }
        (self.rates, self.stride, self.assets) = (rates, stride, assets);
        self.costs.resize(venues, 0.0);
        self.widest.resize(assets.div_ceil(BLOCK), Widest::NONE);
    }

    /// Sets a rate, fraction of notional per hour (+ means longs pay shorts), or none; that asset alone is looked at.
    ///
    /// One that is not finite is none. Out of range it does nothing.
    pub fn set(&mut self, venue: usize, asset: usize, rate_per_hour: Option<f64>) {
        let rate = rate_per_hour.filter(|rate| rate.is_finite()).unwrap_or(ABSENT);
        if venue < self.costs.len() && asset < self.assets {
            self.rates[venue * self.stride + asset] = rate;
            let (widest, lane) = (&mut self.widest[asset / BLOCK], asset % BLOCK);
            (widest.net[lane], widest.long[lane], widest.short[lane]) =
                scan_one(&self.rates, self.stride, &self.costs, asset);
        }
    }

    /// Sets what one leg at a venue costs, fraction of notional per hour that it is held; every asset is looked at.
    ///
    /// One that is not finite counts as 0.
    pub fn set_cost(&mut self, venue: usize, rate_per_hour: f64) {
        if let Some(cost) = self.costs.get_mut(venue) {
            *cost = if rate_per_hour.is_finite() { rate_per_hour } else { 0.0 };
            self.scan();
        }
    }

    /// All assets from scratch.
    pub fn scan(&mut self) {
        scan(&self.rates, self.stride, &self.costs, &mut self.widest);
    }

    /// What one leg at a venue costs, fraction of notional per hour.
    #[must_use]
    pub fn cost(&self, venue: usize) -> f64 {
        self.costs.get(venue).copied().unwrap_or_default()
    }

    /// A rate, fraction of notional per hour.
    #[must_use]
    pub fn rate(&self, venue: usize, asset: usize) -> Option<f64> {
        let rate = self.rates.get(venue * self.stride + asset).copied();
        rate.filter(|rate| *rate < ABSENT && venue < self.costs.len() && asset < self.assets)
    }

    /// The widest divergence of two venues, net; None unless two have a rate. Of equal pairs the one whose short, then
    /// whose long venue comes first.
    #[must_use]
    pub fn widest(&self, asset: usize) -> Option<Spread> {
        let (widest, lane) = (self.widest.get(asset / BLOCK).filter(|_| asset < self.assets)?, asset % BLOCK);
        let (long, short) = (widest.long[lane] as usize, widest.short[lane] as usize);
        let spread = Spread { long, short, rate_per_hour: widest.net[lane] };
        (spread.rate_per_hour > f64::NEG_INFINITY).then_some(spread)
    }

    /// How many assets it has.
    #[must_use]
    pub fn assets(&self) -> usize {
        self.assets
    }
}

/// Length of a row: whole cache lines (8 rates), an odd number of them, so that an asset's rates, which lie a row
/// apart, fall into different sets of the cache.
fn stride(assets: usize) -> usize {
    const LINE: usize = 8;
    (assets.div_ceil(LINE) | 1) * LINE
}

#[cfg(test)]
mod tests {
    use super::super::kernel::scan as scan_any;
    use super::*;
    use proptest::prelude::*;

    /// Every pair of two venues, short then long; the first of equal ones.
    fn naive(matrix: &Matrix, asset: usize) -> Option<Spread> {
        let mut best: Option<Spread> = None;
        let rated = |venue| matrix.rate(venue, asset).map(|rate| (venue, rate, matrix.cost(venue)));
        let rated: Vec<_> = (0..matrix.costs.len()).filter_map(rated).collect();
        for (short, earned, cost_short) in &rated {
            for (long, paid, cost_long) in rated.iter().filter(|(long, ..)| long != short) {
                let net = (earned - cost_short) - (paid + cost_long);
                if best.is_none_or(|best| net > best.rate_per_hour) {
                    best = Some(Spread { long: *long, short: *short, rate_per_hour: net });
                }
            }
        }
        best
    }

    #[test]
    fn one_venue_is_no_pair_and_ties_go_to_the_first() {
        let mut matrix = Matrix::new(3, 2);
        matrix.set(1, 0, Some(0.5));
        assert_eq!(matrix.widest(0), None);
        matrix.set(0, 0, Some(0.5));
        matrix.set(2, 0, Some(0.5));
        assert_eq!(matrix.widest(0), Some(Spread { long: 1, short: 0, rate_per_hour: 0.0 }));
        matrix.set(0, 0, Some(f64::NAN));
        assert_eq!(matrix.widest(0), Some(Spread { long: 2, short: 1, rate_per_hour: 0.0 }));
        matrix.set(2, 0, None);
        assert_eq!((matrix.widest(0), matrix.widest(1), matrix.widest(9)), (None, None, None));
        matrix.set(9, 0, Some(1.0));
        matrix.set(0, 9, Some(1.0));
        assert_eq!((matrix.rate(9, 0), matrix.rate(0, 9), matrix.rate(1, 0)), (None, None, Some(0.5)));
    }

    #[test]
    fn a_venue_that_is_both_dearest_and_cheapest_pairs_with_the_next() {
        // Venue 0 trades free of cost, the others at 1 an hour: it earns most short and pays least long.
        let mut matrix = Matrix::new(3, 1);
        for (venue, rate) in [(0, 0.0), (1, 0.25), (2, -0.5)] {
            matrix.set(venue, 0, Some(rate));
            matrix.set_cost(venue, if venue == 0 { 0.0 } else { 1.0 });
        }
        assert_eq!(matrix.widest(0), Some(Spread { long: 2, short: 0, rate_per_hour: -0.5 }));
    }

    #[test]
    fn rows_lie_an_odd_number_of_cache_lines_apart() {
        for assets in [0, 1, 8, 9, 500, 512, 2_000, 4_096] {
            let stride = stride(assets);
            assert!(stride >= assets && stride % 16 == 8, "{assets}: {stride}");
        }
    }

    /// Rates and costs are eighths, so that sums are exact and ties are real.
    fn rate() -> impl Strategy<Value = Option<f64>> {
        prop_oneof![1 => Just(None), 3 => (-8i32..8).prop_map(|eighths| Some(f64::from(eighths) / 8.0))]
    }

    proptest! {
        /// From scratch on either path, kept incrementally, and by trying every pair: the same.
        #[test]
        fn scratch_incremental_and_naive_agree(
            venues in 0usize..7,
            assets in 0usize..20,
            costs in prop::collection::vec(0i32..4, 7),
            changes in prop::collection::vec((0usize..7, 0usize..20, rate()), 0..200),
            growths in prop::collection::vec((0usize..8, 0usize..40), 0..3),
        ) {
            let mut matrix = Matrix::new(venues, assets);
            for (venue, cost) in costs.iter().enumerate() {
                matrix.set_cost(venue, f64::from(*cost) / 8.0);
            }
            for (at, (venue, asset, rate)) in changes.iter().enumerate() {
                matrix.set(*venue, *asset, *rate);
                if let Some((venues, assets)) = growths.get(at / 50).filter(|_| at % 50 == 25) {
                    matrix.grow(*venues, *assets);
                }
            }
            let incremental: Vec<_> = (0..matrix.assets()).map(|asset| matrix.widest(asset)).collect();
            let tried: Vec<_> = (0..matrix.assets()).map(|asset| naive(&matrix, asset)).collect();
            prop_assert_eq!(&incremental, &tried);
            matrix.scan();
            let scratch: Vec<_> = (0..matrix.assets()).map(|asset| matrix.widest(asset)).collect();
            prop_assert_eq!(&incremental, &scratch);
            let mut plain = vec![Widest::NONE; matrix.widest.len()];
            scan_any(&matrix.rates, matrix.stride, &matrix.costs, &mut plain);
            prop_assert_eq!(&plain, &matrix.widest);
        }
    }
}
