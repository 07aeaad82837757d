use super::*;

const KRAKEN: VenueId = VenueId(0);
const BTC: InstrumentId = InstrumentId(0);

fn watching() -> Market {
    let mut market = Market::default();
    let venue = market.add_venue("krakenfutures", Decoder::Kraken).unwrap();
    let hourly = Terms { funding_interval_hours: 1, ..terms(venue, "PF_XBTUSD", "USD") };
    market.add_instrument(&hourly).unwrap();
    market
}

fn begin(sequence: u64) -> String {
    format!(
        r#"{{"feed":"book_snapshot","product_id":"PF_XBTUSD","timestamp":2,"seq":{sequence},"tickSize":null,"bids":[{{"price":100.0,"qty":5}},{{"price":9.95E1,"qty":5.0}}],"asks":[{{"price":101,"qty":5}}]}}"#
    )
}

fn change(sequence: u64, price: &str, quantity: &str) -> String {
    format!(
        r#"{{"feed":"book","product_id":"PF_XBTUSD","side":"buy","seq":{sequence},"price":{price},"qty":{quantity},"timestamp":3}}"#
    )
}

fn heard(market: &mut Market, frame: &str) -> Claim {
    market.feed(KRAKEN, frame.as_bytes(), 1).unwrap()
}

fn best_bid(market: &Market) -> Option<i64> {
    market.book(BTC).and_then(Book::top).map(|(bid, _)| bid.price)
}

#[test]
fn a_lost_a_repeated_and_a_swapped_change_are_told_apart() {
    let (one, two) = (change(101, "100.1", "1.5"), change(102, "1.002e2", "1"));
    for (frames, live) in
        [(vec![&one, &two], true), (vec![&one, &one, &two], true), (vec![&two], false), (vec![&two, &one], false)]
    {
        let mut market = watching();
        heard(&mut market, &begin(100));
        for frame in frames {
            heard(&mut market, frame);
        }
        assert_eq!(best_bid(&market), live.then_some(1_002));
        heard(&mut market, &begin(50));
        heard(&mut market, &change(51, "100.0", "0.0"));
        assert_eq!(best_bid(&market), Some(995), "a snapshot begins the numbers too");
    }
}

#[test]
fn an_exponent_beyond_reason_costs_the_book_and_nothing_else() {
    for price in ["1e400", "1e99999999999999999999", "1e-400", "0e5", "-1e2", "1_000", "NaN"] {
        let mut market = watching();
        heard(&mut market, &begin(100));
        assert_eq!(heard(&mut market, &change(101, price, "1")), Claim::Malformed, "{price}");
        assert_eq!((best_bid(&market), market.counters(KRAKEN).unwrap().gaps), (None, 1), "{price}");
    }
}

#[test]
fn funding_needs_the_relative_rate() {
    let mut market = watching();
    let ticker = r#"{"time":1,"product_id":"PF_XBTUSD","funding_rate":-1.26e-7,"relative_funding_rate":-1.5e-5,"next_funding_rate_time":3600000,"feed":"ticker","index":123.91,"markPrice":123.8}"#;
    heard(&mut market, ticker);
    let funding = market.funding(BTC).unwrap();
    assert_eq!((funding.rate, funding.price_pay, funding.ts_next_ns), (-0.000_015, 123.91, HOUR_NS));
    assert_eq!(funding.interval_hours, 1);
    heard(&mut market, &ticker.replace("\"relative_funding_rate\":-1.5e-5,", ""));
    assert_eq!(market.funding(BTC), None);
}
