//! Several venues' books of one asset and one quote currency as one ladder a side, kept level by level.
//!
//! Keys are prices in an integer unit that all of them share, quantities likewise, so that a change of a book is one
//! addition. Whose a level is, the books themselves say when they are asked. Knows no currency rates: they apply to what
//! is read.

use super::units::{price_factors, quantity_factors};
use super::{MergedLevel, MergedSource};
use crate::book::{Change, Ladder, Level, Side};
use crate::registry::Instrument;

/// Largest factor between a mantissa and the common unit: prices and quantities of a billion mantissas still fit.
const FACTOR_MAX: i128 = 1_000_000_000;

#[derive(Debug, Clone, Copy)]
struct Factors {
    price: i64,
    quantity: i64,
}

#[derive(Debug)]
pub(crate) struct Consolidated {
    bids: Ladder,
    asks: Ladder,
    members: Vec<Factors>,
    /// Quote currency per asset unit of one key; asset units of one quantity.
    key_price: f64,
    key_quantity: f64,
    /// A number left the range of the common unit: nothing here can be believed any more.
    broken: bool,
}

impl Consolidated {
    /// An empty one of these instruments; None when they have no common unit within reach.
    pub(crate) fn new(of: &[&Instrument]) -> Option<Self> {
        let (first, small) = (of.first()?, |factor: i128| i64::try_from(factor).ok());
        let (prices, quantities) = (price_factors(of, FACTOR_MAX)?, quantity_factors(of, FACTOR_MAX)?);
        let pairs = prices.into_iter().zip(quantities);
        let members: Vec<_> =
            pairs.map(|(p, q)| Some(Factors { price: small(p)?, quantity: small(q)? })).collect::<Option<_>>()?;
        let factors = *members.first()?;
        Some(Self {
            bids: Ladder::new(Side::Bid),
            asks: Ladder::new(Side::Ask),
            members,
            key_price: first.price_per_asset(1.0) / factors.price as f64,
            key_quantity: first.quantity_asset(1.0) / factors.quantity as f64,
            broken: false,
        })
    }

    pub(crate) fn is_broken(&self) -> bool {
        self.broken
    }

    /// Takes one change of a member's book.
    #[inline]
    pub(crate) fn take(&mut self, member: usize, change: Change) {
        if self.add(member, change).is_none() {
            self.broken = true;
        }
    }

    /// Takes a member's side as it is.
    pub(crate) fn fill(&mut self, member: usize, ladder: &Ladder) {
        for Level { price, quantity } in ladder.iter() {
            self.take(member, Change { side: ladder.side(), price, before: 0, after: quantity });
        }
    }

    fn add(&mut self, member: usize, change: Change) -> Option<()> {
        let factors = self.members.get(member)?;
        let key = change.price.checked_mul(factors.price)?;
        let more = change.after.checked_sub(change.before)?.checked_mul(factors.quantity)?;
        let ladder = match change.side {
            Side::Bid => &mut self.bids,
            Side::Ask => &mut self.asks,
        };
        let total = ladder.get(key).checked_add(more).filter(|total| *total >= 0)?;
        ladder.set(key, total);
        Some(())
    }

    /// (quote currency per asset unit, asset units) of each price, best first, for as long as `visit` asks for more.
    pub(crate) fn walk(&self, side: Side, visit: &mut dyn FnMut(f64, f64) -> bool) {
        self.side(side)
            .walk(|level| visit(level.price as f64 * self.key_price, level.quantity as f64 * self.key_quantity));
    }

    /// The best `count` levels, each with whose it is; `sources` are the members in their order.
    pub(crate) fn levels(&self, side: Side, sources: &[MergedSource<'_>], count: usize) -> Vec<MergedLevel> {
        let mut levels = Vec::new();
        self.side(side).walk(|at| {
            for (source, factors) in sources.iter().zip(&self.members) {
                let price = at.price / factors.price;
                let quantity = if price * factors.price == at.price { source.ladder.get(price) } else { 0 };
                if quantity > 0 && levels.len() < count {
                    levels.push(source.merged(Level { price, quantity }));
                }
            }
            levels.len() < count
        });
        levels
    }

    fn side(&self, side: Side) -> &Ladder {
        match side {
            Side::Bid => &self.bids,
            Side::Ask => &self.asks,
        }
    }
}
