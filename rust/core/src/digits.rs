//! Plain decimals eight or sixteen bytes at a time, on any machine: the ordinary number becomes its mantissa without a
//! loop.
//!
//! Accepts a subset of what [`crate::num`] accepts, with the same value. What is not ordinary (long, too fine, signed) is
//! left to `num`, which judges it and names the reason.

use crate::num;

/// Most bytes looked at; a number and the byte behind it must lie within them.
const STEP: usize = 16;

const ONES: u128 = 0x0101_0101_0101_0101_0101_0101_0101_0101;
const HIGHS: u128 = ONES << 7;

/// 10^0 … 10^18.
const POWERS: [u64; 19] = powers();

const fn powers() -> [u64; 19] {
    let mut table = [1; 19];
    let mut at = 1;
    while at < 19 {
        table[at] = table[at - 1] * 10;
        at += 1;
    }
    table
}

/// Sixteen bytes from `at` on, first lowest; zeros, which are no digits, behind the end.
#[inline(always)]
fn load(text: &[u8], at: usize) -> u128 {
    match text.get(at..).and_then(|rest| rest.first_chunk()) {
        Some(bytes) => u128::from_le_bytes(*bytes),
        None => tail(text, at),
    }
}

/// As [`load`], eight bytes.
#[inline(always)]
fn load_word(text: &[u8], at: usize) -> u64 {
    match text.get(at..).and_then(|rest| rest.first_chunk()) {
        Some(bytes) => u64::from_le_bytes(*bytes),
        None => tail(text, at) as u64,
    }
}

#[inline(never)]
fn tail(text: &[u8], at: usize) -> u128 {
    let left = text.len().saturating_sub(at);
    match text.last_chunk() {
        // The last sixteen bytes without those before `at`.
        Some(bytes) => u128::from_le_bytes(*bytes).checked_shr(8 * (STEP - left.min(STEP)) as u32).unwrap_or(0),
        // A text shorter than that: what is left of it from `at` on.
        None => text.iter().skip(at).rev().fold(0, |word, byte| word << 8 | u128::from(*byte)),
    }
}

/// Bytes of a text that are looked at together: a level of any venue with what follows it.
pub(crate) const WINDOW: usize = 64;

/// See [`WINDOW`].
pub(crate) type Window = [u8; WINDOW];

const BYTES: u64 = ONES as u64;
const MARKS: u64 = HIGHS as u64;

/// Bytes of the ordinary number and what ends it.
const WORD: usize = 8;

#[inline(always)]
fn word_at(text: &Window, at: usize) -> Option<u64> {
    text.get(at..)?.first_chunk().map(|bytes| u64::from_le_bytes(*bytes))
}

#[inline(always)]
fn words_at(text: &Window, at: usize) -> Option<u128> {
    text.get(at..)?.first_chunk().map(|bytes| u128::from_le_bytes(*bytes))
}

/// The unsigned decimal that begins at `text[at]`, as a count of 10^-`scale`, and where it ends.
///
/// An end of 0 when it is no ordinary one, which says nothing about its worth.
#[inline(always)]
pub(crate) fn mantissa(text: &Window, at: usize, scale: u8) -> (i64, usize) {
    let Some(word) = word_at(text, at) else { return (0, 0) };
    let word = word ^ (BYTES * 0x30);
    let other = others(word);
    let first = other.trailing_zeros() & 0x78;
    let before = below(other);
    let point = (word >> (first & 0x38)) as u8 == b'.' ^ 0x30;
    let rest = other & other.wrapping_sub(1);
    let (digits, end, decimals) = if point {
        // The point is closed up: what stands before it stays, what follows it moves down by one byte.
        let closed = (word & before) | ((word >> 8) & !before);
        let end = rest.trailing_zeros() & 0x78;
        (closed & (below(rest) >> 8), end, end.wrapping_sub(first + 8))
    } else {
        (word & before, first, 8)
    };
    // Zeros come in as the decimals that are not written, up to the scale, and before the first digit.
    let scaled = 8 * u32::from(scale);
    let places = first + scaled;
    if first == 0 || end == 64 || places > 64 || point && (decimals == 0 || decimals > scaled) {
        return unusual(text, at, scale);
    }
    (eight(digits << (64 - places)) as i64, at + (end / 8) as usize)
}

/// The bits of all bytes below the first marked one.
#[inline(always)]
fn below(marks: u64) -> u64 {
    (marks ^ marks.wrapping_sub(1)) >> 8
}

/// As [`mantissa`], for up to fifteen bytes, and for more decimals than the scale: exact if they are zeros.
#[inline(never)]
fn unusual(text: &Window, at: usize, scale: u8) -> (i64, usize) {
    unusual_checked(text, at, scale).unwrap_or((0, 0))
}

fn unusual_checked(text: &Window, at: usize, scale: u8) -> Option<(i64, usize)> {
    let word = words_at(text, at)? ^ (ONES * 0x30);
    let other = (word.wrapping_add(ONES * 0x76) | word) & HIGHS;
    let first = (other.trailing_zeros() / 8) as usize;
    let point = text.get(at + first) == Some(&b'.');
    let rest = if point { other & other.wrapping_sub(1) } else { other };
    let end = (rest.trailing_zeros() / 8) as usize;
    if end >= STEP || first == 0 || point && end == first + 1 {
        return None;
    }
    let (digits, decimals, count) = if point {
        let low = (1u128 << (first * 8)) - 1;
        ((word & low) | ((word >> 8) & !low), end - first - 1, end - 1)
    } else {
        (word, 0, end)
    };
    if decimals > usize::from(scale) {
        let value = num::mantissa(text.get(at..at + end)?, scale).ok()?;
        return Some((value, at + end));
    }
    let value = sixteen(digits << ((STEP - count) * 8));
    let mantissa = value.checked_mul(*POWERS.get(usize::from(scale) - decimals)?)?;
    Some((i64::try_from(mantissa).ok()?, at + end))
}

/// The whole number that begins at `text[at]`, up to 15 digits, and where it ends.
#[inline(always)]
pub(crate) fn whole(text: &[u8], at: usize) -> Option<(u64, usize)> {
    let words = load(text, at) ^ (ONES * 0x30);
    let (first, second) = (words as u64, (words >> 64) as u64);
    let other = others(first);
    if other != 0 {
        let bits = other.trailing_zeros() & 0x78;
        // Shifted in two steps: by all 64 bits where there is no digit.
        return (bits != 0).then(|| (eight(first << 8 << (56 - bits)), at + bits as usize / 8));
    }
    let other = others(second);
    let bits = other.trailing_zeros() & 0x78;
    let more = bits as usize / 8;
    let power = POWERS.get(more).filter(|_| other != 0)?;
    let low = if bits == 0 { 0 } else { eight(second << 8 << (56 - bits)) };
    Some((eight(first) * power + low, at + WORD + more))
}

/// The high bit of every byte that is no digit; `word` is exclusive or `0` in every byte, so that digits are 0..=9.
#[inline(always)]
fn others(word: u64) -> u64 {
    // Adding 0x76 carries into the high bit of every other byte below 0x80; a carry out of a byte can only spoil bytes
    // behind the first that is no digit.
    (word.wrapping_add(BYTES * 0x76) | word) & MARKS
}

/// Where the string that begins at `text[at]` (behind its quote) ends; None when it holds an escape or a control
/// character, or does not end.
#[inline(always)]
pub(crate) fn string_end(text: &[u8], mut at: usize) -> Option<usize> {
    while at < text.len() {
        let word = load_word(text, at);
        let quotes = zeros(word ^ (BYTES * 0x22));
        let odd = zeros(word ^ (BYTES * 0x5c)) | (word.wrapping_sub(BYTES * 0x20) & !word & MARKS);
        if odd & quotes.wrapping_sub(1) & !quotes != 0 {
            return None;
        }
        if quotes != 0 {
            return Some(at + (quotes.trailing_zeros() / 8) as usize);
        }
        at += WORD;
    }
    None
}

/// The high bit of every byte that is 0; bytes above the lowest such may be marked without being 0.
#[inline(always)]
fn zeros(word: u64) -> u64 {
    word.wrapping_sub(BYTES) & !word & MARKS
}

/// Sixteen digits, one a byte, first digit lowest.
#[inline(always)]
fn sixteen(digits: u128) -> u64 {
    eight(digits as u64) * 100_000_000 + eight((digits >> 64) as u64)
}

/// Eight digits, one a byte, first digit lowest, by three multiplications: pairs, fours, eights.
///
/// Source: Daniel Lemire, "Quickly parsing eight digits", 2018.
#[inline(always)]
fn eight(digits: u64) -> u64 {
    let pairs = digits.wrapping_mul(10).wrapping_add(digits >> 8);
    const MASK: u64 = 0x0000_00FF_0000_00FF;
    const HIGH: u64 = 100 + (1_000_000 << 32);
    const LOW: u64 = 1 + (10_000 << 32);
    ((pairs & MASK).wrapping_mul(HIGH).wrapping_add(((pairs >> 16) & MASK).wrapping_mul(LOW))) >> 32
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn window(text: &[u8]) -> Window {
        std::array::from_fn(|at| text.get(at).copied().unwrap_or(0))
    }

    fn padded(text: &str) -> Window {
        window(format!("{text}\",\"0.0\"]]}}").as_bytes())
    }

    #[test]
    fn ordinary_numbers() {
        let cases =
            [("61800.20", 2, 6_180_020), ("0.001", 3, 1), ("7", 3, 7_000), ("0", 8, 0), ("105055.0", 1, 1_050_550)];
        for (text, scale, wanted) in cases {
            assert_eq!(mantissa(&padded(text), 0, scale), (wanted, text.len()), "{text}");
        }
    }

    #[test]
    fn the_rest_is_left_to_others() {
        for text in ["", ".5", "5.", "-1", "1.234", "1234567890123456", "1.2.3x"] {
            let (_, end) = mantissa(&padded(text), 0, 2);
            assert!(end == 0 || end < text.len(), "{text}: {end}");
        }
        assert_eq!(mantissa(&window(b"12.5"), 0, 1), (125, 4));
        assert_eq!(mantissa(&window(b"12.5"), 4, 1).1, 0);
        assert_eq!(mantissa(&window(b""), WINDOW - 2, 1).1, 0);
    }

    proptest! {
        #[test]
        fn agrees_with_num(text in "[0-9]{1,17}(\\.[0-9]{1,14})?", scale in 0u8..=18) {
            let (value, end) = mantissa(&padded(&text), 0, scale);
            if end > 0 {
                prop_assert_eq!(end, text.len());
                prop_assert_eq!(num::mantissa(text.as_bytes(), scale), Ok(value));
            } else {
                prop_assert!(text.len() >= STEP || num::mantissa(text.as_bytes(), scale).is_err());
            }
        }

        #[test]
        fn any_bytes_agree_with_num(bytes in prop::collection::vec(any::<u8>(), 0..40), scale in 0u8..=18) {
            let (value, end) = mantissa(&window(&bytes), 0, scale);
            if end > 0 {
                prop_assert_eq!(num::mantissa(&bytes[..end], scale), Ok(value));
            }
            if let Some((value, end)) = whole(&bytes, 0) {
                prop_assert_eq!(std::str::from_utf8(&bytes[..end]).unwrap().parse::<u64>(), Ok(value));
            }
        }

        #[test]
        fn whole_numbers(value in 0u64..1_000_000_000_000_000) {
            let text = value.to_string();
            prop_assert_eq!(whole(&padded(&text), 0), Some((value, text.len())));
        }
    }
}
