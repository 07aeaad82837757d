use crate::book::{Level, Reason};
use crate::decode::{Decoder, Event, Kind, Levels, FRAME_BYTES_MAX};
use crate::num::NumError;
use proptest::prelude::*;

const DEPTH: &str = r#"{"e":"depthUpdate","E":1573948821952,"T":1573948821948,"s":"BTCUSDT","U":5,"u":7,"pu":4,"b":[["8493.78","0.162"]],"a":[["8494.00","0"],["8495.10","2"]]}"#;
const MARK: &str = r#"{"e":"markPriceUpdate","E":1597536008000,"s":"BTCUSDT","p":"11857.56000000","i":"11851.86949091","r":"-0.00015640","T":1597564800000}"#;

fn decode(frame: &str) -> Event<'_> {
    Decoder::BinanceUsdm.decode(frame.as_bytes())
}

#[test]
fn depth_raw_combined_and_in_any_order() {
    let combined = format!(r#"{{"stream":"btcusdt@depth@100ms","data":{DEPTH}}}"#);
    let turned = r#" {"data" : {"a":[["8494.00","0"],["8495.10","2"]],"b":[["8493.78","0.162"]],"pu":4,"u":7,"U":5,"s":"BTCUSDT","E":1573948821952,"new":{"x":[1]},"e":"depthUpdate"},"stream":"x"} "#;
    for frame in [DEPTH, &combined, turned] {
        let Event::Delta(delta) = decode(frame) else { panic!("{frame}") };
        assert_eq!((delta.symbol, delta.first, delta.last, delta.previous), ("BTCUSDT", 5, 7, 4));
        assert_eq!(delta.ts_venue_ns, 1_573_948_821_952_000_000);
        let mut asks = Vec::new();
        delta.asks.read(2, 3, &mut asks).unwrap();
        assert_eq!(asks, [Level { price: 849_400, quantity: 0 }, Level { price: 849_510, quantity: 2_000 }]);
    }
}

#[test]
fn mark_price_carries_the_funding_rate() {
    let Event::Funding(funding) = decode(MARK) else { panic!() };
    assert_eq!((funding.symbol, funding.rate, funding.price_pay), ("BTCUSDT", -0.000_156_4, 11_857.56));
    assert_eq!(funding.ts_next_ns, Some(1_597_564_800_000_000_000));
}

#[test]
fn dated_contracts_have_no_funding() {
    for (rate, next) in [("0.00000000", "0"), ("", "1597564800000")] {
        let frame = MARK.replace("-0.00015640", rate).replace("1597564800000", next);
        assert_eq!(decode(&frame), Event::Ignored);
    }
}

#[test]
fn everything_else_falls_through() {
    let frames = [
        r#"{"result":null,"id":1}"#,
        r#"{"error":{"code":2,"msg":"Invalid request"},"id":4}"#,
        r#"{"stream":"!markPrice@arr","data":[{"e":"markPriceUpdate","s":"BTCUSDT"}]}"#,
        r#"[{"e":"markPriceUpdate","s":"BTCUSDT"}]"#,
        r#"{"e":"ORDER_TRADE_UPDATE","T":1,"E":1,"o":{"s":"BTCUSDT"},"a":{}}"#,
        r#"{"e":"ACCOUNT_UPDATE","a":{"B":[]}}"#,
        r#"{"e":"ORDER_TRADE_UPDATE","o":"#,
        "pong",
        "",
        "<html>",
    ];
    for frame in frames {
        assert_eq!(decode(frame), Event::Unclaimed, "{frame}");
    }
}

#[test]
fn a_book_ticker_is_the_best_prices_beside_the_book() {
    let frame = r#"{"stream":"bnbusd_perp@bookTicker","data":{"u":129067660302,"e":"bookTicker","s":"BNBUSD_PERP","ps":"BNBUSD","b":"353.401","B":"271","a":"353.477","A":"6","T":1622505600000,"E":1622505600005}}"#;
    let Event::Best(best) = decode(frame) else { panic!() };
    assert_eq!((best.symbol, best.sequence), ("BNBUSD_PERP", 129_067_660_302));
    assert_eq!(best.ts_venue_ns, Some(1_622_505_600_005_000_000));
    assert_eq!(best.bids, Levels::One { price: "353.401", quantity: "271" });
    let empty = frame.replace("\"353.477\"", "\"0.000\"").replace("\"6\"", "\"0.0\"");
    assert!(matches!(decode(&empty), Event::Best(best) if best.asks == Levels::Empty));
    for (from, to) in [("\"271\"", "271"), ("129067660302", "-1"), ("\"b\":\"353.401\",", "")] {
        let frame = frame.replace(from, to);
        assert!(matches!(decode(&frame), Event::Malformed(Kind::Book, Some("BNBUSD_PERP"), _)), "{frame}");
    }
}

#[test]
fn partial_depth_is_a_whole_book_by_the_name_of_its_stream() {
    for (stream, partial) in
        [("btcusdt@depth20@100ms", true), ("btcusdt@depth5", true), ("btcusdt@depth10@500ms", true)]
            .into_iter()
            .chain([("btcusdt@depth@100ms", false), ("btcusdt@depth", false), ("btcusdt@aggTrade", false)])
    {
        match decode(&format!(r#"{{"stream":"{stream}","data":{DEPTH}}}"#)) {
            Event::Full(book) => assert!(partial && book.sequence == 0 && book.symbol == Some("BTCUSDT"), "{stream}"),
            Event::Delta(_) => assert!(!partial, "{stream}"),
            other => panic!("{stream}: {other:?}"),
        }
    }
}

#[test]
fn a_coin_margined_delta_has_a_pair_beside_its_symbol() {
    let frame = r#"{"stream":"bchusd_perp@depth@100ms","data":{"e":"depthUpdate","E":1626916403873,"T":1626916403864,"s":"BCHUSD_PERP","ps":"BCHUSD","U":167006084465,"u":167006084895,"pu":167006084238,"b":[["427.27","0"]],"a":[["427.90","669"]]}}"#;
    let Event::Delta(delta) = decode(frame) else { panic!() };
    assert_eq!((delta.symbol, delta.previous, delta.last), ("BCHUSD_PERP", 167_006_084_238, 167_006_084_895));
}

#[test]
fn unreadable_market_data_is_named_where_it_can_be() {
    let cases = [
        (DEPTH.replace("\"U\":5", "\"U\":\"5\""), Kind::Book),
        (DEPTH.replace("\"U\":5", "\"U\":9"), Kind::Book),
        (DEPTH.replace("\"pu\":4", "\"pu\":4,\"pu\":4"), Kind::Book),
        (DEPTH.replace("\"pu\":4,", ""), Kind::Book),
        (DEPTH[..120].to_string(), Kind::Book),
        (format!("{DEPTH}}}"), Kind::Book),
        (MARK.replace("-0.00015640", "NaN"), Kind::Funding),
        (MARK.replace("-0.00015640", "7"), Kind::Funding),
        (MARK.replace("11857.56000000", "0"), Kind::Funding),
        (MARK.replace("1597564800000", "99999999999999999"), Kind::Funding),
    ];
    for (frame, kind) in cases {
        let Event::Malformed(found, symbol, _) = decode(&frame) else { panic!("{frame}") };
        assert_eq!((found, symbol), (kind, Some("BTCUSDT")), "{frame}");
    }
    assert!(matches!(
        decode(r#"{"stream":"btcusdt@depth@100ms","data":{"e":"dep"#),
        Event::Malformed(Kind::Book, None, _)
    ));
}

#[test]
fn bytes_that_are_no_text_and_endless_frames_are_refused() {
    let mut bytes = DEPTH.as_bytes().to_vec();
    bytes[150] = 0xff;
    assert!(matches!(Decoder::BinanceUsdm.decode(&bytes), Event::Malformed(Kind::Book, Some("BTCUSDT"), "not UTF-8")));
    let mut endless = DEPTH.as_bytes().to_vec();
    endless.resize(FRAME_BYTES_MAX + 1, b' ');
    assert!(matches!(Decoder::BinanceUsdm.decode(&endless), Event::Malformed(Kind::Book, Some("BTCUSDT"), _)));
}

#[test]
fn digits_that_do_not_fit_the_instrument_are_refused_with_the_reason() {
    let cases = [
        ("\"0.162\"", "\"0.1621\"", Reason::Number(NumError::NotRepresentable(3))),
        ("\"0.162\"", "\"NaN\"", Reason::Number(NumError::NotFinite)),
        ("\"0.162\"", "\"-1\"", Reason::Number(NumError::Negative)),
        ("\"8493.78\"", "\"0.00\"", Reason::Number(NumError::Zero)),
        ("\"0.162\"", "null", Reason::Unreadable("a number was expected")),
        (",\"0.162\"", "", Reason::Unreadable("a level has another number of fields")),
        ("\"0.162\"", "\"1\",\"1\"", Reason::Unreadable("a level has another number of fields")),
    ];
    for (from, to, reason) in cases {
        let frame = DEPTH.replace(from, to);
        let Event::Delta(delta) = decode(&frame) else { panic!("{frame}") };
        assert_eq!(delta.bids.read(2, 3, &mut Vec::new()), Err(reason));
    }
}

#[test]
fn rest_snapshots() {
    let body = r#"{"lastUpdateId":9,"E":1,"T":1,"bids":[["1.0","2"]],"asks":[]}"#;
    let full = Decoder::BinanceUsdm.snapshot(body.as_bytes()).unwrap();
    assert_eq!((full.sequence, full.ts_venue_ns), (9, Some(1_000_000)));
    for body in [r#"{"code":-1121,"msg":"Invalid symbol."}"#, "<html>", "", r#"{"lastUpdateId":9,"bids":[]}"#] {
        assert!(Decoder::BinanceUsdm.snapshot(body.as_bytes()).is_err(), "{body}");
    }
}

proptest! {
    #[test]
    fn a_damaged_frame_never_panics_and_never_reads_as_another(at in 0usize..200, byte in any::<u8>(), cut in 0usize..200) {
        for frame in [DEPTH, MARK] {
            let mut bytes = frame.as_bytes().to_vec();
            let at = at % bytes.len();
            bytes[at] = byte;
            bytes.truncate(bytes.len() - cut % 3 * (cut % bytes.len()) / 2);
            prop_assert_eq!(Decoder::BinanceUsdm.decode(&bytes), Decoder::BinanceUsdm.decode_any_order(&bytes));
            match Decoder::BinanceUsdm.decode(&bytes) {
                Event::Delta(delta) => {
                    prop_assert!(delta.first <= delta.last);
                    let _ = delta.bids.read(2, 3, &mut Vec::new());
                    let _ = delta.asks.read(2, 3, &mut Vec::new());
                }
                Event::Funding(funding) => prop_assert!(funding.rate.is_finite() && funding.price_pay > 0.0),
                Event::Full(_) => prop_assert!(false, "no partial depth without a stream's name"),
                _ => {}
            }
        }
    }

    #[test]
    fn any_bytes_are_taken(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = Decoder::BinanceUsdm.decode(&bytes);
        let _ = Decoder::BinanceUsdm.snapshot(&bytes);
    }
}
