use crate::book::{Level, Reason};
use crate::decode::{Decoder, Event, Kind, Levels, Link, TickerFrame};
use proptest::prelude::*;

const SNAPSHOT: &str = r#"{"type":"subscribed","connection_id":"67838890-75de-4bf3-a638-d7bcdea5f245","message_id":7,"channel":"v4_orderbook","id":"GRT-USD","contents":{"bids":[{"price":"0.1547","size":"35520"}],"asks":[{"price":"0.155","size":"3220"}]}}"#;
const CHANGE: &str = r#"{"type":"channel_data","connection_id":"86052893-19bc-46c9-a1af-e9f5ff4f6572","message_id":5814,"id":"GRT-USD","channel":"v4_orderbook","version":"1.0.0","contents":{"bids":[["0.1121","0"]]}}"#;
const BATCH: &str = r#"{"type":"channel_batch_data","connection_id":"86052893-19bc-46c9-a1af-e9f5ff4f6572","message_id":5815,"id":"GRT-USD","channel":"v4_orderbook","version":"1.0.0","contents":[{"bids":[["0.1121","10"]]},{"asks":[["0.1122","20"],["0.1123","0"]]},{"bids":[["0.1121","30"]]}]}"#;
const MARKETS: &str = r#"{"type":"subscribed","connection_id":"3a2e4c0c-7579-4bf6-a570-e0979418bbe9","message_id":17,"channel":"v4_markets","contents":{"markets":{"BTC-USD":{"clobPairId":"0","ticker":"BTC-USD","status":"ACTIVE","oraclePrice":"60387.51779","nextFundingRate":"0.00001351666666666667","tickSize":"1"},"NEW-USD":{"ticker":"NEW-USD","status":"INITIALIZING","oraclePrice":null,"nextFundingRate":"0"}}}}"#;
const TRADING: &str = r#"{"type":"channel_data","connection_id":"3a2e4c0c-7579-4bf6-a570-e0979418bbe9","message_id":15871,"channel":"v4_markets","version":"1.0.0","contents":{"trading":{"ETH-USD":{"id":"1","openInterest":"15398.406","nextFundingRate":"-0.00002"}}}}"#;
const ORACLE: &str = r#"{"type":"channel_data","connection_id":"3a2e4c0c-7579-4bf6-a570-e0979418bbe9","message_id":15162,"channel":"v4_markets","version":"1.0.0","contents":{"oraclePrices":{"ETH-USD":{"oraclePrice":"2623.3521","effectiveAt":"2024-08-23T00:00:54.301Z","effectiveAtHeight":"23455252","marketId":86}}}}"#;

fn decode(frame: &str) -> Event<'_> {
    Decoder::Dydx.decode(frame.as_bytes())
}

fn read(levels: &Levels<'_>) -> Result<Vec<(i64, i64)>, Reason> {
    let mut into: Vec<Level> = Vec::new();
    levels.read(4, 0, &mut into)?;
    Ok(into.iter().map(|level| (level.price, level.quantity)).collect())
}

fn heard(frame: &str) -> Vec<TickerFrame<'_>> {
    let Event::Tickers(tickers) = decode(frame) else { panic!("{frame}") };
    let mut seen = Vec::new();
    tickers.each(|ticker| seen.push(ticker));
    seen
}

fn ticker(symbol: &str, whole: bool, rate: Option<f64>, price_pay: Option<f64>) -> TickerFrame<'_> {
    TickerFrame { symbol, whole, rate, price_pay, ts_next_ns: None, interval_hours: Some(1) }
}

#[test]
fn a_subscription_begins_a_book_in_any_order_of_keys() {
    let turned = r#" {"contents":{"asks":[{"size":"3220","price":"0.155"}],"bids":[ {"size":"35520","price":"0.1547"} ]},"id":"GRT-USD","channel":"v4_orderbook","message_id":7,"connection_id":"67838890-75de-4bf3-a638-d7bcdea5f245","type":"subscribed"}"#;
    for frame in [SNAPSHOT, turned] {
        let Event::Begin(book) = decode(frame) else { panic!("{frame}") };
        assert_eq!((book.symbol, book.sequence, book.ts_venue_ns), (Some("GRT-USD"), 7, None));
        assert_eq!((read(&book.bids), read(&book.asks)), (Ok(vec![(1_547, 35_520)]), Ok(vec![(1_550, 3_220)])));
    }
}

#[test]
fn a_change_names_one_side_or_both_and_a_batch_holds_several() {
    let Event::Change(change) = decode(CHANGE) else { panic!() };
    assert_eq!((change.symbol, change.message), ("GRT-USD", 5_814));
    assert_eq!((read(&change.bids), change.asks), (Ok(vec![(1_121, 0)]), Levels::Empty));
    let Event::Change(batch) = decode(BATCH) else { panic!() };
    assert_eq!((batch.symbol, batch.message), ("GRT-USD", 5_815));
    assert_eq!(read(&batch.bids), Ok(vec![(1_121, 10), (1_121, 30)]));
    assert_eq!(read(&batch.asks), Ok(vec![(1_122, 20), (1_123, 0)]));
}

#[test]
fn every_message_has_a_place_on_its_connection() {
    let link = |frame: &'static str| Decoder::Dydx.link(frame.as_bytes());
    let of_snapshot = Link { connection: "67838890-75de-4bf3-a638-d7bcdea5f245", message: 7 };
    assert_eq!(link(SNAPSHOT), Some(of_snapshot));
    assert_eq!(
        link(r#"{"type":"connected","connection_id":"a","message_id":0}"#),
        Some(Link { connection: "a", message: 0 })
    );
    for frame in [
        r#"{"connection_id":"a"}"#,
        r#"{"connection_id":7,"message_id":1}"#,
        r#"{"connection_id":"a","message_id":-1}"#,
        "{",
        "[]",
        "",
    ] {
        assert_eq!(link(frame), None, "{frame}");
    }
    assert_eq!(Decoder::Bybit.link(SNAPSHOT.as_bytes()), None);
}

#[test]
fn markets_tell_rate_and_oracle_price_each_where_it_changed() {
    let rate = 0.000_013_516_666_666_666_67;
    assert_eq!(
        heard(MARKETS),
        [ticker("BTC-USD", true, Some(rate), Some(60_387.517_79)), ticker("NEW-USD", true, Some(0.0), None)]
    );
    assert_eq!(heard(TRADING), [ticker("ETH-USD", false, Some(-0.000_02), None)]);
    assert_eq!(heard(ORACLE), [ticker("ETH-USD", false, None, Some(2_623.352_1))]);
    let batch = ORACLE.replace("channel_data", "channel_batch_data").replace("\"contents\":{", "\"contents\":[{");
    let batch = format!(r#"{},{{"trading":{{"BTC-USD":{{"nextFundingRate":"0.5"}}}}}}]}}"#, &batch[..batch.len() - 1]);
    assert_eq!(
        heard(&batch),
        [ticker("ETH-USD", false, None, Some(2_623.352_1)), ticker("BTC-USD", false, Some(0.5), None)]
    );
}

#[test]
fn everything_else_falls_through() {
    let frames = [
        r#"{"type":"connected","connection_id":"a","message_id":0}"#.to_owned(),
        r#"{"type":"unsubscribed","connection_id":"a","message_id":9,"channel":"v4_orderbook","id":"GRT-USD"}"#
            .to_owned(),
        r#"{"type":"error","message":"Invalid subscribe","connection_id":"a","message_id":3}"#.to_owned(),
        CHANGE.replace("v4_orderbook", "v4_trades"),
        CHANGE.replace("v4_orderbook", "v4_subaccounts"),
        CHANGE.replace("v4_orderbook", "v3_orderbook"),
        String::new(),
    ];
    for frame in frames {
        assert_eq!(decode(&frame), Event::Unclaimed, "{frame}");
    }
    assert!(Decoder::Dydx.snapshot(br#"{"bids":[],"asks":[]}"#).is_err());
}

#[test]
fn unreadable_market_data_is_named_where_it_can_be() {
    let cases = [
        (SNAPSHOT.replace("\"asks\"", "\"ask\""), Kind::Book, Some("GRT-USD")),
        (SNAPSHOT.replace("\"message_id\":7", "\"message_id\":\"7\""), Kind::Book, Some("GRT-USD")),
        (CHANGE.replace("\"contents\"", "\"content\""), Kind::Book, Some("GRT-USD")),
        (CHANGE.replace("\"bids\"", "\"bid\""), Kind::Book, Some("GRT-USD")),
        (BATCH.replace("{\"asks\"", "{\"ask\""), Kind::Book, Some("GRT-USD")),
        (CHANGE.replace("{\"bids\"", "{\"bids\":[],\"bids\""), Kind::Book, Some("GRT-USD")),
        (CHANGE.replace("\"id\":\"GRT-USD\",", ""), Kind::Book, None),
        (CHANGE[..170].to_string(), Kind::Book, Some("GRT-USD")),
        (MARKETS.replace("0.00001351666666666667", "NaN"), Kind::Funding, None),
        (MARKETS.replace("60387.51779", "-1"), Kind::Funding, None),
        (MARKETS.replace("\"markets\"", "\"market\""), Kind::Funding, None),
        (TRADING.replace("{\"id\":\"1\"", "{\"nextFundingRate\":\"1\""), Kind::Funding, None),
        (ORACLE.replace("{\"ETH-USD\":{", "{\"ETH-USD\":[{"), Kind::Funding, None),
    ];
    for (frame, kind, named) in cases {
        let Event::Malformed(found, symbol, _) = decode(&frame) else { panic!("{frame}") };
        assert_eq!((found, symbol), (kind, named), "{frame}");
    }
    for (from, to) in
        [("{\"asks\":", "{\"bids\":[],\"bids\":"), ("[\"0.1122\",\"20\"]", "[\"0.1122\"]"), ("{\"asks\"", "[\"asks\"")]
    {
        let frame = BATCH.replace(from, to);
        if let Event::Change(batch) = decode(&frame) {
            assert!(read(&batch.bids).and_then(|_| read(&batch.asks)).is_err(), "{frame}");
        }
    }
}

#[test]
fn the_hot_frame_is_read_by_its_template() {
    for frame in [CHANGE, &CHANGE.replace("}}", r#","asks":[]}}"#)] {
        let event = super::template(frame);
        assert!(event.is_some(), "{frame}");
        assert_eq!(event, Some(Decoder::Dydx.decode_any_order(frame.as_bytes())));
    }
    assert_eq!(super::template(&CHANGE.replace(':', ": ")), None);
}

proptest! {
    #[test]
    fn a_damaged_frame_never_panics_and_reads_the_same_both_ways(at in 0usize..500, byte in any::<u8>(), cut in 0usize..600) {
        for frame in [SNAPSHOT, CHANGE, BATCH, MARKETS, TRADING, ORACLE] {
            let mut bytes = frame.as_bytes().to_vec();
            let at = at % bytes.len();
            bytes[at] = byte;
            bytes.truncate(cut.max(bytes.len() / 2));
            prop_assert_eq!(Decoder::Dydx.decode(&bytes), Decoder::Dydx.decode_any_order(&bytes));
            let _ = Decoder::Dydx.link(&bytes);
            match Decoder::Dydx.decode(&bytes) {
                Event::Change(change) => { let _ = (read(&change.bids), read(&change.asks)); }
                Event::Tickers(tickers) => tickers.each(|ticker| assert!(ticker.rate.is_none_or(f64::is_finite))),
                _ => {}
            }
        }
    }
}
