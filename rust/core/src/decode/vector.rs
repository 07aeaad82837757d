//! The quick reading of levels with AVX2: both numbers of a level at once, sixteen digits each. And where levels end, and
//! whether a text is ASCII.
//!
//! Safe code, compiled for AVX2: `crate::simd` asks the machine before it calls.

mod number;

use super::quick::{is_last, literal, needless_zero, Form, Note, Quick};
use super::shape::{HEAD, NUMBER};
use crate::book::Level;
use crate::digits::{Window, WINDOW};
use crate::json::{self, opened, Opened};
use number::{digits, mantissas, places, slid, Places};
use std::arch::x86_64::*;

/// As [`Quick::each`].
#[target_feature(enable = "avx2,bmi1,bmi2")]
pub(crate) fn each<F: Form>(quick: &mut Quick<'_>, form: &F, into: &mut Vec<Level>, mut note: impl Note) -> Option<()> {
    let (raw, places) = (quick.raw, places(quick.quantity_scale)?);
    quick.shapes.begin::<F>(quick.price_scale);
    let mut at = 1;
    // Nearly all levels are far from the end of the text: there nothing needs to ask what can still be seen.
    while let Some(text) = raw.get(at..).filter(|text| text.len() >= HEAD) {
        let (level, end) = level::<F, false>(text, quick, form, places, &mut note)?;
        into.push(level);
        at += end + 1;
        if is_last(*text.get(end)?, at, raw)? {
            return Some(());
        }
    }
    loop {
        let text = raw.get(at..)?;
        let (level, end) = level::<F, true>(text, quick, form, places, &mut note)?;
        into.push(level);
        at += end + 1;
        if is_last(*text.get(end)?, at, raw)? {
            return Some(());
        }
    }
}

/// The level at the beginning of `text`, and where it ends. Far from the end of a text and near it are two functions, so
/// that each is compiled where it is called.
#[inline]
#[target_feature(enable = "avx2,bmi1,bmi2")]
fn level<F: Form, const NEAR: bool>(
    text: &[u8],
    quick: &mut Quick<'_>,
    form: &F,
    places: &Places,
    note: &mut impl Note,
) -> Option<(Level, usize)> {
    let mut shape = &quick.shapes.last;
    if !fits(head(text)?, &shape.expected, &shape.slack) {
        quick.shapes.turn::<F>(&window(text), quick.price_scale)?;
        shape = &quick.shapes.last;
    }
    let (start, price_end, from) = (F::OPENING.len(), shape.price_end, shape.quantity_start);
    let price = _mm_shuffle_epi8(piece(text, start)?, bytes(shape.places));
    let (quantity, length) = digits(piece(text, from)?, F::TERMINATOR, places, quick.quantity_scale)?;
    let end = from + length;
    let (price, quantity) = mantissas(price, quantity);
    if price == 0 || needless_zero(F::OPENING, text, start) || needless_zero(F::BETWEEN, text, from) {
        return None;
    }
    note(text, start..price_end, from..end);
    Some((Level { price, quantity }, literal(text, form.rest(text, end)?, F::CLOSING)?))
}

#[inline]
#[target_feature(enable = "avx2")]
fn head(text: &[u8]) -> Option<__m256i> {
    match text.first_chunk() {
        Some(head) => Some(wide(head)),
        None => Some(_mm256_set_m128i(piece(text, NUMBER)?, piece(text, 0)?)),
    }
}

/// Sixteen bytes from `at` on; zeros behind the end.
#[inline]
#[target_feature(enable = "avx2")]
fn piece(text: &[u8], at: usize) -> Option<__m128i> {
    match text.get(at..).and_then(|rest| rest.first_chunk()) {
        Some(chunk) => Some(bytes(*chunk)),
        None => last_piece(text, at),
    }
}

/// Made of the last bytes of the text, not of a copy: a load of what was stored just before in two parts would wait.
#[inline(never)]
#[target_feature(enable = "avx2")]
fn last_piece(text: &[u8], at: usize) -> Option<__m128i> {
    let Some(last) = text.last_chunk() else { return Some(bytes(*window(text).get(at..)?.first_chunk()?)) };
    let beyond = (at + NUMBER).saturating_sub(text.len()).min(NUMBER);
    Some(_mm_shuffle_epi8(bytes(*last), slid(&TO_THE_FRONT, beyond)?))
}

/// Sixteen bytes of it, from `beyond` on: they move what stands from there on to the front, with zeros behind it.
static TO_THE_FRONT: [u8; 2 * NUMBER] = {
    let mut table = [128; 2 * NUMBER];
    let mut at = 0;
    while at < NUMBER {
        table[at] = at as u8;
        at += 1;
    }
    table
};

/// A copy of the beginning of a text, zeros behind its end.
#[cold]
fn window(text: &[u8]) -> Window {
    let mut window = [0; WINDOW];
    for (to, from) in window.iter_mut().zip(text) {
        *to = *from;
    }
    window
}

/// True when every byte of the head differs by no more than its slack.
#[inline]
#[target_feature(enable = "avx2")]
fn fits(head: __m256i, expected: &[u8; HEAD], slack: &[u8; HEAD]) -> bool {
    let wrong = _mm256_subs_epu8(_mm256_xor_si256(head, wide(expected)), wide(slack));
    _mm256_testz_si256(wrong, wrong) == 1
}

#[inline]
#[target_feature(enable = "avx2")]
fn bytes(of: [u8; 16]) -> __m128i {
    let both = u128::from_le_bytes(of);
    _mm_set_epi64x((both >> 64) as i64, both as i64)
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
