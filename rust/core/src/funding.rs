//! Running funding predictions, normalised to an hour; `matrix` compares those of all venues and assets.

pub(crate) mod kernel;
mod matrix;

use crate::decode::TickerFrame;
pub use matrix::{Matrix, Spread};

/// Oldest prediction that still prices a pair, ns: both venues repeat theirs every few seconds, and a changed interval
/// must be repriced within 60 s (fault 23 of the catalogue).
pub const FUNDING_AGE_NS_MAX: i64 = 60_000_000_000;

/// What a venue that sends only changes has said so far. Kept whole or not at all.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Ticker {
    /// A snapshot was heard since the last loss: what is None is not told by the venue.
    pub(crate) whole: bool,
    rate: Option<f64>,
    price_pay: Option<f64>,
    ts_next_ns: Option<i64>,
    interval_hours: Option<u32>,
}

impl Ticker {
    /// Takes over what a frame says.
    pub(crate) fn take(&mut self, frame: &TickerFrame<'_>) {
        if frame.whole {
            *self = Self { whole: true, ..Self::default() };
        }
        self.rate = frame.rate.or(self.rate);
        self.price_pay = frame.price_pay.or(self.price_pay);
        self.ts_next_ns = frame.ts_next_ns.or(self.ts_next_ns);
        self.interval_hours = frame.interval_hours.or(self.interval_hours);
    }

    /// The prediction; None while any part of it is unknown: a rate without its interval is none. `registered` is the
    /// instrument's own interval, in hours, where the venue's tickers never tell it; a settlement that is never told is
    /// the next multiple of the interval.
    pub(crate) fn funding(&self, registered: Option<u32>, ts_recv_ns: i64) -> Option<Funding> {
        let interval_hours = self.interval_hours.or(registered)?;
        Some(Funding {
            rate: self.rate?,
            interval_hours,
            ts_next_ns: self.ts_next_ns.unwrap_or_else(|| next_settlement_ns(ts_recv_ns, interval_hours)),
            price_pay: self.price_pay?,
            ts_recv_ns,
        })
    }
}

pub(crate) const HOUR_NS: i64 = 3_600_000_000_000;

/// What a venue predicts for an instrument's next settlement.
///
/// ```
/// use arbbot_core::{next_settlement_ns, Funding};
/// let hour_ns = 3_600_000_000_000;
/// let ts_next_ns = next_settlement_ns(5 * hour_ns, 8);
/// assert_eq!(ts_next_ns, 8 * hour_ns);
/// let funding = Funding { rate: 0.0004, interval_hours: 8, ts_next_ns, price_pay: 60_000.0, ts_recv_ns: 0 };
/// assert!((funding.rate_per_hour() - 0.000_05).abs() < 1e-18);
/// assert!((funding.pay_per_hour() - 3.0).abs() < 1e-9);
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Funding {
    /// Fraction of notional per interval; + means longs pay shorts.
    pub rate: f64,
    /// Hours between settlements.
    pub interval_hours: u32,
    /// Next settlement, ns of UTC.
    pub ts_next_ns: i64,
    /// The price that it is paid on, venue unit: mark on Binance and Bybit, oracle on Hyperliquid.
    pub price_pay: f64,
    /// Receive time, ns.
    pub ts_recv_ns: i64,
}

impl Funding {
    /// Fraction of notional per hour; + means longs pay shorts.
    #[must_use]
    pub fn rate_per_hour(&self) -> f64 {
        self.rate / f64::from(self.interval_hours)
    }

    /// What a short receives per hour on one venue quantity unit, in the quote currency.
    #[must_use]
    pub fn pay_per_hour(&self) -> f64 {
        self.rate_per_hour() * self.price_pay
    }
}

/// The first full hour of UTC strictly after `ts_ns` (Hyperliquid settles hourly, on the hour).
#[must_use]
pub fn next_full_hour_ns(ts_ns: i64) -> i64 {
    next_settlement_ns(ts_ns, 1)
}

/// The first multiple of `interval_hours` on the clock of UTC strictly after `ts_ns`: the settlement of a venue that
/// names none (Gate, dYdX). An interval of 0 counts as an hour.
#[must_use]
pub fn next_settlement_ns(ts_ns: i64, interval_hours: u32) -> i64 {
    let interval_ns = i64::from(interval_hours.max(1)).saturating_mul(HOUR_NS);
    ts_ns.div_euclid(interval_ns).saturating_add(1).saturating_mul(interval_ns)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_hour_on_the_hour_is_the_next_one() {
        assert_eq!(next_full_hour_ns(0), HOUR_NS);
        assert_eq!(next_full_hour_ns(HOUR_NS - 1), HOUR_NS);
        assert_eq!(next_full_hour_ns(HOUR_NS), 2 * HOUR_NS);
    }

    #[test]
    fn a_settlement_is_a_multiple_of_its_interval_and_later() {
        for (hour, hours, next) in [(0, 8, 8), (7, 8, 8), (8, 8, 16), (9, 4, 12), (23, 24, 24), (5, 0, 6)] {
            assert_eq!(next_settlement_ns(hour * HOUR_NS, hours), next * HOUR_NS, "{hour} {hours}");
        }
        assert_eq!(next_settlement_ns(-1, 8), 0);
        assert_eq!(next_settlement_ns(i64::MAX, 8), i64::MAX);
    }

    proptest! {
        /// Splitting an interval's rate into hours conserves what is paid over the interval.
        #[test]
        fn normalisation_conserves_payment(rate in -0.04f64..0.04, hours in 1u32..25, price in 1e-6f64..1e6) {
            let funding = Funding { rate, interval_hours: hours, ts_next_ns: 0, price_pay: price, ts_recv_ns: 0 };
            let paid = funding.pay_per_hour() * f64::from(hours);
            prop_assert!((paid - rate * price).abs() <= 1e-12 * (rate * price).abs());
        }
    }
}
