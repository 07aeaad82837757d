//! How an instrument's last level was written up to its quantity, in the hope that the next one is written alike: then
//! one comparison checks all of it, and where the quantity begins need not be searched for.

use super::quick::{needless_zero, Form};
use crate::digits::{self, Window};

/// Bytes that one comparison checks.
pub(crate) const HEAD: usize = 32;

/// Bytes of a number that are looked at.
pub(crate) const NUMBER: usize = 16;

/// A level up to its quantity.
#[derive(Debug, Clone)]
pub(crate) struct Shape {
    /// What stands in each byte, a zero for any digit.
    pub(crate) expected: [u8; HEAD],
    /// By how much it may differ (exclusive or): 9 for a digit, 255 behind the head.
    pub(crate) slack: [u8; HEAD],
    /// Where each of sixteen digits of the mantissa is found behind the opening, first digit first; 128 for none.
    pub(crate) places: [u8; NUMBER],
    pub(crate) price_end: usize,
    pub(crate) quantity_start: usize,
}

impl Shape {
    /// Nothing is written like it.
    const NONE: Self =
        Self { expected: [128; HEAD], slack: [0; HEAD], places: [128; NUMBER], price_end: 0, quantity_start: 0 };

    /// Of the level at the beginning of `text`, if it is an ordinary one that is short enough.
    fn of<F: Form>(text: &Window, scale: u8) -> Option<Self> {
        let start = F::OPENING.len();
        let (_, end) = digits::mantissa(text, start, scale);
        let price = text.get(start..end).filter(|price| price.len() <= NUMBER)?;
        let from = end + F::BETWEEN.len();
        let whole = price.iter().position(|byte| *byte == b'.').unwrap_or(price.len());
        let first = NUMBER.checked_sub(whole + usize::from(scale))?;
        if from > HEAD || needless_zero(F::OPENING, text, start) {
            return None;
        }
        let mut shape = Self { slack: [255; HEAD], price_end: end, quantity_start: from, ..Self::NONE };
        let head = F::OPENING.iter().chain(price).chain(F::BETWEEN);
        for (at, byte) in head.enumerate() {
            // A digit that is finer than the scale must be the zero that it was.
            let counts =
                byte.is_ascii_digit() && (start..(start + whole + 1 + usize::from(scale)).min(end)).contains(&at);
            shape.expected[at] = if counts { b'0' } else { *byte };
            shape.slack[at] = if counts { 9 } else { 0 };
        }
        // Places before the first written digit stay at none: leading zeros.
        for (digit, place) in shape.places.iter_mut().enumerate().skip(first) {
            // Before the point, or behind it.
            let at = digit - first + usize::from(digit - first >= whole);
            if at < price.len() {
                *place = at as u8;
            }
        }
        // What stands around the price has not been compared yet.
        shape.fits(text).then_some(shape)
    }
}

/// How an instrument's levels were last written, in two ways: `61800` and `61800.5` may take turns. Makes reading
/// quicker, never another.
#[derive(Debug, Clone)]
pub struct Shapes {
    pub(crate) last: Shape,
    before: Shape,
    /// The form and the price scale that both are of.
    of: Option<(u8, u8)>,
}

impl Default for Shapes {
    fn default() -> Self {
        Self { last: Shape::NONE, before: Shape::NONE, of: None }
    }
}

impl Shapes {
    /// Levels of this form and price scale are to come: what was learnt of others is of no use.
    #[inline(always)]
    pub(crate) fn begin<F: Form>(&mut self, scale: u8) {
        if self.of != Some((F::NUMBER, scale)) {
            *self = Self { of: Some((F::NUMBER, scale)), ..Self::default() };
        }
    }

    /// The level at the beginning of `text` is not written like the last: takes the one before, or learns its own.
    #[cold]
    #[inline(never)]
    pub(crate) fn turn<F: Form>(&mut self, text: &Window, scale: u8) -> Option<()> {
        std::mem::swap(&mut self.last, &mut self.before);
        if !self.last.fits(text) {
            self.last = Shape::of::<F>(text, scale)?;
        }
        Some(())
    }
}

impl Shape {
    fn fits(&self, text: &Window) -> bool {
        let alike = |((byte, expected), slack): ((&u8, &u8), &u8)| byte ^ expected <= *slack;
        text.iter().zip(&self.expected).zip(&self.slack).all(alike)
    }
}
