use super::*;

const BITGET: VenueId = VenueId(0);
const BTC: InstrumentId = InstrumentId(0);

fn watching() -> Market {
    let mut market = Market::default();
    let venue = market.add_venue("bitget", Decoder::Bitget).unwrap();
    market.add_instrument(&terms(venue, "BTCUSDT", "USDT")).unwrap();
    market
}

fn frame(action: &str, bids: &str, asks: &str, ids: &str) -> String {
    format!(
        r#"{{"action":"{action}","arg":{{"instType":"usdt-futures","topic":"books","symbol":"BTCUSDT"}},"data":[{{"a":[{asks}],"b":[{bids}]{ids},"ts":"2"}}],"ts":3}}"#
    )
}

fn begin(last: u64) -> String {
    frame("snapshot", r#"["100.0","5.000"]"#, r#"["101","5"]"#, &format!(r#","checksum":0,"seq":{last},"pseq":0"#))
}

fn update(previous: u64, last: u64, bid: &str, crc: Option<u32>) -> String {
    let crc = crc.map_or(String::new(), |crc| format!(r#","checksum":{}"#, crc as i32));
    frame("update", bid, "", &format!(r#"{crc},"seq":{last},"pseq":{previous}"#))
}

fn heard(market: &mut Market, frame: &str) -> Claim {
    market.feed(BITGET, frame.as_bytes(), 1).unwrap()
}

fn best_bid(market: &Market) -> Option<i64> {
    market.book(BTC).and_then(Book::top).map(|(bid, _)| bid.price)
}

#[test]
fn digits_count_as_they_were_written() {
    let mut market = watching();
    heard(&mut market, &begin(10));
    let crc = crc32fast::hash(b"100.0:5.000:101:5:99.9:0.5");
    heard(&mut market, &update(10, 12, r#"["99.9","0.5"]"#, Some(crc)));
    assert_eq!(best_bid(&market), Some(1_000));
    let crc = crc32fast::hash(b"100.00:5.0:101:5:99.9:0.5");
    heard(&mut market, &update(12, 13, r#"["100.00","5.0"]"#, Some(crc)));
    assert_eq!(best_bid(&market), Some(1_000));
    heard(&mut market, &update(13, 14, "", Some(crc ^ 1)));
    assert_eq!(market.book(BTC).unwrap().state(), &BookState::Gapped(Reason::Checksum { expected: crc ^ 1, got: crc }));
    heard(&mut market, &begin(14));
    assert_eq!((best_bid(&market), market.counters(BITGET).unwrap().gaps), (Some(1_000), 1));
}

#[test]
fn a_lost_a_repeated_and_a_swapped_delta_are_told_apart() {
    let one = update(10, 12, r#"["100.1","1"]"#, None);
    let two = update(12, 13, r#"["100.2","1"]"#, None);
    for (frames, live) in
        [(vec![&one, &two], true), (vec![&one, &two, &two], true), (vec![&two], false), (vec![&two, &one], false)]
    {
        let mut market = watching();
        heard(&mut market, &begin(10));
        for frame in frames {
            heard(&mut market, frame);
        }
        assert_eq!(best_bid(&market), live.then_some(1_002));
    }
}

#[test]
fn a_second_snapshot_replaces_the_book() {
    let mut market = watching();
    heard(&mut market, &begin(10));
    heard(&mut market, &update(10, 12, r#"["100.1","1"]"#, None));
    heard(&mut market, &begin(20));
    assert_eq!((best_bid(&market), market.book(BTC).unwrap().side(Side::Bid).len()), (Some(1_000), 1));
}

#[test]
fn the_registered_interval_stands() {
    let mut market = watching();
    let ticker = r#"{"action":"snapshot","arg":{"instType":"usdt-futures","topic":"ticker","symbol":"BTCUSDT"},"data":[{"markPrice":"100","fundingRate":"-0.00003","nextFundingTime":"1777363200000"}],"ts":1}"#;
    heard(&mut market, ticker);
    let funding = market.funding(BTC).unwrap();
    assert_eq!((funding.rate, funding.interval_hours, funding.price_pay), (-0.000_03, 8, 100.0));
    market.set_interval(BTC, 4).unwrap();
    heard(&mut market, ticker);
    assert_eq!(market.funding(BTC).unwrap().interval_hours, 4);
    heard(&mut market, &ticker.replace("1777363200000", "0"));
    assert_eq!(market.funding(BTC), None);
}
