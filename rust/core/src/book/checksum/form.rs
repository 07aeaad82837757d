//! How a venue writes one kind of number: as short as it can, or with so many decimals at the least.
//!
//! Nearly every number of an instrument is written alike, so that its text need not be kept: it is made again from the
//! mantissa.

use crate::num;
use std::num::NonZeroU64;
use std::ops::Range;

/// Digits in a word, one a byte.
const WORD: u32 = 8;

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGHS: u64 = ONES << 7;

/// Where a level is written: two numbers of a word each fit, with what is written too much.
pub(super) type Text = [u8; 32];

/// Of the prices or the quantities of an instrument: the shortest text with at least `least` decimals.
#[derive(Debug)]
pub(super) struct Form {
    scale: u8,
    least: u32,
    /// Mantissas below it fit in a word, as so many tens of the last decimal, with this many digits before the point.
    word_end: u64,
    unit: u64,
    whole: u32,
    /// Marks of digits that are written even if they are zeros: the one before the point, and the last of `least`.
    first: NonZeroU64,
    last: NonZeroU64,
}

impl Form {
    fn new(scale: u8, least: u32) -> Self {
        let decimals = least.max(u32::from(scale));
        let whole = WORD.saturating_sub(decimals);
        let unit = 10u64.checked_pow(decimals - u32::from(scale)).filter(|_| whole > 0);
        let mark = |digit: u32| 1u64.checked_shl(8 * digit).and_then(NonZeroU64::new).unwrap_or(NonZeroU64::MIN);
        Self {
            scale,
            least,
            word_end: unit.map_or(0, |unit| 100_000_000 / unit),
            unit: unit.unwrap_or(0),
            whole,
            first: mark(whole.saturating_sub(1)),
            last: mark(whole.saturating_sub(1) + least),
        }
    }

    /// The one that most of an instrument's first numbers are written by.
    pub(super) fn learnt<'a>(scale: u8, numbers: impl Iterator<Item = &'a [u8]> + Clone) -> Self {
        let decimals = |number: &[u8]| number.iter().rev().position(|byte| *byte == b'.').unwrap_or(0) as u32;
        let (short, long) = (Self::new(scale, 0), Self::new(scale, numbers.clone().next().map_or(0, decimals)));
        let fitting = |form: &Self| numbers.clone().filter(|number| form.fits(number, &(0..number.len()))).count();
        if fitting(&long) > fitting(&short) {
            long
        } else {
            short
        }
    }

    /// True when the number at `at` of `text`, which is `[0-9]+(\.[0-9]+)?`, is surely written so. A 0 is: it removes a
    /// level.
    #[inline(always)]
    pub(super) fn fits(&self, text: &[u8], at: &Range<usize>) -> bool {
        let (last, least) = (at.end.wrapping_sub(1), self.least as usize);
        let decimals = if least == 0 {
            text.get(last) != Some(&b'0') || !has_point(text, at)
        } else if at.len() > least + 1 {
            text.get(last - least) == Some(&b'.')
        } else {
            at.len() == 1 && text.get(last) == Some(&b'0')
        };
        decimals && !matches!(text.get(at.start..at.start + 2), Some([b'0', b'0'..=b'9']))
    }

    /// Writes a number and a colon at `at` and answers where they end; None when it does not fit.
    #[inline(always)]
    pub(super) fn write(&self, mantissa: i64, text: &mut Text, at: usize) -> Option<usize> {
        let value = mantissa as u64;
        if value >= self.word_end {
            return self.write_long(mantissa, text, at);
        }
        let digits = spread(value * self.unit);
        let first = (self.first | digits).trailing_zeros() / 8;
        let end = WORD - (self.last | digits).leading_zeros() / 8;
        let digits = digits | (ONES * 0x30);
        put(text, at, (digits >> (8 * first)).to_le_bytes())?;
        let at = at + (self.whole - first) as usize;
        // The digit before the point has been written: the point takes its place.
        put(text, at, ((digits >> (8 * (self.whole - 1))) & !0xff | u64::from(b'.')).to_le_bytes())?;
        let at = at + (end - self.whole + u32::from(end > self.whole)) as usize;
        put(text, at, [b':'])?;
        Some(at + 1)
    }

    #[inline(never)]
    fn write_long(&self, mantissa: i64, text: &mut Text, at: usize) -> Option<usize> {
        let written = self.text(mantissa);
        let end = at + written.len();
        text.get_mut(at..end)?.copy_from_slice(written.as_bytes());
        Some(end)
    }

    /// A number of any length and a colon.
    pub(super) fn text(&self, mantissa: i64) -> String {
        let text = num::text(mantissa, self.scale);
        let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
        let fraction = fraction.trim_end_matches('0');
        let point = if self.least == 0 && fraction.is_empty() { "" } else { "." };
        format!("{whole}{point}{fraction:0<least$}:", least = self.least as usize)
    }
}

/// A length known beforehand is written quicker than the right one: what is too much is written over.
#[inline(always)]
pub(super) fn put<const N: usize>(text: &mut [u8], at: usize, written: [u8; N]) -> Option<()> {
    *text.get_mut(at..)?.first_chunk_mut()? = written;
    Some(())
}

/// Eight digits, one a byte, first digit lowest: halves, pairs and digits, all of a kind at once.
#[inline(always)]
fn spread(value: u64) -> u64 {
    let halves = (value / 10_000) | (value % 10_000) << 32;
    let hundreds = ((halves * 10_486) >> 20) & 0x0000_007f_0000_007f;
    let pairs = hundreds | (halves - hundreds * 100) << 16;
    let tens = ((pairs * 103) >> 10) & 0x000f_000f_000f_000f;
    tens | (pairs - tens * 10) << 8
}

#[inline(always)]
fn has_point(text: &[u8], at: &Range<usize>) -> bool {
    match text.get(at.start..).and_then(|rest| rest.first_chunk()) {
        Some(bytes) if at.len() <= 8 => {
            let word = u64::from_le_bytes(*bytes) ^ (ONES * u64::from(b'.'));
            let points = word.wrapping_sub(ONES) & !word & HIGHS;
            // The lowest mark is sure.
            (points.trailing_zeros() as usize / 8) < at.len()
        }
        _ => text.get(at.clone()).is_some_and(|number| number.contains(&b'.')),
    }
}
