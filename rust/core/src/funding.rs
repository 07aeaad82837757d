//! Running funding predictions, normalised to an hour.

/// Oldest prediction that still prices a pair, ns: both venues repeat theirs every few seconds, and a changed interval
/// must be repriced within 60 s (fault 23 of the catalogue).
pub const FUNDING_AGE_NS_MAX: i64 = 60_000_000_000;

const HOUR_NS: i64 = 3_600_000_000_000;

/// What a venue predicts for an instrument's next settlement.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Funding {
    /// Fraction of notional per interval; + means longs pay shorts.
    pub rate: f64,
    /// Hours between settlements.
    pub interval_hours: u32,
    /// Next settlement, ns of UTC.
    pub ts_next_ns: i64,
    /// The price that it is paid on, venue unit: mark on Binance, oracle on Hyperliquid.
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
    (ts_ns.div_euclid(HOUR_NS)).saturating_add(1).saturating_mul(HOUR_NS)
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
