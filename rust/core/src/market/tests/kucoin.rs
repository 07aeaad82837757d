use super::*;

const KUCOIN: VenueId = VenueId(0);
const BTC: InstrumentId = InstrumentId(0);

fn watching() -> Market {
    let mut market = Market::default();
    let venue = market.add_venue("kucoinfutures", Decoder::Kucoin).unwrap();
    market.add_instrument(&Terms { lot: "1", ..terms(venue, "XBTUSDTM", "USDT") }).unwrap();
    market
}

fn change(sequence: u64, change: &str) -> String {
    format!(
        r#"{{"topic":"/contractMarket/level2:XBTUSDTM","type":"message","subject":"level2","sn":{sequence},"data":{{"sequence":{sequence},"change":"{change}","timestamp":2}}}}"#
    )
}

fn rest(sequence: u64) -> String {
    format!(
        r#"{{"code":"200000","data":{{"symbol":"XBTUSDTM","sequence":{sequence},"asks":[[101.0,5]],"bids":[["100.0",5],[9.95E1,5]],"ts":1}}}}"#
    )
}

fn heard(market: &mut Market, frame: &str) -> Claim {
    market.feed(KUCOIN, frame.as_bytes(), 1).unwrap()
}

fn best_bid(market: &Market) -> Option<i64> {
    market.book(BTC).and_then(Book::top).map(|(bid, _)| bid.price)
}

#[test]
fn a_lost_a_repeated_and_a_swapped_change_are_told_apart() {
    let (one, two) = (change(101, "100.1,buy,1"), change(102, "100.2,buy,1"));
    for (frames, live) in
        [(vec![&one, &two], true), (vec![&one, &one, &two], true), (vec![&two], false), (vec![&two, &one], false)]
    {
        let mut market = watching();
        heard(&mut market, &change(99, "100.3,buy,1"));
        assert_eq!(market.snapshot(BTC, rest(100).as_bytes(), 1), Ok(true));
        for frame in frames {
            heard(&mut market, frame);
        }
        assert_eq!(best_bid(&market), live.then_some(1_002));
        market.snapshot(BTC, rest(120).as_bytes(), 3).unwrap();
        assert_eq!(best_bid(&market), Some(1_000));
    }
}

#[test]
fn a_book_of_another_contract_is_refused() {
    let mut market = watching();
    assert_eq!(market.snapshot(BTC, rest(100).replace("XBT", "ETH").as_bytes(), 1), Ok(false));
    assert!(!market.book(BTC).unwrap().is_live());
}

#[test]
fn rate_and_mark_make_funding_together() {
    let mut market = watching();
    let frame = |subject: &str, data: &str| {
        format!(r#"{{"topic":"/contract/instrument:XBTUSDTM","type":"message","subject":"{subject}","data":{data}}}"#)
    };
    // Midnight of 1970: the next settlement is at 04:00.
    let rate = frame("funding.rate", r#"{"granularity":28800000,"fundingRate":-4.0E-4,"timestamp":60000}"#);
    heard(&mut market, &rate);
    assert_eq!(market.funding(BTC), None);
    heard(
        &mut market,
        &frame("mark.index.price", r#"{"markPrice":100.5,"indexPrice":1,"granularity":1000,"timestamp":1}"#),
    );
    let funding = market.funding(BTC).unwrap();
    assert_eq!((funding.rate, funding.price_pay, funding.interval_hours), (-0.0004, 100.5, 8));
    assert_eq!(funding.ts_next_ns, 4 * HOUR_NS);
    heard(&mut market, &rate.replace("28800000", "14400000"));
    assert_eq!(market.instrument(BTC).unwrap().funding_interval_hours, 4);
    heard(&mut market, &rate.replace("-4.0E-4", "null"));
    assert_eq!(market.funding(BTC), None);
}
