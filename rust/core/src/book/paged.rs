//! A deep side of a book: pages of 64 neighbouring prices in a window around the best, everything farther off sorted.
//!
//! Works on ranks, which rise towards the better price on either side, so that one piece of code serves both. A level
//! in the window is found by shifts and masks alone; the next best after a removal by bit scans.

use super::far::Far;
use super::ladder::Level;
use crate::simd::fetch;

/// Prices in a page.
const PAGE: usize = 64;

/// Fewest and most pages of a window.
const PAGES_MIN: usize = 4;
const PAGES_MAX: usize = 1_024;

/// Levels for each page of the window: a window of 1,000 levels has 64 pages in 33 kB.
const LEVELS_PER_PAGE: usize = 16;

/// The rank of nothing: every price is positive, so that none has it.
const NONE: i64 = i64::MIN;

/// One side, by rank.
#[derive(Debug, Clone)]
pub(super) struct Paged {
    /// Number of the window's lowest page; a page's number is rank / 64.
    origin: i64,
    /// A ring: a page stands at its number modulo their count, which is a power of two. A bit for each of its levels.
    occupied: Box<[u64]>,
    /// Likewise; zero where nothing rests.
    quantities: Box<[[i64; PAGE]]>,
    /// The best rank, or [`NONE`], and what rests there.
    best: i64,
    best_quantity: i64,
    levels: usize,
    /// More levels than these need a wider window.
    levels_max: usize,
    misses: u64,
    /// Changes outside the window since it was last looked whether it should move.
    strays: usize,
    /// Levels outside the window, below and above.
    far: Far,
}

impl Paged {
    /// Of levels in falling order of rank, which the caller has checked.
    pub(super) fn new(best_first: impl ExactSizeIterator<Item = (i64, i64)>) -> Self {
        let count = pages_for(best_first.len());
        let mut best_first = best_first.peekable();
        let best = best_first.peek().map_or(0, |(rank, _)| *rank);
        let mut paged = Self {
            origin: origin_for(page_of(best), count),
            occupied: vec![0; count].into_boxed_slice(),
            quantities: vec![[0; PAGE]; count].into_boxed_slice(),
            best: NONE,
            best_quantity: 0,
            levels: 0,
            levels_max: if count < PAGES_MAX { count * LEVELS_PER_PAGE * 2 } else { usize::MAX },
            misses: 0,
            strays: 0,
            far: Far::default(),
        };
        let mut far = Vec::new();
        for (rank, quantity) in best_first {
            if paged.in_window(page_of(rank)) {
                paged.set(rank, quantity);
            } else {
                far.push((rank, quantity));
            }
        }
        paged.far = Far::new(&far);
        paged.levels += far.len();
        paged
    }

    /// True when the window of a side of so many levels would hold a level so far below the best.
    pub(super) fn reaches(levels: usize, distance: i64) -> bool {
        distance < (pages_for(levels) / 4 * 3 * PAGE) as i64
    }

    /// Brings near what a message will change most likely: the best page and the one below it.
    pub(super) fn fetch(&self) {
        let best = page_of(self.best);
        for page in [best, best.wrapping_sub(1)] {
            fetch(&self.occupied[self.place(page)]);
            fetch(&self.quantities[self.place(page)]);
        }
    }

    pub(super) fn len(&self) -> usize {
        self.levels
    }

    /// Changes that fell outside the window since the last snapshot.
    pub(super) fn misses(&self) -> u64 {
        self.misses
    }

    pub(super) fn heap_bytes(&self) -> usize {
        self.occupied.len() * size_of::<(u64, [i64; PAGE])>() + self.far.heap_bytes()
    }

    #[inline]
    pub(super) fn best(&self) -> Option<(i64, i64)> {
        (self.best != NONE).then_some((self.best, self.best_quantity))
    }

    #[inline]
    pub(super) fn get(&self, rank: i64) -> i64 {
        if self.in_window(page_of(rank)) {
            self.quantities[self.place(page_of(rank))][bit_of(rank)]
        } else {
            self.far.get(rank)
        }
    }

    /// Sets the quantity at a rank (0 removes it) and returns what was there before.
    #[inline]
    pub(super) fn set(&mut self, rank: i64, quantity: i64) -> i64 {
        let before = if self.in_window(page_of(rank)) {
            let place = self.place(page_of(rank));
            self.put(place, bit_of(rank), quantity)
        } else {
            self.put_far(rank, quantity)
        };
        self.levels = self.levels + usize::from(quantity != 0) - usize::from(before != 0);
        if quantity != 0 && rank >= self.best {
            (self.best, self.best_quantity) = (rank, quantity);
        } else if quantity == 0 && rank == self.best {
            self.best = self.next_below(rank);
            self.best_quantity = if self.best == NONE { 0 } else { self.get(self.best) };
        }
        self.settle();
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
        self.settle();
    }

    /// Sets levels up to the first that is outside the window or takes the best away, and returns how many. What the
    /// side knows of itself stays in registers, and whether a level comes, changes or goes, which cannot be foreseen,
    /// is no branch.
    #[inline]
    fn set_usual(&mut self, bid: bool, levels: &[Level]) -> usize {
        let (origin, mut best, mut count) = (self.origin, self.best, self.levels);
        let mut best_quantity = self.best_quantity;
        let (words, pages) = (&mut *self.occupied, &mut *self.quantities);
        let (length, mask) = (words.len() as u64, words.len().wrapping_sub(1));
        let mut done = 0;
        for level in levels {
            let (rank, quantity) = (rank(bid, level.price), level.quantity);
            let (page, bit) = (page_of(rank), bit_of(rank));
            let near = (page.wrapping_sub(origin) as u64) < length;
            let place = page as usize & mask;
            let (Some(word), Some(held)) = (words.get_mut(place).filter(|_| near), pages.get_mut(place)) else { break };
            if rank >= best {
                if quantity == 0 && rank == best {
                    break;
                }
                (best, best_quantity) = if quantity == 0 { (best, best_quantity) } else { (rank, quantity) };
            }
            let before = std::mem::replace(&mut held[bit], quantity);
            let (is, was) = (u64::from(quantity != 0), u64::from(before != 0));
            *word = (*word & !(1 << bit)) | (is << bit);
            count = count + is as usize - was as usize;
            done += 1;
        }
        (self.best, self.best_quantity, self.levels) = (best, best_quantity, count);
        done
    }

    /// (rank, quantity) in falling order of rank.
    pub(super) fn iter(&self) -> impl Iterator<Item = (i64, i64)> + '_ {
        let numbers = std::iter::successors(self.top(), |page| self.occupied_below(*page));
        let near = numbers.flat_map(|number| self.levels_of(number));
        self.above().chain(near).chain(self.below())
    }

    /// (rank, quantity) in falling order of rank, for as long as `visit` asks for more.
    #[inline]
    pub(super) fn walk(&self, mut visit: impl FnMut((i64, i64)) -> bool) {
        // Nearly always nothing is above the window: then the best is in it.
        if !self.in_window(page_of(self.best)) && !self.above().all(&mut visit) {
            return;
        }
        let mut top = self.top();
        while let Some(number) = top {
            let place = self.place(number);
            let (mut bits, held) = (self.occupied[place], &self.quantities[place]);
            while bits != 0 {
                let bit = 63 - bits.leading_zeros();
                if !visit((number * PAGE as i64 + i64::from(bit), held[bit as usize])) {
                    return;
                }
                bits ^= 1 << bit;
            }
            top = self.occupied_below(number);
        }
        self.below().all(visit);
    }

    #[inline(always)]
    fn in_window(&self, page: i64) -> bool {
        (page.wrapping_sub(self.origin) as u64) < self.occupied.len() as u64
    }

    #[inline(always)]
    fn place(&self, page: i64) -> usize {
        (page as usize) & (self.occupied.len() - 1)
    }

    /// The first page above the window.
    fn end(&self) -> i64 {
        self.origin.saturating_add(self.occupied.len() as i64)
    }

    #[inline(always)]
    fn put(&mut self, place: usize, bit: usize, quantity: i64) -> i64 {
        let word = &mut self.occupied[place];
        *word = (*word & !(1 << bit)) | (u64::from(quantity != 0) << bit);
        std::mem::replace(&mut self.quantities[place][bit], quantity)
    }

    #[inline(never)]
    fn put_far(&mut self, rank: i64, quantity: i64) -> i64 {
        self.misses += 1;
        self.strays += 1;
        self.far.set(rank, quantity)
    }

    fn above(&self) -> impl Iterator<Item = (i64, i64)> + '_ {
        self.far.from(first_of(self.end()))
    }

    fn below(&self) -> impl Iterator<Item = (i64, i64)> + '_ {
        self.far.below(first_of(self.origin))
    }

    /// The levels of a page of the window.
    fn levels_of(&self, number: i64) -> impl Iterator<Item = (i64, i64)> + '_ {
        let (bits, held) = (self.occupied[self.place(number)], &self.quantities[self.place(number)]);
        falling(bits).map(move |bit| (number * PAGE as i64 + bit as i64, held[bit]))
    }

    /// The highest page of the window that holds a level.
    #[inline]
    fn top(&self) -> Option<i64> {
        let best = page_of(self.best);
        if self.in_window(best) {
            Some(best)
        } else {
            self.occupied_below(self.end())
        }
    }

    /// The best level below `rank`, which was the best.
    fn next_below(&self, rank: i64) -> i64 {
        let number = page_of(rank);
        if !self.in_window(number) {
            let near = self.occupied_below(self.end()).map_or(NONE, |page| self.highest(page));
            return near.max(self.far.last().map_or(NONE, |(rank, _)| rank));
        }
        let here = self.occupied[self.place(number)] & ((1 << bit_of(rank)) - 1);
        if here != 0 {
            return number * PAGE as i64 + i64::from(63 - here.leading_zeros());
        }
        match self.occupied_below(number) {
            Some(number) => self.highest(number),
            None => self.far.last().map_or(NONE, |(rank, _)| rank),
        }
    }

    /// The highest rank of a page that holds one.
    fn highest(&self, number: i64) -> i64 {
        number * PAGE as i64 + i64::from(63 - self.occupied[self.place(number)].leading_zeros())
    }

    /// The next page of the window below `page` that holds a level; as many looks as there are pages at the most, and
    /// they grow with the number of levels, not with their prices.
    fn occupied_below(&self, page: i64) -> Option<i64> {
        (self.origin..page).rev().find(|number| self.occupied[self.place(*number)] != 0)
    }

    /// A side that has outgrown its window gets a wider one; one whose best has left the window's upper half has it
    /// moved there, after so many changes outside it that they have paid for the move: one a level that it moves.
    #[inline]
    fn settle(&mut self) {
        if self.levels > self.levels_max {
            self.rebuild();
        } else if self.strays > self.levels.max(self.occupied.len() * LEVELS_PER_PAGE) {
            self.strays = 0;
            let count = self.occupied.len();
            let wanted = origin_for(page_of(self.best), count);
            if self.best != NONE && wanted.abs_diff(self.origin) >= count as u64 / 4 {
                self.rebuild();
            }
        }
    }

    #[cold]
    #[inline(never)]
    fn rebuild(&mut self) {
        let misses = self.misses;
        let held: Vec<_> = self.iter().collect();
        *self = Self::new(held.into_iter());
        self.misses = misses;
    }
}

fn pages_for(levels: usize) -> usize {
    (levels / LEVELS_PER_PAGE).next_power_of_two().clamp(PAGES_MIN, PAGES_MAX)
}

/// The lowest page of a window of so many in which `page` stands at three quarters.
fn origin_for(page: i64, count: usize) -> i64 {
    page.saturating_sub(count as i64 / 4 * 3)
}

/// The set bits, highest first.
fn falling(bits: u64) -> impl Iterator<Item = usize> {
    let rests = std::iter::successors(Some(bits), |bits| Some(bits & !(1 << bits.checked_ilog2()?)));
    rests.map_while(|bits| bits.checked_ilog2()).map(|bit| bit as usize)
}

/// The lowest rank of a page.
fn first_of(page: i64) -> i64 {
    page.saturating_mul(PAGE as i64)
}

fn page_of(rank: i64) -> i64 {
    rank >> 6
}

fn bit_of(rank: i64) -> usize {
    (rank & 63) as usize
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
