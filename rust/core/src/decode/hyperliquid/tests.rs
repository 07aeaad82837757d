use crate::book::{Level, Reason};
use crate::decode::{Decoder, Event, Kind, Levels};
use proptest::prelude::*;

const BOOK: &str = r#"{"channel":"l2Book","data":{"coin":"BANANA","time":1730160007687,"levels":[[{"px":"59.8","sz":"3.4","n":1},{"px":"59.778","sz":"1.6","n":1}],[{"px":"59.811","sz":"2.9","n":1}]]}}"#;
const CONTEXT: &str = r#"{"channel":"activeAssetCtx","data":{"coin":"MOODENG","ctx":{"funding":"0.00004863","openInterest":"18617460.0","prevDayPx":"0.20296","dayNtlVlm":"7665220.55613","premium":"0.00008521","oraclePx":"0.1995","markPx":"0.19963","midPx":"0.19957","impactPxs":["0.199517","0.199725"]}}}"#;

fn decode(frame: &str) -> Event<'_> {
    Decoder::Hyperliquid.decode(frame.as_bytes())
}

#[test]
fn whole_books_with_levels_in_any_key_order() {
    let turned = BOOK.replace(r#"{"px":"59.8","sz":"3.4","n":1}"#, r#"{ "n" : 1 , "sz":"3.4", "px":"59.8"}"#);
    for frame in [BOOK, &turned] {
        let Event::Full(book) = decode(frame) else { panic!("{frame}") };
        assert_eq!((book.symbol, book.ts_venue_ns), (Some("BANANA"), Some(1_730_160_007_687_000_000)));
        let mut bids = Vec::new();
        book.bids.read(3, 1, &mut bids).unwrap();
        assert_eq!(bids, [Level { price: 59_800, quantity: 34 }, Level { price: 59_778, quantity: 16 }]);
    }
}

#[test]
fn a_context_carries_the_hourly_rate_on_the_oracle_price() {
    let Event::Funding(funding) = decode(CONTEXT) else { panic!() };
    assert_eq!((funding.symbol, funding.rate, funding.price_pay), ("MOODENG", 0.000_048_63, 0.1995));
    assert_eq!(funding.ts_next_ns, None);
}

#[test]
fn everything_else_falls_through() {
    let frames = [
        r#"{"channel":"pong"}"#,
        r#"{"channel":"subscriptionResponse","data":{"method":"subscribe","subscription":{"type":"l2Book","coin":"BTC"}}}"#,
        r#"{"channel":"error","data":"Already subscribed: {\"type\":\"l2Book\",\"coin\":\"BTC\"}"}"#,
        r#"{"channel":"trades","data":[{"coin":"FXS","px":"1.9"}]}"#,
        r#"{"channel":"orderUpdates","data":[]}"#,
        r#"{"channel":"userFills","data":{"fills":["#,
        "Websocket connection established.",
    ];
    for frame in frames {
        assert_eq!(decode(frame), Event::Unclaimed, "{frame}");
    }
}

#[test]
fn best_prices_stand_beside_the_book() {
    let frame = r#"{"channel":"bbo","data":{"coin":"@162","time":1750948919838,"bbo":[{"px":"0.97925","sz":"4144.6","n":1},{"px":"0.97934","sz":"50.0","n":1}]}}"#;
    let Event::Best(best) = decode(frame) else { panic!() };
    assert_eq!((best.symbol, best.ts_venue_ns), ("@162", Some(1_750_948_919_838_000_000)));
    assert_eq!(best.bids, Levels::One { price: "0.97925", quantity: "4144.6" });
    let empty = frame.replace(r#"{"px":"0.97925","sz":"4144.6","n":1}"#, "null");
    assert!(matches!(decode(&empty), Event::Best(best) if best.bids == Levels::Empty));
    let one_sided = r#"{"channel":"bbo","data":{"coin":"BTC","time":1750948919838,"bbo":[{"px":"107575.0","sz":"3.87947","n":17}]}}"#;
    for no_pair in [one_sided, &frame.replace("]}", ",null]}")] {
        assert_eq!(decode(no_pair), Event::Ignored);
    }
    for frame in [&frame.replace("\"0.97925\"", "0.97925"), &frame.replace("1750948919838", "\"x\"")] {
        assert!(matches!(decode(frame), Event::Malformed(Kind::Book, Some(_), _)), "{frame}");
    }
}

#[test]
fn unreadable_market_data_is_named_where_it_can_be() {
    let cases = [
        (BOOK.replace("1730160007687", "-5"), Kind::Book, Some("BANANA")),
        (BOOK.replace("]]}}", "],[]]}}"), Kind::Book, Some("BANANA")),
        (BOOK[..100].to_string(), Kind::Book, Some("BANANA")),
        (BOOK[..40].to_string(), Kind::Book, None),
        (CONTEXT.replace("0.00004863", "1e400"), Kind::Funding, Some("MOODENG")),
        (CONTEXT.replace("\"oraclePx\":\"0.1995\"", "\"oraclePx\":null"), Kind::Funding, Some("MOODENG")),
    ];
    for (frame, kind, symbol) in cases {
        let Event::Malformed(found, name, _) = decode(&frame) else { panic!("{frame}") };
        assert_eq!((found, name), (kind, symbol), "{frame}");
    }
}

#[test]
fn a_level_needs_px_and_sz_once() {
    for (level, fault) in [
        (r#"{"px":"59.8","n":1}"#, "a level lacks its price or quantity"),
        (r#"{"px":"59.8","px":"59.9","sz":"1"}"#, "a key is repeated"),
        (r#"["59.8","1"]"#, "an object was expected"),
    ] {
        let frame = BOOK.replace(r#"{"px":"59.8","sz":"3.4","n":1}"#, level);
        let Event::Full(book) = decode(&frame) else { panic!("{frame}") };
        assert_eq!(book.bids.read(3, 1, &mut Vec::new()), Err(Reason::Unreadable(fault)));
    }
}

#[test]
fn a_rest_book_has_the_stream_s_shape() {
    let body = BOOK.replace(r#"{"channel":"l2Book","data":"#, "");
    let full = Decoder::Hyperliquid.snapshot(&body.as_bytes()[..body.len() - 1]).unwrap();
    assert_eq!(full.symbol, Some("BANANA"));
    assert!(Decoder::Hyperliquid.snapshot(b"{}").is_err());
    assert!(Decoder::Hyperliquid.snapshot(b"null").is_err());
}

#[test]
fn the_usual_order_takes_the_short_way() {
    assert!((super::PROTOCOL.template)(BOOK).is_some());
    assert!((super::PROTOCOL.template)(CONTEXT).is_none());
}

proptest! {
    #[test]
    fn a_damaged_frame_never_panics(at in 0usize..400, byte in any::<u8>(), cut in 0usize..400) {
        for frame in [BOOK, CONTEXT] {
            let mut bytes = frame.as_bytes().to_vec();
            let at = at % bytes.len();
            bytes[at] = byte;
            bytes.truncate(cut.max(bytes.len() / 2));
            prop_assert_eq!(Decoder::Hyperliquid.decode(&bytes), Decoder::Hyperliquid.decode_any_order(&bytes));
            match Decoder::Hyperliquid.decode(&bytes) {
                Event::Full(book) => {
                    let _ = book.bids.read(3, 1, &mut Vec::new());
                    let _ = book.asks.read(3, 1, &mut Vec::new());
                }
                Event::Funding(funding) => prop_assert!(funding.rate.is_finite() && funding.price_pay > 0.0),
                Event::Delta(_) => prop_assert!(false, "hyperliquid streams no deltas"),
                _ => {}
            }
        }
    }
}
