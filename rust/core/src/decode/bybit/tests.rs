use crate::book::{Level, Reason};
use crate::decode::{Decoder, Event, Kind, Levels, TickerFrame};
use crate::num::NumError;
use proptest::prelude::*;

const SNAPSHOT: &str = r#"{"topic":"orderbook.50.BTCUSDT","type":"snapshot","ts":1700000000717,"data":{"s":"BTCUSDT","b":[["28552.00","0.047"],["28551.90","3"]],"a":[["28552.10","25.433"]],"u":7003305,"seq":50193540681},"cts":1700000000710}"#;
const DELTA: &str = r#"{"topic":"orderbook.50.BTCUSDT","type":"delta","ts":1700000000737,"data":{"s":"BTCUSDT","b":[["28552.00","0"]],"a":[],"u":7003306,"seq":50193543147},"cts":1700000000731}"#;
const TICKER: &str = r#"{"topic":"tickers.BTCUSDT","type":"snapshot","data":{"symbol":"BTCUSDT","tickDirection":"PlusTick","markPrice":"28552.81","indexPrice":"28562.25","openInterest":"52774.528","nextFundingTime":"1700006400000","fundingRate":"-0.0001","fundingIntervalHour":"4","fundingCap":"0.005","bid1Price":"28550.70"},"cs":50193544280,"ts":1700000000770}"#;
const CHANGE: &str =
    r#"{"topic":"tickers.BTCUSDT","type":"delta","data":{"symbol":"BTCUSDT","markPrice":"28553.00"},"cs":2,"ts":3}"#;

fn decode(frame: &str) -> Event<'_> {
    Decoder::Bybit.decode(frame.as_bytes())
}

#[test]
fn a_snapshot_begins_a_book_in_any_order_of_keys() {
    let turned = r#"{"cts":1,"data":{"seq":1,"u":7003305,"a":[["28552.10","25.433"]],"b":[["28552.00","0.047"],["28551.90","3"]],"s":"BTCUSDT"},"ts":1700000000717,"type":"snapshot","topic":"orderbook.50.BTCUSDT"}"#;
    for frame in [SNAPSHOT, turned] {
        let Event::Begin(book) = decode(frame) else { panic!("{frame}") };
        assert_eq!((book.symbol, book.sequence), (Some("BTCUSDT"), 7_003_305));
        assert_eq!(book.ts_venue_ns, Some(1_700_000_000_717_000_000));
        let mut bids = Vec::new();
        book.bids.read(2, 3, &mut bids).unwrap();
        assert_eq!(bids, [Level { price: 2_855_200, quantity: 47 }, Level { price: 2_855_190, quantity: 3_000 }]);
    }
}

#[test]
fn deltas_count_one_by_one_and_id_one_is_a_restart() {
    let Event::Follow(delta) = decode(DELTA) else { panic!() };
    assert_eq!((delta.symbol, delta.first, delta.last, delta.previous), ("BTCUSDT", 7_003_306, 7_003_306, 7_003_305));
    assert!(matches!(decode(&DELTA.replace("7003306", "1")), Event::Begin(book) if book.sequence == 1));
    assert!(matches!(decode(&DELTA.replace("7003306", "0")), Event::Malformed(Kind::Book, Some("BTCUSDT"), _)));
}

#[test]
fn every_depth_of_a_linear_contract_is_a_book_and_no_other() {
    for depth in ["50", "200", "500", "1000"] {
        assert!(matches!(decode(&SNAPSHOT.replace("k.50.", &format!("k.{depth}."))), Event::Begin(_)));
    }
    for depth in ["rpi", "25", "", "50.x"] {
        let frame = SNAPSHOT.replace("k.50.", &format!("k.{depth}."));
        assert!(matches!(decode(&frame), Event::Ignored | Event::Malformed(..)), "{frame}");
    }
    assert_eq!(decode(&SNAPSHOT.replace("k.50.BTCUSDT", "k.rpi.BTCUSDT")), Event::Ignored);
}

#[test]
fn level_one_is_the_best_prices_beside_the_book() {
    let frame = SNAPSHOT.replace("k.50.", "k.1.").replace(",[\"28551.90\",\"3\"]", "");
    let Event::Best(best) = decode(&frame) else { panic!() };
    assert_eq!((best.symbol, best.sequence, best.ts_venue_ns), ("BTCUSDT", 0, Some(1_700_000_000_717_000_000)));
    assert_eq!(
        (best.bids, best.asks),
        (Levels::pairs(r#"[["28552.00","0.047"]]"#), Levels::pairs(r#"[["28552.10","25.433"]]"#))
    );
    // Of 2023; it says one side only, and was retired for snapshots.
    assert_eq!(decode(&DELTA.replace("k.50.", "k.1.")), Event::Ignored);
    assert!(matches!(decode(&frame.replace("7003305", "x")), Event::Malformed(Kind::Book, Some("BTCUSDT"), _)));
}

#[test]
fn a_ticker_tells_what_changed() {
    let Event::Ticker(ticker) = decode(TICKER) else { panic!() };
    let whole = TickerFrame {
        symbol: "BTCUSDT",
        whole: true,
        rate: Some(-0.0001),
        price_pay: Some(28_552.81),
        ts_next_ns: Some(1_700_006_400_000_000_000),
        interval_hours: Some(4),
    };
    assert_eq!(ticker, whole);
    let Event::Ticker(ticker) = decode(CHANGE) else { panic!() };
    let changed = TickerFrame { rate: None, ts_next_ns: None, interval_hours: None, ..whole };
    assert_eq!(ticker, TickerFrame { whole: false, price_pay: Some(28_553.0), ..changed });
}

#[test]
fn a_dated_contract_tells_no_funding() {
    let dated = TICKER.replace("\"-0.0001\"", "\"\"").replace("1700006400000", "0");
    let Event::Ticker(ticker) = decode(&dated) else { panic!() };
    assert!(ticker.whole);
    assert_eq!((ticker.rate, ticker.price_pay, ticker.ts_next_ns, ticker.interval_hours), (None, None, None, None));
}

#[test]
fn everything_else_falls_through() {
    let frames = [
        r#"{"success":true,"ret_msg":"","conn_id":"2324d924","req_id":"1","op":"subscribe"}"#,
        r#"{"success":true,"ret_msg":"pong","conn_id":"0970e817","op":"ping"}"#,
        r#"{"topic":"publicTrade.BTCUSDT","type":"snapshot","ts":1,"data":[]}"#,
        r#"{"id":"5923","topic":"order","creationTime":1,"data":[{"symbol":"BTCUSDT"}]}"#,
        r#"{"id":"5923","topic":"execution","creationTime":1,"data":["#,
        "pong",
        "",
    ];
    for frame in frames {
        assert_eq!(decode(frame), Event::Unclaimed, "{frame}");
    }
}

#[test]
fn unreadable_market_data_is_named_where_it_can_be() {
    let cases = [
        (SNAPSHOT.replace("7003305", "\"7003305\""), Kind::Book),
        (SNAPSHOT.replace("7003305", "-1"), Kind::Book),
        (SNAPSHOT.replace("\"type\":\"snapshot\"", "\"type\":\"whole\""), Kind::Book),
        (SNAPSHOT.replace("\"type\":\"snapshot\",", ""), Kind::Book),
        (SNAPSHOT.replace("\"s\":\"BTCUSDT\"", "\"s\":\"ETHUSDT\""), Kind::Book),
        (SNAPSHOT.replace("\"u\":7003305", "\"u\":7003305,\"u\":7003305"), Kind::Book),
        (DELTA.replace("\"a\":[],", ""), Kind::Book),
        (DELTA.replace("1700000000737", "null"), Kind::Book),
        (DELTA[..90].to_string(), Kind::Book),
        (TICKER.replace("-0.0001", "NaN"), Kind::Funding),
        (TICKER.replace("\"-0.0001\"", "-0.0001"), Kind::Funding),
        (TICKER.replace("-0.0001", "7"), Kind::Funding),
        (TICKER.replace("28552.81", "0"), Kind::Funding),
        (TICKER.replace("\"4\"", "\"0\""), Kind::Funding),
        (TICKER.replace("\"4\"", "\"480\""), Kind::Funding),
        (TICKER.replace("\"4\"", "null"), Kind::Funding),
        (TICKER.replace("1700006400000", "soon"), Kind::Funding),
        (TICKER.replace("1700006400000", "99999999999999999"), Kind::Funding),
        (CHANGE.replace("\"symbol\":\"BTCUSDT\"", "\"symbol\":\"ETHUSDT\""), Kind::Funding),
        (CHANGE.replace("\"markPrice\":\"28553.00\"", "\"fundingRate\":\"\""), Kind::Funding),
    ];
    for (frame, kind) in cases {
        let Event::Malformed(found, symbol, _) = decode(&frame) else { panic!("{frame}") };
        assert_eq!((found, symbol), (kind, Some("BTCUSDT")), "{frame}");
    }
}

#[test]
fn digits_that_do_not_fit_the_instrument_are_refused_with_the_reason() {
    let cases = [
        ("\"0.047\"", "\"0.0471\"", Reason::Number(NumError::NotRepresentable(3))),
        ("\"0.047\"", "\"NaN\"", Reason::Number(NumError::NotFinite)),
        ("\"0.047\"", "\"-1\"", Reason::Number(NumError::Negative)),
        ("\"0.047\"", "null", Reason::Unreadable("a number was expected")),
        ("\"0.047\"", "\"1\",\"1\"", Reason::Unreadable("a level has another number of fields")),
    ];
    for (from, to, reason) in cases {
        let frame = SNAPSHOT.replace(from, to);
        let Event::Begin(book) = decode(&frame) else { panic!("{frame}") };
        assert_eq!(book.bids.read(2, 3, &mut Vec::new()), Err(reason));
    }
}

#[test]
fn a_rest_book_belongs_to_another_stream() {
    assert!(Decoder::Bybit.snapshot(br#"{"s":"BTCUSDT","b":[],"a":[],"u":1}"#).is_err());
}

#[test]
fn the_usual_order_takes_the_short_way() {
    for frame in [SNAPSHOT, DELTA, &DELTA.replace(",\"cts\":1700000000731", "")] {
        let quick = (super::PROTOCOL.template)(frame);
        assert!(quick.is_some(), "{frame}");
        assert_eq!(quick, super::read(frame).ok());
    }
    let other = [
        SNAPSHOT.replace("\"s\":\"BTCUSDT\"", "\"s\":\"ETHUSDT\""),
        SNAPSHOT.replace("k.50.", "k.1."),
        DELTA.replace("7003306", "0"),
        DELTA.replace("\"seq\":50193543147", "\"seq\":\"x\""),
        format!("{DELTA} "),
    ];
    for frame in other {
        assert_eq!((super::PROTOCOL.template)(&frame), None, "{frame}");
    }
}

proptest! {
    #[test]
    fn a_damaged_frame_never_panics_and_never_reads_as_another(at in 0usize..400, byte in any::<u8>(), cut in 0usize..400) {
        for frame in [SNAPSHOT, DELTA, TICKER, CHANGE] {
            let mut bytes = frame.as_bytes().to_vec();
            let at = at % bytes.len();
            bytes[at] = byte;
            bytes.truncate(cut.max(bytes.len() / 2));
            prop_assert_eq!(Decoder::Bybit.decode(&bytes), Decoder::Bybit.decode_any_order(&bytes));
            match Decoder::Bybit.decode(&bytes) {
                Event::Begin(book) => {
                    let _ = book.bids.read(2, 3, &mut Vec::new());
                    let _ = book.asks.read(2, 3, &mut Vec::new());
                }
                Event::Follow(delta) => prop_assert!(delta.previous + 1 == delta.last),
                Event::Ticker(ticker) => {
                    prop_assert!(ticker.rate.is_none_or(f64::is_finite));
                    prop_assert!(ticker.price_pay.is_none_or(|price| price > 0.0));
                    prop_assert!(ticker.interval_hours.is_none_or(|hours| (1..=24).contains(&hours)));
                }
                Event::Full(_) | Event::Delta(_) | Event::Funding(_) => prop_assert!(false, "no stream of bybit's"),
                _ => {}
            }
        }
    }

    #[test]
    fn any_bytes_are_taken(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = Decoder::Bybit.decode(&bytes);
        let _ = Decoder::Bybit.snapshot(&bytes);
    }
}
