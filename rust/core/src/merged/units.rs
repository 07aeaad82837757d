//! Integer units in which several instruments' prices, or quantities, are whole numbers.
//!
//! A price mantissa is worth 10^-scale / (m × 10^e) quote per asset unit, with m × 10^e the multiplier; a quantity mantissa
//! n × 10^f × 10^-scale asset units, with n × 10^f what a venue quantity unit holds.

use crate::registry::Instrument;

/// For each instrument, how many common units one of its price mantissas is worth; None where that passes `most`.
///
/// The common unit is 10^lowest / lcm of the m.
pub(super) fn price_factors(of: &[&Instrument], most: i128) -> Option<Vec<i128>> {
    let common = common_multiple(of)?;
    let lowest = of.iter().map(|of| price_exponent(of)).min().unwrap_or(0);
    let factor = |of: &&Instrument| {
        let power = 10i128.checked_pow(u32::try_from(price_exponent(of) - lowest).ok()?)?;
        power.checked_mul(common / i128::from(of.multiplier.0)).filter(|factor| *factor <= most)
    };
    of.iter().map(factor).collect()
}

/// For each instrument, how many common units (10^lowest) one of its quantity mantissas is; None where that passes `most`.
pub(super) fn quantity_factors(of: &[&Instrument], most: i128) -> Option<Vec<i128>> {
    let lowest = of.iter().map(|of| quantity_exponent(of)).min().unwrap_or(0);
    let factor = |of: &&Instrument| {
        let power = 10i128.checked_pow(u32::try_from(quantity_exponent(of) - lowest).ok()?)?;
        power.checked_mul(i128::from(of.quantity_unit.0)).filter(|factor| *factor <= most)
    };
    of.iter().map(factor).collect()
}

fn price_exponent(of: &Instrument) -> i32 {
    -i32::from(of.price_scale) - of.multiplier.1
}

fn quantity_exponent(of: &Instrument) -> i32 {
    of.quantity_unit.1 - i32::from(of.quantity_scale)
}

fn common_multiple(of: &[&Instrument]) -> Option<i128> {
    of.iter().try_fold(1i128, |common, of| lcm(common, i128::from(of.multiplier.0)))
}

fn lcm(a: i128, b: i128) -> Option<i128> {
    let (mut x, mut y) = (a, b);
    while y != 0 {
        (x, y) = (y, x % y);
    }
    (a / x).checked_mul(b)
}
