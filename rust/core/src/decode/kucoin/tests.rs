use crate::book::{Level, Reason};
use crate::decode::{Decoder, Event, Kind, Levels, TickerFrame};
use crate::num::NumError;
use proptest::prelude::*;

const DELTA: &str = r#"{"topic":"/contractMarket/level2:MYROUSDTM","type":"message","subject":"level2","sn":1705411242393,"data":{"sequence":1705411242393,"change":"0.20645,buy,1","timestamp":1705708800010}}"#;
const REST: &str = r#"{"type":"message","generated":true,"topic":"/contractMarket/level2Snapshot:MYROUSDTM","subject":"level2Snapshot","code":"200000","data":{"sequence":1705411242391,"symbol":"MYROUSDTM","bids":[[0.21557,30]],"asks":[[0.2166,62],[1.0E+0,5]],"ts":1705881600412000000}}"#;
const DEPTH: &str = r#"{"topic":"/contractMarket/level2Depth50:XBTUSDTM","type":"message","subject":"level2","sn":1,"data":{"bids":[["89720.9",513],["89720.8",12]],"sequence":1709294490099,"timestamp":1731680249700,"ts":1731680249700,"asks":[["89721",906]]}}"#;
const BEST: &str = r#"{"topic":"/contractMarket/tickerV2:AUCTIONUSDTM","type":"message","subject":"tickerV2","sn":1702237470700,"data":{"symbol":"AUCTIONUSDTM","sequence":1702237470700,"bestBidSize":260,"bestBidPrice":"24.067","bestAskPrice":"24.08","bestAskSize":250,"ts":1705708800078000000}}"#;
const RATE: &str = r#"{"topic":"/contract/instrument:XBTUSDTM","type":"message","subject":"funding.rate","data":{"granularity":28800000,"fundingRate":0.000039,"timestamp":1706068800000}}"#;
const PREDICTED: &str = r#"{"topic":"/contract/instrument:XBTUSDTM","type":"message","subject":"funding.rate","data":{"granularity":60000,"fundingRate":0.000032,"timestamp":1706068800000}}"#;
const MARK: &str = r#"{"topic":"/contract/instrument:XBTUSDTM","type":"message","subject":"mark.index.price","data":{"markPrice":39612.67,"indexPrice":39618,"granularity":1000,"timestamp":1706068802000}}"#;

fn decode(frame: &str) -> Event<'_> {
    Decoder::Kucoin.decode(frame.as_bytes())
}

fn read(levels: &Levels<'_>, price_scale: u8) -> Result<Vec<(i64, i64)>, Reason> {
    let mut into: Vec<Level> = Vec::new();
    levels.read(price_scale, 0, &mut into)?;
    Ok(into.iter().map(|level| (level.price, level.quantity)).collect())
}

#[test]
fn a_frame_holds_one_change_in_any_order_of_keys() {
    let turned = r#" { "data":{"timestamp":1705708800010,"change":"0.20645,buy,1","sequence":1705411242393},"subject":"level2","topic":"/contractMarket/level2:MYROUSDTM" }"#;
    for frame in [DELTA, turned] {
        let Event::Delta(delta) = decode(frame) else { panic!("{frame}") };
        assert_eq!((delta.symbol, delta.ts_venue_ns), ("MYROUSDTM", 1_705_708_800_010_000_000));
        assert_eq!(
            (delta.previous, delta.first, delta.last),
            (1_705_411_242_392, 1_705_411_242_393, 1_705_411_242_393)
        );
        assert_eq!((read(&delta.bids, 5), delta.asks), (Ok(vec![(20_645, 1)]), Levels::Empty));
    }
    let frame = DELTA.replace(",buy,1", ",sell,0");
    let Event::Delta(delta) = decode(&frame) else { panic!() };
    assert_eq!((delta.bids, read(&delta.asks, 5)), (Levels::Empty, Ok(vec![(20_645, 0)])));
}

#[test]
fn a_rest_book_has_bare_prices() {
    let book = Decoder::Kucoin.snapshot(REST.as_bytes()).unwrap();
    assert_eq!(
        (book.symbol, book.sequence, book.ts_venue_ns),
        (Some("MYROUSDTM"), 1_705_411_242_391, Some(1_705_881_600_412_000_000))
    );
    assert_eq!(
        (read(&book.bids, 5), read(&book.asks, 5)),
        (Ok(vec![(21_557, 30)]), Ok(vec![(21_660, 62), (100_000, 5)]))
    );
    assert_eq!(decode(REST), Event::Ignored, "a recorder's own frame");
    for body in [
        REST.replace("\"200000\"", "\"429000\""),
        REST.replace("1705411242391", "null"),
        r#"{"code":"400100","msg":"x"}"#.into(),
    ] {
        assert!(Decoder::Kucoin.snapshot(body.as_bytes()).is_err(), "{body}");
    }
}

#[test]
fn whole_books_and_best_prices_are_told_apart_by_topic() {
    for depth in ["Depth5:", "Depth50:"] {
        let frame = DEPTH.replace("Depth50:", depth);
        let Event::Full(book) = decode(&frame) else { panic!() };
        assert_eq!(
            (book.symbol, book.sequence, book.ts_venue_ns),
            (Some("XBTUSDTM"), 0, Some(1_731_680_249_700_000_000))
        );
        assert_eq!(
            (read(&book.bids, 1), read(&book.asks, 1)),
            (Ok(vec![(897_209, 513), (897_208, 12)]), Ok(vec![(897_210, 906)]))
        );
    }
    let Event::Best(best) = decode(BEST) else { panic!() };
    assert_eq!(
        (best.symbol, best.sequence, best.ts_venue_ns),
        ("AUCTIONUSDTM", 1_702_237_470_700, Some(1_705_708_800_078_000_000))
    );
    assert_eq!((read(&best.bids, 3), read(&best.asks, 3)), (Ok(vec![(24_067, 260)]), Ok(vec![(24_080, 250)])));
    for empty in [BEST.replace("\"24.067\"", "\"\""), BEST.replace("\"24.067\"", "null"), BEST.replace("260", "0")] {
        assert!(matches!(decode(&empty), Event::Best(best) if best.bids == Levels::Empty));
    }
}

#[test]
fn rate_and_mark_come_apart_and_the_rate_of_the_period_after_is_not_used() {
    let nothing = TickerFrame {
        symbol: "XBTUSDTM",
        whole: false,
        rate: None,
        price_pay: None,
        ts_next_ns: None,
        interval_hours: None,
    };
    // 04:00 of 2024-01-24: the next settlement is at 12:00.
    let ts_next_ns = Some(1_706_097_600_000_000_000);
    let rate = TickerFrame { rate: Some(0.000_039), ts_next_ns, interval_hours: Some(8), ..nothing };
    assert_eq!(decode(RATE), Event::Ticker(rate));
    assert_eq!(decode(PREDICTED), Event::Ignored);
    assert_eq!(decode(MARK), Event::Ticker(TickerFrame { price_pay: Some(39_612.67), ..nothing }));
    let small = RATE.replace("0.000039", "-3.2E-5");
    assert_eq!(decode(&small), Event::Ticker(TickerFrame { rate: Some(-0.000_032), ..rate }));
}

#[test]
fn settlements_are_counted_from_four_o_clock() {
    let hour_ms = 3_600_000;
    for (granularity_h, said_h, next_h) in
        [(8, 4, 12), (8, 11, 12), (8, 12, 20), (8, 20, 28), (8, 3, 4), (4, 4, 8), (1, 5, 6), (2, 5, 6)]
    {
        let (granularity, said) = (granularity_h * hour_ms, said_h * hour_ms);
        let frame = RATE.replace("28800000", &granularity.to_string()).replace("1706068800000", &said.to_string());
        let Event::Ticker(ticker) = decode(&frame) else { panic!("{frame}") };
        assert_eq!(ticker.ts_next_ns, Some(next_h * hour_ms * 1_000_000), "{granularity_h} {said_h}");
    }
}

#[test]
fn everything_else_falls_through() {
    let frames = [
        r#"{"id":"1","type":"welcome"}"#,
        r#"{"id":"1","type":"ack"}"#,
        r#"{"id":"1","type":"pong"}"#,
        r#"{"topic":"/contractMarket/execution:SOLUSDTM","type":"message","subject":"match","sn":1,"data":{"symbol":"SOLUSDTM"}}"#,
        r#"{"topic":"/contractMarket/tradeOrders","type":"message","subject":"orderChange","data":{}}"#,
        r#"{"topic":"/contractAccount/wallet","type":"message","subject":"walletBalance.change","data":{}}"#,
        "",
    ];
    for frame in frames {
        assert_eq!(decode(frame), Event::Unclaimed, "{frame}");
    }
    assert_eq!(decode(&MARK.replace("mark.index.price", "premium.index")), Event::Ignored);
}

#[test]
fn unreadable_market_data_is_named() {
    let cases = [
        (DELTA.replace(",buy,", ",up,"), Kind::Book),
        (DELTA.replace(",buy,1", ",buy"), Kind::Book),
        (DELTA.replace(",buy,1", ",buy,1,1"), Kind::Book),
        (DELTA.replace("\"sequence\":1705411242393", "\"sequence\":0"), Kind::Book),
        (DELTA.replace("1705708800010", "17057088000100000"), Kind::Book),
        (DELTA[..150].to_string(), Kind::Book),
        (DEPTH.replace("\"bids\"", "\"bid\""), Kind::Book),
        (BEST.replace("\"24.067\"", "true"), Kind::Book),
        (RATE.replace("0.000039", "\"x\""), Kind::Funding),
        (RATE.replace("0.000039", "1.5"), Kind::Funding),
        (RATE.replace("0.000039", "1e400"), Kind::Funding),
        (RATE.replace("28800000", "28800001"), Kind::Funding),
        (RATE.replace("28800000", "360000000"), Kind::Funding),
        (MARK.replace("39612.67", "0"), Kind::Funding),
        (MARK.replace("39612.67", "null"), Kind::Funding),
    ];
    for (frame, kind) in cases {
        let Event::Malformed(found, symbol, _) = decode(&frame) else { panic!("{frame}") };
        assert_eq!((found, symbol.is_some_and(|symbol| symbol.ends_with("USDTM"))), (kind, true), "{frame}");
    }
    for (change, reason) in
        [("x,buy,1", NumError::NotADigit(b'x')), ("0.2,buy,-1", NumError::Negative), ("1e5,buy,1", NumError::Exponent)]
    {
        let frame = DELTA.replace("0.20645,buy,1", change);
        let Event::Delta(delta) = decode(&frame) else { panic!("{change}") };
        assert_eq!(read(&delta.bids, 5), Err(Reason::Number(reason)));
    }
}

#[test]
fn the_hot_frame_is_read_by_its_template() {
    for frame in [DELTA, &DELTA.replace("buy", "sell")] {
        let event = super::template(frame);
        assert!(event.is_some(), "{frame}");
        assert_eq!(event, Some(Decoder::Kucoin.decode_any_order(frame.as_bytes())));
    }
    assert_eq!(super::template(&DELTA.replace(':', ": ")), None);
}

proptest! {
    #[test]
    fn a_damaged_frame_never_panics_and_reads_the_same_both_ways(at in 0usize..400, byte in any::<u8>(), cut in 0usize..400) {
        for frame in [DELTA, REST, DEPTH, BEST, RATE, PREDICTED, MARK] {
            let mut bytes = frame.as_bytes().to_vec();
            let at = at % bytes.len();
            bytes[at] = byte;
            bytes.truncate(cut.max(bytes.len() / 2));
            prop_assert_eq!(Decoder::Kucoin.decode(&bytes), Decoder::Kucoin.decode_any_order(&bytes));
            let _ = Decoder::Kucoin.snapshot(&bytes);
            if let Event::Delta(delta) = Decoder::Kucoin.decode(&bytes) {
                prop_assert!(delta.previous + 1 == delta.last);
                let _ = (read(&delta.bids, 4), read(&delta.asks, 4));
            }
        }
    }
}
