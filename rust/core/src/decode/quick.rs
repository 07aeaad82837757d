//! Levels as venues really write them: without blanks, of ordinary digits, their keys in one order. Every step answers
//! None at the first surprise, and the order-free walk of `levels` judges the text.

use super::shape::Shapes;
use crate::book::Level;
use crate::digits::{self, Window, WINDOW};
use std::ops::Range;

/// How a venue writes a level: opening, price, between, quantity, closing.
pub(crate) trait Form {
    /// Another for every other way of opening and between.
    const NUMBER: u8;
    const OPENING: &'static [u8];
    const BETWEEN: &'static [u8];
    const CLOSING: &'static [u8];

    /// What ends the quantity.
    const TERMINATOR: u8;

    /// Where the closing of a level begins whose quantity ends at `at`.
    fn rest(&self, text: &[u8], at: usize) -> Option<usize>;
}

/// Where each price and quantity of a level stand in a text, for who keeps what was written.
pub(crate) trait Note: FnMut(&[u8], Range<usize>, Range<usize>) {}

impl<F: FnMut(&[u8], Range<usize>, Range<usize>)> Note for F {}

/// An array of levels and how its numbers count.
pub(crate) struct Quick<'a> {
    pub(crate) raw: &'a [u8],
    pub(crate) price_scale: u8,
    pub(crate) quantity_scale: u8,
    pub(crate) shapes: &'a mut Shapes,
}

impl Quick<'_> {
    /// Reads the levels to the end of the text, on any machine.
    #[inline(never)]
    pub(crate) fn each<F: Form>(&self, form: &F, into: &mut Vec<Level>, mut note: impl Note) -> Option<()> {
        let mut last = [0; 2 * WINDOW];
        let windows = Windows::new(self.raw, &mut last);
        let mut at = Windows::START;
        loop {
            let text = windows.at(at)?;
            let start = literal(text, 0, F::OPENING)?;
            let (price, price_end) = digits::mantissa(text, start, self.price_scale);
            if price_end == 0 || price == 0 || needless_zero(F::OPENING, text, start) {
                return None;
            }
            let from = literal(text, price_end, F::BETWEEN)?;
            let (quantity, end) = digits::mantissa(text, from, self.quantity_scale);
            if end == 0 || needless_zero(F::BETWEEN, text, from) {
                return None;
            }
            note(text, start..price_end, from..end);
            into.push(Level { price, quantity });
            let end = literal(text, form.rest(text, end)?, F::CLOSING)?;
            at += end + 1;
            if is_last(*text.get(end)?, at, self.raw)? {
                return Some(());
            }
        }
    }
}

/// An array of levels, of which a whole window can be seen from every place: zeros stand behind its end.
pub(crate) struct Windows<'a> {
    raw: &'a [u8],
    /// The end of the text, where less than a window is left of it, and where that begins.
    last: &'a [u8; 2 * WINDOW],
    last_from: usize,
}

impl<'a> Windows<'a> {
    /// Behind the bracket of the array.
    pub(crate) const START: usize = 1;

    /// Over `raw`; `last` is all zeros.
    #[inline(always)]
    pub(crate) fn new(raw: &'a [u8], last: &'a mut [u8; 2 * WINDOW]) -> Self {
        match raw.last_chunk::<WINDOW>() {
            Some(end) => last[..WINDOW].copy_from_slice(end),
            None => last[..raw.len()].copy_from_slice(raw),
        }
        Self { raw, last, last_from: raw.len().saturating_sub(WINDOW) }
    }

    #[inline(always)]
    pub(crate) fn at(&self, at: usize) -> Option<&Window> {
        match self.raw.get(at..)?.first_chunk() {
            Some(window) => Some(window),
            None => self.last.get(at.checked_sub(self.last_from)?..)?.first_chunk(),
        }
    }
}

/// Whether `byte`, which stands before `at`, behind a level, ends the array that is the whole of `raw`.
#[inline(always)]
pub(crate) fn is_last(byte: u8, at: usize, raw: &[u8]) -> Option<bool> {
    match byte {
        b',' => Some(false),
        b']' if at == raw.len() => Some(true),
        _ => None,
    }
}

/// Where exactly these bytes end.
#[inline(always)]
pub(crate) fn literal(text: &[u8], at: usize, wanted: &[u8]) -> Option<usize> {
    let end = at + wanted.len();
    (text.get(at..end)? == wanted).then_some(end)
}

/// A bare number begins with no needless zero, which one in quotes may.
#[inline(always)]
pub(crate) fn needless_zero(before: &[u8], text: &[u8], at: usize) -> bool {
    before.last() != Some(&b'"') && matches!(text.get(at..at + 2), Some([b'0', b'0'..=b'9']))
}

/// A form whose level ends behind its quantity.
macro_rules! form {
    ($name:ident, $number:literal, $opening:literal, $between:literal, $closing:literal, $of:literal) => {
        #[doc = $of]
        pub(super) struct $name;

        impl Form for $name {
            const NUMBER: u8 = $number;
            const OPENING: &'static [u8] = $opening;
            const BETWEEN: &'static [u8] = $between;
            const CLOSING: &'static [u8] = $closing;
            const TERMINATOR: u8 = $closing[0];

            #[inline(always)]
            fn rest(&self, _: &[u8], at: usize) -> Option<usize> {
                Some(at)
            }
        }
    };
}

form!(Quoted, 0, b"[\"", b"\",\"", b"\"]", "`[\"61800.20\",\"2.909\"]`: most venues.");
form!(Bare, 1, b"[", b",", b"]", "`[61800.2,2909]`: KuCoin.");
form!(Short, 2, b"{\"p\":\"", b"\",\"s\":", b"}", "`{\"p\":\"61800.2\",\"s\":2909}`: Gate.");
form!(Numbers, 3, b"{\"price\":", b",\"qty\":", b"}", "`{\"price\":61800.5,\"qty\":2909}`: Kraken.");
form!(Sized, 4, b"{\"price\":\"", b"\",\"size\":\"", b"\"}", "`{\"price\":\"61800\",\"size\":\"2.909\"}`: dYdX.");

/// `["61800.2","2.909","0","13"]`: OKX; so many more strings of digits.
pub(super) struct Longer(pub(super) usize);

impl Form for Longer {
    const NUMBER: u8 = Quoted::NUMBER;
    const OPENING: &'static [u8] = b"[\"";
    const BETWEEN: &'static [u8] = b"\",\"";
    const CLOSING: &'static [u8] = b"\"]";
    const TERMINATOR: u8 = b'"';

    #[inline(always)]
    fn rest(&self, text: &[u8], mut at: usize) -> Option<usize> {
        for _ in 0..self.0 {
            (_, at) = digits::whole(text, literal(text, at, b"\",\"")?)?;
        }
        Some(at)
    }
}

/// `{"px":"61800.0","sz":"2.909","n":5}`: Hyperliquid; the count of orders is a bare number.
pub(super) struct Orders;

impl Form for Orders {
    const NUMBER: u8 = 5;
    const OPENING: &'static [u8] = b"{\"px\":\"";
    const BETWEEN: &'static [u8] = b"\",\"sz\":\"";
    const CLOSING: &'static [u8] = b"}";
    const TERMINATOR: u8 = b'"';

    #[inline(always)]
    fn rest(&self, text: &[u8], at: usize) -> Option<usize> {
        let start = literal(text, at, b"\",\"n\":")?;
        let (_, end) = digits::whole(text, start)?;
        (!needless_zero(b"", text, start)).then_some(end)
    }
}
