//! Venues, instruments, currencies.

use crate::edge::error;
use crate::Core;
use arbbot_core::{Decoder, InstrumentId, Refused, Terms, VenueId};
use pyo3::prelude::*;

#[pymethods]
impl Core {
    fn add_venue(&self, name: &str, decoder: &str) -> PyResult<u32> {
        let decoder = Decoder::by_name(decoder).ok_or_else(|| error(&Refused::NoDecoder(decoder.into())))?;
        self.run(|market| market.add_venue(name, decoder)).map(|venue| venue.0)
    }

    #[pyo3(signature = (venue, symbol, asset, quote, tick, lot, multiplier, fee_rate_taker, funding_interval_hours, contract_size="1"))]
    fn add_instrument(
        &self,
        venue: u32,
        symbol: &str,
        asset: &str,
        quote: &str,
        tick: &str,
        lot: &str,
        multiplier: &str,
        fee_rate_taker: f64,
        funding_interval_hours: u32,
        contract_size: &str,
    ) -> PyResult<u32> {
        let terms = Terms {
            venue: VenueId(venue),
            symbol,
            asset,
            quote,
            tick,
            lot,
            multiplier,
            contract_size,
            fee_rate_taker,
            funding_interval_hours,
        };
        self.run(|market| market.add_instrument(&terms)).map(|instrument| instrument.0)
    }

    fn set_interval(&self, instrument: u32, hours: u32) -> PyResult<()> {
        self.run(|market| market.set_interval(InstrumentId(instrument), hours))
    }

    fn set_fee_maker(&self, instrument: u32, fee_rate_maker: f64) -> PyResult<()> {
        self.run(|market| market.set_fee_maker(InstrumentId(instrument), fee_rate_maker))
    }

    fn set_funding_cost(&self, venue: u32, rate_per_hour: f64) -> PyResult<()> {
        self.run(|market| market.set_funding_cost(VenueId(venue), rate_per_hour))
    }

    fn set_rate(&self, currency: &str, numeraire_per_unit: Option<f64>) -> PyResult<()> {
        self.run(|market| market.set_rate(currency, numeraire_per_unit))
    }

    fn set_rate_source(&self, currency: &str, instrument: u32) -> PyResult<()> {
        self.run(|market| market.set_rate_source(currency, InstrumentId(instrument)))
    }
}
