use super::*;

const BYBIT: VenueId = VenueId(0);
const BTC: InstrumentId = InstrumentId(0);

fn watching() -> Market {
    let mut market = Market::default();
    let venue = market.add_venue("bybit", Decoder::Bybit).unwrap();
    market.add_instrument(&terms(venue, "BTCUSDT", "USDT")).unwrap();
    market
}

fn frame(kind: &str, last: u64, bids: &str, asks: &str) -> String {
    format!(
        r#"{{"topic":"orderbook.50.BTCUSDT","type":"{kind}","ts":2,"data":{{"s":"BTCUSDT","b":[{bids}],"a":[{asks}],"u":{last},"seq":9}}}}"#
    )
}

fn ticker(kind: &str, members: &str) -> String {
    format!(
        r#"{{"topic":"tickers.BTCUSDT","type":"{kind}","ts":2,"cs":1,"data":{{"symbol":"BTCUSDT","openInterest":"1"{members}}}}}"#
    )
}

const WHOLE: &str = r#","fundingRate":"0.0004","markPrice":"100","nextFundingTime":"8","fundingIntervalHour":"4""#;

fn heard(market: &mut Market, frame: &str, ts_recv_ns: i64) -> Claim {
    market.feed(BYBIT, frame.as_bytes(), ts_recv_ns).unwrap()
}

#[test]
fn a_lost_delta_asks_for_a_snapshot_and_the_next_one_heals() {
    let mut market = watching();
    heard(&mut market, &ticker("snapshot", WHOLE), 1);
    assert_eq!(market.gapped(BYBIT), Ok(vec![BTC]));
    heard(&mut market, &frame("snapshot", 10, r#"["100.0","5"]"#, r#"["101.0","5"]"#), 2);
    heard(&mut market, &frame("delta", 11, r#"["100.5","1"]"#, ""), 3);
    assert_eq!(market.gapped(BYBIT), Ok(vec![]));
    let book = market.book(BTC).unwrap();
    assert_eq!((book.top().unwrap().0.price, book.sequence(), book.ts_recv_ns()), (1_005, 11, Some(3)));
    heard(&mut market, &frame("delta", 13, r#"["100.6","1"]"#, ""), 4);
    let reason = Reason::SequenceBreak { expected: 11, got: 12 };
    assert_eq!(market.book(BTC).unwrap().state(), &BookState::Gapped(reason));
    assert_eq!(market.gapped(BYBIT), Ok(vec![BTC]));
    heard(&mut market, &frame("snapshot", 13, r#"["100.6","1"]"#, r#"["101.0","5"]"#), 5);
    assert!(market.book(BTC).unwrap().is_live());
    let counters = market.counters(BYBIT).unwrap();
    assert_eq!((counters.gaps, counters.snapshots, counters.buffered), (1, 2, 0));
}

#[test]
fn a_rest_snapshot_is_of_no_use() {
    let mut market = watching();
    assert_eq!(market.snapshot(BTC, br#"{"s":"BTCUSDT","b":[],"a":[],"u":1}"#, 1), Ok(false));
    assert!(!market.book(BTC).unwrap().is_live());
}

#[test]
fn a_change_keeps_what_it_does_not_name_and_is_a_sign_of_life() {
    let mut market = watching();
    heard(&mut market, &ticker("snapshot", WHOLE), 1);
    heard(&mut market, &ticker("delta", r#","markPrice":"101.5""#), 7);
    let funding = market.funding(BTC).unwrap();
    assert_eq!((funding.rate, funding.price_pay, funding.ts_next_ns), (0.0004, 101.5, 8_000_000));
    assert_eq!((funding.interval_hours, funding.ts_recv_ns), (4, 7));
    heard(&mut market, &ticker("delta", ""), 9);
    assert_eq!(market.funding(BTC).unwrap().ts_recv_ns, 9);
}

#[test]
fn the_ticker_s_interval_reprices_at_once() {
    let mut market = watching();
    heard(&mut market, &ticker("snapshot", WHOLE), 1);
    assert_eq!(market.instrument(BTC).unwrap().funding_interval_hours, 4);
    heard(&mut market, &ticker("delta", r#","fundingIntervalHour":"1""#), 2);
    assert_eq!(market.funding(BTC).unwrap().rate_per_hour(), 0.0004);
    assert_eq!(market.instrument(BTC).unwrap().funding_interval_hours, 1);
}

#[test]
fn a_rate_without_its_interval_is_no_rate() {
    let mut market = watching();
    heard(&mut market, &ticker("snapshot", &WHOLE.replace(r#","fundingIntervalHour":"4""#, "")), 1);
    assert_eq!(market.funding(BTC), None);
    heard(&mut market, &ticker("delta", r#","fundingIntervalHour":"2""#), 2);
    assert_eq!(market.funding(BTC).unwrap().rate_per_hour(), 0.0002);
    heard(&mut market, &ticker("snapshot", r#","fundingRate":"0.01","markPrice":"100""#), 3);
    assert_eq!(market.funding(BTC), None);
}

#[test]
fn a_ticker_that_was_lost_must_be_heard_whole_again() {
    let mut market = watching();
    heard(&mut market, &frame("snapshot", 10, r#"["100.0","5"]"#, r#"["101.0","5"]"#), 1);
    for loss in [ticker("delta", r#","fundingRate":"NaN""#), ticker("snapshot", WHOLE)[..60].to_owned()] {
        heard(&mut market, &ticker("snapshot", WHOLE), 1);
        assert_eq!(market.gapped(BYBIT), Ok(vec![]));
        assert_eq!(heard(&mut market, &loss, 2), Claim::Malformed);
        heard(&mut market, &ticker("delta", r#","fundingRate":"0.0001""#), 3);
        assert_eq!((market.funding(BTC), market.gapped(BYBIT)), (None, Ok(vec![BTC])));
        assert!(market.book(BTC).unwrap().is_live());
    }
    heard(&mut market, &ticker("snapshot", WHOLE), 4);
    market.invalidate(BTC, "calendar moved").unwrap();
    assert_eq!((market.funding(BTC), market.gapped(BYBIT)), (None, Ok(vec![BTC])));
}

proptest! {
    /// Frames valid, cut, mutated, shuffled, repeated: the book equals the venue's at the id it holds, or is not Live.
    #[test]
    fn any_delivery_leaves_the_truth_or_a_mark(
        changes in prop::collection::vec((1i64..40, 0i64..3, any::<bool>()), 20),
        deliveries in prop::collection::vec(delivery(), 0..60),
    ) {
        let truths = venue(&changes);
        let frames: Vec<_> = (2u64..).zip(&changes).zip(&truths).map(|((last, change), (_, _, sides))| {
            let (price, quantity, ask) = *change;
            let price = if ask { price + 50 } else { price };
            let level = format!(r#"["{}","{}"]"#, num::text(price, 1), num::text(quantity, 3));
            let delta = if ask { frame("delta", last, "", &level) } else { frame("delta", last, &level, "") };
            let text = |(price, quantity): (&i64, &i64)| format!(r#"["{}","{}"]"#, num::text(*price, 1), num::text(*quantity, 3));
            let bids: Vec<_> = sides.0.iter().rev().map(text).collect();
            let asks: Vec<_> = sides.1.iter().map(text).collect();
            (delta, frame("snapshot", last, &bids.join(","), &asks.join(",")), last, sides.clone())
        }).collect();
        let mut market = watching();
        for (ts, delivery) in (0i64..).zip(deliveries) {
            let bytes = match delivery {
                Delivery::Frame(at) => frames[at].0.clone().into_bytes(),
                Delivery::Snapshot(at) => frames[at].1.clone().into_bytes(),
                Delivery::Cut(at, cut) => {
                    let bytes = frames[at].0.as_bytes();
                    bytes[..cut.min(bytes.len() - 1)].to_vec()
                }
                Delivery::Mutated(at, place, byte) => {
                    let mut bytes = frames[at].0.clone().into_bytes();
                    let place = place % bytes.len();
                    bytes[place] = byte;
                    bytes
                }
            };
            market.feed(BYBIT, &bytes, ts).unwrap();
            let book = market.book(BTC).unwrap();
            if book.is_live() {
                let truth = frames.iter().find(|(_, _, last, _)| *last == book.sequence()).map(|(_, _, _, sides)| sides);
                let side = |side| book.side(side).iter().map(|level| (level.price, level.quantity)).collect::<BTreeMap<_, _>>();
                prop_assert_eq!(Some(&(side(Side::Bid), side(Side::Ask))), truth);
            }
        }
    }
}
