//! A deep side of a book: pages of 64 neighbouring prices in a window around the best, everything farther off sorted.
//!
//! Works on ranks, which rise towards the better price on either side, so that one piece of code serves both. A level
//! in the window is found by shifts and masks alone; the next best after a removal by bit scans.

use super::ladder::Level;
use crate::simd::fetch;
use std::collections::BTreeMap;

/// Prices in a page.
const PAGE: usize = 64;

/// Fewest and most pages of a window.
const PAGES_MIN: usize = 4;
const PAGES_MAX: usize = 1_024;

/// Levels for each page of the window: a window of 1,000 levels has 64 pages in 33 kB.
const LEVELS_PER_PAGE: usize = 16;

/// The rank of nothing: every price is positive, so that none has it.
const NONE: i64 = i64::MIN;

#[derive(Debug, Clone)]
struct Page {
    occupied: u64,
    /// Zero where nothing rests.
    quantities: [i64; PAGE],
}

const EMPTY: Page = Page { occupied: 0, quantities: [0; PAGE] };

/// One side, by rank.
#[derive(Debug, Clone)]
pub(super) struct Paged {
    /// Number of the window's lowest page; a page's number is rank / 64.
    origin: i64,
    /// A ring: a page stands at its number modulo their count, which is a power of two.
    pages: Box<[Page]>,
    /// The best rank, or [`NONE`], and what rests there.
    best: i64,
    best_quantity: i64,
    levels: usize,
    /// More levels than these need a wider window.
    levels_max: usize,
    misses: u64,
    /// Levels below the window. Nothing is ever above it.
    far: BTreeMap<i64, i64>,
}

impl Paged {
    /// Of levels in falling order of rank, which the caller has checked.
    pub(super) fn new(best_first: impl ExactSizeIterator<Item = (i64, i64)>) -> Self {
        let count = pages_for(best_first.len());
        let mut paged = Self {
            origin: 0,
            pages: vec![EMPTY; count].into_boxed_slice(),
            best: NONE,
            best_quantity: 0,
            levels: 0,
            levels_max: if count < PAGES_MAX { count * LEVELS_PER_PAGE * 2 } else { usize::MAX },
            misses: 0,
            far: BTreeMap::new(),
        };
        for (rank, quantity) in best_first {
            paged.set(rank, quantity);
        }
        paged.misses = 0;
        paged
    }

    /// True when the window of a side of so many levels would hold a level so far below the best.
    pub(super) fn reaches(levels: usize, distance: i64) -> bool {
        distance < (pages_for(levels) / 4 * 3 * PAGE) as i64
    }

    /// Brings near what a message will change most likely: the best page and the one below it.
    pub(super) fn fetch(&self) {
        let best = page_of(self.best);
        fetch(self.page(best));
        fetch(self.page(best.wrapping_sub(1)));
    }

    pub(super) fn len(&self) -> usize {
        self.levels
    }

    /// Changes that fell outside the window since the last snapshot.
    pub(super) fn misses(&self) -> u64 {
        self.misses
    }

    pub(super) fn heap_bytes(&self) -> usize {
        // A BTreeMap's nodes hold 11 entries and are at least half full: 16 bytes an entry, doubled.
        self.pages.len() * size_of::<Page>() + self.far.len() * 32
    }

    #[inline]
    pub(super) fn best(&self) -> Option<(i64, i64)> {
        (self.best != NONE).then_some((self.best, self.best_quantity))
    }

    #[inline]
    pub(super) fn get(&self, rank: i64) -> i64 {
        if self.in_window(page_of(rank)) {
            self.page(page_of(rank)).quantities[bit_of(rank)]
        } else {
            self.far.get(&rank).copied().unwrap_or(0)
        }
    }

    /// Sets the quantity at a rank (0 removes it) and returns what was there before.
    ///
    /// Whether a level comes, changes or goes cannot be foreseen, so the usual way branches on none of it.
    #[inline]
    pub(super) fn set(&mut self, rank: i64, quantity: i64) -> i64 {
        let page = page_of(rank);
        if !self.in_window(page) {
            return self.set_outside(rank, quantity);
        }
        let (place, bit) = (self.place(page), bit_of(rank));
        let held = &mut self.pages[place];
        let before = std::mem::replace(&mut held.quantities[bit], quantity);
        let (is, was) = (u64::from(quantity != 0), u64::from(before != 0));
        held.occupied = (held.occupied & !(1 << bit)) | (is << bit);
        self.levels = self.levels + is as usize - was as usize;
        if rank >= self.best {
            self.set_best(rank, quantity);
        }
        if self.levels > self.levels_max {
            self.widen();
        }
        before
    }

    /// As [`Paged::set`], of every level in turn.
    #[inline]
    pub(super) fn set_all(&mut self, bid: bool, mut levels: &[Level]) {
        loop {
            let done = self.set_usual(bid, levels);
            let Some((level, rest)) = levels.get(done..).and_then(<[_]>::split_first) else { break };
            self.set(rank(bid, level.price), level.quantity);
            levels = rest;
        }
        if self.levels > self.levels_max {
            self.widen();
        }
    }

    /// Sets levels up to the first that is outside the window or takes the best away, and returns how many. What the
    /// side knows of itself stays in registers.
    #[inline]
    fn set_usual(&mut self, bid: bool, levels: &[Level]) -> usize {
        let (origin, mut best, mut count) = (self.origin, self.best, self.levels);
        let mut best_quantity = self.best_quantity;
        let pages = &mut *self.pages;
        let (length, mask) = (pages.len() as u64, pages.len().wrapping_sub(1));
        let mut done = 0;
        for level in levels {
            let (rank, quantity) = (rank(bid, level.price), level.quantity);
            let (page, bit) = (page_of(rank), bit_of(rank));
            let near = (page.wrapping_sub(origin) as u64) < length;
            let Some(held) = pages.get_mut(page as usize & mask).filter(|_| near) else { break };
            if rank >= best {
                if quantity == 0 && rank == best {
                    break;
                }
                (best, best_quantity) = if quantity == 0 { (best, best_quantity) } else { (rank, quantity) };
            }
            let before = std::mem::replace(&mut held.quantities[bit], quantity);
            let (is, was) = (u64::from(quantity != 0), u64::from(before != 0));
            held.occupied = (held.occupied & !(1 << bit)) | (is << bit);
            count = count + is as usize - was as usize;
            done += 1;
        }
        (self.best, self.best_quantity, self.levels) = (best, best_quantity, count);
        done
    }

    /// (rank, quantity) in falling order of rank.
    pub(super) fn iter(&self) -> impl Iterator<Item = (i64, i64)> + '_ {
        let numbers = std::iter::successors(self.top(), |page| self.occupied_below(*page));
        let near = numbers.flat_map(|number| self.page(number).iter(number));
        near.chain(self.far.iter().rev().map(|(rank, quantity)| (*rank, *quantity)))
    }

    /// (rank, quantity) in falling order of rank, for as long as `visit` asks for more.
    #[inline]
    pub(super) fn walk(&self, mut visit: impl FnMut((i64, i64)) -> bool) {
        let mut top = self.top();
        while let Some(number) = top {
            let page = self.page(number);
            let mut bits = page.occupied;
            while bits != 0 {
                let bit = 63 - bits.leading_zeros();
                if !visit((number * PAGE as i64 + i64::from(bit), page.quantities[bit as usize])) {
                    return;
                }
                bits ^= 1 << bit;
            }
            top = self.occupied_below(number);
        }
        self.far.iter().rev().all(|(rank, quantity)| visit((*rank, *quantity)));
    }

    #[inline(always)]
    fn in_window(&self, page: i64) -> bool {
        (page.wrapping_sub(self.origin) as u64) < self.pages.len() as u64
    }

    #[inline(always)]
    fn place(&self, page: i64) -> usize {
        (page as usize) & (self.pages.len() - 1)
    }

    #[inline(always)]
    fn page(&self, page: i64) -> &Page {
        &self.pages[self.place(page)]
    }

    /// The page of the best level, if that is in the window.
    fn top(&self) -> Option<i64> {
        Some(page_of(self.best)).filter(|page| self.best != NONE && self.in_window(*page))
    }

    /// The best level, or one above it, was set.
    #[inline]
    fn set_best(&mut self, rank: i64, quantity: i64) {
        if quantity != 0 {
            (self.best, self.best_quantity) = (rank, quantity);
        } else if rank == self.best {
            self.fall_to(self.next_below(rank));
            self.sink();
        }
    }

    fn fall_to(&mut self, rank: i64) {
        (self.best, self.best_quantity) = (rank, if rank == NONE { 0 } else { self.get(rank) });
    }

    /// The best level below `rank`, which is in the window.
    fn next_below(&self, rank: i64) -> i64 {
        let number = page_of(rank);
        let here = self.page(number).occupied & ((1 << bit_of(rank)) - 1);
        if here != 0 {
            return highest(number, here);
        }
        match self.occupied_below(number) {
            Some(number) => highest(number, self.page(number).occupied),
            None => self.far.last_key_value().map_or(NONE, |(rank, _)| *rank),
        }
    }

    /// The next page of the window below `page` that holds a level; as many looks as there are pages at the most, and
    /// they grow with the number of levels, not with their prices.
    fn occupied_below(&self, page: i64) -> Option<i64> {
        (self.origin..page).rev().find(|number| self.page(*number).occupied != 0)
    }

    #[cold]
    fn set_outside(&mut self, rank: i64, quantity: i64) -> i64 {
        self.misses += 1;
        if quantity == 0 {
            let before = self.far.remove(&rank).unwrap_or(0);
            if before != 0 {
                self.levels -= 1;
                if self.best == rank {
                    self.fall_to(self.far.last_key_value().map_or(NONE, |(rank, _)| *rank));
                }
            }
            return before;
        }
        if rank > self.best {
            self.move_to(page_of(rank));
            return self.set(rank, quantity);
        }
        let before = self.far.insert(rank, quantity).unwrap_or(0);
        if rank == self.best {
            self.best_quantity = quantity;
        }
        self.levels += usize::from(before == 0);
        before
    }

    /// The best has fallen into the lowest quarter of the window, or out of it: follows it.
    fn sink(&mut self) {
        if self.best == NONE || self.far.is_empty() {
            return;
        }
        let quarter = self.pages.len() as i64 / 4;
        if page_of(self.best) < self.origin.saturating_add(quarter) {
            self.move_to(page_of(self.best));
        }
    }

    /// Moves the window so that `page` stands at three quarters of it.
    #[cold]
    fn move_to(&mut self, page: i64) {
        let length = self.pages.len() as i64;
        let origin = page.saturating_sub(length / 4 * 3);
        if self.levels > self.far.len() {
            for left in self.origin..origin.min(self.origin.saturating_add(length)) {
                self.evict(left);
            }
        }
        self.origin = origin;
        for (rank, quantity) in self.far.split_off(&origin.saturating_mul(PAGE as i64)) {
            let place = self.place(page_of(rank));
            let held = &mut self.pages[place];
            held.occupied |= 1 << bit_of(rank);
            held.quantities[bit_of(rank)] = quantity;
        }
    }

    fn evict(&mut self, number: i64) {
        let place = self.place(number);
        let left = std::mem::replace(&mut self.pages[place], EMPTY);
        self.far.extend(left.iter(number));
    }

    /// A side that has outgrown its window gets one of twice the length.
    #[cold]
    fn widen(&mut self) {
        let misses = self.misses;
        let held: Vec<_> = self.iter().collect();
        *self = Self::new(held.into_iter());
        self.misses = misses;
    }
}

fn pages_for(levels: usize) -> usize {
    (levels / LEVELS_PER_PAGE).next_power_of_two().clamp(PAGES_MIN, PAGES_MAX)
}

impl Page {
    fn iter(&self, number: i64) -> impl Iterator<Item = (i64, i64)> + '_ {
        let bits = std::iter::successors(Some(self.occupied), |bits| Some(bits & !(1 << bits.checked_ilog2()?)));
        bits.take_while(|bits| *bits != 0).map(move |bits| {
            let rank = highest(number, bits);
            (rank, self.quantities[bit_of(rank)])
        })
    }
}

fn page_of(rank: i64) -> i64 {
    rank >> 6
}

fn bit_of(rank: i64) -> usize {
    (rank & 63) as usize
}

fn highest(page: i64, bits: u64) -> i64 {
    page * PAGE as i64 + i64::from(63 - bits.leading_zeros())
}

/// A level's rank: rises towards the best price of its side. Prices are positive, so the negation cannot overflow.
#[inline(always)]
pub(super) fn rank(bid: bool, price: i64) -> i64 {
    if bid {
        price
    } else {
        -price
    }
}

/// The level of a rank.
pub(super) fn level(bid: bool, (of, quantity): (i64, i64)) -> Level {
    Level { price: rank(bid, of), quantity }
}
