use super::*;

const DYDX: VenueId = VenueId(0);
const BTC: InstrumentId = InstrumentId(0);
const ETH: InstrumentId = InstrumentId(1);

fn watching() -> Market {
    let mut market = Market::default();
    let venue = market.add_venue("dydx", Decoder::Dydx).unwrap();
    for symbol in ["BTC-USD", "ETH-USD"] {
        let hourly = Terms { funding_interval_hours: 8, ..terms(venue, symbol, "USDC") };
        market.add_instrument(&hourly).unwrap();
    }
    market
}

fn begin(connection: &str, message: u64, symbol: &str) -> String {
    format!(
        r#"{{"type":"subscribed","connection_id":"{connection}","message_id":{message},"channel":"v4_orderbook","id":"{symbol}","contents":{{"bids":[{{"price":"100","size":"5"}}],"asks":[{{"price":"101","size":"5"}}]}}}}"#
    )
}

fn change(connection: &str, message: u64, symbol: &str, side: &str, level: &str) -> String {
    format!(
        r#"{{"type":"channel_data","connection_id":"{connection}","message_id":{message},"id":"{symbol}","channel":"v4_orderbook","version":"1.0.0","contents":{{"{side}":[{level}]}}}}"#
    )
}

fn trades(connection: &str, message: u64) -> String {
    format!(
        r#"{{"type":"channel_data","connection_id":"{connection}","message_id":{message},"id":"BTC-USD","channel":"v4_trades","version":"2.1.0","contents":{{"trades":[]}}}}"#
    )
}

fn markets(kind: &str, message: u64, contents: &str) -> String {
    format!(
        r#"{{"type":"{kind}","connection_id":"a","message_id":{message},"channel":"v4_markets","contents":{contents}}}"#
    )
}

fn heard(market: &mut Market, frame: &str) -> Claim {
    market.feed(DYDX, frame.as_bytes(), 3 * HOUR_NS + 1).unwrap()
}

/// Both books live on connection `a`, whose next message is 3.
fn live() -> Market {
    let mut market = watching();
    heard(&mut market, r#"{"type":"connected","connection_id":"a","message_id":0}"#);
    heard(&mut market, &begin("a", 1, "BTC-USD"));
    heard(&mut market, &begin("a", 2, "ETH-USD"));
    market
}

fn best(market: &Market, id: InstrumentId) -> Option<(i64, i64)> {
    market.book(id).and_then(Book::top).map(|(bid, ask)| (bid.price, ask.price))
}

fn gapped(market: &Market) -> [bool; 2] {
    [BTC, ETH].map(|id| matches!(market.book(id).unwrap().state(), BookState::Gapped(_)))
}

#[test]
fn changes_of_all_channels_count_together() {
    let mut market = live();
    heard(&mut market, &change("a", 3, "BTC-USD", "bids", r#"["100.5","1"]"#));
    assert_eq!(heard(&mut market, &trades("a", 4)), Claim::Unclaimed);
    heard(&mut market, &change("a", 5, "BTC-USD", "bids", r#"["100.5","0"],["100.2","1"]"#));
    assert_eq!((best(&market, BTC), gapped(&market)), (Some((1_002, 1_010)), [false, false]));
    let book = market.book(BTC).unwrap();
    assert_eq!((book.sequence(), book.ts_venue_ns(), book.ts_recv_ns()), (5, None, Some(3 * HOUR_NS + 1)));
}

#[test]
fn a_lost_a_repeated_and_a_swapped_message_lose_every_book_of_the_connection() {
    let mut other = vec![change("a", 3, "BTC-USD", "bids", r#"["100.5","1"]"#), trades("a", 4), trades("a", 5)];
    other.extend([change("a", 6, "ETH-USD", "asks", r#"["100.9","1"]"#)]);
    for delivered in [vec![0, 2], vec![0, 0], vec![1, 0], vec![0, 1, 3], vec![0, 1, 2, 1]] {
        let mut market = live();
        for at in &delivered {
            heard(&mut market, &other[*at]);
        }
        assert_eq!(gapped(&market), [true, true], "{delivered:?}");
        assert_eq!(market.counters(DYDX).unwrap().gaps, 2, "{delivered:?}");
    }
}

#[test]
fn the_next_snapshot_heals_and_an_old_one_does_not() {
    let mut market = live();
    heard(&mut market, &trades("a", 9));
    assert_eq!(gapped(&market), [true, true]);
    heard(&mut market, &change("a", 10, "BTC-USD", "bids", r#"["100.5","1"]"#));
    heard(&mut market, &begin("a", 11, "BTC-USD"));
    assert_eq!((gapped(&market), best(&market, BTC)), ([false, true], Some((1_000, 1_010))));
    assert_eq!(heard(&mut market, &begin("a", 2, "ETH-USD")), Claim::Ignored);
    assert_eq!(gapped(&market), [true, true]);
    // The venue's own numbering goes on: the connection is not silenced by what came too late.
    heard(&mut market, &begin("a", 12, "BTC-USD"));
    heard(&mut market, &change("a", 13, "BTC-USD", "bids", r#"["100.5","1"]"#));
    assert_eq!(best(&market, BTC), Some((1_005, 1_010)));
}

#[test]
fn a_book_follows_the_connection_that_began_it() {
    let mut market = live();
    heard(&mut market, &begin("b", 1, "BTC-USD"));
    assert_eq!(heard(&mut market, &change("a", 3, "BTC-USD", "bids", r#"["100.5","1"]"#)), Claim::Ignored);
    heard(&mut market, &trades("a", 7));
    assert_eq!((gapped(&market), best(&market, BTC)), ([false, true], Some((1_000, 1_010))));
    heard(&mut market, &change("c", 5, "BTC-USD", "bids", r#"["100.5","1"]"#));
    assert_eq!(gapped(&market), [true, true], "its snapshot on c was lost");
}

#[test]
fn a_forgotten_connection_is_a_lost_one() {
    let mut market = live();
    for number in 0..15 {
        heard(&mut market, &trades(&number.to_string(), 1));
    }
    assert_eq!(gapped(&market), [false, false]);
    heard(&mut market, &trades("15", 1));
    assert_eq!(gapped(&market), [true, true]);
}

#[test]
fn an_unreadable_message_loses_what_it_could_have_been_about() {
    let mut market = live();
    let odd = change("a", 3, "BTC-USD", "bids", "").replace("[]", "[],\"bids\":[]");
    assert_eq!(heard(&mut market, &odd), Claim::Malformed);
    assert_eq!(gapped(&market), [true, true]);
    let mut market = live();
    let cut = change("a", 3, "BTC-USD", "bids", "");
    assert_eq!(heard(&mut market, &cut[..60]), Claim::Unclaimed);
    assert_eq!(gapped(&market), [false, false], "nothing tells what it was");
    heard(&mut market, &trades("a", 4));
    assert_eq!(gapped(&market), [true, true]);
    let mut market = live();
    heard(&mut market, &change("a", 3, "BTC-USD", "bids", r#"["100.55","1"]"#));
    assert_eq!(gapped(&market), [true, false], "a price finer than the tick is one book's");
}

#[test]
fn crossing_levels_are_settled_by_age() {
    let mut market = live();
    heard(&mut market, &change("a", 3, "BTC-USD", "bids", r#"["102","1"]"#));
    assert_eq!((best(&market, BTC), gapped(&market)), (None, [false, false]), "no ask is left");
    heard(&mut market, &change("a", 4, "BTC-USD", "asks", r#"["101.5","2"]"#));
    assert_eq!(best(&market, BTC), Some((1_000, 1_015)));
    let batch = r#"{"type":"channel_batch_data","connection_id":"a","message_id":5,"id":"BTC-USD","channel":"v4_orderbook","contents":[{"bids":[["101.2","3"]]},{"asks":[["101.1","1"]]}]}"#;
    heard(&mut market, batch);
    let book = market.book(BTC).unwrap();
    let of = |side| book.side(side).iter().map(|level| (level.price, level.quantity)).collect::<Vec<_>>();
    assert_eq!((of(Side::Bid), of(Side::Ask)), (vec![(1_012, 2_000), (1_000, 5_000)], vec![(1_015, 2_000)]));
}

#[test]
fn rate_and_oracle_price_make_hourly_funding() {
    let mut market = live();
    let all =
        r#"{"markets":{"BTC-USD":{"oraclePrice":"100.5","nextFundingRate":"0.0001"},"XYZ-USD":{"oraclePrice":"1"}}}"#;
    assert_eq!(heard(&mut market, &markets("subscribed", 3, all)), Claim::Touched(BTC));
    assert_eq!(market.gapped(DYDX), Ok(vec![ETH]), "its ticker was not heard whole");
    let funding = market.funding(BTC).unwrap();
    assert_eq!((funding.rate, funding.price_pay, funding.interval_hours), (0.0001, 100.5, 1));
    assert_eq!(funding.ts_next_ns, 4 * HOUR_NS);
    let some = r#"{"oraclePrices":{"BTC-USD":{"oraclePrice":"101"},"ETH-USD":{"oraclePrice":"7"}}}"#;
    assert_eq!(heard(&mut market, &markets("channel_data", 4, some)), Claim::Several);
    assert_eq!((market.funding(BTC).map(|funding| funding.price_pay), market.funding(ETH)), (Some(101.0), None));
    // What was lost may have been a rate.
    heard(&mut market, &trades("a", 6));
    assert_eq!((market.funding(BTC), market.gapped(DYDX)), (None, Ok(vec![BTC, ETH])));
    heard(&mut market, &markets("subscribed", 7, all));
    heard(&mut market, &markets("channel_data", 8, &all.replace("markets", "trading").replace("0.0001", "NaN")));
    assert_eq!(market.funding(BTC), None);
}
