//! The one door to code that is compiled for AVX2: asks the machine, then calls. Owns no arithmetic; the only unsafe
//! thing is the promise that the machine was asked.
#![allow(unsafe_code)] // the calls, below, of functions compiled for AVX2, after the machine was asked for it

use crate::book::Level;
use crate::decode::quick::{Form, Note, Quick};
#[cfg(target_arch = "x86_64")]
use crate::decode::vector;
use crate::funding::kernel::{self, Widest};
use crate::json;
#[cfg(target_arch = "x86_64")]
use std::sync::LazyLock;

/// Fills `widest`: see [`kernel::scan`].
pub(crate) fn scan(rates: &[f64], stride: usize, costs: &[f64], widest: &mut [Widest]) {
    #[cfg(target_arch = "x86_64")]
    if has_avx2() {
        #[target_feature(enable = "avx2")]
        fn scan_avx2(rates: &[f64], stride: usize, costs: &[f64], widest: &mut [Widest]) {
            kernel::scan(rates, stride, costs, widest);
        }
        // SAFETY: `scan_avx2` needs a machine with AVX2 and nothing else, and this one has it.
        return unsafe { scan_avx2(rates, stride, costs, widest) };
    }
    kernel::scan(rates, stride, costs, widest);
}

/// Reads levels: see [`Quick::each`].
#[inline]
pub(crate) fn levels<F: Form>(mut quick: Quick<'_>, form: &F, into: &mut Vec<Level>, note: impl Note) -> Option<()> {
    #[cfg(target_arch = "x86_64")]
    if has_avx2() {
        // SAFETY: `vector::each` needs a machine with what `has_avx2` asks for and nothing else.
        return unsafe { vector::each(&mut quick, form, into, note) };
    }
    quick.each(form, into, note)
}

/// The end of an array of levels: see [`json::levels_end`].
#[inline]
pub(crate) fn levels_end(text: &[u8], start: usize) -> Option<usize> {
    #[cfg(target_arch = "x86_64")]
    if has_avx2() {
        // SAFETY: as above.
        return unsafe { vector::levels_end(text, start) };
    }
    json::levels_end(text, start)
}

/// The text of a frame; None where it is not UTF-8.
#[inline]
pub(crate) fn text(frame: &[u8]) -> Option<&str> {
    #[cfg(target_arch = "x86_64")]
    if has_avx2() {
        // SAFETY: as above.
        if unsafe { vector::is_ascii(frame) } {
            // SAFETY: every byte is below 128, and such are UTF-8.
            return Some(unsafe { std::str::from_utf8_unchecked(frame) });
        }
    }
    std::str::from_utf8(frame).ok()
}

/// Asks for what `of` holds to be brought near, and goes on: it will be read soon.
#[inline(always)]
pub(crate) fn fetch<T>(of: &T) {
    const LINE: usize = 64;
    #[cfg(target_arch = "x86_64")]
    for line in 0..size_of::<T>().div_ceil(LINE) {
        use std::arch::x86_64::{_mm_prefetch, _MM_HINT_T0};
        let at = std::ptr::from_ref(of).cast::<i8>().wrapping_add(line * LINE);
        // SAFETY: a hint; no address can make it fail.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(at) };
    }
}

#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn has_avx2() -> bool {
    use std::arch::is_x86_feature_detected as has;
    /// What never changes while the program runs, asked once: it is needed five times a frame.
    static HAS: LazyLock<bool> = LazyLock::new(|| has!("avx2") && has!("bmi1") && has!("bmi2"));
    *HAS
}
