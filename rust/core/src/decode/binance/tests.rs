use crate::book::{Level, Reason};
use crate::decode::{Decoder, Event, Kind, FRAME_BYTES_MAX};
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
    assert_eq!(decode(r#"{"e":"bookTicker","u":1,"s":"BTCUSDT","b":"1","B":"1","a":"2","A":"1"}"#), Event::Ignored);
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
        ("\"0.162\"", "{}", Reason::Unreadable("a number was expected")),
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
            match Decoder::BinanceUsdm.decode(&bytes) {
                Event::Delta(delta) => {
                    prop_assert!(delta.first <= delta.last);
                    let _ = delta.bids.read(2, 3, &mut Vec::new());
                    let _ = delta.asks.read(2, 3, &mut Vec::new());
                }
                Event::Funding(funding) => prop_assert!(funding.rate.is_finite() && funding.price_pay > 0.0),
                Event::Full(_) => prop_assert!(false, "binance streams no whole books"),
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
