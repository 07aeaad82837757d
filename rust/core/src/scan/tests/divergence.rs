use super::super::*;
use crate::decode::Decoder;
use crate::funding::FUNDING_AGE_NS_MAX;
use crate::market::tests::{context, terms};
use crate::registry::{Refused, Terms};
use proptest::prelude::*;

/// Two assets at three venues; the first venue has two instruments of BTC.
const SYMBOLS: [(u32, &str, &str); 6] =
    [(0, "BTC", "BTC"), (0, "BTC2", "BTC"), (1, "BTC", "BTC"), (2, "BTC", "BTC"), (0, "ETH", "ETH"), (2, "ETH", "ETH")];

fn market() -> Market {
    let mut market = Market::default();
    for venue in ["a", "b", "c"] {
        market.add_venue(venue, Decoder::Hyperliquid).unwrap();
    }
    for (venue, symbol, asset) in SYMBOLS {
        market.add_instrument(&Terms { asset, ..terms(VenueId(venue), symbol, "USDC") }).unwrap();
    }
    market
}

fn told(market: &mut Market, at: usize, rate: &str, now_ns: i64) {
    let (venue, symbol, _) = SYMBOLS[at];
    let frame = context(rate, "100").replace("\"BTC\"", &format!("\"{symbol}\""));
    assert!(market.feed(VenueId(venue), frame.as_bytes(), now_ns).is_ok());
}

fn shown(market: &Market, now_ns: i64) -> Vec<(String, u32, u32)> {
    let found = market.best_divergences(now_ns);
    found.iter().map(|(asset, found)| (market.asset_name(*asset).into(), found.long.0, found.short.0)).collect()
}

/// All pairs of all instruments that have a fresh rate, the first of a venue speaking for it.
fn tried(market: &Market, asset: &str, costs: &[f64], now_ns: i64) -> Option<f64> {
    let mut spoken: Vec<(VenueId, Option<f64>)> = Vec::new();
    for id in market.members(asset) {
        let venue = market.instrument(*id).map(|of| of.venue).unwrap();
        if market.funding(*id).is_some() && spoken.iter().all(|(other, _)| *other != venue) {
            spoken.push((venue, known(market.funding(*id), now_ns).ok().map(|funding| funding.rate_per_hour())));
        }
    }
    let all = spoken.iter().flat_map(|a| spoken.iter().map(move |b| (a, b))).filter(|(a, b)| a.0 != b.0);
    let nets =
        all.filter_map(|((a, earned), (b, paid))| Some((*earned)? - (*paid)? - costs[a.index()] - costs[b.index()]));
    nets.reduce(f64::max)
}

#[test]
fn the_first_instrument_that_has_a_rate_speaks_for_its_venue() {
    let mut market = market();
    told(&mut market, 1, "0.0004", 1);
    told(&mut market, 2, "0.0001", 1);
    assert_eq!(shown(&market, 1), [("BTC".into(), 2, 1)]);
    told(&mut market, 0, "0.0002", 1);
    assert_eq!(shown(&market, 1), [("BTC".into(), 2, 0)]);
    market.invalidate(InstrumentId(0), "connection lost").unwrap();
    assert_eq!(shown(&market, 1), [("BTC".into(), 2, 1)]);
}

#[test]
fn the_interval_and_what_legs_cost_count() {
    let mut market = market();
    told(&mut market, 4, "0.0008", 1);
    told(&mut market, 5, "0.0001", 1);
    told(&mut market, 2, "0.0001", 1);
    assert_eq!(shown(&market, 1), [("ETH".into(), 5, 4)]);
    let before = market.best_divergences(1)[0].1.rate_per_hour;
    market.set_interval(InstrumentId(4), 4).unwrap();
    assert!((market.best_divergences(1)[0].1.rate_per_hour - before - 0.0001).abs() < 1e-12);
    market.set_funding_cost(VenueId(2), 0.00005).unwrap();
    assert!((market.best_divergences(1)[0].1.rate_per_hour - before - 0.00005).abs() < 1e-12);
    assert_eq!(market.set_funding_cost(VenueId(7), 0.0), Err(Refused::NoVenue(7)));
    assert!(market.set_funding_cost(VenueId(0), f64::NAN).is_err());
}

proptest! {
    /// Told at any time, forgotten, and grown old between: the widest of the fresh ones.
    #[test]
    fn equals_trying_every_pair(
        events in prop::collection::vec((0usize..6, -9i64..9, 0i64..30, 0u8..8), 0..60),
        costs in prop::collection::vec(0i64..3, 3),
    ) {
        let mut market = market();
        let costs: Vec<f64> = costs.iter().map(|cost| *cost as f64 * 1e-5).collect();
        for (venue, cost) in (0u32..).zip(&costs) {
            market.set_funding_cost(VenueId(venue), *cost).unwrap();
        }
        let mut now_ns = 0;
        for (at, rate, seconds, kind) in events {
            now_ns += seconds * 1_000_000_000;
            match kind {
                0 => market.invalidate(InstrumentId(at as u32), "connection lost").unwrap(),
                1 => now_ns += FUNDING_AGE_NS_MAX,
                _ => told(&mut market, at, &format!("{}0.000{}", if rate < 0 { "-" } else { "" }, rate.abs()), now_ns),
            }
            let found = market.best_divergences(now_ns);
            prop_assert!(found.windows(2).all(|pair| pair[0].1.rate_per_hour >= pair[1].1.rate_per_hour));
            for asset in ["BTC", "ETH"] {
                let shown = found.iter().find(|(id, _)| market.asset_name(*id) == asset).map(|(_, found)| found.rate_per_hour);
                let wanted = tried(&market, asset, &costs, now_ns);
                prop_assert!(shown.zip(wanted).map_or(shown == wanted, |(a, b)| (a - b).abs() < 1e-12), "{shown:?} {wanted:?}");
            }
        }
    }
}
