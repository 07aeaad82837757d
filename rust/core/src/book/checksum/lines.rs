//! The texts of the best levels of a side: most of them are the same in the next message.

use super::form::{put, Form, Text};
use crate::book::Level;
use rustc_hash::FxHashMap;

/// Levels whose text is kept, by the lowest bits of their price: the best of a dense book do not displace each other.
const SLOTS: usize = 64;

/// How a level is written: `price:quantity:`.
#[derive(Debug, Clone, Copy)]
struct Slot {
    level: Level,
    text: Text,
    /// Where the price's part ends, and where all does.
    price_end: usize,
    end: usize,
}

/// No price is 0.
const EMPTY: Slot = Slot { level: Level { price: 0, quantity: 0 }, text: [0; 32], price_end: 0, end: 0 };

/// One side.
#[derive(Debug)]
pub(super) struct Lines {
    /// Levels that the forms do not write, by price. Nearly always none.
    odd: FxHashMap<i64, Box<[u8]>>,
    slots: [Slot; SLOTS],
}

impl Default for Lines {
    fn default() -> Self {
        Self { odd: FxHashMap::default(), slots: [EMPTY; SLOTS] }
    }
}

impl Lines {
    /// True when the forms write every level.
    pub(super) fn is_plain(&self) -> bool {
        self.odd.is_empty()
    }

    #[cfg(test)]
    pub(super) fn odd_count(&self) -> usize {
        self.odd.len()
    }

    /// Keeps `text`, which was written of a level, if the forms write another. None: it is what they write.
    pub(super) fn keep(&mut self, level: Level, text: Option<&[u8]>, [prices, quantities]: &[Form; 2]) {
        let other = |text: &&[u8]| *text != (prices.text(level.price) + &quantities.text(level.quantity)).as_bytes();
        match text.filter(|_| level.quantity != 0).filter(other) {
            Some(text) => self.odd.insert(level.price, text.into()),
            None => self.odd.remove(&level.price),
        };
    }

    /// Writes a level at `at` and answers where it ends.
    #[inline(always)]
    pub(super) fn write(&mut self, level: Level, forms: &[Form; 2], line: &mut Vec<u8>, at: usize) -> usize {
        if let Some(text) = self.odd.get(&level.price) {
            return append(text, line, at);
        }
        let slot = &mut self.slots[level.price as usize % SLOTS];
        if slot.level != level && slot.renew(level, forms).is_none() {
            *slot = EMPTY;
            let [prices, quantities] = forms;
            return append((prices.text(level.price) + &quantities.text(level.quantity)).as_bytes(), line, at);
        }
        if put(line, at, slot.text).is_none() {
            return append(slot.text.get(..slot.end).unwrap_or_default(), line, at);
        }
        at + slot.end
    }
}

impl Slot {
    #[inline(always)]
    fn renew(&mut self, level: Level, [prices, quantities]: &[Form; 2]) -> Option<()> {
        if self.level.price != level.price {
            self.price_end = prices.write(level.price, &mut self.text, 0)?;
        }
        self.end = quantities.write(level.quantity, &mut self.text, self.price_end)?;
        self.level = level;
        Some(())
    }
}

/// Writes at `at`, with room behind it.
#[cold]
#[inline(never)]
fn append(text: &[u8], line: &mut Vec<u8>, at: usize) -> usize {
    line.truncate(at);
    line.extend_from_slice(text);
    line.resize(2 * (at + text.len()) + size_of::<Text>(), 0);
    at + text.len()
}
