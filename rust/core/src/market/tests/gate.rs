use super::*;

const GATE: VenueId = VenueId(0);
const BTC: InstrumentId = InstrumentId(0);

fn watching() -> Market {
    let mut market = Market::default();
    let venue = market.add_venue("gate", Decoder::Gate).unwrap();
    market.add_instrument(&Terms { lot: "1", ..terms(venue, "BTC_USDT", "USDT") }).unwrap();
    market
}

fn update(first: u64, last: u64, bids: &str) -> String {
    format!(
        r#"{{"time":1,"time_ms":2,"channel":"futures.order_book_update","event":"update","result":{{"t":2,"s":"BTC_USDT","U":{first},"u":{last},"b":[{bids}],"a":[]}}}}"#
    )
}

fn rest(id: u64) -> String {
    format!(
        r#"{{"current":1.5,"update":1.25,"id":{id},"asks":[{{"p":"101","s":5}}],"bids":[{{"p":"100","s":5}},{{"p":"99.5","s":5}}]}}"#
    )
}

fn heard(market: &mut Market, frame: &str, ts_recv_ns: i64) -> Claim {
    market.feed(GATE, frame.as_bytes(), ts_recv_ns).unwrap()
}

fn best_bid(market: &Market) -> Option<i64> {
    market.book(BTC).and_then(Book::top).map(|(bid, _)| bid.price)
}

#[test]
fn the_stream_joins_the_fetched_book_by_its_ids() {
    let mut market = watching();
    heard(&mut market, &update(90, 95, r#"{"p":"100.1","s":1}"#), 1);
    heard(&mut market, &update(96, 103, r#"{"p":"100.2","s":1}"#), 2);
    heard(&mut market, &update(104, 104, r#"{"p":"100","s":0}"#), 3);
    assert_eq!((best_bid(&market), market.gapped(GATE)), (None, Ok(vec![BTC])));
    assert_eq!(market.snapshot(BTC, rest(100).as_bytes(), 4), Ok(true));
    let book = market.book(BTC).unwrap();
    let bids: Vec<_> = book.side(Side::Bid).iter().map(|level| level.price).collect();
    assert_eq!((bids, book.sequence(), market.gapped(GATE)), (vec![1_002, 995], 104, Ok(vec![])));
    assert_eq!(market.snapshot(BTC, br#"{"label":"TOO_MANY_REQUESTS"}"#, 5), Ok(false));
    assert!(market.book(BTC).unwrap().is_live());
}

#[test]
fn a_lost_a_repeated_and_a_swapped_change_are_told_apart() {
    let one = update(101, 105, r#"{"p":"100.1","s":1}"#);
    let two = update(106, 109, r#"{"p":"100.2","s":1}"#);
    for (frames, live) in
        [(vec![&one, &two], true), (vec![&one, &one, &two], true), (vec![&two], false), (vec![&two, &one], false)]
    {
        let mut market = watching();
        market.snapshot(BTC, rest(100).as_bytes(), 1).unwrap();
        for frame in frames {
            heard(&mut market, frame, 2);
        }
        assert_eq!(best_bid(&market), live.then_some(1_002));
        market.snapshot(BTC, rest(120).as_bytes(), 3).unwrap();
        assert_eq!(best_bid(&market), Some(1_000));
    }
}

#[test]
fn tickers_settle_on_the_registered_interval() {
    let mut market = watching();
    let ticker = r#"{"time":1,"channel":"futures.tickers","event":"update","result":[{"contract":"BTC_USDT","mark_price":"100.5","funding_rate":"0.0008"},{"contract":"XYZ_USDT","mark_price":"1","funding_rate":"0"}]}"#;
    assert_eq!(heard(&mut market, ticker, 9 * HOUR_NS), Claim::Touched(BTC));
    let funding = market.funding(BTC).unwrap();
    assert_eq!((funding.rate, funding.interval_hours, funding.ts_next_ns), (0.0008, 8, 16 * HOUR_NS));
    market.set_interval(BTC, 4).unwrap();
    heard(&mut market, ticker, 9 * HOUR_NS);
    assert_eq!(
        market.funding(BTC).map(|funding| (funding.interval_hours, funding.ts_next_ns)),
        Some((4, 12 * HOUR_NS))
    );
    assert_eq!(heard(&mut market, &ticker.replace("0.0008", "x"), 9 * HOUR_NS), Claim::Malformed);
}
