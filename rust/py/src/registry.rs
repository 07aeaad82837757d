//! Venues, instruments, currencies.

use crate::edge::error;
use crate::number::{Count, Listed, Venue};
use crate::Core;
use arbbot_core::{Decoder, InstrumentId, Refused, Terms, VenueId};
use pyo3::prelude::*;

#[pymethods]
impl Core {
    /// The number of a new venue; `decoder` is whose frames it sends.
    ///
    /// `binanceusdm` (COIN-M too), `bitget`, `bybit`, `dydx`, `gate`, `hyperliquid`, `krakenfutures`, `kucoinfutures`
    /// or `okx`: docs/core.md tells their channels. Raises CoreError for another one, and for a name that is taken.
    fn add_venue(&self, name: &str, decoder: &str) -> PyResult<u32> {
        let decoder = Decoder::by_name(decoder).ok_or_else(|| error(&Refused::NoDecoder(decoder.into())))?;
        self.run(|market| market.add_venue(name, decoder)).map(|venue| venue.0)
    }

    /// The number of a new instrument, whose book is Stale and whose funding is unknown.
    ///
    /// `tick`, `lot`, `multiplier` are plain positive decimals; the decimals of `tick` and `lot` are what prices and
    /// quantities may have. `multiplier` is asset units that a price is for (1000PEPEUSDT: 1000). `contract_size` is
    /// what one venue quantity unit holds of what a price is for: 1 on Binance, Bybit, Hyperliquid and dYdX, `ctVal` on
    /// OKX, `quanto_multiplier` on Gate, `multiplier` on KuCoin. Inverse contracts (COIN-M) cannot be said: of theirs
    /// only prices and levels are right. `fee_rate_taker` is a fraction of notional, `funding_interval_hours` from 1 to
    /// 24.
    #[pyo3(signature = (venue, symbol, asset, quote, tick, lot, multiplier, fee_rate_taker, funding_interval_hours, contract_size="1"))]
    fn add_instrument(
        &self,
        venue: Venue,
        symbol: &str,
        asset: &str,
        quote: &str,
        tick: &str,
        lot: &str,
        multiplier: &str,
        fee_rate_taker: f64,
        funding_interval_hours: Count,
        contract_size: &str,
    ) -> PyResult<u32> {
        let terms = Terms {
            venue: VenueId(venue.0),
            symbol,
            asset,
            quote,
            tick,
            lot,
            multiplier,
            contract_size,
            fee_rate_taker,
            funding_interval_hours: funding_interval_hours.0,
        };
        self.run(|market| market.add_instrument(&terms)).map(|instrument| instrument.0)
    }

    /// Replace the hours (1 to 24) between an instrument's settlements; a ticker that tells them does so too.
    fn set_interval(&self, instrument: Listed, hours: Count) -> PyResult<()> {
        self.run(|market| market.set_interval(InstrumentId(instrument.0), hours.0))
    }

    /// Set what a maker fill costs, fraction of notional, negative for a rebate; the taker's fee until then.
    fn set_fee_maker(&self, instrument: Listed, fee_rate_maker: f64) -> PyResult<()> {
        self.run(|market| market.set_fee_maker(InstrumentId(instrument.0), fee_rate_maker))
    }

    /// Set what a leg at a venue costs per hour that it is held, fraction of notional: see `best_divergences`.
    fn set_funding_cost(&self, venue: Venue, rate_per_hour: f64) -> PyResult<()> {
        self.run(|market| market.set_funding_cost(VenueId(venue.0), rate_per_hour))
    }

    /// Fix what one unit of a currency is worth; None makes it unknown.
    fn set_rate(&self, currency: &str, numeraire_per_unit: Option<f64>) -> PyResult<()> {
        self.run(|market| market.set_rate(currency, numeraire_per_unit))
    }

    /// Take a currency's worth from that instrument's mid, whose own quote currency must have a fixed rate.
    fn set_rate_source(&self, currency: &str, instrument: Listed) -> PyResult<()> {
        self.run(|market| market.set_rate_source(currency, InstrumentId(instrument.0)))
    }
}
