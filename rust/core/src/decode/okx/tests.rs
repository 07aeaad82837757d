use crate::book::{Level, Reason};
use crate::decode::{Checksum, Decoder, Event, Kind, Levels, TickerFrame};
use proptest::prelude::*;

const SNAPSHOT: &str = r#"{"arg":{"channel":"books","instId":"BTC-USDT-SWAP"},"action":"snapshot","data":[{"asks":[["8476.98","415","0","13"],["8477","7","0","2"]],"bids":[["8476.97","256","0","12"]],"ts":"1597026383085","checksum":0,"prevSeqId":-1,"seqId":123456}]}"#;
const UPDATE: &str = r#"{"arg":{"channel":"books","instId":"BTC-USDT-SWAP"},"action":"update","data":[{"asks":[["8477","0","0","0"]],"bids":[],"ts":"1597026383185","checksum":0,"prevSeqId":123456,"seqId":123470}]}"#;
const OF_2022: &str = r#"{"arg":{"channel":"books-l2-tbt","instId":"REN-USDT-SWAP"},"action":"update","data":[{"asks":[["0.65442","14","0","2"]],"bids":[["0.65441","1","0","1"],["0.65418","0","0","0"]],"ts":"1640131236035","checksum":-2017579879}]}"#;
const BEST: &str = r#"{"arg":{"channel":"bbo-tbt","instId":"BTC-USDT-SWAP"},"data":[{"asks":[["38632.4","727","0","22"]],"bids":[["38632.3","990","0","22"]],"ts":"1651761120004","seqId":7}]}"#;
const RATE: &str = r#"{"arg":{"channel":"funding-rate","instId":"BTC-USD_UM_XPERP-310404"},"data":[{"formulaType":"withRate","fundingRate":"-0.0004270396398519","fundingTime":"1785888000000","impactValue":"10000.0000000000000000","instId":"BTC-USD_UM_XPERP-310404","instType":"FUTURES","interestRate":"0.0001000000000000","maxFundingRate":"0.00375","method":"current_period","minFundingRate":"-0.00375","nextFundingRate":"","nextFundingTime":"1785916800000","premium":"-0.0008949500017283","prevFundingTime":"1785859200000","settFundingRate":"-0.0001996513270201","settState":"settled","ts":"1785870855692"}]}"#;
const MARK: &str = r#"{"arg":{"channel":"mark-price","instId":"WNCG-USDT-SWAP"},"data":[{"instId":"WNCG-USDT-SWAP","instType":"SWAP","markPx":"2.1729","ts":"1640131259180"}]}"#;
const NOTHING: TickerFrame<'_> =
    TickerFrame { symbol: "", whole: false, rate: None, price_pay: None, ts_next_ns: None, interval_hours: None };

fn decode(frame: &str) -> Event<'_> {
    Decoder::Okx.decode(frame.as_bytes())
}

#[test]
fn a_snapshot_begins_a_book_in_any_order_of_keys() {
    let turned = r#" {"data":[ {"seqId":123456,"prevSeqId":-1,"checksum":0,"new":{"x":[]},"ts":"1597026383085","bids":[["8476.97","256","0","12"]],"asks":[["8476.98","415","0","13"],["8477","7","0","2"]]} ],"action":"snapshot","arg":{"instId":"BTC-USDT-SWAP","channel":"books"}}"#;
    for frame in [SNAPSHOT, turned] {
        let Event::Begin(book) = decode(frame) else { panic!("{frame}") };
        assert_eq!((book.symbol, book.sequence, book.checksum), (Some("BTC-USDT-SWAP"), 123_456, None));
        assert_eq!(book.ts_venue_ns, Some(1_597_026_383_085_000_000));
        let mut asks = Vec::new();
        book.asks.read(2, 0, &mut asks).unwrap();
        assert_eq!(asks, [Level { price: 847_698, quantity: 415 }, Level { price: 847_700, quantity: 7 }]);
    }
}

#[test]
fn a_delta_names_the_id_before_it_and_a_heartbeat_names_itself() {
    for channel in ["books", "books-l2-tbt", "books50-l2-tbt"] {
        let frame = UPDATE.replace("\"books\"", &format!("\"{channel}\""));
        let Event::Delta(delta) = decode(&frame) else { panic!("{frame}") };
        assert_eq!(
            (delta.symbol, delta.previous, delta.last, delta.checksum),
            ("BTC-USDT-SWAP", 123_456, 123_470, None)
        );
    }
    let beat = UPDATE.replace(r#"[["8477","0","0","0"]]"#, "[]").replace("123470", "123456");
    assert!(matches!(decode(&beat), Event::Delta(delta) if delta.previous == delta.last));
    let reset = UPDATE.replace("123470", "3");
    assert!(matches!(decode(&reset), Event::Delta(delta) if delta.previous > delta.last));
}

#[test]
fn a_frame_without_ids_needs_its_checksum() {
    let Event::Follow(delta) = decode(OF_2022) else { panic!() };
    assert_eq!((delta.last, delta.previous), (0, 0));
    assert_eq!(delta.checksum, Some(Checksum::Best25(-2_017_579_879_i32 as u32)));
    for frame in [OF_2022.replace("-2017579879", "0"), UPDATE.replace(",\"prevSeqId\":123456,\"seqId\":123470", "")] {
        assert!(matches!(decode(&frame), Event::Malformed(Kind::Book, Some(_), "an id is missing")), "{frame}");
    }
}

#[test]
fn five_levels_are_a_whole_book_and_one_is_beside_it() {
    let whole = BEST.replace("bbo-tbt", "books5");
    let Event::Full(book) = decode(&whole) else { panic!() };
    assert_eq!((book.symbol, book.sequence), (Some("BTC-USDT-SWAP"), 0));
    let Event::Best(best) = decode(BEST) else { panic!() };
    assert_eq!((best.symbol, best.sequence, best.ts_venue_ns), ("BTC-USDT-SWAP", 7, Some(1_651_761_120_004_000_000)));
    assert_eq!(best.bids, Levels::Rows { raw: r#"[["38632.3","990","0","22"]]"#, fields: 4 });
    assert_eq!(decode(&BEST.replace("bbo-tbt", "books-elp")), Event::Ignored);
}

#[test]
fn rate_and_mark_come_apart() {
    let Event::Ticker(ticker) = decode(RATE) else { panic!() };
    let expected = TickerFrame {
        symbol: "BTC-USD_UM_XPERP-310404",
        rate: Some(-0.000_427_039_639_851_9),
        ts_next_ns: Some(1_785_888_000_000_000_000),
        interval_hours: Some(8),
        ..NOTHING
    };
    assert_eq!(ticker, expected);
    for frame in [RATE.replace("1785916800000", ""), RATE.replace("\"nextFundingTime\":\"1785916800000\",", "")] {
        assert!(
            matches!(decode(&frame), Event::Ticker(ticker) if ticker == TickerFrame { interval_hours: None, ..expected })
        );
    }
    let Event::Ticker(ticker) = decode(MARK) else { panic!() };
    assert_eq!(ticker, TickerFrame { symbol: "WNCG-USDT-SWAP", price_pay: Some(2.1729), ..NOTHING });
}

#[test]
fn everything_else_falls_through() {
    let frames = [
        r#"{"event":"subscribe","arg":{"channel":"books","instId":"BTC-USDT-SWAP"},"connId":"a4d3ae55"}"#,
        r#"{"event":"error","code":"60012","msg":"Invalid request: {\"op\": \"subscribe\"}","connId":"a4d3ae55"}"#,
        r#"{"event":"login","code":"0","msg":"","connId":"a4d3ae55"}"#,
        r#"{"arg":{"channel":"orders","instType":"SWAP","uid":"1"},"data":[{"instId":"BTC-USDT-SWAP"}]}"#,
        r#"{"arg":{"channel":"positions","instType":"SWAP","uid":"1"},"data":[{"instId":"BTC-USDT-SWAP","markPx":"1"}]}"#,
        r#"{"arg":{"channel":"tickers","instId":"WNCG-USDT-SWAP"},"data":[{"instId":"WNCG-USDT-SWAP"}]}"#,
        r#"{"table":"swap/depth","action":"update","data":[{"instrument_id":"XRP-USD-SWAP","asks":[]}]}"#,
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
        UPDATE.replace("123470", "\"123470\""),
        UPDATE.replace("\"prevSeqId\":123456,", ""),
        UPDATE.replace("\"prevSeqId\":123456", "\"prevSeqId\":-1"),
        UPDATE.replace("\"seqId\":123470", "\"seqId\":123470,\"seqId\":123470"),
        UPDATE.replace("\"checksum\":0", "\"checksum\":\"0\""),
        UPDATE.replace("\"checksum\":0", "\"checksum\":4294967295"),
        UPDATE.replace("\"update\"", "\"partial\""),
        UPDATE.replace("\"action\":\"update\",", ""),
        UPDATE.replace("\"bids\":[],", ""),
        UPDATE.replace("\"1597026383185\"", "1597026383185"),
        UPDATE.replace("}]}", "},{}]}"),
        SNAPSHOT.replace("[{", "[],[{"),
        SNAPSHOT[..150].to_string(),
        BEST.replace("\"asks\"", "\"ask\""),
    ];
    for frame in book {
        assert!(matches!(decode(&frame), Event::Malformed(Kind::Book, Some("BTC-USDT-SWAP"), _)), "{frame}");
    }
    let funding = [
        RATE.replace("-0.0004270396398519", "NaN"),
        RATE.replace("\"-0.0004270396398519\"", "-0.0004270396398519"),
        RATE.replace("\"fundingRate\":\"-0.0004270396398519\",", ""),
        RATE.replace("\"fundingTime\":\"1785888000000\",", ""),
        RATE.replace("1785916800000", "1785888000000"),
        RATE.replace("1785916800000", "1785888000001"),
        RATE.replace("1785916800000", "1785974400001"),
        MARK.replace("2.1729", "0"),
        MARK.replace("\"2.1729\"", "2.1729"),
    ];
    for frame in funding {
        assert!(matches!(decode(&frame), Event::Malformed(Kind::Funding, Some(_), _)), "{frame}");
    }
}

#[test]
fn a_level_has_four_fields() {
    for (from, to, reason) in [
        (r#""13"]"#, r#""13","1"]"#, "a level has another number of fields"),
        (r#","0","13"]"#, "]", "a level has another number of fields"),
        (r#""415""#, "[]", "a number was expected"),
    ] {
        let frame = SNAPSHOT.replace(from, to);
        let Event::Begin(book) = decode(&frame) else { panic!("{frame}") };
        assert_eq!(book.asks.read(2, 0, &mut Vec::new()), Err(Reason::Unreadable(reason)), "{frame}");
    }
}

#[test]
fn a_rest_book_joins_by_its_id() {
    let body = r#"{"code":"0","msg":"","data":[{"asks":[["41006.8","0.60038921","0","1"]],"bids":[["41006.3","0.30178218","0","2"]],"ts":"1629966436396","seqId":3235851742}]}"#;
    let full = Decoder::Okx.snapshot(body.as_bytes()).unwrap();
    assert_eq!((full.symbol, full.sequence, full.checksum), (None, 3_235_851_742, None));
    for body in [
        r#"{"code":"51001","msg":"Instrument ID doesn't exist","data":[]}"#,
        "<html>",
        "",
        &body.replace("\"seqId\":3235851742", "\"x\":1"),
    ] {
        assert!(Decoder::Okx.snapshot(body.as_bytes()).is_err(), "{body}");
    }
}

#[test]
fn the_usual_order_takes_the_short_way() {
    let swapped = UPDATE.replace("\"prevSeqId\":123456,\"seqId\":123470", "\"seqId\":123470,\"prevSeqId\":123456");
    for frame in [UPDATE, OF_2022, &swapped, &UPDATE.replace("\"checksum\":0,", "")] {
        let quick = (super::PROTOCOL.template)(frame);
        assert!(quick.is_some(), "{frame}");
        assert_eq!(quick, super::read(frame).ok());
    }
    for frame in [
        SNAPSHOT,
        &UPDATE.replace("\"seqId\":123470", "\"seqId\":123470,\"seqId\":123470"),
        &UPDATE.replace("\"checksum\":0", "\"checksum\":4294967295"),
        &UPDATE.replace("}]}", "}]} "),
    ] {
        assert_eq!((super::PROTOCOL.template)(frame), None, "{frame}");
    }
}

proptest! {
    #[test]
    fn a_damaged_frame_never_panics(at in 0usize..400, byte in any::<u8>(), cut in 0usize..700) {
        for frame in [SNAPSHOT, UPDATE, OF_2022, BEST, RATE, MARK] {
            let mut bytes = frame.as_bytes().to_vec();
            let at = at % bytes.len();
            bytes[at] = byte;
            bytes.truncate(cut.max(bytes.len() / 2));
            prop_assert_eq!(Decoder::Okx.decode(&bytes), Decoder::Okx.decode_any_order(&bytes));
            match Decoder::Okx.decode(&bytes) {
                Event::Begin(book) | Event::Full(book) => {
                    let _ = book.asks.read(2, 3, &mut Vec::new());
                }
                Event::Follow(delta) => prop_assert!(delta.last == 0 && delta.checksum.is_some()),
                Event::Ticker(ticker) => {
                    prop_assert!(ticker.rate.is_none_or(|rate| rate.abs() <= 1.0));
                    prop_assert!(ticker.price_pay.is_none_or(|price| price > 0.0));
                    prop_assert!(ticker.interval_hours.is_none_or(|hours| (1..=24).contains(&hours)));
                }
                Event::Funding(_) | Event::Tickers(_) => prop_assert!(false, "no stream of okx's"),
                _ => {}
            }
        }
    }

    #[test]
    fn any_bytes_are_taken(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = Decoder::Okx.decode(&bytes);
        let _ = Decoder::Okx.snapshot(&bytes);
    }
}
