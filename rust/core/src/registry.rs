//! What an instrument is to the core: names, scales and the few terms that pricing needs.

use crate::ids::{AssetId, CurrencyId, InstrumentId, VenueId};
use crate::num::{self, NumError};
use thiserror::Error;

/// Most instruments in one core: all perpetuals of twenty venues.
pub const INSTRUMENTS_MAX: usize = 20_000;

/// Why a call was refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Refused {
    /// No venue has this number.
    #[error("no venue {0}: register it with add_venue first")]
    NoVenue(u32),
    /// No instrument has this number.
    #[error("no instrument {0}: register it with add_instrument first")]
    NoInstrument(u32),
    /// A venue or a venue's symbol a second time.
    #[error("{0} is registered already: register each name once")]
    Twice(String),
    /// The name of a decoder that does not exist.
    #[error("no decoder {0:?}: use binanceusdm, bitget, bybit, dydx, gate, hyperliquid, krakenfutures, kucoinfutures or okx")]
    NoDecoder(String),
    /// A term that is out of range.
    #[error("{name} {value:?} refused: {reason}")]
    Term {
        /// Which.
        name: &'static str,
        /// What was given.
        value: String,
        /// Why not.
        reason: String,
    },
    /// An asset that no instrument was registered for.
    #[error("no instrument of {0}: register one with add_instrument first")]
    NoAsset(String),
    /// An asset whose instruments count in units that have no common one within reach.
    #[error("the books of {0} have no common unit: read them merged without watching")]
    NoUnit(String),
    /// Two instruments that are not a watched pair.
    #[error("instruments {0} and {1} are no pair of a watched asset: watch the asset first, and take two venues")]
    NoPair(u32, u32),
    /// More than 20,000 instruments.
    #[error("more than 20,000 instruments: watch fewer")]
    TooMany,
}

/// An instrument as its venue publishes it; decimals as text.
#[derive(Debug, Clone, Copy)]
pub struct Terms<'a> {
    /// Where it trades.
    pub venue: VenueId,
    /// The venue's own symbol.
    pub symbol: &'a str,
    /// What it has in common with instruments elsewhere.
    pub asset: &'a str,
    /// The currency of its price.
    pub quote: &'a str,
    /// Price step; its decimals are the price scale.
    pub tick: &'a str,
    /// Quantity step; its decimals are the quantity scale.
    pub lot: &'a str,
    /// Asset units that a price is for (1000PEPEUSDT: 1000).
    pub multiplier: &'a str,
    /// What one venue quantity unit holds of what a price is for: 1 on Binance, Bybit, Hyperliquid and dYdX; `ctVal` on
    /// OKX, `quanto_multiplier` on Gate, `multiplier` on KuCoin. Inverse contracts, whose unit is worth a fixed amount of
    /// quote currency, cannot be said: of theirs only prices and levels are right.
    pub contract_size: &'a str,
    /// Fraction of notional that a taker fill costs; negative is a rebate.
    pub fee_rate_taker: f64,
    /// Hours between funding settlements.
    pub funding_interval_hours: u32,
}

/// A registered instrument.
#[derive(Debug, Clone)]
pub struct Instrument {
    /// Its number.
    pub id: InstrumentId,
    /// Where it trades.
    pub venue: VenueId,
    /// The venue's own symbol.
    pub symbol: String,
    /// Its asset.
    pub asset: AssetId,
    /// The currency of its price.
    pub quote: CurrencyId,
    /// Decimals of a price mantissa.
    pub price_scale: u8,
    /// Decimals of a quantity mantissa.
    pub quantity_scale: u8,
    /// Asset units that a price is for, as `mantissa × 10^exponent`, without trailing zeros.
    pub multiplier: (i64, i32),
    /// Asset units in one venue quantity unit, likewise: the multiplier times the contract size.
    pub quantity_unit: (i64, i32),
    /// Fraction of notional that a taker fill costs.
    pub fee_rate_taker: f64,
    /// Fraction of notional that a maker fill costs; the taker's until it is told.
    pub fee_rate_maker: f64,
    /// Hours between funding settlements.
    pub funding_interval_hours: u32,
}

impl Instrument {
    pub(crate) fn new(id: InstrumentId, terms: &Terms<'_>, asset: AssetId, quote: CurrencyId) -> Result<Self, Refused> {
        let fee = fee("fee_rate_taker", terms.fee_rate_taker)?;
        let (multiplier, size) =
            (decimal("multiplier", terms.multiplier)?, decimal("contract_size", terms.contract_size)?);
        let unit = multiplier.0.checked_mul(size.0);
        let unit = unit.ok_or_else(|| refused("contract_size", terms.contract_size, NumError::TooLarge))?;
        Ok(Self {
            id,
            venue: terms.venue,
            symbol: terms.symbol.into(),
            asset,
            quote,
            price_scale: step("tick", terms.tick)?,
            quantity_scale: step("lot", terms.lot)?,
            multiplier,
            quantity_unit: trimmed(unit, multiplier.1 + size.1),
            fee_rate_taker: fee,
            fee_rate_maker: fee,
            funding_interval_hours: interval(terms.funding_interval_hours)?,
        })
    }

    /// A price mantissa (or a mean of several) in quote currency per asset unit.
    #[must_use]
    pub fn price_per_asset(&self, mantissa: f64) -> f64 {
        mantissa / num::power(self.price_scale) / self.asset_per_price()
    }

    /// A quantity mantissa in asset units.
    #[must_use]
    pub fn quantity_asset(&self, mantissa: f64) -> f64 {
        mantissa / num::power(self.quantity_scale) * self.asset_per_unit()
    }

    /// Price mantissas × quantity mantissas in quote currency; the multiplier cancels out, the contract size does not.
    #[must_use]
    pub fn notional(&self, mantissas: f64) -> f64 {
        mantissas / num::power(self.price_scale) / num::power(self.quantity_scale) * self.contract_size()
    }

    /// Quote currency as price mantissas × quantity mantissas.
    #[must_use]
    pub fn notional_mantissa(&self, notional: f64) -> f64 {
        notional / self.contract_size() * num::power(self.price_scale) * num::power(self.quantity_scale)
    }

    /// Asset units as a quantity mantissa; a whole one where it is one but for binary rounding.
    #[must_use]
    pub fn quantity_mantissa(&self, quantity_asset: f64) -> f64 {
        let exact = quantity_asset / self.asset_per_unit() * num::power(self.quantity_scale);
        let whole = exact.round();
        if (exact - whole).abs() <= 1e-9 * whole.abs() {
            whole
        } else {
            exact
        }
    }

    /// Asset units in one venue quantity unit.
    #[must_use]
    pub fn asset_per_unit(&self) -> f64 {
        value(self.quantity_unit)
    }

    /// Asset units that a price is for.
    #[must_use]
    pub fn asset_per_price(&self) -> f64 {
        value(self.multiplier)
    }

    fn contract_size(&self) -> f64 {
        value(self.quantity_unit) / value(self.multiplier)
    }
}

fn value((mantissa, exponent): (i64, i32)) -> f64 {
    let power = 10f64.powi(exponent.abs());
    if exponent < 0 {
        mantissa as f64 / power
    } else {
        mantissa as f64 * power
    }
}

/// A name that is one.
pub(crate) fn named(name: &'static str, text: &str) -> Result<(), Refused> {
    if text.is_empty() {
        return Err(refused(name, text, "a name is needed"));
    }
    Ok(())
}

pub(crate) fn fee(name: &'static str, rate: f64) -> Result<f64, Refused> {
    // No venue charges or pays 10 %: a larger figure is a percentage mistaken for a fraction.
    if rate.is_finite() && rate.abs() < 0.1 {
        Ok(rate)
    } else {
        Err(refused(name, rate, "a fraction between -0.1 and 0.1 is needed"))
    }
}

pub(crate) fn interval(hours: u32) -> Result<u32, Refused> {
    // Venues settle between hourly and daily.
    if (1..=24).contains(&hours) {
        Ok(hours)
    } else {
        Err(refused("funding_interval_hours", hours, "between 1 and 24 is needed"))
    }
}

fn step(name: &'static str, text: &str) -> Result<u8, Refused> {
    let scale = num::scale_of(text.as_bytes()).map_err(|reason| refused(name, text, reason))?;
    match num::mantissa(text.as_bytes(), scale) {
        Ok(0) => Err(refused(name, text, NumError::Zero)),
        Ok(_) => Ok(scale),
        Err(reason) => Err(refused(name, text, reason)),
    }
}

fn decimal(name: &'static str, text: &str) -> Result<(i64, i32), Refused> {
    let scale = step(name, text)?;
    let mantissa = num::mantissa(text.as_bytes(), scale).map_err(|reason| refused(name, text, reason))?;
    Ok(trimmed(mantissa, -i32::from(scale)))
}

/// Of a positive mantissa.
fn trimmed(mut mantissa: i64, mut exponent: i32) -> (i64, i32) {
    while mantissa % 10 == 0 {
        mantissa /= 10;
        exponent += 1;
    }
    (mantissa, exponent)
}

pub(crate) fn refused(name: &'static str, value: impl ToString, reason: impl ToString) -> Refused {
    Refused::Term { name, value: value.to_string(), reason: reason.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms() -> Terms<'static> {
        Terms {
            venue: VenueId(0),
            symbol: "1000PEPEUSDT",
            asset: "PEPE",
            quote: "USDT",
            tick: "0.0000001",
            lot: "1",
            multiplier: "1000",
            contract_size: "1",
            fee_rate_taker: 0.0005,
            funding_interval_hours: 8,
        }
    }

    fn new(terms: &Terms<'_>) -> Result<Instrument, Refused> {
        Instrument::new(InstrumentId(0), terms, AssetId(0), CurrencyId(0))
    }

    #[test]
    fn a_multiplier_changes_price_and_quantity_against_each_other() {
        let pepe = new(&terms()).unwrap();
        assert_eq!((pepe.price_scale, pepe.quantity_scale, pepe.multiplier), (7, 0, (1, 3)));
        assert!((pepe.price_per_asset(123_456.0) - 0.000_012_345_6).abs() < 1e-18);
        assert_eq!(pepe.quantity_asset(7.0), 7_000.0);
        assert_eq!(pepe.quantity_mantissa(7_000.0), 7.0);
        let contract = new(&Terms { multiplier: "0.050", ..terms() }).unwrap();
        assert_eq!((contract.multiplier, contract.asset_per_unit()), ((5, -2), 0.05));
    }

    /// OKX's BTC-USDT-SWAP: a hundredth of a BTC a contract, quoted for a whole one.
    #[test]
    fn a_contract_size_changes_quantities_alone() {
        let of = new(&Terms { tick: "0.1", multiplier: "1", contract_size: "0.01", ..terms() }).unwrap();
        assert_eq!(of.price_per_asset(370_000.0), 37_000.0);
        assert_eq!((of.quantity_asset(415.0), of.quantity_mantissa(4.15)), (4.15, 415.0));
        let mantissas = of.notional_mantissa(4.15 * 37_000.0);
        assert!((mantissas - 370_000.0 * 415.0).abs() < 1e-3 && (of.notional(mantissas) - 153_550.0).abs() < 1e-6);
        let both = new(&Terms { multiplier: "1000", contract_size: "0.050", ..terms() }).unwrap();
        assert_eq!((both.multiplier, both.quantity_unit), ((1, 3), (5, 1)));
        let (most, odd) = ("9223372036854775807", "3");
        assert!(new(&Terms { multiplier: most, contract_size: odd, ..terms() }).is_err());
    }

    #[test]
    fn terms_that_make_no_sense_are_refused_by_name() {
        let cases = [
            ("tick", Terms { tick: "0", ..terms() }),
            ("tick", Terms { tick: "1e-5", ..terms() }),
            ("lot", Terms { lot: "-1", ..terms() }),
            ("multiplier", Terms { multiplier: "0.0", ..terms() }),
            ("contract_size", Terms { contract_size: "-1", ..terms() }),
            ("fee_rate_taker", Terms { fee_rate_taker: 5.0, ..terms() }),
            ("fee_rate_taker", Terms { fee_rate_taker: f64::NAN, ..terms() }),
            ("funding_interval_hours", Terms { funding_interval_hours: 0, ..terms() }),
        ];
        for (wanted, terms) in cases {
            match new(&terms) {
                Err(Refused::Term { name, .. }) => assert_eq!(name, wanted),
                other => panic!("{wanted}: {other:?}"),
            }
        }
    }
}
