//! A deep side of a book: pages of 64 neighbouring prices in a window around the best, everything farther off sorted.
//!
//! Works on ranks, which rise towards the better price on either side, so that one piece of code serves both. A level
//! in the window is found by shifts and masks alone; the next best after a removal by bit scans.

use super::ladder::Level;
use std::collections::BTreeMap;

/// Prices in a page.
const PAGE: usize = 64;

/// Fewest and most pages of a window.
const PAGES_MIN: usize = 16;
const PAGES_MAX: usize = 1_024;

/// Levels for each page of the window: a window of 1,000 levels has 64 pages, 33 kB when all of them are in use.
const LEVELS_PER_PAGE: usize = 16;

#[derive(Debug, Clone)]
struct Page {
    occupied: u64,
    /// Zero where nothing rests.
    quantities: [i64; PAGE],
}

/// One side, by rank.
#[derive(Debug, Clone)]
pub(super) struct Paged {
    /// Number of the window's lowest page; a page's number is rank / 64.
    origin: i64,
    /// For each place of the ring, the page in `pages` plus one; 0 for none. Its length is a power of two.
    directory: Box<[u16]>,
    /// A bit for each place of the ring that has a page.
    occupied: Box<[u64]>,
    pages: Vec<Page>,
    free: Vec<u16>,
    /// Levels below the window. Nothing is ever above it.
    far: BTreeMap<i64, i64>,
    levels: usize,
    best: Option<i64>,
    misses: u64,
}

impl Paged {
    /// Of levels in falling order of rank, which the caller has checked.
    pub(super) fn new(best_first: impl ExactSizeIterator<Item = (i64, i64)>) -> Self {
        let pages = (best_first.len() / LEVELS_PER_PAGE).next_power_of_two().clamp(PAGES_MIN, PAGES_MAX);
        let mut paged = Self {
            origin: 0,
            directory: vec![0; pages].into_boxed_slice(),
            occupied: vec![0; pages.div_ceil(64)].into_boxed_slice(),
            pages: Vec::new(),
            free: Vec::new(),
            far: BTreeMap::new(),
            levels: 0,
            best: None,
            misses: 0,
        };
        for (rank, quantity) in best_first {
            paged.set(rank, quantity);
        }
        paged.misses = 0;
        paged
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
        self.directory.len() * 2
            + self.occupied.len() * 8
            + self.pages.capacity() * size_of::<Page>()
            + self.free.capacity() * 2
            + self.far.len() * 32
    }

    pub(super) fn best(&self) -> Option<(i64, i64)> {
        self.best.map(|rank| (rank, self.get(rank)))
    }

    pub(super) fn get(&self, rank: i64) -> i64 {
        if self.in_window(page_of(rank)) {
            self.page(page_of(rank)).map_or(0, |page| page.quantities[bit_of(rank)])
        } else {
            self.far.get(&rank).copied().unwrap_or(0)
        }
    }

    /// Sets the quantity at a rank (0 removes it) and returns what was there before.
    #[inline]
    pub(super) fn set(&mut self, rank: i64, quantity: i64) -> i64 {
        let page = page_of(rank);
        if !self.in_window(page) {
            return self.set_outside(rank, quantity);
        }
        let place = self.place(page);
        if self.directory[place] == 0 {
            if quantity == 0 {
                return 0;
            }
            self.open(place);
        }
        let (slot, bit) = (usize::from(self.directory[place]) - 1, bit_of(rank));
        let held = &mut self.pages[slot];
        let before = std::mem::replace(&mut held.quantities[bit], quantity);
        if quantity == 0 {
            if before != 0 {
                held.occupied &= !(1 << bit);
                let empty = held.occupied == 0;
                self.removed(rank, place, empty);
            }
        } else if before == 0 {
            held.occupied |= 1 << bit;
            self.levels += 1;
            self.best = self.best.max(Some(rank));
            self.widen();
        }
        before
    }

    /// (rank, quantity) in falling order of rank.
    pub(super) fn iter(&self) -> impl Iterator<Item = (i64, i64)> + '_ {
        let top = self.best.filter(|rank| self.in_window(page_of(*rank))).map(page_of);
        let numbers = std::iter::successors(top, |page| self.occupied_below(*page));
        let near = numbers.flat_map(|number| self.page(number).into_iter().flat_map(move |page| page.iter(number)));
        near.chain(self.far.iter().rev().map(|(rank, quantity)| (*rank, *quantity)))
    }

    /// (rank, quantity) in falling order of rank, for as long as `visit` asks for more.
    #[inline]
    pub(super) fn walk(&self, mut visit: impl FnMut((i64, i64)) -> bool) {
        let mut top = self.best.map(page_of).filter(|page| self.in_window(*page));
        while let Some(number) = top {
            if let Some(page) = self.page(number) {
                let mut bits = page.occupied;
                while bits != 0 {
                    let bit = 63 - bits.leading_zeros();
                    if !visit((number * PAGE as i64 + i64::from(bit), page.quantities[bit as usize])) {
                        return;
                    }
                    bits ^= 1 << bit;
                }
            }
            top = self.occupied_below(number);
        }
        self.far.iter().rev().all(|(rank, quantity)| visit((*rank, *quantity)));
    }

    fn in_window(&self, page: i64) -> bool {
        (page.wrapping_sub(self.origin) as u64) < self.directory.len() as u64
    }

    fn place(&self, page: i64) -> usize {
        (page as usize) & (self.directory.len() - 1)
    }

    fn page(&self, page: i64) -> Option<&Page> {
        let slot = usize::from(*self.directory.get(self.place(page))?).checked_sub(1)?;
        self.pages.get(slot)
    }

    #[cold]
    fn open(&mut self, place: usize) {
        let slot = self.free.pop().unwrap_or_else(|| {
            self.pages.push(Page { occupied: 0, quantities: [0; PAGE] });
            // At most PAGES_MAX, far below u16.
            self.pages.len() as u16
        });
        self.directory[place] = slot;
        self.occupied[place / 64] |= 1 << (place % 64);
    }

    fn close(&mut self, place: usize) {
        self.free.push(std::mem::take(&mut self.directory[place]));
        self.occupied[place / 64] &= !(1 << (place % 64));
    }

    fn removed(&mut self, rank: i64, place: usize, empty: bool) {
        self.levels -= 1;
        if self.best == Some(rank) {
            self.best = self.next_below(rank);
        }
        if empty {
            self.close(place);
            self.sink();
        }
    }

    /// The best level below `rank`, which is in the window.
    fn next_below(&self, rank: i64) -> Option<i64> {
        let number = page_of(rank);
        let here = self.page(number).map_or(0, |page| page.occupied & ((1 << bit_of(rank)) - 1));
        if here != 0 {
            return Some(highest(number, here));
        }
        match self.occupied_below(number) {
            Some(number) => self.page(number).map(|page| highest(number, page.occupied)),
            None => self.far.last_key_value().map(|(rank, _)| *rank),
        }
    }

    /// The next page of the window below `page` that holds a level.
    fn occupied_below(&self, page: i64) -> Option<i64> {
        let mut above = page;
        while above > self.origin {
            // The bits of one word of the ring below `above`, as far as the window goes.
            let place = self.place(above - 1);
            let bits = self.occupied.get(place / 64)? << (63 - place % 64);
            let reach = (place as i64 % 64 + 1).min(above - self.origin);
            let skipped = i64::from(bits.leading_zeros());
            if skipped < reach {
                return Some(above - 1 - skipped);
            }
            above -= reach;
        }
        None
    }

    #[cold]
    fn set_outside(&mut self, rank: i64, quantity: i64) -> i64 {
        self.misses += 1;
        if quantity == 0 {
            let before = self.far.remove(&rank).unwrap_or(0);
            if before != 0 {
                self.levels -= 1;
                if self.best == Some(rank) {
                    self.best = self.far.last_key_value().map(|(rank, _)| *rank);
                }
            }
            return before;
        }
        if self.best.is_none_or(|best| rank > best) {
            self.move_to(page_of(rank));
            return self.set(rank, quantity);
        }
        let before = self.far.insert(rank, quantity).unwrap_or(0);
        self.levels += usize::from(before == 0);
        before
    }

    /// The best has fallen into the lowest quarter of the window, or out of it: follows it.
    fn sink(&mut self) {
        let Some(best) = self.best.filter(|_| !self.far.is_empty()) else { return };
        let quarter = self.directory.len() as i64 / 4;
        if page_of(best) < self.origin.saturating_add(quarter) {
            self.move_to(page_of(best));
        }
    }

    /// Moves the window so that `page` stands at three quarters of it.
    fn move_to(&mut self, page: i64) {
        let length = self.directory.len() as i64;
        let origin = page.saturating_sub(length / 4 * 3);
        if self.levels > self.far.len() {
            for left in self.origin..origin.min(self.origin.saturating_add(length)) {
                self.evict(left);
            }
        }
        self.origin = origin;
        for (rank, quantity) in self.far.split_off(&origin.saturating_mul(PAGE as i64)) {
            let place = self.place(page_of(rank));
            if self.directory[place] == 0 {
                self.open(place);
            }
            let held = &mut self.pages[usize::from(self.directory[place]) - 1];
            held.occupied |= 1 << bit_of(rank);
            held.quantities[bit_of(rank)] = quantity;
        }
    }

    fn evict(&mut self, number: i64) {
        let place = self.place(number);
        let Some(slot) = usize::from(self.directory[place]).checked_sub(1) else { return };
        let page = &mut self.pages[slot];
        self.far.extend(page.iter(number));
        *page = Page { occupied: 0, quantities: [0; PAGE] };
        self.close(place);
    }

    /// A side that has outgrown its window gets one of twice the length.
    fn widen(&mut self) {
        let length = self.directory.len();
        if self.levels > length * LEVELS_PER_PAGE * 2 && length < PAGES_MAX {
            let misses = self.misses;
            let held: Vec<_> = self.iter().collect();
            *self = Self::new(held.into_iter());
            self.misses = misses;
        }
    }
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
