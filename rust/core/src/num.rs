//! Decimal digits to exact integers, and back.
//!
//! Owns the only way a price or a quantity enters the core. Never rounds, never passes through a binary float.

use thiserror::Error;

/// Most digits after the point that a tick or a lot may have: 10^18 is the largest power of ten in an `i64`.
pub const SCALE_MAX: u8 = 18;

/// Longest number accepted, in bytes; anything longer is refused unread.
pub const DIGITS_MAX: usize = 64;

/// Most digits of an exponent: venues write `1.0E-5`.
pub const EXPONENT_DIGITS_MAX: usize = 3;

/// Why digits were refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum NumError {
    /// Nothing there, or no digit on one side of the point.
    #[error("a digit is missing")]
    Missing,
    /// NaN or an infinity.
    #[error("not finite")]
    NotFinite,
    /// A minus sign.
    #[error("negative")]
    Negative,
    /// `1e5`: venues write plain digits.
    #[error("has an exponent")]
    Exponent,
    /// A byte that is no ASCII digit (underscore, plus, blank, full-width digit).
    #[error("byte 0x{0:02x} is not a digit")]
    NotADigit(u8),
    /// Digits finer than the instrument's tick or lot.
    #[error("finer than {0} decimals")]
    NotRepresentable(u8),
    /// Does not fit an `i64` mantissa, or is longer than [`DIGITS_MAX`].
    #[error("too large")]
    TooLarge,
    /// Zero where a positive number is needed.
    #[error("zero")]
    Zero,
}

/// Unsigned plain decimal `text` as an exact count of 10^-`scale`.
///
/// # Errors
/// See [`NumError`]; nothing is ever rounded.
pub fn mantissa(text: &[u8], scale: u8) -> Result<i64, NumError> {
    let (whole, fraction) = split(text)?;
    let kept = fraction.len().min(usize::from(scale));
    if fraction.iter().skip(kept).any(|digit| *digit != b'0') {
        return Err(NumError::NotRepresentable(scale));
    }
    let mut value: i64 = 0;
    for digit in whole.iter().chain(fraction.iter().take(kept)) {
        value = push_digit(value, digit - b'0')?;
    }
    for _ in kept..usize::from(scale) {
        value = push_digit(value, 0)?;
    }
    Ok(value)
}

/// As [`mantissa`], with or without an exponent (`1.0E-5`, as some venues' JSON numbers have it).
///
/// # Errors
/// See [`NumError`]; nothing is ever rounded.
pub fn exact(text: &[u8], scale: u8) -> Result<i64, NumError> {
    match mantissa(text, scale) {
        Err(NumError::Exponent) => scientific(text, scale),
        plain => plain,
    }
}

/// Decimals that `text` needs, trailing zeros apart (`"0.10"` → 1, `"5"` → 0).
///
/// # Errors
/// When `text` is not an unsigned plain decimal, or needs more than [`SCALE_MAX`].
pub fn scale_of(text: &[u8]) -> Result<u8, NumError> {
    let (_, fraction) = split(text)?;
    let needed = fraction.iter().rposition(|digit| *digit != b'0').map_or(0, |last| last + 1);
    u8::try_from(needed).ok().filter(|scale| *scale <= SCALE_MAX).ok_or(NumError::NotRepresentable(SCALE_MAX))
}

/// Signed plain decimal `text` as a float, for rates and other analytics only.
///
/// # Errors
/// As [`mantissa`], except that a minus sign and any number of decimals are allowed.
pub fn float(text: &[u8]) -> Result<f64, NumError> {
    let (negative, digits) = match text {
        [b'-', rest @ ..] => (true, rest),
        rest => (false, rest),
    };
    split(digits)?;
    let value = std::str::from_utf8(digits).ok().and_then(|digits| digits.parse::<f64>().ok());
    let value = value.filter(|value| value.is_finite()).ok_or(NumError::NotFinite)?;
    Ok(if negative { -value } else { value })
}

/// As [`float`], with or without an exponent.
///
/// # Errors
/// As [`float`], and for an exponent of more than [`EXPONENT_DIGITS_MAX`] digits.
pub fn float_any(text: &[u8]) -> Result<f64, NumError> {
    let Some((digits, _)) = exponent(text)? else { return float(text) };
    split(digits.strip_prefix(b"-").unwrap_or(digits))?;
    let value = std::str::from_utf8(text).ok().and_then(|text| text.parse::<f64>().ok());
    value.filter(|value| value.is_finite()).ok_or(NumError::NotFinite)
}

/// `mantissa` × 10^-`scale` written out exactly.
#[must_use]
pub fn text(mantissa: i64, scale: u8) -> String {
    let scale = usize::from(scale);
    let digits = format!("{:0>width$}", mantissa.unsigned_abs(), width = scale + 1);
    let (whole, fraction) = digits.split_at(digits.len() - scale);
    let sign = if mantissa < 0 { "-" } else { "" };
    if fraction.is_empty() {
        format!("{sign}{whole}")
    } else {
        format!("{sign}{whole}.{fraction}")
    }
}

/// Nearest float to 10^-`scale`; exact as a divisor (`mantissa as f64 / power`) for scales up to 22.
#[must_use]
pub fn power(scale: u8) -> f64 {
    10f64.powi(i32::from(scale))
}

#[cold]
fn scientific(text: &[u8], scale: u8) -> Result<i64, NumError> {
    let (digits, power) = exponent(text)?.ok_or(NumError::Exponent)?;
    let (whole, fraction) = split(digits)?;
    let digits = || whole.iter().chain(fraction);
    // At most 64 digits, 18 decimals and an exponent of 3 digits: far within an i32.
    let zeros = i32::from(scale) + power - fraction.len() as i32;
    let kept = (whole.len() + fraction.len()).saturating_sub(zeros.min(0).unsigned_abs() as usize);
    // digits beyond the scale must be zeros: they are looked at here, and refused, never dropped
    if digits().skip(kept).any(|digit| *digit != b'0') {
        return Err(NumError::NotRepresentable(scale));
    }
    let shifted = (0..zeros).map(|_| &b'0');
    digits().take(kept).chain(shifted).try_fold(0, |value, digit| push_digit(value, digit - b'0'))
}

/// The text before `e` or `E` and the power of ten after it; None without one.
fn exponent(text: &[u8]) -> Result<Option<(&[u8], i32)>, NumError> {
    let text = text.get(..=DIGITS_MAX).map_or(Ok(text), |_| Err(NumError::TooLarge))?;
    let Some(at) = text.iter().position(|byte| matches!(byte, b'e' | b'E')) else { return Ok(None) };
    let (digits, rest) = text.split_at(at);
    let (negative, power) = match rest {
        [_, b'-', power @ ..] => (true, power),
        [_, b'+', power @ ..] | [_, power @ ..] => (false, power),
        [] => return Err(NumError::Missing),
    };
    if let Some(bad) = power.iter().find(|byte| !byte.is_ascii_digit()) {
        return Err(refusal(*bad));
    }
    match power.len() {
        0 => Err(NumError::Missing),
        1..=EXPONENT_DIGITS_MAX => {
            let power = power.iter().fold(0, |power, digit| power * 10 + i32::from(digit - b'0'));
            Ok(Some((digits, if negative { -power } else { power })))
        }
        _ => Err(NumError::TooLarge),
    }
}

fn push_digit(value: i64, digit: u8) -> Result<i64, NumError> {
    value.checked_mul(10).and_then(|value| value.checked_add(i64::from(digit))).ok_or(NumError::TooLarge)
}

/// Digits before and after the point; refuses everything that is not `[0-9]+(\.[0-9]+)?`.
fn split(text: &[u8]) -> Result<(&[u8], &[u8]), NumError> {
    if text.len() > DIGITS_MAX {
        return Err(NumError::TooLarge);
    }
    if let Some(bad) = text.iter().find(|byte| !byte.is_ascii_digit() && **byte != b'.') {
        return Err(refusal(*bad));
    }
    let mut parts = text.splitn(2, |byte| *byte == b'.');
    let whole = parts.next().filter(|whole| !whole.is_empty()).ok_or(NumError::Missing)?;
    match parts.next() {
        None => Ok((whole, &[])),
        Some([]) => Err(NumError::Missing),
        Some(fraction) if fraction.contains(&b'.') => Err(NumError::NotADigit(b'.')),
        Some(fraction) => Ok((whole, fraction)),
    }
}

fn refusal(byte: u8) -> NumError {
    match byte {
        b'-' => NumError::Negative,
        b'e' | b'E' => NumError::Exponent,
        b'n' | b'N' | b'i' | b'I' => NumError::NotFinite,
        other => NumError::NotADigit(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn exact_digits_become_a_mantissa() {
        assert_eq!(mantissa(b"61800.20", 1), Ok(618_002));
        assert_eq!(mantissa(b"105055.0", 0), Ok(105_055));
        assert_eq!(mantissa(b"0.00000001", 8), Ok(1));
        assert_eq!(mantissa(b"7", 3), Ok(7_000));
        assert_eq!(mantissa(b"0", 3), Ok(0));
    }

    #[test]
    fn everything_else_is_refused_with_its_reason() {
        let cases: [(&[u8], NumError); 17] = [
            (b"", NumError::Missing),
            (b".5", NumError::Missing),
            (b"5.", NumError::Missing),
            (b".", NumError::Missing),
            (b"1.2.3", NumError::NotADigit(b'.')),
            (b"NaN", NumError::NotFinite),
            (b"inf", NumError::NotFinite),
            (b"-inf", NumError::Negative),
            (b"-1", NumError::Negative),
            (b"+1", NumError::NotADigit(b'+')),
            (b"1e5", NumError::Exponent),
            (b"1_000", NumError::NotADigit(b'_')),
            (b" 1", NumError::NotADigit(b' ')),
            ("１".as_bytes(), NumError::NotADigit(0xef)),
            (b"0.001", NumError::NotRepresentable(2)),
            (b"92233720368547758.08", NumError::TooLarge),
            (&[b'0'; 65], NumError::TooLarge),
        ];
        for (text, reason) in cases {
            assert_eq!(mantissa(text, 2), Err(reason), "{}", String::from_utf8_lossy(text));
        }
        assert_eq!(mantissa(b"92233720368547758.07", 2), Ok(i64::MAX));
    }

    #[test]
    fn a_tick_tells_its_scale() {
        assert_eq!(scale_of(b"0.10"), Ok(1));
        assert_eq!(scale_of(b"0.5"), Ok(1));
        assert_eq!(scale_of(b"10"), Ok(0));
        assert_eq!(scale_of(b"1.000"), Ok(0));
        assert!(scale_of(b"0.0000000000000000001").is_err());
    }

    #[test]
    fn an_exponent_is_exact_too() {
        let cases: [(&[u8], u8, i64); 9] = [
            (b"1.0E-5", 5, 1),
            (b"1.0E-5", 8, 1_000),
            (b"1.25e+2", 1, 1_250),
            (b"1.25e2", 0, 125),
            (b"120E-1", 0, 12),
            (b"0.012E3", 0, 12),
            (b"0E400", 3, 0),
            (b"0.0e-400", 3, 0),
            (b"9.223372036854775807E18", 0, i64::MAX),
        ];
        for (text, scale, value) in cases {
            assert_eq!(exact(text, scale), Ok(value), "{}", String::from_utf8_lossy(text));
        }
        let refused: [(&[u8], NumError); 12] = [
            (b"1e-5", NumError::NotRepresentable(4)),
            (b"1.5e-4", NumError::NotRepresentable(4)),
            (b"1e400", NumError::TooLarge),
            (b"1e1000", NumError::TooLarge),
            (b"-1e5", NumError::Negative),
            (b"1e", NumError::Missing),
            (b"1e-", NumError::Missing),
            (b"e5", NumError::Missing),
            (b"1e5.0", NumError::NotADigit(b'.')),
            (b"1e5e5", NumError::Exponent),
            (b"1e+-5", NumError::Negative),
            (b"0.0000000000000000000000000000000000000000000000000000000000000E5", NumError::TooLarge),
        ];
        for (text, reason) in refused {
            assert_eq!(exact(text, 4), Err(reason), "{}", String::from_utf8_lossy(text));
        }
        assert_eq!(float_any(b"-8.92730506785e-7"), Ok(-8.927_305_067_85e-7));
        assert_eq!(float_any(b"-0.5"), Ok(-0.5));
        for text in ["1e400", "--1e1", "1e--1", "1e1e1", "infe1", "1_0e1"] {
            assert!(float_any(text.as_bytes()).is_err(), "{text}");
        }
    }

    #[test]
    fn rates_may_be_negative_and_never_odd() {
        assert_eq!(float(b"-0.00012500"), Ok(-0.000_125));
        assert_eq!(float(b"0.0000125"), Ok(0.000_012_5));
        for text in ["", "-", "--1", "nan", "-inf", "1e-5"] {
            assert!(float(text.as_bytes()).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn text_and_mantissa_are_inverse(value in 0i64.., scale in 0u8..=SCALE_MAX) {
            prop_assert_eq!(mantissa(text(value, scale).as_bytes(), scale), Ok(value));
        }

        /// Moving the point and saying so in the exponent changes nothing.
        #[test]
        fn an_exponent_only_moves_the_point(value in 0i64.., scale in 0u8..=SCALE_MAX, moved in 0i32..19) {
            let shifted = format!("{}E{}", text(value, scale), 0);
            prop_assert_eq!(exact(shifted.as_bytes(), scale), Ok(value));
            let whole = format!("{value}e-{moved}");
            if let Ok(read) = exact(whole.as_bytes(), SCALE_MAX) {
                prop_assert_eq!(i128::from(read), i128::from(value) * 10i128.pow((18 - moved) as u32));
            }
            prop_assert_eq!(exact(whole.as_bytes(), moved as u8), Ok(value));
        }

        #[test]
        fn any_bytes_give_a_value_or_a_reason(bytes in prop::collection::vec(any::<u8>(), 0..80), scale in 0u8..=SCALE_MAX) {
            if let Ok(value) = mantissa(&bytes, scale) {
                prop_assert!(value >= 0);
                let shown = text(value, scale);
                prop_assert_eq!(mantissa(shown.as_bytes(), scale), Ok(value));
            }
        }
    }
}
