//! Plain decimals at the speed of sixteen bytes a step: the ordinary price or quantity becomes its mantissa with no
//! loop and no branch that depends on how long it is.
//!
//! Accepts a subset of what [`crate::num`] accepts, with the same value. What is not ordinary (long, too fine, signed) is left to `num`, which judges it and names the reason.

use crate::num;

/// Most bytes looked at; a number and the byte behind it must lie within them.
pub(crate) const STEP: usize = 16;

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

#[cold]
#[inline(never)]
fn tail(text: &[u8], at: usize) -> u128 {
    let rest = text.get(at..).unwrap_or_default();
    rest.iter().take(STEP).rev().fold(0, |word, byte| word << 8 | u128::from(*byte))
}

/// The unsigned decimal that begins at `text[at]`, as a count of 10^-`scale`, and where it ends.
///
/// An end of 0 when it is no ordinary one, which says nothing about its worth.
#[inline(always)]
pub(crate) fn mantissa(text: &[u8], at: usize, scale: u8) -> (i64, usize) {
    let word = load_word(text, at) ^ (ONES as u64 * 0x30);
    // Digits are 0..=9 now. Adding 0x76 carries into the high bit of every other byte below 0x80; a carry out of a
    // byte can only spoil bytes behind the first that is no digit.
    let other = (word.wrapping_add(ONES as u64 * 0x76) | word) & (HIGHS as u64);
    let first = other.trailing_zeros() & 0x78;
    let point = (word >> (first & 0x38)) as u8 == b'.' ^ 0x30;
    if first == 0 || first == 64 {
        return longer(text, at, scale);
    }
    let (digits, bits, decimals) = if point {
        let rest = other & other.wrapping_sub(1);
        let end = rest.trailing_zeros() & 0x78;
        // The point is closed up: what stands before it stays, what follows it moves down by one byte.
        let low = (1u64 << first) - 1;
        let closed = (word & low) | ((word >> 8) & !low);
        if end == 64 && text.get(at + WORD).is_some_and(|byte| byte.is_ascii_digit() || *byte == b'.') {
            return longer(text, at, scale);
        }
        (closed << (72 - end), end, (end - first) / 8 - 1)
    } else {
        (word << (64 - first), first, 0)
    };
    let unit = (scale as usize).wrapping_sub(decimals as usize);
    if unit >= POWERS.len() {
        return finer(text, at, at + (bits / 8) as usize, scale);
    }
    // Up to the end only, and right-aligned: the last digit has the highest place, zeros come in before the first.
    match POWERS.get(unit).and_then(|power| eight(digits).checked_mul(*power)) {
        Some(mantissa) if (mantissa as i64) >= 0 && !(point && decimals == 0) => {
            (mantissa as i64, at + (bits / 8) as usize)
        }
        _ => (0, 0),
    }
}

/// How the last number was written, in the hope that the next one is written alike: prices of one side nearly always are.
/// Then where it ends need not be searched for, which is what the next number would have to wait for.
#[derive(Debug, Clone, Default)]
pub(crate) struct Shape {
    /// Marks of the bytes that are no digits, up to the end; 0 before any number was seen.
    other: u64,
    /// The bytes that `other` is about.
    upto: u64,
    /// The bytes of the point and of decimals beyond the scale, and what must stand there.
    point: (u64, u64),
    /// The bytes before the point.
    low: u64,
    shift: u32,
    unit: u64,
    length: usize,
}

/// As [`mantissa`], faster for a number that is written like the one before it.
#[inline(always)]
pub(crate) fn mantissa_alike(text: &[u8], at: usize, scale: u8, shape: &mut Shape) -> (i64, usize) {
    let word = load_word(text, at) ^ (ONES as u64 * 0x30);
    let other = (word.wrapping_add(ONES as u64 * 0x76) | word) & (HIGHS as u64);
    if other & shape.upto == shape.other && word & shape.point.0 == shape.point.1 && shape.length != 0 {
        let digits = ((word & shape.low) | ((word >> 8) & !shape.low)) << shape.shift;
        return ((eight(digits) * shape.unit) as i64, at + shape.length);
    }
    learn(text, at, scale, shape)
}

#[inline(never)]
fn learn(text: &[u8], at: usize, scale: u8, shape: &mut Shape) -> (i64, usize) {
    let (value, end) = mantissa(text, at, scale);
    *shape = Shape::of(text.get(at..end).unwrap_or_default(), scale).unwrap_or_default();
    (value, end)
}

impl Shape {
    /// Of a number with a point and at most eight bytes, whose value cannot overflow. Decimals beyond the scale must be
    /// zeros.
    fn of(number: &[u8], scale: u8) -> Option<Self> {
        let point = number.iter().position(|byte| *byte == b'.')? as u32 * 8;
        let bits = u32::try_from(number.len()).ok().filter(|length| *length <= 8)? * 8;
        let decimals = (bits - point) / 8 - 1;
        let kept = decimals.min(u32::from(scale));
        let unit = *POWERS.get(usize::from(scale).checked_sub(kept as usize)?)?;
        let end = 1u64.checked_shl(bits).map_or(0, |byte| byte << 7);
        let upto = u64::MAX >> (56 - bits.min(56));
        let excess = (u64::MAX >> (64 - bits)) & u64::MAX.checked_shl(point + 8 + 8 * kept).unwrap_or(0);
        (unit <= i64::MAX as u64 / 100_000_000).then_some(Self {
            other: 0x80 << point | end,
            upto,
            point: (0xff << point | excess, u64::from(b'.' ^ 0x30) << point),
            low: (1 << point) - 1,
            shift: 64 - point - 8 * kept,
            unit,
            length: number.len(),
        })
    }
}

/// Bytes of the ordinary number.
const WORD: usize = 8;

/// As [`mantissa`], for a number with more decimals than the scale: exact if they are zeros.
#[inline(never)]
fn finer(text: &[u8], at: usize, end: usize, scale: u8) -> (i64, usize) {
    let value = text.get(at..end).and_then(|number| num::mantissa(number, scale).ok());
    value.map_or((0, 0), |value| (value, end))
}

/// As [`mantissa`], for up to fifteen bytes.
#[inline(never)]
fn longer(text: &[u8], at: usize, scale: u8) -> (i64, usize) {
    longer_checked(text, at, scale).unwrap_or((0, 0))
}

fn longer_checked(text: &[u8], at: usize, scale: u8) -> Option<(i64, usize)> {
    let word = load(text, at) ^ (ONES * 0x30);
    let other = (word.wrapping_add(ONES * 0x76) | word) & HIGHS;
    let first = (other.trailing_zeros() / 8) as usize;
    let point = text.get(at + first) == Some(&b'.');
    let rest = if point { other & other.wrapping_sub(1) } else { other };
    let end = (rest.trailing_zeros() / 8) as usize;
    if end >= STEP || first == 0 {
        return None;
    }
    let (digits, decimals, count) = if point {
        if end == first + 1 {
            return None;
        }
        let low = (1u128 << (first * 8)) - 1;
        ((word & low) | ((word >> 8) & !low), end - first - 1, end - 1)
    } else {
        (word, 0, end)
    };
    let value = sixteen(digits << ((STEP - count) * 8));
    let power = *POWERS.get(usize::from(scale).checked_sub(decimals)?)?;
    let mantissa = value.checked_mul(power)?;
    Some((i64::try_from(mantissa).ok()?, at + end))
}

/// The whole number that begins at `text[at]`, up to 15 digits, and where it ends.
#[inline(always)]
pub(crate) fn whole(text: &[u8], at: usize) -> Option<(u64, usize)> {
    let (high, first) = leading(text, at);
    if first < WORD {
        return (first > 0).then_some((high, at + first));
    }
    let (low, more) = leading(text, at + WORD);
    (more < WORD).then(|| (high * POWERS[more] + low, at + WORD + more))
}

/// The digits of one word that come before anything else: their value and how many.
#[inline(always)]
fn leading(text: &[u8], at: usize) -> (u64, usize) {
    let word = load_word(text, at) ^ (ONES as u64 * 0x30);
    let other = (word.wrapping_add(ONES as u64 * 0x76) | word) & (HIGHS as u64);
    let bits = other.trailing_zeros() & 0x78;
    if bits == 0 {
        return (0, 0);
    }
    (eight(word << (64 - bits)), bits as usize / 8)
}

/// Where the string that begins at `text[at]` (behind its quote) ends; None when it holds an escape or a control
/// character, or does not end.
#[inline(always)]
pub(crate) fn string_end(text: &[u8], mut at: usize) -> Option<usize> {
    while at < text.len() {
        let word = load(text, at);
        let quotes = zeros(word ^ (ONES * 0x22));
        let below = quotes.wrapping_sub(1) & !quotes;
        let odd = zeros(word ^ (ONES * 0x5c)) | (word.wrapping_sub(ONES * 0x20) & !word & HIGHS);
        if odd & below != 0 {
            return None;
        }
        if quotes != 0 {
            return Some(at + (quotes.trailing_zeros() / 8) as usize);
        }
        at += STEP;
    }
    None
}

/// Marks, in the sixteen bytes from `at` on, of those where an array of arrays or objects may end (`]]`, `}]`), and of
/// blanks and control characters. Only the lowest mark of each is sure; zeros behind the text count as blanks.
#[inline(always)]
pub(crate) fn closings(text: &[u8], at: usize) -> (u128, u128) {
    let (word, next) = (load(text, at), load(text, at + 1));
    let closes = zeros(word ^ (ONES * 0x5d)) | zeros(word ^ (ONES * 0x7d));
    (closes & zeros(next ^ (ONES * 0x5d)), word.wrapping_sub(ONES * 0x21) & !word & HIGHS)
}

/// The high bit of every byte that is 0; bytes above the lowest such may be marked without being 0.
#[inline(always)]
fn zeros(word: u128) -> u128 {
    word.wrapping_sub(ONES) & !word & HIGHS
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

    fn padded(text: &str) -> Vec<u8> {
        let mut bytes = text.as_bytes().to_vec();
        bytes.extend_from_slice(b"\",\"0.0\"]]}       ");
        bytes
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
        assert_eq!(mantissa(b"12.5", 0, 1), (125, 4));
        assert_eq!(mantissa(b"12.5", 4, 1).1, 0);
    }

    proptest! {
        #[test]
        fn agrees_with_num(text in "[0-9]{1,17}(\\.[0-9]{1,14})?", scale in 0u8..=18) {
            let (value, end) = mantissa(&padded(&text), 0, scale);
            if end > 0 {
                prop_assert_eq!(end, text.len());
                prop_assert_eq!(num::mantissa(text.as_bytes(), scale), Ok(value));
            } else {
                let ordinary = text.len() < 16 && num::mantissa(text.as_bytes(), scale).is_ok()
                    && text.split_once('.').is_none_or(|(_, fraction)| fraction.len() <= usize::from(scale));
                prop_assert!(!ordinary);
            }
        }

        /// What was learnt from one number changes how fast another is read, never what it is.
        #[test]
        fn a_shape_changes_nothing(
            numbers in prop::collection::vec("[0-9]{1,8}(\\.[0-9]{1,6})?|[0-9.,\"]{0,9}", 1..20), scale in 0u8..=18,
        ) {
            let mut shape = Shape::default();
            for number in numbers {
                let text = padded(&number);
                let alike = mantissa_alike(&text, 0, scale, &mut shape);
                // Eight bytes are read as a whole number even where a ninth digit follows: the caller's next
                // comparison refuses that.
                if alike.1 != 8 {
                    prop_assert_eq!(alike, mantissa(&text, 0, scale), "{}", number);
                }
            }
        }

        #[test]
        fn any_bytes_agree_with_num(bytes in prop::collection::vec(any::<u8>(), 0..40), scale in 0u8..=18) {
            let (value, end) = mantissa(&bytes, 0, scale);
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
