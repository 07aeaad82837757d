//! An asset's books in one quote currency as one: kept level by level where it was asked for, else merged when read.

use super::{Entry, Market};
use crate::book::Side;
use crate::ids::{AssetId, CurrencyId};
use crate::merged::{merge, Consolidated, MergedLevel, MergedSource};
use crate::registry::Refused;

/// What sums of floats may be off by, relative.
const ROUNDING: f64 = 1e-12;

/// A merged book that is kept.
#[derive(Debug)]
pub(super) struct Kept {
    asset: AssetId,
    quote: CurrencyId,
    /// None where the instruments have no common unit.
    pub(super) book: Option<Consolidated>,
}

impl Market {
    /// Keeps an asset's books in one quote currency merged from now on, for reading often.
    ///
    /// # Errors
    /// No such instrument, or units without a common one within reach: those can still be read, merged anew each time.
    pub fn watch_merged(&mut self, asset: &str, quote: &str) -> Result<(), Refused> {
        let unknown = || Refused::NoAsset(format!("{asset} in {quote}"));
        let id = self.assets.number(asset).map(AssetId).ok_or_else(unknown)?;
        let quote = self.currencies.number(quote).map(CurrencyId).ok_or_else(unknown)?;
        if self.in_quote(id, quote).next().is_none() {
            return Err(unknown());
        }
        self.keep(id, quote).ok_or_else(|| Refused::NoUnit(asset.into()))
    }

    /// The best `count` levels of all Live books of `asset` in `quote`, best first.
    ///
    /// None when their multipliers have no common unit.
    #[must_use]
    pub fn merged(&self, asset: &str, quote: &str, side: Side, count: usize) -> Option<Vec<MergedLevel>> {
        let (kept, sources) = self.sources(asset, quote, side);
        match kept {
            Some(kept) => Some(kept.levels(side, &sources, count)),
            None => merge(side, &sources, count),
        }
    }

    /// As [`Market::merged`], of all quote currencies that are worth something at `now_ns`, in numeraire.
    #[must_use]
    pub fn merged_all(&self, asset: &str, side: Side, count: usize, now_ns: i64) -> Option<Vec<MergedLevel>> {
        let mut quotes: Vec<_> = self.members(asset).iter().filter_map(|id| self.entry(*id)).map(quote_of).collect();
        quotes.sort_unstable();
        quotes.dedup();
        let mut all = Vec::new();
        for quote in quotes {
            let Some(rate) = self.rate(quote, Some(now_ns)) else { continue };
            let levels = self.merged(asset, self.currency_name(quote), side, count)?;
            all.extend(levels.into_iter().map(|level| MergedLevel { price: level.price * rate, ..level }));
        }
        all.sort_by(|a, b| {
            let best_first = if side == Side::Ask { a.price.total_cmp(&b.price) } else { b.price.total_cmp(&a.price) };
            best_first.then(a.instrument.cmp(&b.instrument))
        });
        all.truncate(count);
        Some(all)
    }

    /// Mean price of taking `quantity` asset units from all of them together, quote currency per asset unit.
    ///
    /// None when they do not show that much, or have no common unit.
    #[must_use]
    pub fn merged_vwap(&self, asset: &str, quote: &str, side: Side, quantity: f64) -> Option<f64> {
        if !(quantity.is_finite() && quantity > 0.0) {
            return None;
        }
        let (mut left, mut cost, mut whole) = (quantity, 0.0, false);
        self.walk_merged(asset, quote, side, &mut |price, resting| {
            let taken = resting.min(left);
            cost += price * taken;
            left -= taken;
            whole = taken < resting || left <= quantity * ROUNDING;
            !whole
        })?;
        whole.then_some(cost / quantity)
    }

    /// Mean price of taking as much as `notional` of quote currency buys or sells; likewise.
    #[must_use]
    pub fn merged_vwap_notional(&self, asset: &str, quote: &str, side: Side, notional: f64) -> Option<f64> {
        if !(notional.is_finite() && notional > 0.0) {
            return None;
        }
        let (mut left, mut got, mut whole) = (notional, 0.0, false);
        self.walk_merged(asset, quote, side, &mut |price, resting| {
            let spent = (price * resting).min(left);
            got += spent / price;
            left -= spent;
            whole = spent < price * resting || left <= notional * ROUNDING;
            !whole
        })?;
        whole.then_some(notional / got)
    }

    /// (asset units, quote currency) that rest within `bp` hundredths of a percent of the best price of the side.
    ///
    /// None when the books have no common unit.
    #[must_use]
    pub fn merged_depth(&self, asset: &str, quote: &str, side: Side, bp: f64) -> Option<(f64, f64)> {
        let (mut found, mut best) = ((0.0, 0.0), None);
        self.walk_merged(asset, quote, side, &mut |price, resting| {
            let best = *best.get_or_insert(price);
            let near = (price - best).abs() <= (best * bp / 10_000.0 * (1.0 + ROUNDING)).max(0.0);
            if near {
                found = (found.0 + resting, found.1 + price * resting);
            }
            near
        })?;
        Some(found)
    }

    fn walk_merged(&self, asset: &str, quote: &str, side: Side, visit: &mut dyn FnMut(f64, f64) -> bool) -> Option<()> {
        let (kept, sources) = self.sources(asset, quote, side);
        match kept {
            Some(kept) => kept.walk(side, visit),
            None => {
                merge(side, &sources, usize::MAX)?.iter().all(|level| visit(level.price, level.quantity));
            }
        }
        Some(())
    }

    /// The kept book, where there is a sound one, and the books it is made of.
    fn sources(&self, asset: &str, quote: &str, side: Side) -> (Option<&Consolidated>, Vec<MergedSource<'_>>) {
        let asset = self.assets.number(asset).map(AssetId);
        let Some((asset, quote)) = asset.zip(self.currencies.number(quote).map(CurrencyId)) else {
            return (None, Vec::new());
        };
        let kept = self.watch.merged.iter().find(|kept| (kept.asset, kept.quote) == (asset, quote));
        let members = self.in_quote(asset, quote);
        let sources = members
            .map(|entry| MergedSource { instrument: &entry.instrument, ladder: entry.book.side(side) })
            .collect();
        (kept.and_then(|kept| kept.book.as_ref()).filter(|book| !book.is_broken()), sources)
    }

    fn in_quote(&self, asset: AssetId, quote: CurrencyId) -> impl Iterator<Item = &Entry> + '_ {
        let entries = self.members_of(asset).iter().filter_map(|id| self.entry(*id));
        entries.filter(move |entry| entry.instrument.quote == quote)
    }

    /// After an instrument was registered.
    pub(super) fn remerge(&mut self, asset: AssetId, quote: CurrencyId) {
        if self.watch.merged.iter().any(|kept| (kept.asset, kept.quote) == (asset, quote)) {
            // Without a common unit it is merged when read from now on.
            let _kept = self.keep(asset, quote);
        }
    }

    /// Merges anew and keeps it; None, and nothing kept, where there is no common unit.
    fn keep(&mut self, asset: AssetId, quote: CurrencyId) -> Option<()> {
        let same = |kept: &Kept| (kept.asset, kept.quote) == (asset, quote);
        let at = self.watch.merged.iter().position(same).unwrap_or(self.watch.merged.len());
        let instruments: Vec<_> = self.in_quote(asset, quote).map(|entry| &entry.instrument).collect();
        let (ids, book): (Vec<_>, _) = (instruments.iter().map(|of| of.id).collect(), Consolidated::new(&instruments));
        match self.watch.merged.get_mut(at) {
            Some(kept) => kept.book = book,
            None => self.watch.merged.push(Kept { asset, quote, book }),
        }
        let kept = self.watch.merged.get_mut(at)?.book.as_mut()?;
        for (member, id) in ids.iter().enumerate() {
            let entry = self.entries.get_mut(id.index())?;
            entry.watched = true;
            entry.book.note_changes();
            kept.fill(member, entry.book.side(Side::Bid));
            kept.fill(member, entry.book.side(Side::Ask));
            self.watch.seats.get_mut(id.index())?.merged = Some((at as u32, member as u32));
            // bounded by INSTRUMENTS_MAX
        }
        Some(())
    }
}

fn quote_of(entry: &Entry) -> CurrencyId {
    entry.instrument.quote
}
