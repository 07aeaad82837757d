mod board;
mod divergence;

use super::*;
use crate::decode::Decoder;
use crate::market::tests::{context, hl_book, mark, terms, two_venues};
use crate::registry::Terms;
use proptest::prelude::*;

const NOW_NS: i64 = 5_000_000;

/// Binance pays 0.08 % per 8 h on 100, Hyperliquid −0.01 % an hour on 100.
fn priced() -> Market {
    let mut market = two_venues();
    market.feed(VenueId(0), mark("0.0008", "100", 28_800_000).as_bytes(), 1).unwrap();
    market.feed(VenueId(1), context("-0.0001", "100").as_bytes(), 1).unwrap();
    market
}

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-9 * b.abs().max(1.0)
}

#[test]
fn a_pair_by_hand() {
    let mut market = priced();
    market.feed(VenueId(1), hl_book(2, "102.0", "103.0").as_bytes(), 3_000_000).unwrap();
    market.set_rate("USDC", Some(0.5)).unwrap();
    let pairs = market.pairs("BTC", 2.0, NOW_NS);
    assert_eq!(pairs.len(), 2);
    let best = pairs[0];
    assert_eq!((best.long, best.short), (InstrumentId(1), InstrumentId(0)));
    assert!(close(best.entry, 100.0 - 51.5) && close(best.exit, 51.0 - 101.0));
    assert!(close(best.fees, 0.00045 * (51.5 + 51.0) + 0.0005 * 201.0));
    assert!(close(best.carry_per_hour, 0.0001 * 100.0 + 0.0001 * 100.0 * 0.5));
    assert!(close(best.price_mid, (100.5 + 51.25) / 2.0));
    assert!(close(best.age_ms_max, 4.999_999));
    assert!(close(best.round_trip(), best.entry + best.exit - best.fees));
    assert!(close(pairs[1].carry_per_hour, -best.carry_per_hour));
    assert_eq!(market.pair(best.long, best.short, 2.0, NOW_NS), Some(best));
    assert_eq!(market.pair(best.short, best.long, 2.0, NOW_NS), Some(pairs[1]));
    assert_eq!(market.pair(best.long, best.long, 2.0, NOW_NS), None);
    assert_eq!(market.pair(best.long, InstrumentId(9), 2.0, NOW_NS), None);
}

/// The same market quoted per thousand prices the same pair.
#[test]
fn a_multiplier_changes_no_price_of_the_asset() {
    let mut market = Market::default();
    let (one, other) = (
        market.add_venue("hyperliquid", Decoder::Hyperliquid).unwrap(),
        market.add_venue("second", Decoder::Hyperliquid).unwrap(),
    );
    market.set_rate("USDC", Some(1.0)).unwrap();
    market.add_instrument(&terms(one, "BTC", "USDC")).unwrap();
    market.add_instrument(&Terms { multiplier: "1000", ..terms(other, "BTC", "USDC") }).unwrap();
    market.feed(one, hl_book(1, "100.0", "101.0").as_bytes(), 1).unwrap();
    market.feed(other, hl_book(1, "100000.0", "101000.0").as_bytes(), 1).unwrap();
    market.feed(one, context("0.0002", "100").as_bytes(), 1).unwrap();
    market.feed(other, context("0.0005", "100000").as_bytes(), 1).unwrap();
    let best = market.pairs("BTC", 2.0, NOW_NS)[0];
    assert_eq!(best.long, InstrumentId(0));
    assert!(close(best.entry, -1.0) && close(best.exit, -1.0) && close(best.price_mid, 100.5));
    assert!(close(best.fees, 0.0005 * 402.0));
    assert!(close(best.carry_per_hour, (0.0005 - 0.0002) / 8.0 * 100.0));
}

/// Quantities counted in hundredths, at the price of a whole one: the same market, everywhere.
#[test]
fn a_contract_size_changes_no_price_and_every_quantity() {
    let mut market = Market::default();
    let (one, other) = (
        market.add_venue("hyperliquid", Decoder::Hyperliquid).unwrap(),
        market.add_venue("contracts", Decoder::Hyperliquid).unwrap(),
    );
    market.set_rate("USDC", Some(1.0)).unwrap();
    market.add_instrument(&terms(one, "BTC", "USDC")).unwrap();
    market.add_instrument(&Terms { contract_size: "0.01", ..terms(other, "BTC", "USDC") }).unwrap();
    market.feed(one, hl_book(1, "100.0", "101.0").as_bytes(), 1).unwrap();
    let contracts = hl_book(1, "100.0", "101.0").replace("\"sz\":\"5", "\"sz\":\"500");
    assert_ne!(contracts, hl_book(1, "100.0", "101.0"));
    market.feed(other, contracts.as_bytes(), 1).unwrap();
    market.feed(one, context("0.0002", "100").as_bytes(), 1).unwrap();
    market.feed(other, context("0.0005", "100").as_bytes(), 1).unwrap();
    let best = market.pairs("BTC", 2.0, NOW_NS)[0];
    assert!(close(best.entry, -1.0) && close(best.exit, -1.0) && close(best.price_mid, 100.5));
    assert!(close(best.carry_per_hour, (0.0005 - 0.0002) / 8.0 * 100.0));
    let merged = market.merged_all("BTC", Side::Bid, 2, NOW_NS).unwrap();
    assert!(merged.len() == 2 && merged.iter().all(|level| close(level.price, 100.0) && close(level.quantity, 5.0)));
    market.watch_merged("BTC", "USDC").unwrap();
    let bid = market.merged_vwap_notional("BTC", "USDC", Side::Bid, 900.0);
    assert!(bid.is_some_and(|bid| close(bid, 100.0)), "nine of the ten that rest there: {bid:?}");
    assert_eq!(market.merged_vwap_notional("BTC", "USDC", Side::Bid, 1_001.0), None);
}

#[test]
fn divergence_needs_no_book_and_is_per_hour() {
    let mut market = priced();
    market.invalidate(InstrumentId(0), "lost").unwrap();
    assert_eq!(market.divergences("BTC", NOW_NS), []);
    market.feed(VenueId(0), mark("0.0008", "100", 28_800_000).as_bytes(), 1).unwrap();
    let found = market.divergences("BTC", NOW_NS);
    assert_eq!((found.len(), found[0].long, found[0].short), (1, InstrumentId(1), InstrumentId(0)));
    assert!(close(found[0].rate_per_hour, 0.0002));
}

#[test]
fn whatever_is_missing_is_said() {
    let reason = |market: &Market, quantity, now| {
        assert!(market.pairs("BTC", quantity, now).is_empty());
        let unpriced = market.unpriced("BTC", quantity, now);
        unpriced.into_iter().find(|(id, _)| *id == InstrumentId(1)).map(|(_, reason)| reason.to_string())
    };
    let market = priced();
    assert_eq!(market.unpriced("BTC", 2.0, NOW_NS), []);
    assert_eq!(reason(&market, 9.0, NOW_NS).unwrap(), "depth: 5 of 9 asset units on the bid side");
    assert_eq!(reason(&market, 2.0, NOW_NS + 90_000_000_000).unwrap(), "funding last heard 90 s ago");
    let mut market = priced();
    market
        .feed(VenueId(1), hl_book(2, "102.0", "103.0").replace(r#"{"px":"102.0","sz":"5","n":1}"#, "").as_bytes(), 1)
        .unwrap();
    assert_eq!(reason(&market, 2.0, NOW_NS).unwrap(), "book is one-sided");
    let mut market = priced();
    market.set_rate("USDC", None).unwrap();
    assert_eq!(reason(&market, 2.0, NOW_NS).unwrap(), "no rate for USDC");
    let mut market = priced();
    market.invalidate(InstrumentId(1), "connection lost").unwrap();
    assert_eq!(reason(&market, 2.0, NOW_NS).unwrap(), "book stale: connection lost");
    market.feed(VenueId(1), hl_book(2, "102.0", "103.0").as_bytes(), 1).unwrap();
    assert_eq!(reason(&market, 2.0, NOW_NS).unwrap(), "funding unknown");
    market.feed(VenueId(1), hl_book(3, "103.0", "102.0").as_bytes(), 1).unwrap();
    assert!(reason(&market, 2.0, NOW_NS).unwrap().starts_with("book gapped: crossed"));
}

#[test]
fn a_rate_of_a_settlement_that_has_passed_prices_nothing() {
    let mut market = priced();
    market.feed(VenueId(0), mark("0.0008", "100", 4).as_bytes(), 1).unwrap();
    assert_eq!(market.pairs("BTC", 2.0, 3_999_999).len(), 2);
    assert!(market.pairs("BTC", 2.0, 4_000_000).is_empty());
    assert_eq!(market.unpriced("BTC", 2.0, 4_000_000), [(InstrumentId(0), Unpriced::FundingPassed)]);
}

#[test]
fn two_instruments_of_one_venue_are_no_pair() {
    let mut market = Market::default();
    let venue = market.add_venue("hyperliquid", Decoder::Hyperliquid).unwrap();
    for symbol in ["BTC", "BTC2"] {
        market.add_instrument(&terms(venue, symbol, "USDC")).unwrap();
        for frame in [hl_book(1, "100.0", "101.0"), context("0.0001", "100")] {
            market.feed(venue, frame.replace("\"BTC\"", &format!("\"{symbol}\"")).as_bytes(), 1).unwrap();
        }
    }
    market.set_rate("USDC", Some(1.0)).unwrap();
    assert_eq!(market.unpriced("BTC", 1.0, NOW_NS), []);
    assert!(market.pairs("BTC", 1.0, NOW_NS).is_empty());
    assert!(market.divergences("BTC", NOW_NS).is_empty());
    assert_eq!(market.pair(InstrumentId(0), InstrumentId(1), 1.0, NOW_NS), None);
}

#[test]
fn a_clock_that_went_back_makes_books_old_not_young() {
    let market = priced();
    assert!(close(market.pairs("BTC", 2.0, -4_999_999_999)[0].age_ms_max, 5_000.0));
    assert!(market.pairs("BTC", 2.0, -90_000_000_000).is_empty());
}

proptest! {
    /// What one direction earns on entry the other pays on exit; a round trip never earns.
    #[test]
    fn directions_mirror(bid in 900u32..1000, spread in 1u32..50, rate in -30i32..30, quantity in 0.001f64..5.0) {
        let mut market = priced();
        let (bid, ask) = (format!("{}.{}", bid / 10, bid % 10), format!("{}.{}", (bid + spread) / 10, (bid + spread) % 10));
        market.feed(VenueId(1), hl_book(2, &bid, &ask).as_bytes(), 1).unwrap();
        let sign = if rate < 0 { "-" } else { "" };
        market.feed(VenueId(1), context(&format!("{sign}0.00{:02}", rate.abs()), "100").as_bytes(), 1).unwrap();
        let pairs = market.pairs("BTC", quantity, NOW_NS);
        prop_assert_eq!(pairs.len(), 2);
        let (a, b) = (pairs[0], pairs[1]);
        prop_assert!(close(a.entry, b.exit) && close(a.exit, b.entry) && close(a.fees, b.fees));
        prop_assert!(close(a.carry_per_hour, -b.carry_per_hour) && a.carry_per_hour >= b.carry_per_hour);
        prop_assert!(a.round_trip() < 0.0 && a.fees > 0.0);
    }
}
