use crate::book::{Level, Reason};
use crate::decode::{Checksum, Decoder, Event, Kind, Levels, TickerFrame};
use proptest::prelude::*;

const SNAPSHOT_V2: &str = r#"{"action":"snapshot","arg":{"instType":"USDT-FUTURES","channel":"books","instId":"BELUSDT"},"data":[{"asks":[["0.5426","51"]],"bids":[["0.5420","468"],["0.5419","1576"]],"checksum":0,"ts":"1730332800303"}],"ts":1730332800315}"#;
const UPDATE_V2: &str = r#"{"action":"update","arg":{"instType":"USDT-FUTURES","channel":"books","instId":"AXSUSDT"},"data":[{"asks":[["5.085","144.6"]],"bids":[["5.081","536.2"]],"checksum":-1258619028,"ts":"1730332859988"}],"ts":1730332859991}"#;
const SNAPSHOT_V3: &str = r#"{"action":"snapshot","arg":{"instType":"usdt-futures","topic":"books","symbol":"BTCUSDT"},"data":[{"a":[["76742.9","4.2465"],["76743","0.0001"]],"b":[["76742.8","2.8986"],["76742.7","0.0001"]],"checksum":0,"seq":483814309734,"pseq":0,"ts":"1777362657614"}],"ts":1777362657617}"#;
const UPDATE_V3: &str = r#"{"action":"update","arg":{"instType":"usdt-futures","topic":"books","symbol":"BTCUSDT"},"data":[{"a":[["76642","0"],["76642.1","0"]],"b":[["76598.9","0.0783"],["76596.4","0"]],"checksum":-431745958,"seq":483415085712,"pseq":483415077719,"ts":"1777358880000"}],"ts":1777358880001}"#;
const BEST: &str = r#"{"action":"snapshot","arg":{"instType":"usdt-futures","topic":"books1","symbol":"BTCUSDT"},"data":[{"a":[["76631.3","8.8086"]],"b":[["76631.2","0.9608"]],"checksum":0,"seq":483415090019,"pseq":0,"ts":"1777358880027"}],"ts":1777358880029}"#;
const TICKER_V2: &str = r#"{"action":"snapshot","arg":{"instType":"USDT-FUTURES","channel":"ticker","instId":"STORJUSDT"},"data":[{"instId":"STORJUSDT","lastPr":"0.4706","fundingRate":"0.0001","nextFundingTime":"1730361600000","markPrice":"0.4705","indexPrice":"0.47080586","symbolType":"1","symbol":"STORJUSDT","deliveryPrice":"0","ts":"1730332823155"}],"ts":1730332823157}"#;
const TICKER_V3: &str = r#"{"action":"snapshot","arg":{"instType":"usdt-futures","topic":"ticker","symbol":"BTCUSDT"},"data":[{"lastPrice":"76631.3","indexPrice":"76671.4381686055379793","markPrice":"76631.3","fundingRate":"-0.00003","openInterest":"29539.3825","deliveryTime":"","nextFundingTime":"1777363200000"}],"ts":1777358880084}"#;

fn decode(frame: &str) -> Event<'_> {
    Decoder::Bitget.decode(frame.as_bytes())
}

#[test]
fn a_snapshot_begins_a_book_whose_checksums_come_later() {
    let turned = r#"{"data":[{"ts":"1730332800303","checksum":0,"bids":[["0.5420","468"],["0.5419","1576"]],"asks":[["0.5426","51"]]}],"new":1,"arg":{"instId":"BELUSDT","channel":"books","instType":"USDT-FUTURES"},"action":"snapshot"}"#;
    for frame in [SNAPSHOT_V2, turned] {
        let Event::Begin(book) = decode(frame) else { panic!("{frame}") };
        assert_eq!((book.symbol, book.sequence, book.checksum), (Some("BELUSDT"), 0, Some(Checksum::Later)));
        assert_eq!(book.ts_venue_ns, Some(1_730_332_800_303_000_000));
        let mut bids = Vec::new();
        book.bids.read(4, 0, &mut bids).unwrap();
        assert_eq!(bids, [Level { price: 5_420, quantity: 468 }, Level { price: 5_419, quantity: 1_576 }]);
    }
    let Event::Begin(book) = decode(SNAPSHOT_V3) else { panic!() };
    assert_eq!((book.symbol, book.sequence), (Some("BTCUSDT"), 483_814_309_734));
    let given = SNAPSHOT_V2.replace("\"checksum\":0", "\"checksum\":485516490");
    assert!(matches!(decode(&given), Event::Begin(book) if book.checksum == Some(Checksum::Best25(485_516_490))));
}

#[test]
fn a_delta_names_the_id_before_it_or_bears_a_checksum() {
    let Event::Follow(delta) = decode(UPDATE_V2) else { panic!() };
    assert_eq!((delta.symbol, delta.last, delta.previous), ("AXSUSDT", 0, 0));
    assert_eq!(delta.checksum, Some(Checksum::Best25(-1_258_619_028_i32 as u32)));
    let Event::Follow(delta) = decode(UPDATE_V3) else { panic!() };
    assert_eq!((delta.symbol, delta.last, delta.previous), ("BTCUSDT", 483_415_085_712, 483_415_077_719));
    assert!(delta.checksum.is_some());
    let numbered = UPDATE_V3.replace("\"checksum\":-431745958,", "");
    assert!(matches!(decode(&numbered), Event::Follow(delta) if delta.checksum.is_none()));
    for frame in [UPDATE_V2.replace("-1258619028", "0"), UPDATE_V2.replace("\"checksum\":-1258619028,", "\"seq\":5,")] {
        let fault = "neither the id before nor a checksum";
        assert_eq!(decode(&frame), Event::Malformed(Kind::Book, Some("AXSUSDT"), fault));
    }
}

#[test]
fn few_levels_are_whole_books_and_one_is_beside_them() {
    for channel in ["books5", "books15", "books50"] {
        for (frame, symbol) in [(SNAPSHOT_V2, "BELUSDT"), (SNAPSHOT_V3, "BTCUSDT")] {
            let frame = frame.replace("\"books\"", &format!("\"{channel}\""));
            let Event::Full(book) = decode(&frame) else { panic!("{frame}") };
            assert_eq!((book.symbol, book.sequence, book.checksum), (Some(symbol), 0, None));
        }
    }
    let Event::Best(best) = decode(BEST) else { panic!() };
    assert_eq!((best.symbol, best.sequence), ("BTCUSDT", 483_415_090_019));
    assert_eq!(best.bids, Levels::pairs(r#"[["76631.2","0.9608"]]"#));
    let empty = r#"{"action":"snapshot","arg":{"instType":"USDT-FUTURES","channel":"books1","instId":"AQTUSDT"},"data":[{"asks":[["1.4138","4.58"]],"bids":[],"checksum":0,"ts":"1730860330169"}],"ts":1730860330170}"#;
    assert!(matches!(decode(empty), Event::Best(best) if best.sequence == 0 && best.bids == Levels::pairs("[]")));
}

#[test]
fn a_ticker_has_everything_but_the_interval() {
    for (frame, symbol, rate, mark, next_ms) in [
        (TICKER_V2, "STORJUSDT", 0.0001, 0.4705, 1_730_361_600_000),
        (TICKER_V3, "BTCUSDT", -0.000_03, 76_631.3, 1_777_363_200_000_i64),
    ] {
        let Event::Ticker(ticker) = decode(frame) else { panic!("{frame}") };
        let (rate, price_pay, ts_next_ns) = (Some(rate), Some(mark), Some(next_ms * 1_000_000));
        assert_eq!(ticker, TickerFrame { symbol, whole: true, rate, price_pay, ts_next_ns, interval_hours: None });
    }
}

#[test]
fn a_dated_contract_tells_no_funding_and_spot_is_not_asked() {
    let dated = r#"{"action":"snapshot","arg":{"instType":"COIN-FUTURES","channel":"ticker","instId":"BTCUSDZ24"},"data":[{"instId":"BTCUSDZ24","fundingRate":"0","nextFundingTime":"0","markPrice":"73731.8"}],"ts":1730332823221}"#;
    let Event::Ticker(ticker) = decode(dated) else { panic!() };
    assert!(ticker.whole);
    assert_eq!((ticker.rate, ticker.price_pay, ticker.ts_next_ns, ticker.interval_hours), (None, None, None, None));
    for (frame, kind) in [(SNAPSHOT_V2, "USDT-FUTURES"), (TICKER_V2, "USDT-FUTURES"), (UPDATE_V3, "usdt-futures")] {
        for spot in ["SPOT", "spot"] {
            assert_eq!(decode(&frame.replace(kind, spot)), Event::Ignored);
        }
    }
    let of_2022 = r#"{"action":"snapshot","arg":{"instType":"sp","channel":"ticker","instId":"AVAXUSDT"},"data":[{"instId":"AVAXUSDT","last":"83.0"}]}"#;
    assert_eq!(decode(of_2022), Event::Ignored);
    assert!(matches!(decode(&SNAPSHOT_V2.replace("USDT-FUTURES", "sp")), Event::Begin(_)));
}

#[test]
fn everything_else_falls_through() {
    let frames = [
        r#"{"event":"subscribe","arg":{"instType":"USDT-FUTURES","channel":"books","instId":"LTCUSDT"}}"#,
        r#"{"event":"error","arg":{"instType":"USDT-FUTURES","channel":"books","instId":"X"},"code":30001,"msg":"no"}"#,
        r#"{"action":"update","arg":{"instType":"COIN-FUTURES","channel":"trade","instId":"DOGEUSD"},"data":[{"price":"0.1"}],"ts":1}"#,
        r#"{"action":"snapshot","arg":{"instType":"USDT-FUTURES","channel":"orders","instId":"default"},"data":[{}]}"#,
        r#"{"action":"snapshot","arg":{"instType":"UTA","topic":"order"},"data":[{"symbol":"BTCUSDT"}]}"#,
        r#"{"action":"update","arg":{"instType":"usdt-futures","topic":"liquidation"},"data":[{"symbol":"APEUSDT"},{}]}"#,
        "pong",
        "",
    ];
    for frame in frames {
        assert_eq!(decode(frame), Event::Unclaimed, "{frame}");
    }
}

#[test]
fn unreadable_market_data_is_named_where_it_can_be() {
    let book = [
        UPDATE_V3.replace("\"seq\":483415085712,", ""),
        UPDATE_V3.replace("\"pseq\":483415077719", "\"pseq\":\"483415077719\""),
        UPDATE_V3.replace("\"pseq\":483415077719", "\"pseq\":-1"),
        UPDATE_V3.replace("-431745958", "\"-431745958\""),
        UPDATE_V3.replace("-431745958", "-4317459580"),
        UPDATE_V3.replace("\"a\":[[", "\"a\":[],\"a\":[["),
        UPDATE_V3.replace("\"b\":", "\"bid\":"),
        UPDATE_V3.replace("\"update\"", "\"delta\""),
        UPDATE_V3.replace("\"action\":\"update\",", ""),
        UPDATE_V3.replace("\"1777358880000\"", "1777358880000"),
        UPDATE_V3.replace("\"books\"", "\"books5\""),
        SNAPSHOT_V3.replace("}],", "},{}],"),
        SNAPSHOT_V3[..150].to_string(),
        BEST.replace("\"instType\":\"usdt-futures\",", ""),
    ];
    for frame in book {
        assert!(matches!(decode(&frame), Event::Malformed(Kind::Book, Some("BTCUSDT"), _)), "{frame}");
    }
    for frame in [SNAPSHOT_V2[..150].to_string(), SNAPSHOT_V2.replace("\"asks\"", "\"ask\"")] {
        assert!(matches!(decode(&frame), Event::Malformed(Kind::Book, Some("BELUSDT"), _)), "{frame}");
    }
    let funding = [
        TICKER_V2.replace("\"0.0001\"", "\"NaN\""),
        TICKER_V2.replace("\"0.0001\"", "0.0001"),
        TICKER_V2.replace("0.4705", "0"),
        TICKER_V2.replace("1730361600000", "soon"),
        TICKER_V2.replace("1730361600000", "99999999999999999"),
    ];
    for frame in funding {
        assert!(matches!(decode(&frame), Event::Malformed(Kind::Funding, Some("STORJUSDT"), _)), "{frame}");
    }
}

#[test]
fn digits_that_do_not_fit_the_instrument_are_refused_with_the_reason() {
    let frame = SNAPSHOT_V2.replace("\"51\"", "\"51\",\"1\"");
    let Event::Begin(book) = decode(&frame) else { panic!() };
    let reason = Reason::Unreadable("a level has another number of fields");
    assert_eq!(book.asks.read(4, 0, &mut Vec::new()), Err(reason));
    assert!(Decoder::Bitget.snapshot(SNAPSHOT_V2.as_bytes()).is_err());
}

#[test]
fn the_usual_order_takes_the_short_way() {
    for frame in [
        UPDATE_V2,
        UPDATE_V3,
        &UPDATE_V2.replace(",\"ts\":1730332859991", ""),
        &UPDATE_V3.replace("\"checksum\":-431745958,", ""),
    ] {
        let quick = (super::PROTOCOL.template)(frame);
        assert!(quick.is_some(), "{frame}");
        assert_eq!(quick, super::read(frame).ok());
    }
    for frame in [
        SNAPSHOT_V3,
        &UPDATE_V3.replace("usdt-futures", "SPOT"),
        &UPDATE_V3.replace("\"books\"", "\"books5\""),
        &UPDATE_V2.replace("-1258619028", "0"),
        &UPDATE_V3.replace("\"seq\":483415085712,", ""),
        &UPDATE_V3.replace("\"pseq\"", "\"seq\""),
    ] {
        assert_eq!((super::PROTOCOL.template)(frame), None, "{frame}");
    }
}

proptest! {
    #[test]
    fn a_damaged_frame_never_panics(at in 0usize..400, byte in any::<u8>(), cut in 0usize..500) {
        for frame in [SNAPSHOT_V2, UPDATE_V2, SNAPSHOT_V3, UPDATE_V3, BEST, TICKER_V2, TICKER_V3] {
            let mut bytes = frame.as_bytes().to_vec();
            let at = at % bytes.len();
            bytes[at] = byte;
            bytes.truncate(cut.max(bytes.len() / 2));
            prop_assert_eq!(Decoder::Bitget.decode(&bytes), Decoder::Bitget.decode_any_order(&bytes));
            match Decoder::Bitget.decode(&bytes) {
                Event::Begin(book) | Event::Full(book) => {
                    let _ = book.asks.read(2, 3, &mut Vec::new());
                }
                Event::Follow(delta) => prop_assert!(delta.last != 0 || delta.checksum.is_some()),
                Event::Ticker(ticker) => prop_assert!(ticker.interval_hours.is_none()),
                Event::Funding(_) | Event::Tickers(_) | Event::Delta(_) => prop_assert!(false, "no stream of bitget's"),
                _ => {}
            }
        }
    }

    #[test]
    fn any_bytes_are_taken(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = Decoder::Bitget.decode(&bytes);
        let _ = Decoder::Bitget.snapshot(&bytes);
    }
}
