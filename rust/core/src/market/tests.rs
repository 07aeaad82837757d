use super::*;
use crate::book::{BookState, Reason, Side};
use crate::num;
use proptest::prelude::*;
use std::collections::BTreeMap;

mod bitget;
mod bybit;
mod dydx;
mod gate;
mod kraken;
mod kucoin;
mod merge;
mod okx;

const HOUR_NS: i64 = 3_600_000_000_000;

pub(crate) fn terms(venue: VenueId, symbol: &'static str, quote: &'static str) -> Terms<'static> {
    Terms {
        venue,
        symbol,
        asset: "BTC",
        quote,
        tick: "0.1",
        lot: "0.001",
        multiplier: "1",
        contract_size: "1",
        fee_rate_taker: 0.0005,
        funding_interval_hours: 8,
    }
}

/// Binance BTCUSDT is 0, Hyperliquid BTC is 1, both Live at 100/101 with 5 a side.
pub(crate) fn two_venues() -> Market {
    let mut market = Market::default();
    let binance = market.add_venue("binanceusdm", Decoder::BinanceUsdm).unwrap();
    let hyperliquid = market.add_venue("hyperliquid", Decoder::Hyperliquid).unwrap();
    market.add_instrument(&terms(binance, "BTCUSDT", "USDT")).unwrap();
    let hourly = Terms { funding_interval_hours: 1, fee_rate_taker: 0.00045, ..terms(hyperliquid, "BTC", "USDC") };
    market.add_instrument(&hourly).unwrap();
    market.set_rate("USDT", Some(1.0)).unwrap();
    market.set_rate("USDC", Some(1.0)).unwrap();
    let body = br#"{"lastUpdateId":10,"E":1,"bids":[["100.0","5"]],"asks":[["101.0","5"]]}"#;
    assert!(market.snapshot(InstrumentId(0), body, 1).unwrap());
    market.feed(hyperliquid, hl_book(1, "100.0", "101.0").as_bytes(), 1).unwrap();
    market
}

pub(crate) fn hl_book(time_ms: u64, bid: &str, ask: &str) -> String {
    format!(
        r#"{{"channel":"l2Book","data":{{"coin":"BTC","time":{time_ms},"levels":[[{{"px":"{bid}","sz":"5","n":1}}],[{{"px":"{ask}","sz":"5","n":1}}]]}}}}"#
    )
}

pub(crate) fn mark(rate: &str, price: &str, next_ms: i64) -> String {
    format!(r#"{{"e":"markPriceUpdate","E":1,"s":"BTCUSDT","p":"{price}","i":"1","r":"{rate}","T":{next_ms}}}"#)
}

pub(crate) fn context(rate: &str, oracle: &str) -> String {
    format!(
        r#"{{"channel":"activeAssetCtx","data":{{"coin":"BTC","ctx":{{"funding":"{rate}","oraclePx":"{oracle}","markPx":"1"}}}}}}"#
    )
}

fn depth(first: u64, last: u64, previous: u64, bids: &str, asks: &str) -> String {
    format!(
        r#"{{"e":"depthUpdate","E":2,"T":2,"s":"BTCUSDT","U":{first},"u":{last},"pu":{previous},"b":[{bids}],"a":[{asks}]}}"#
    )
}

#[test]
fn frames_reach_their_book_and_are_counted() {
    let mut market = two_venues();
    let (binance, hyperliquid) = (VenueId(0), VenueId(1));
    let touched = Claim::Touched(InstrumentId(0));
    assert_eq!(market.feed(binance, depth(9, 11, 8, r#"["100.5","2"]"#, "").as_bytes(), 7), Ok(touched));
    assert_eq!(market.feed(binance, br#"{"result":null,"id":1}"#, 7), Ok(Claim::Unclaimed));
    assert_eq!(market.feed(binance, depth(1, 1, 1, "", "").replace("BTC", "XYZ").as_bytes(), 7), Ok(Claim::Ignored));
    let book = market.book(InstrumentId(0)).unwrap();
    assert_eq!((book.top().unwrap().0.price, book.ts_recv_ns(), book.ts_venue_ns()), (1_005, Some(7), Some(2_000_000)));
    assert_eq!(market.feed(hyperliquid, hl_book(0, "1.0", "2.0").as_bytes(), 7), Ok(Claim::Touched(InstrumentId(1))));
    let counters = market.counters(binance).unwrap();
    assert_eq!((counters.applied, counters.unclaimed, counters.ignored, counters.snapshots), (1, 1, 1, 1));
    assert_eq!(market.counters(hyperliquid).unwrap().outdated, 1);
    assert_eq!(market.feed(VenueId(2), b"", 0), Err(Refused::NoVenue(2)));
}

#[test]
fn a_malformed_frame_gaps_its_book_and_no_other() {
    let mut market = two_venues();
    let bad = depth(9, 11, 8, r#"["100.55","2"]"#, "");
    assert_eq!(market.feed(VenueId(0), bad.as_bytes(), 7), Ok(Claim::Malformed));
    let reason = Reason::Number(num::NumError::NotRepresentable(1));
    assert_eq!(market.book(InstrumentId(0)).unwrap().state(), &BookState::Gapped(reason));
    assert!(market.book(InstrumentId(1)).unwrap().is_live());
    assert_eq!(market.gapped(VenueId(0)), Ok(vec![InstrumentId(0)]));
    assert_eq!(market.gapped(VenueId(1)), Ok(vec![]));
    let counters = market.counters(VenueId(0)).unwrap();
    assert_eq!((counters.malformed, counters.gaps), (1, 1));
    let cut = hl_book(2, "1.0", "2.0");
    market.feed(VenueId(1), &cut.as_bytes()[..90], 7).unwrap();
    assert!(matches!(market.book(InstrumentId(1)).unwrap().state(), BookState::Gapped(Reason::Unreadable(_))));
    market.feed(VenueId(1), hl_book(2, "1.0", "2.0").as_bytes(), 7).unwrap();
    assert!(market.book(InstrumentId(1)).unwrap().is_live());
}

#[test]
fn snapshots_that_are_none_leave_a_live_book_alone() {
    let mut market = two_venues();
    assert_eq!(market.snapshot(InstrumentId(0), b"<html>", 7), Ok(false));
    assert!(market.book(InstrumentId(0)).unwrap().is_live());
    market.invalidate(InstrumentId(0), "connection lost").unwrap();
    assert_eq!(market.snapshot(InstrumentId(0), b"<html>", 7), Ok(false));
    assert!(matches!(market.book(InstrumentId(0)).unwrap().state(), BookState::Gapped(Reason::Unreadable(_))));
    let other = hl_book(5, "1.0", "2.0").replace(r#"{"channel":"l2Book","data":"#, "").replace("BTC", "ETH");
    market.invalidate(InstrumentId(1), "connection lost").unwrap();
    assert_eq!(market.snapshot(InstrumentId(1), &other.as_bytes()[..other.len() - 1], 7), Ok(false));
    let same = other.replace("ETH", "BTC");
    assert_eq!(market.snapshot(InstrumentId(1), &same.as_bytes()[..same.len() - 1], 7), Ok(true));
    assert!(market.book(InstrumentId(1)).unwrap().is_live());
}

#[test]
fn funding_is_heard_forgotten_and_follows_the_interval() {
    let mut market = two_venues();
    market.feed(VenueId(0), mark("0.0008", "50000", 8).as_bytes(), 3).unwrap();
    market.feed(VenueId(1), context("0.0001", "50001").as_bytes(), HOUR_NS + 1).unwrap();
    let funding = market.funding(InstrumentId(0)).unwrap();
    assert_eq!((funding.rate_per_hour(), funding.ts_next_ns, funding.ts_recv_ns), (0.0001, 8_000_000, 3));
    market.set_interval(InstrumentId(0), 4).unwrap();
    assert_eq!(market.funding(InstrumentId(0)).unwrap().rate_per_hour(), 0.0002);
    assert!(market.set_interval(InstrumentId(0), 0).is_err());
    let funding = market.funding(InstrumentId(1)).unwrap();
    assert_eq!((funding.ts_next_ns, funding.price_pay), (2 * HOUR_NS, 50_001.0));
    market.feed(VenueId(0), mark("NaN", "50000", 8).as_bytes(), 3).unwrap();
    assert_eq!(market.funding(InstrumentId(0)), None);
    assert!(market.book(InstrumentId(0)).unwrap().is_live());
    market.invalidate(InstrumentId(1), "calendar moved").unwrap();
    assert_eq!(market.funding(InstrumentId(1)), None);
}

#[test]
fn names_are_registered_once_and_numbers_must_exist() {
    let mut market = two_venues();
    assert_eq!(market.add_venue("hyperliquid", Decoder::Hyperliquid), Err(Refused::Twice("hyperliquid".into())));
    assert_eq!(market.add_instrument(&terms(VenueId(0), "BTCUSDT", "USDT")), Err(Refused::Twice("BTCUSDT".into())));
    assert_eq!(market.add_instrument(&terms(VenueId(9), "BTCUSDT", "USDT")), Err(Refused::NoVenue(9)));
    let bad = Terms { tick: "x", ..terms(VenueId(0), "ETHUSDT", "USDT") };
    assert!(market.add_instrument(&bad).is_err());
    assert_eq!(market.add_instrument(&terms(VenueId(0), "ETHUSDT", "USDT")), Ok(InstrumentId(2)));
    assert_eq!(market.snapshot(InstrumentId(9), b"", 0), Err(Refused::NoInstrument(9)));
    assert_eq!(market.set_rate_source("USDC", InstrumentId(9)), Err(Refused::NoInstrument(9)));
    assert!(market.set_rate("USDC", Some(0.0)).is_err());
    assert_eq!(market.venues().map(|(_, name)| name).collect::<Vec<_>>(), ["binanceusdm", "hyperliquid"]);
}

#[test]
fn a_currency_is_worth_its_book_s_mid_while_that_is_live_and_fresh() {
    let mut market = two_venues();
    let source = market.add_instrument(&Terms { tick: "0.0001", ..terms(VenueId(0), "USDCUSDT", "USDT") }).unwrap();
    market.set_rate_source("USDC", source).unwrap();
    assert_eq!(market.mid(InstrumentId(1), Some(2)), None);
    let body = br#"{"lastUpdateId":1,"bids":[["0.9990","5"]],"asks":[["1.0010","5"]]}"#;
    market.snapshot(source, body, 2).unwrap();
    assert_eq!(market.mid(InstrumentId(1), Some(2)), Some(100.5));
    assert_eq!(market.mid(InstrumentId(1), Some(2 + FUNDING_AGE_NS_MAX + 1)), None);
    assert_eq!(market.mid(InstrumentId(1), None), Some(100.5));
    market.set_rate("USDC", None).unwrap();
    assert_eq!(market.mid(InstrumentId(1), Some(2)), None);
}

#[test]
fn merged_books_share_a_quote_currency_and_are_live() {
    let mut market = two_venues();
    market.add_instrument(&Terms { multiplier: "10", ..terms(VenueId(1), "BTC10", "USDC") }).unwrap();
    let ten = hl_book(1, "1005.0", "1020.0").replace("\"BTC\"", "\"BTC10\"");
    market.feed(VenueId(1), ten.as_bytes(), 1).unwrap();
    let bids = market.merged("BTC", "USDC", Side::Bid, 5).unwrap();
    let seen: Vec<_> = bids.iter().map(|level| (level.price, level.quantity, level.instrument.0)).collect();
    assert_eq!(seen, [(100.5, 50.0, 2), (100.0, 5.0, 1)]);
    market.invalidate(InstrumentId(2), "connection lost").unwrap();
    assert_eq!(market.merged("BTC", "USDC", Side::Bid, 5).unwrap().len(), 1);
    assert_eq!(market.merged("DOGE", "USDC", Side::Bid, 5), Some(vec![]));
}

/// One message on the wire: a true delta, or one that was damaged on the way.
#[derive(Debug, Clone)]
enum Delivery {
    Frame(usize),
    Cut(usize, usize),
    Mutated(usize, usize, u8),
    Snapshot(usize),
}

fn delivery() -> impl Strategy<Value = Delivery> {
    let at = 0usize..20;
    prop_oneof![
        8 => at.clone().prop_map(Delivery::Frame),
        1 => (at.clone(), 0usize..200).prop_map(|(at, cut)| Delivery::Cut(at, cut)),
        1 => (at.clone(), 0usize..200).prop_map(|(at, place)| Delivery::Mutated(at, place, b'x')),
        1 => (at.clone(), 0usize..200).prop_map(|(at, place)| Delivery::Mutated(at, place, 0xff)),
        2 => at.prop_map(Delivery::Snapshot),
    ]
}

type Sides = (BTreeMap<i64, i64>, BTreeMap<i64, i64>);

/// The venue: frames with their ids, and the book after each.
fn venue(changes: &[(i64, i64, bool)]) -> Vec<(String, u64, Sides)> {
    let (mut sides, mut last) = (Sides::default(), 100);
    let frames = changes.iter().map(|(price, quantity, ask)| {
        let (side, price) = if *ask { (&mut sides.1, price + 50) } else { (&mut sides.0, *price) };
        if *quantity == 0 {
            side.remove(&price);
        } else {
            side.insert(price, *quantity);
        }
        let level = format!(r#"["{}","{}"]"#, num::text(price, 1), num::text(*quantity, 3));
        let (bids, asks) = if *ask { ("", level.as_str()) } else { (level.as_str(), "") };
        let frame = depth(last + 2, last + 3, last, bids, asks);
        last += 3;
        (frame, last, sides.clone())
    });
    frames.collect()
}

fn snapshot_of(sequence: u64, sides: &Sides) -> String {
    let text =
        |(price, quantity): (&i64, &i64)| format!(r#"["{}","{}"]"#, num::text(*price, 1), num::text(*quantity, 3));
    let bids: Vec<_> = sides.0.iter().rev().map(text).collect();
    let asks: Vec<_> = sides.1.iter().map(text).collect();
    format!(r#"{{"lastUpdateId":{sequence},"bids":[{}],"asks":[{}]}}"#, bids.join(","), asks.join(","))
}

proptest! {
    /// Frames valid, cut, mutated, shuffled, repeated: the book equals the venue's at the id it holds, or is not Live.
    #[test]
    fn any_delivery_leaves_the_truth_or_a_mark(
        changes in prop::collection::vec((1i64..40, 0i64..3, any::<bool>()), 20),
        deliveries in prop::collection::vec(delivery(), 0..60),
    ) {
        let frames = venue(&changes);
        let mut market = Market::default();
        let id = market.add_venue("binanceusdm", Decoder::BinanceUsdm).unwrap();
        let instrument = market.add_instrument(&terms(id, "BTCUSDT", "USDT")).unwrap();
        for (ts, delivery) in (0i64..).zip(deliveries) {
            match delivery {
                Delivery::Frame(at) => { market.feed(id, frames[at].0.as_bytes(), ts).unwrap(); }
                Delivery::Cut(at, cut) => {
                    let frame = frames[at].0.as_bytes();
                    market.feed(id, &frame[..cut.min(frame.len() - 1)], ts).unwrap();
                }
                Delivery::Mutated(at, place, byte) => {
                    let mut frame = frames[at].0.clone().into_bytes();
                    let place = place % frame.len();
                    // A letter inside a value or a key; a digit is the venue's own word and cannot be doubted.
                    frame[place] = byte;
                    market.feed(id, &frame, ts).unwrap();
                }
                Delivery::Snapshot(at) => {
                    market.snapshot(instrument, snapshot_of(frames[at].1, &frames[at].2).as_bytes(), ts).unwrap();
                }
            }
            let book = market.book(instrument).unwrap();
            if book.is_live() {
                let truth = frames.iter().find(|(_, last, _)| *last == book.sequence()).map(|(_, _, sides)| sides);
                let side = |side| book.side(side).iter().map(|level| (level.price, level.quantity)).collect::<BTreeMap<_, _>>();
                prop_assert_eq!(Some(&(side(Side::Bid), side(Side::Ask))), truth);
            }
        }
    }

    #[test]
    fn any_bytes_are_fed(frames in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..120), 0..20)) {
        let mut market = two_venues();
        for frame in frames {
            for venue in [VenueId(0), VenueId(1)] {
                prop_assert!(market.feed(venue, &frame, 1).is_ok());
            }
        }
    }
}

/// OKX without a checksum in its snapshot, as it is since 2026: a change that bears no id then proves nothing.
#[test]
fn a_change_without_an_id_needs_a_checksum_that_is_kept() {
    let mut market = Market::default();
    let okx = market.add_venue("okx", Decoder::Okx).unwrap();
    let id = market.add_instrument(&terms(okx, "BTC-USDT-SWAP", "USDT")).unwrap();
    let frame = |action: &str, bid: &str, proof: &str| {
        format!(
            r#"{{"arg":{{"channel":"books","instId":"BTC-USDT-SWAP"}},"action":"{action}","data":[{{"asks":[["101","5","0","1"]],"bids":[["{bid}","5","0","1"]],"ts":"1",{proof}}}]}}"#
        )
    };
    let ids = r#""checksum":0,"prevSeqId":-1,"seqId":10"#;
    market.feed(okx, frame("snapshot", "99", ids).as_bytes(), 1).unwrap();
    let next = r#""checksum":0,"prevSeqId":10,"seqId":12"#;
    market.feed(okx, frame("update", "99.5", next).as_bytes(), 2).unwrap();
    assert_eq!(market.book(id).and_then(Book::top).map(|(bid, _)| bid.price), Some(995));
    market.feed(okx, frame("update", "100", r#""checksum":777"#).as_bytes(), 3).unwrap();
    assert_eq!(market.book(id).map(Book::state), Some(&BookState::Gapped(Reason::Unproven)));
}
