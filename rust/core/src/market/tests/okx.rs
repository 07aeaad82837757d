use super::*;

const OKX: VenueId = VenueId(0);
const BTC: InstrumentId = InstrumentId(0);
const BIDS: &str = r#"["100.0","5","0","1"],["99.9","6","0","1"]"#;
const ASKS: &str = r#"["101.0","5","0","1"]"#;

fn watching() -> Market {
    let mut market = Market::default();
    let venue = market.add_venue("okx", Decoder::Okx).unwrap();
    market.add_instrument(&terms(venue, "BTC-USDT-SWAP", "USDT")).unwrap();
    market
}

fn frame(channel: &str, action: &str, bids: &str, asks: &str, ids: &str) -> String {
    format!(
        r#"{{"arg":{{"channel":"{channel}","instId":"BTC-USDT-SWAP"}},"action":"{action}","data":[{{"asks":[{asks}],"bids":[{bids}],"ts":"2"{ids}}}]}}"#
    )
}

fn begin(last: u64) -> String {
    frame("books", "snapshot", BIDS, ASKS, &format!(r#","checksum":0,"prevSeqId":-1,"seqId":{last}"#))
}

fn update(previous: u64, last: u64, bids: &str) -> String {
    frame("books", "update", bids, "", &format!(r#","checksum":0,"prevSeqId":{previous},"seqId":{last}"#))
}

fn heard(market: &mut Market, frame: &str, ts_recv_ns: i64) -> Claim {
    market.feed(OKX, frame.as_bytes(), ts_recv_ns).unwrap()
}

fn rest(last: u64) -> String {
    format!(r#"{{"code":"0","data":[{{"asks":[{ASKS}],"bids":[{BIDS}],"ts":"2","seqId":{last}}}]}}"#)
}

fn best_bid(market: &Market) -> Option<i64> {
    market.book(BTC).and_then(Book::top).map(|(bid, _)| bid.price)
}

#[test]
fn a_heartbeat_is_a_sign_of_life_and_a_reset_starts_again_from_below() {
    let mut market = watching();
    heard(&mut market, &begin(100), 1);
    heard(&mut market, &update(100, 100, ""), 2);
    assert_eq!(market.book(BTC).unwrap().ts_recv_ns(), Some(2));
    heard(&mut market, &update(100, 3, r#"["100.1","1","0","1"]"#), 3);
    heard(&mut market, &update(3, 5, r#"["100.2","1","0","1"]"#), 4);
    assert_eq!((best_bid(&market), market.book(BTC).unwrap().sequence()), (Some(1_002), 5));
    assert_eq!(market.counters(OKX).unwrap().outdated, 0);
}

#[test]
fn a_lost_a_repeated_and_a_swapped_delta_are_told_apart() {
    let one = update(100, 105, r#"["100.1","1","0","1"]"#);
    let two = update(105, 109, r#"["100.2","1","0","1"]"#);
    for (frames, live) in
        [(vec![&one, &two], true), (vec![&one, &one, &two], true), (vec![&two], false), (vec![&two, &one], false)]
    {
        let mut market = watching();
        heard(&mut market, &begin(100), 1);
        for frame in frames {
            heard(&mut market, frame, 2);
        }
        assert_eq!(best_bid(&market), live.then_some(1_002));
        if !live {
            let reason = Reason::SequenceBreak { expected: 100, got: 105 };
            assert_eq!(market.book(BTC).unwrap().state(), &BookState::Gapped(reason));
            heard(&mut market, &begin(109), 3);
            assert_eq!(best_bid(&market), Some(1_000));
        }
    }
}

#[test]
fn a_stream_without_its_snapshot_is_joined_over_rest() {
    let mut market = watching();
    heard(&mut market, &update(95, 100, r#"["100.1","1","0","1"]"#), 1);
    heard(&mut market, &update(100, 105, r#"["100.2","1","0","1"]"#), 2);
    assert_eq!(market.gapped(OKX), Ok(vec![BTC]));
    assert_eq!(market.snapshot(BTC, rest(90).as_bytes(), 3), Ok(true));
    assert_eq!(best_bid(&market), None);
    assert_eq!(market.snapshot(BTC, rest(100).as_bytes(), 3), Ok(true));
    assert_eq!((best_bid(&market), market.book(BTC).unwrap().sequence()), (Some(1_002), 105));
    heard(&mut market, &update(105, 106, r#"["100.2","0","0","0"]"#), 4);
    assert_eq!(best_bid(&market), Some(1_001));
}

#[test]
fn whole_books_and_changes_of_one_instrument_do_not_mix() {
    let mut market = watching();
    heard(&mut market, &begin(100), 1);
    heard(&mut market, &frame("books5", "", BIDS, ASKS, ""), 2);
    assert_eq!(best_bid(&market), Some(1_000));
    heard(&mut market, &update(100, 105, ""), 3);
    assert_eq!(best_bid(&market), None);
}

#[test]
fn best_prices_stand_beside_the_book() {
    let mut market = watching();
    heard(&mut market, &begin(100), 1);
    let best = |last: u64, bid: &str| {
        let bids = format!(r#"["{bid}","1","0","1"]"#);
        frame("bbo-tbt", "", &bids, "", &format!(r#","seqId":{last}"#))
    };
    heard(&mut market, &best(110, "100.4"), 2);
    heard(&mut market, &best(108, "100.3"), 3);
    let held = market.best(BTC).unwrap();
    assert_eq!((held.bid.map(|bid| bid.price), held.ask, held.ts_recv_ns), (Some(1_004), None, 2));
    assert_eq!((best_bid(&market), market.counters(OKX).unwrap().outdated), (Some(1_000), 1));
    // Ids that began anew are believed after a while.
    for n in 0..u64::from(crate::book::OUTDATED_RUN_MAX) {
        heard(&mut market, &best(n, "100.2"), 4);
    }
    assert_eq!(market.best(BTC).and_then(|best| best.bid).map(|bid| bid.price), Some(1_002));
    assert_eq!(heard(&mut market, &best(30, "1e5"), 5), Claim::Malformed);
    assert_eq!((market.best(BTC), best_bid(&market)), (None, Some(1_000)));
}

#[test]
fn a_checksum_holds_a_book_without_ids() {
    // CRC-32 of "100.0:5:101.0:5:99.9:6" and of "100.0:7:101.0:5:99.9:6".
    let (whole, changed) = (crc("100.0:5:101.0:5:99.9:6"), crc("100.0:7:101.0:5:99.9:6"));
    let of_2022 = |action: &str, bids: &str, crc: i32| {
        let asks = if action == "snapshot" { ASKS } else { "" };
        frame("books", action, bids, asks, &format!(r#","checksum":{crc}"#))
    };
    let mut market = watching();
    heard(&mut market, &of_2022("snapshot", BIDS, whole), 1);
    heard(&mut market, &of_2022("update", r#"["100.0","7","0","1"]"#, changed), 2);
    assert_eq!(best_bid(&market), Some(1_000));
    heard(&mut market, &of_2022("update", r#"["99.8","1","0","1"]"#, changed), 3);
    let BookState::Gapped(Reason::Checksum { expected, got }) = market.book(BTC).unwrap().state() else { panic!() };
    assert_eq!((*expected as i32, *got as i32), (changed, crc("100.0:7:101.0:5:99.9:6:99.8:1")));
    heard(&mut market, &of_2022("update", r#"["99.8","0","0","1"]"#, changed), 4);
    assert_eq!(best_bid(&market), None);
    heard(&mut market, &of_2022("snapshot", BIDS, whole), 5);
    assert_eq!((best_bid(&market), market.counters(OKX).unwrap().gaps), (Some(1_000), 1));
    heard(&mut market, &of_2022("snapshot", BIDS, changed), 6);
    assert_eq!(best_bid(&market), None);
}

fn crc(line: &str) -> i32 {
    crc32fast::hash(line.as_bytes()) as i32
}

#[test]
fn rate_and_mark_make_funding_together() {
    let mut market = watching();
    let rate = r#"{"arg":{"channel":"funding-rate","instId":"BTC-USDT-SWAP"},"data":[{"fundingRate":"0.0003","fundingTime":"8","nextFundingTime":""}]}"#;
    let mark = r#"{"arg":{"channel":"mark-price","instId":"BTC-USDT-SWAP"},"data":[{"markPx":"100.5","ts":"1"}]}"#;
    heard(&mut market, rate, 1);
    assert_eq!(market.funding(BTC), None);
    heard(&mut market, mark, 2);
    let funding = market.funding(BTC).unwrap();
    // Its interval is the registered one until a frame tells another.
    assert_eq!((funding.rate, funding.price_pay, funding.interval_hours), (0.0003, 100.5, 8));
    heard(&mut market, &rate.replace(r#""8","nextFundingTime":"""#, r#""7200000","nextFundingTime":"10800000""#), 3);
    let funding = market.funding(BTC).unwrap();
    assert_eq!((funding.interval_hours, funding.ts_next_ns), (1, 2 * HOUR_NS));
    heard(&mut market, &rate.replace("0.0003", ""), 4);
    assert_eq!(market.funding(BTC), None);
}
