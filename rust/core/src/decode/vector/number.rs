//! Decimals of up to fifteen bytes as digits of their mantissas, and those as numbers: what is done to the price and the
//! quantity of a level at once.
//!
//! A number is moved to the end of a vector, so that its digits stand where its point says, however long it is: no branch
//! depends on how a number is written. Digits to mantissas by three multiplications (pairs, fours, eights); source: Wojciech
//! Muła, "Parsing decimal numbers, part 2: SSE", 2014.

use super::bytes;
use crate::decode::shape::NUMBER;
use std::arch::x86_64::*;

/// Where each of sixteen digits of the mantissa stands in a number that is moved to the end of sixteen bytes, by where its
/// point is (at sixteen if it has none); 128 where it has no such digit.
pub(super) type Places = [[u8; NUMBER]; NUMBER + 1];

/// One more than the finest scale.
const SCALES: usize = 19;

static PLACES: [Places; SCALES] = {
    let mut table = [[[128; NUMBER]; NUMBER + 1]; SCALES];
    let (mut scale, mut point, mut digit) = (0, 0, 0);
    while scale < SCALES {
        // The last digit before the point is the one before the last `scale`; behind it the point is passed over.
        let behind = (digit + scale >= NUMBER) as usize;
        let place = (point + digit + scale + behind).wrapping_sub(NUMBER);
        if place < NUMBER {
            table[scale][point][digit] = place as u8;
        }
        digit += 1;
        if digit == NUMBER {
            (digit, point) = (0, point + 1);
        }
        if point > NUMBER {
            (point, scale) = (0, scale + 1);
        }
    }
    table
};

/// Of numbers with so many decimals at the most.
pub(super) fn places(scale: u8) -> Option<&'static Places> {
    PLACES.get(usize::from(scale))
}

/// Sixteen bytes of each are meant, from the length of a number on.
struct Tables {
    /// They move the number to the end, with zeros before it.
    to_the_end: Table,
    /// They mask its bytes there.
    held: Table,
    /// Likewise, but for the first, which must be a digit.
    inner: Table,
}

type Table = [u8; 2 * NUMBER];

// One thing, so that one register leads to all of it.
static TABLES: Tables = {
    let mut inner = steps(0, 255, 0);
    inner[NUMBER] = 0;
    Tables { to_the_end: steps(128, 0, 1), held: steps(0, 255, 0), inner }
};

/// Sixteen times `before`, then sixteen bytes that begin with `from`.
const fn steps(before: u8, from: u8, step: u8) -> Table {
    let mut table = [before; 2 * NUMBER];
    let mut at = 0;
    while at < NUMBER {
        table[NUMBER + at] = from + step * at as u8;
        at += 1;
    }
    table
}

/// Sixteen bytes of a table.
#[inline]
#[target_feature(enable = "avx2")]
pub(super) fn slid(table: &Table, from: usize) -> Option<__m128i> {
    table.get(from..)?.first_chunk().map(|chunk| bytes(*chunk))
}

/// The digits of the mantissa of the decimal at the beginning of `text`, as they are written or zeros, and how many bytes it
/// has; None when it is no ordinary one with an end in sight, or not exact in so many decimals.
#[inline]
#[target_feature(enable = "avx2,bmi1,bmi2")]
pub(super) fn digits(text: __m128i, terminator: u8, places: &Places, scale: u8) -> Option<(__m128i, usize)> {
    let ends = _mm_cmpeq_epi8(text, _mm_set1_epi8(terminator as i8));
    let length = (_mm_movemask_epi8(ends) as u32).trailing_zeros() as usize;
    if !(1..NUMBER).contains(&length) {
        return None;
    }
    let text = _mm_shuffle_epi8(text, slid(&TABLES.to_the_end, length)?);
    let values = _mm_xor_si128(text, _mm_set1_epi8(0x30));
    let is_digit = _mm_cmpeq_epi8(_mm_min_epu8(values, _mm_set1_epi8(9)), values);
    // The last byte must be a digit, too: no text has a byte of 255.
    let point = _mm_insert_epi8::<15>(_mm_set1_epi8(b'.' as i8), 255);
    let is_point = _mm_and_si128(_mm_cmpeq_epi8(text, point), slid(&TABLES.inner, length)?);
    if _mm_testc_si128(_mm_or_si128(is_digit, is_point), slid(&TABLES.held, length)?) == 0 {
        return None;
    }
    let points = _mm_movemask_epi8(is_point) as u32;
    let point = (points | 1 << NUMBER).trailing_zeros() as usize;
    let scale = usize::from(scale);
    // Two points; or more digits than sixteen: the first stands at 16 − length, and is worth 10^(point − 17 + length).
    if points & points.wrapping_sub(1) != 0 || point + length + scale > 2 * NUMBER {
        return None;
    }
    if point + scale < NUMBER - 1 && has_more(text, point + scale + 1) {
        return None;
    }
    Some((_mm_shuffle_epi8(text, bytes(*places.get(point)?)), length))
}

/// True when one of the digits from `from` on is not zero.
#[inline]
#[target_feature(enable = "avx2")]
fn has_more(text: __m128i, from: usize) -> bool {
    let zeros = _mm_movemask_epi8(_mm_cmpeq_epi8(text, _mm_set1_epi8(0x30))) as u32;
    (!zeros & 0xffff) >> from != 0
}

/// Twice sixteen digits, first digit first, as they are written or zeros, as numbers.
#[inline]
#[target_feature(enable = "avx2")]
pub(super) fn mantissas(price: __m128i, quantity: __m128i) -> (i64, i64) {
    let digits = _mm256_and_si256(_mm256_set_m128i(quantity, price), _mm256_set1_epi8(0x0f));
    let pairs = _mm256_maddubs_epi16(digits, _mm256_set1_epi16(0x010a));
    let fours = _mm256_madd_epi16(pairs, _mm256_set1_epi32(0x0001_0064));
    let eights = _mm256_madd_epi16(_mm256_packus_epi32(fours, fours), _mm256_set1_epi32(0x0001_2710));
    let sixteen = |eights: __m128i| {
        let both = _mm_cvtsi128_si64(eights) as u64;
        ((both & 0xffff_ffff) * 100_000_000 + (both >> 32)) as i64
    };
    (sixteen(_mm256_castsi256_si128(eights)), sixteen(_mm256_extracti128_si256::<1>(eights)))
}
