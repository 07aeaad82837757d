//! The CRC-32 of a book's best levels, over the digits as the venue wrote them.
//!
//! Kept beside the book, and only for streams that send checksums: mantissas have forgotten whether a venue wrote `5` or
//! `5.000`. What is kept is how an instrument's numbers are written, learnt from its first message, and the text of those
//! levels alone that are written otherwise. Source: OKX API v5 "Checksum"; Bitget API v2 "Depth channel", "Checksum".

mod form;
mod lines;

use super::{Book, Ladder, Level, Side};
use form::Form;
use lines::Lines;
use std::ops::Range;

/// Levels a side that count.
const LEVELS: usize = 25;

/// What the venue wrote for every level that a book holds.
#[derive(Debug)]
pub(crate) struct Digits {
    scales: [u8; 2],
    /// Of prices and of quantities; None until a message has shown them.
    forms: Option<[Form; 2]>,
    bids: Lines,
    asks: Lines,
    /// Levels noted of the message that is being read, and those among them that the forms may not write.
    noted: usize,
    doubted: Texts,
    best: [[Level; LEVELS]; 2],
    line: Vec<u8>,
}

impl Digits {
    /// Of an instrument with these scales.
    pub(crate) fn new(price_scale: u8, quantity_scale: u8) -> Self {
        Self {
            scales: [price_scale, quantity_scale],
            forms: None,
            bids: Lines::default(),
            asks: Lines::default(),
            noted: 0,
            doubted: Texts::default(),
            best: [[Level { price: 0, quantity: 0 }; LEVELS]; 2],
            line: Vec::new(),
        }
    }

    /// Forgets everything, for the snapshot to come.
    pub(crate) fn clear(&mut self) {
        let [price_scale, quantity_scale] = self.scales;
        *self = Self::new(price_scale, quantity_scale);
    }

    /// What was written of a message's levels is to come.
    pub(crate) fn begin(&mut self) {
        self.forget_from(0);
    }

    /// The next level of the message, bids first: where its price and its quantity stand in `raw`, both of plain digits.
    #[inline(always)]
    pub(crate) fn note(&mut self, raw: &[u8], price: Range<usize>, quantity: Range<usize>) {
        let alike = match &self.forms {
            Some([prices, quantities]) => prices.fits(raw, &price) & quantities.fits(raw, &quantity),
            None => false,
        };
        if !alike {
            let number = |at| raw.get(at).unwrap_or_default();
            self.doubted.push(self.noted, number(price), number(quantity));
        }
        self.noted += 1;
    }

    /// As [`Digits::note`], of two texts of any kind.
    pub(crate) fn note_text(&mut self, price: &str, quantity: &str) {
        self.doubted.push(self.noted, price.as_bytes(), quantity.as_bytes());
        self.noted += 1;
    }

    /// How many levels were noted.
    pub(crate) fn noted(&self) -> usize {
        self.noted
    }

    /// Forgets the levels noted after the first `count`: they are to be read again.
    pub(crate) fn forget_from(&mut self, count: usize) {
        self.noted = count;
        self.doubted.forget_from(count);
    }

    /// The book has taken the message; a quantity of 0 removes a level.
    pub(crate) fn commit(&mut self, bids: &[Level], asks: &[Level]) {
        if !(self.doubted.ends.is_empty() && self.bids.is_plain() && self.asks.is_plain()) {
            self.commit_doubted(bids, asks);
        }
    }

    #[inline(never)]
    fn commit_doubted(&mut self, bids: &[Level], asks: &[Level]) {
        let doubted = std::mem::take(&mut self.doubted);
        let [price, quantity] = self.scales;
        let numbers = |field| doubted.iter().map(move |(_, text)| number(text, field));
        let forms =
            self.forms.get_or_insert_with(|| [Form::learnt(price, numbers(0)), Form::learnt(quantity, numbers(1))]);
        let (mut texts, mut at) = (doubted.iter().peekable(), 0);
        for (lines, levels) in [(&mut self.bids, bids), (&mut self.asks, asks)] {
            for level in levels {
                let text = texts.next_if(|(of, _)| *of == at).map(|(_, text)| text);
                lines.keep(*level, text, forms);
                at += 1;
            }
        }
    }

    /// The checksum of a Live book: best bid, best ask, second bid, second ask and so on; the longer side goes on alone.
    pub(crate) fn crc(&mut self, book: &Book) -> u32 {
        crc32fast::hash(self.write(book).strip_suffix(b":").unwrap_or_default())
    }

    fn write(&mut self, book: &Book) -> &[u8] {
        let mut at = 0;
        if let Some(forms) = &self.forms {
            let [bids, asks] = &mut self.best;
            let (bid_count, ask_count) = (best(book.side(Side::Bid), bids), best(book.side(Side::Ask), asks));
            for (n, (bid, ask)) in bids.iter().zip(asks).take(bid_count.max(ask_count)).enumerate() {
                if n < bid_count {
                    at = self.bids.write(*bid, forms, &mut self.line, at);
                }
                if n < ask_count {
                    at = self.asks.write(*ask, forms, &mut self.line, at);
                }
            }
        }
        self.line.get(..at).unwrap_or_default()
    }
}

/// Texts of levels, `price:quantity:`, one behind the other: the number of each level in the message, and where it ends.
#[derive(Debug, Default)]
struct Texts {
    bytes: Vec<u8>,
    ends: Vec<(usize, usize)>,
}

impl Texts {
    #[inline(never)]
    fn push(&mut self, level: usize, price: &[u8], quantity: &[u8]) {
        for number in [price, quantity] {
            self.bytes.extend_from_slice(number);
            self.bytes.push(b':');
        }
        self.ends.push((level, self.bytes.len()));
    }

    fn forget_from(&mut self, level: usize) {
        self.ends.truncate(self.ends.partition_point(|(of, _)| *of < level));
        self.bytes.truncate(self.ends.last().map_or(0, |(_, end)| *end));
    }

    fn iter(&self) -> impl Iterator<Item = (usize, &[u8])> + Clone {
        let starts = std::iter::once(0).chain(self.ends.iter().map(|(_, end)| *end));
        let text =
            |(start, (level, end)): (usize, &(usize, usize))| (*level, self.bytes.get(start..*end).unwrap_or_default());
        starts.zip(&self.ends).map(text)
    }
}

/// The first or second number of `price:quantity:`.
fn number(text: &[u8], field: usize) -> &[u8] {
    text.split(|byte| *byte == b':').nth(field).unwrap_or_default()
}

/// The best levels of a side, and how many there are.
#[inline(always)]
fn best(side: &Ladder, levels: &mut [Level; LEVELS]) -> usize {
    let mut count = 0;
    side.walk(|level| {
        if let Some(place) = levels.get_mut(count) {
            *place = level;
        }
        count += 1;
        count < LEVELS
    });
    count
}

#[cfg(test)]
mod tests;
