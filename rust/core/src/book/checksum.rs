//! The CRC-32 of a book's best levels, over the digits as the venue wrote them.
//!
//! Kept beside the book, and only for streams that send checksums: mantissas have forgotten whether a venue wrote `5` or
//! `5.000`. Source: OKX API v5 "Checksum"; Bitget API v2 "Depth channel", "Checksum".

use super::{Book, Level, Side};
use rustc_hash::FxHashMap;
use std::ops::Range;

/// Levels a side that count.
const LEVELS: usize = 25;

/// Longest `price:quantity:` kept. The longest recorded has 26 bytes; a level that is longer fails its checksum.
const TEXT_BYTES: usize = 39;

/// Bytes copied at a time.
const STEP: usize = 16;

/// A level as written, `price:quantity:`.
#[derive(Debug, Clone, Copy)]
struct Text {
    bytes: [u8; TEXT_BYTES],
    used: u8,
}

impl Text {
    fn new(raw: &[u8], price: Range<usize>, quantity: Range<usize>) -> Self {
        let mut text = Self { bytes: [0; TEXT_BYTES], used: 0 };
        match text.put(raw, price).and_then(|()| text.put(raw, quantity)) {
            Some(()) => text,
            None => Self { used: 0, ..text },
        }
    }

    /// Appends a number and a colon.
    #[inline(always)]
    fn put(&mut self, raw: &[u8], number: Range<usize>) -> Option<()> {
        let from = usize::from(self.used);
        let to = from + number.len();
        let ahead = raw.get(number.start..).and_then(|rest| rest.first_chunk::<STEP>());
        match (ahead, self.bytes.get_mut(from..from + STEP)) {
            // A length known beforehand is copied quicker than the right one; what is too much is written over.
            (Some(ahead), Some(room)) if number.len() <= STEP => room.copy_from_slice(ahead),
            _ => self.bytes.get_mut(from..to)?.copy_from_slice(raw.get(number)?),
        }
        *self.bytes.get_mut(to)? = b':';
        // At most TEXT_BYTES, far below u8::MAX.
        self.used = to as u8 + 1;
        Some(())
    }
}

/// What the venue wrote for every level that a book holds.
#[derive(Debug, Default)]
pub(crate) struct Digits {
    bids: FxHashMap<i64, Text>,
    asks: FxHashMap<i64, Text>,
    /// Of the message that is being read: bids, then asks.
    staged: Vec<Text>,
    line: Vec<u8>,
}

impl Digits {
    /// Forgets everything, for the snapshot to come.
    pub(crate) fn clear(&mut self) {
        self.bids.clear();
        self.asks.clear();
    }

    /// What was written of a message's levels is to come.
    pub(crate) fn begin(&mut self) {
        self.staged.clear();
    }

    /// The next level of the message, bids first: where its price and its quantity stand in `raw`.
    pub(crate) fn note(&mut self, raw: &[u8], price: Range<usize>, quantity: Range<usize>) {
        self.staged.push(Text::new(raw, price, quantity));
    }

    /// As [`Digits::note`], of two texts.
    pub(crate) fn note_text(&mut self, price: &str, quantity: &str) {
        let mut text = Text { bytes: [0; TEXT_BYTES], used: 0 };
        let put = text.put(price.as_bytes(), 0..price.len());
        if put.and_then(|()| text.put(quantity.as_bytes(), 0..quantity.len())).is_none() {
            text.used = 0;
        }
        self.staged.push(text);
    }

    /// How many levels were noted.
    pub(crate) fn noted(&self) -> usize {
        self.staged.len()
    }

    /// Forgets the levels noted after the first `count`: they are to be read again.
    pub(crate) fn forget_from(&mut self, count: usize) {
        self.staged.truncate(count);
    }

    /// The book has taken the message; a quantity of 0 removes a level.
    pub(crate) fn commit(&mut self, bids: &[Level], asks: &[Level]) {
        let mut staged = self.staged.iter();
        for (texts, levels) in [(&mut self.bids, bids), (&mut self.asks, asks)] {
            for (level, text) in levels.iter().zip(&mut staged) {
                if level.quantity == 0 {
                    texts.remove(&level.price);
                } else {
                    texts.insert(level.price, *text);
                }
            }
        }
    }

    /// The checksum of a Live book: best bid, best ask, second bid, second ask and so on; the longer side goes on alone.
    pub(crate) fn crc(&mut self, book: &Book) -> u32 {
        self.line.clear();
        let mut bids = book.side(Side::Bid).iter().take(LEVELS);
        let mut asks = book.side(Side::Ask).iter().take(LEVELS);
        loop {
            let (bid, ask) = (bids.next(), asks.next());
            if bid.is_none() && ask.is_none() {
                break;
            }
            for (texts, level) in [(&self.bids, bid), (&self.asks, ask)] {
                if let Some(text) = level.and_then(|level| texts.get(&level.price)) {
                    // Appended whole and cut back: a length known beforehand is quicker than the right one.
                    let used = self.line.len() + usize::from(text.used);
                    self.line.extend_from_slice(&text.bytes);
                    self.line.truncate(used);
                }
            }
        }
        crc32fast::hash(self.line.strip_suffix(b":").unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::book::Full;

    fn book(bids: &[(i64, i64)], asks: &[(i64, i64)]) -> Book {
        let levels = |side: &[(i64, i64)]| {
            side.iter().map(|(price, quantity)| Level { price: *price, quantity: *quantity }).collect()
        };
        let mut book = Book::default();
        book.begin(&Full { bids: levels(bids), asks: levels(asks), ..Full::default() });
        book
    }

    fn line(digits: &mut Digits, book: &Book) -> String {
        digits.crc(book);
        String::from_utf8_lossy(&digits.line).into_owned()
    }

    fn written(book: &Book, texts: &[(&str, &str)]) -> Digits {
        let mut digits = Digits::default();
        digits.begin();
        texts.iter().for_each(|(price, quantity)| digits.note_text(price, quantity));
        let side = |side| book.side(side).iter().collect::<Vec<_>>();
        digits.commit(&side(Side::Bid), &side(Side::Ask));
        digits
    }

    /// The example of OKX's documentation: `3366.1:7:3366.8:9:3366:6:3368:8` is -1881014294.
    #[test]
    fn the_documented_example() {
        let book = book(&[(33_661, 7), (33_660, 6)], &[(33_668, 9), (33_680, 8)]);
        let mut digits = written(&book, &[("3366.1", "7"), ("3366", "6"), ("3366.8", "9"), ("3368", "8")]);
        assert_eq!(digits.crc(&book) as i32, -1_881_014_294);
    }

    #[test]
    fn the_longer_side_goes_on_alone_and_an_empty_book_has_no_line() {
        let book = book(&[(3, 1), (2, 1)], &[(4, 1)]);
        let mut digits = written(&book, &[("3.0", "1"), ("2", "1.00"), ("4", "1")]);
        assert_eq!(line(&mut digits, &book), "3.0:1:4:1:2:1.00:");
        digits.begin();
        digits.note_text("2", "0");
        digits.commit(&[Level { price: 2, quantity: 0 }], &[]);
        assert_eq!(line(&mut digits, &book), "3.0:1:4:1:");
        digits.clear();
        assert_eq!(digits.crc(&Book::default()), 0);
    }

    #[test]
    fn a_text_that_is_too_long_is_no_text() {
        for price in 1..=TEXT_BYTES {
            for quantity in 1..=TEXT_BYTES {
                let raw = format!("{}\",\"{}\"]", "1".repeat(price), "2".repeat(quantity));
                let from = price + 3;
                let text = Text::new(raw.as_bytes(), 0..price, from..from + quantity);
                let wanted = format!("{}:{}:", "1".repeat(price), "2".repeat(quantity));
                let kept = if wanted.len() > TEXT_BYTES { "" } else { &wanted };
                assert_eq!(text.bytes.get(..usize::from(text.used)), Some(kept.as_bytes()));
            }
        }
    }
}
