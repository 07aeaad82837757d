//! The quick reading of levels with AVX2: both numbers of a level at once, sixteen digits each. And where levels end, and
//! whether a text is ASCII.
//!
//! Safe code, compiled for AVX2: `crate::simd` asks the machine before it calls. Digits to mantissas by three
//! multiplications (pairs, fours, eights) of sixteen digits side by side; source: Wojciech Muła, "Parsing decimal numbers,
//! part 2: SSE", 2014.

use super::quick::{needless_zero, Form, Note, Quick, Windows};
use super::shape::{HEAD, NUMBER};
use crate::book::Level;
use crate::digits::{Window, WINDOW};
use crate::json::{self, opened, Opened};
use std::arch::x86_64::*;

/// As [`Quick::each`].
#[target_feature(enable = "avx2,bmi1,bmi2")]
pub(crate) fn each<F: Form>(quick: &mut Quick<'_>, form: &F, into: &mut Vec<Level>, mut note: impl Note) -> Option<()> {
    let mut last = [0; 2 * WINDOW];
    let windows = Windows::new(quick.raw, &mut last);
    let mut at = Windows::START;
    let scale = u32::from(quick.quantity_scale);
    quick.shapes.begin::<F>(quick.price_scale);
    let aligned = aligned(quick.quantity_scale);
    loop {
        let text = windows.at(at)?;
        let mut shape = &quick.shapes.last;
        if !fits(text, &shape.expected, &shape.slack) {
            quick.shapes.turn::<F>(text, quick.price_scale)?;
            shape = &quick.shapes.last;
        }
        let start = F::OPENING.len();
        let price = _mm_shuffle_epi8(_mm_xor_si128(load(text, start)?, _mm_set1_epi8(0x30)), bytes(shape.places));
        let (price_end, from) = (shape.price_end, shape.quantity_start);
        let (quantity, length) = number(load(text, from)?, aligned, scale)?;
        let end = from + length;
        let (price, quantity) = mantissas(price, quantity);
        if price == 0 || needless_zero(F::OPENING, text, start) || needless_zero(F::BETWEEN, text, from) {
            return None;
        }
        note(text, start..price_end, from..end);
        into.push(Level { price, quantity });
        let end = form.closing(text, end)?;
        at += end + 1;
        if windows.is_last(*text.get(end)?, at)? {
            return Some(());
        }
    }
}

/// True when every byte of the head differs by no more than its slack.
#[inline]
#[target_feature(enable = "avx2")]
fn fits(text: &Window, expected: &[u8; HEAD], slack: &[u8; HEAD]) -> bool {
    let Some(text) = text.first_chunk() else { return false };
    let wrong = _mm256_subs_epu8(_mm256_xor_si256(wide(text), wide(expected)), wide(slack));
    _mm256_testz_si256(wrong, wrong) == 1
}

#[inline]
#[target_feature(enable = "avx2")]
fn bytes(of: [u8; 16]) -> __m128i {
    let both = u128::from_le_bytes(of);
    _mm_set_epi64x((both >> 64) as i64, both as i64)
}

#[inline]
#[target_feature(enable = "avx2")]
fn load(text: &Window, at: usize) -> Option<__m128i> {
    text.get(at..)?.first_chunk().map(|chunk| bytes(*chunk))
}

/// For each of sixteen digits of a mantissa, where it would be found if the number had no digit before the point:
/// negative where there is none.
#[inline]
#[target_feature(enable = "avx2")]
fn aligned(scale: u8) -> __m128i {
    let fraction = NUMBER as i8 - (scale as i8).min(NUMBER as i8);
    bytes(std::array::from_fn(|digit| {
        let digit = digit as i8 - fraction;
        (digit + i8::from(digit >= 0)) as u8
    }))
}

/// The sixteen digits of the mantissa of the decimal that begins here, and how many bytes it has.
#[inline]
#[target_feature(enable = "avx2,bmi1,bmi2")]
fn number(text: __m128i, aligned: __m128i, scale: u32) -> Option<(__m128i, usize)> {
    let text = _mm_xor_si128(text, _mm_set1_epi8(0x30));
    let is_digit = _mm_cmpeq_epi8(_mm_min_epu8(text, _mm_set1_epi8(9)), text);
    let others = !(_mm_movemask_epi8(is_digit) as u32);
    let points = _mm_movemask_epi8(_mm_cmpeq_epi8(text, _mm_set1_epi8((b'.' ^ b'0') as i8))) as u32;
    let whole = others.trailing_zeros();
    // The first point is part of the number, wherever it is: one behind the end does no harm.
    let end = (others & !(points & points.wrapping_neg())).trailing_zeros();
    // Sixteen bytes may be all of it: what must follow is compared by the caller.
    if whole == 0 || whole + scale >= NUMBER as u32 || end == whole + 1 {
        return None;
    }
    if end > whole + 1 + scale {
        // What is finer than the scale must be zeros.
        let zeros = _mm_movemask_epi8(_mm_cmpeq_epi8(text, _mm_setzero_si128())) as u32;
        if (!zeros & ((1 << end) - 1)) >> (whole + 1 + scale) != 0 {
            return None;
        }
    }
    let kept = _mm_and_si128(text, _mm_cmpgt_epi8(_mm_set1_epi8(end as i8), each_place()));
    Some((_mm_shuffle_epi8(kept, _mm_add_epi8(aligned, _mm_set1_epi8(whole as i8))), end as usize))
}

#[inline]
#[target_feature(enable = "avx2")]
fn each_place() -> __m128i {
    bytes(std::array::from_fn(|place| place as u8))
}

/// Twice sixteen digits, first digit first, as numbers.
#[inline]
#[target_feature(enable = "avx2")]
fn mantissas(price: __m128i, quantity: __m128i) -> (i64, i64) {
    let digits = _mm256_set_m128i(quantity, price);
    let pairs = _mm256_maddubs_epi16(digits, _mm256_set1_epi16(0x010a));
    let fours = _mm256_madd_epi16(pairs, _mm256_set1_epi32(0x0001_0064));
    let eights = _mm256_madd_epi16(_mm256_packus_epi32(fours, fours), _mm256_set1_epi32(0x0001_2710));
    let sixteen = |eights: __m128i| {
        let both = _mm_cvtsi128_si64(eights) as u64;
        ((both & 0xffff_ffff) * 100_000_000 + (both >> 32)) as i64
    };
    (sixteen(_mm256_castsi256_si128(eights)), sixteen(_mm256_extracti128_si256::<1>(eights)))
}

/// As [`json::levels_end`].
#[target_feature(enable = "avx2,bmi1,bmi2")]
pub(crate) fn levels_end(text: &[u8], start: usize) -> Option<usize> {
    if text.len() <= HEAD {
        return json::levels_end(text, start);
    }
    let mut at = match opened(text, start)? {
        Opened::Empty(end) => return Some(end),
        Opened::Levels(from) => from,
    };
    while let Some(chunk) = text.get(at..).and_then(|rest| rest.first_chunk()) {
        let (ends, blanks) = marks(chunk);
        if _mm256_testz_si256(_mm256_or_si256(ends, blanks), _mm256_set1_epi8(-1)) == 0 {
            return first_end(ends, blanks, 0).map(|end| at + end);
        }
        at += HEAD;
    }
    // Of the last chunk some bytes are looked at again.
    let from = text.len() - HEAD - 1;
    let (ends, blanks) = marks(text.last_chunk()?);
    first_end(ends, blanks, at - from).map(|end| at + end)
}

/// Where in a chunk an array of levels ends (`]]`, `}]`), and its blanks and control characters.
#[inline]
#[target_feature(enable = "avx2")]
fn marks(chunk: &[u8; HEAD + 1]) -> (__m256i, __m256i) {
    let (Some(these), Some(nexts)) = (chunk.first_chunk(), chunk.last_chunk()) else {
        return (_mm256_setzero_si256(), _mm256_setzero_si256());
    };
    let (these, nexts) = (wide(these), wide(nexts));
    // One bit apart: `]` and `}`.
    let closes = _mm256_cmpeq_epi8(_mm256_or_si256(these, _mm256_set1_epi8(0x20)), _mm256_set1_epi8(0x7d));
    let ends = _mm256_and_si256(closes, _mm256_cmpeq_epi8(nexts, _mm256_set1_epi8(0x5d)));
    (ends, _mm256_cmpeq_epi8(_mm256_min_epu8(these, _mm256_set1_epi8(0x20)), these))
}

/// The first end after so many bytes, counted from there, if no blank is before it.
#[inline]
#[target_feature(enable = "avx2,bmi1,bmi2")]
fn first_end(ends: __m256i, blanks: __m256i, seen: usize) -> Option<usize> {
    if seen >= HEAD {
        return None;
    }
    let (ends, blanks) = (_mm256_movemask_epi8(ends) as u32 >> seen, _mm256_movemask_epi8(blanks) as u32 >> seen);
    let clean = ends != 0 && blanks & (ends ^ (ends.wrapping_sub(1))) == 0;
    clean.then(|| ends.trailing_zeros() as usize + 2)
}

#[inline]
#[target_feature(enable = "avx2")]
fn wide(of: &[u8; HEAD]) -> __m256i {
    let [low, high] = *of.as_chunks::<16>().0 else { return _mm256_setzero_si256() };
    _mm256_set_m128i(bytes(high), bytes(low))
}

/// True when every byte is below 128.
#[target_feature(enable = "avx2")]
pub(crate) fn is_ascii(text: &[u8]) -> bool {
    let (chunks, rest) = text.as_chunks::<32>();
    let high = chunks.iter().fold(_mm256_setzero_si256(), |high, chunk| _mm256_or_si256(high, wide(chunk)));
    let rest = text.last_chunk::<32>().map_or_else(|| rest.is_ascii(), |last| _mm256_movemask_epi8(wide(last)) == 0);
    rest && _mm256_movemask_epi8(high) == 0
}
