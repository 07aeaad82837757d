use crate::book::{Level, Reason};
use crate::decode::{Decoder, Event, Kind, Levels, TickerFrame};
use crate::num::NumError;
use proptest::prelude::*;

const SNAPSHOT: &str = r#"{"feed":"book_snapshot","product_id":"PI_LTCUSD","timestamp":1567296000518,"seq":360370,"bids":[{"price":64.27,"qty":2978},{"price":64.26,"qty":5000.0}],"asks":[{"price":64.28,"qty":1},{"price":64.31,"qty":9216}],"tickSize":null}"#;
const DELTA: &str = r#"{"feed":"book","product_id":"PI_LTCUSD","side":"sell","seq":361428,"price":64.41,"qty":14912,"timestamp":1567296042122}"#;
const TICKER: &str = r#"{"time":1680307198986,"product_id":"PI_BCHUSD","funding_rate":-1.26108093245e-7,"funding_rate_prediction":-1.43435165757e-7,"relative_funding_rate":-0.000015670191666667,"relative_funding_rate_prediction":-0.000017773051388889,"next_funding_rate_time":1680307200000,"feed":"ticker","bid":123.8,"ask":123.9,"index":123.91,"premium":0,"tag":"perpetual","pair":"BCH:USD","markPrice":123.83534812969,"maturityTime":0}"#;
const DATED: &str = r#"{"feed":"ticker","product_id":"FI_LTCUSD_190628","bid":60.57,"ask":60.62,"index":60.31,"last":60.69,"time":1554076800684,"tag":"quarter","markPrice":60.61,"maturityTime":1561734000000}"#;
const YOUNG: &str = r#"{"time":1683116402169,"product_id":"PF_SUIUSD","funding_rate":0,"funding_rate_prediction":0,"relative_funding_rate":0,"relative_funding_rate_prediction":0,"next_funding_rate_time":0,"feed":"ticker","index":1.3336,"markPrice":1.3336}"#;

fn decode(frame: &str) -> Event<'_> {
    Decoder::Kraken.decode(frame.as_bytes())
}

fn read(levels: &Levels<'_>, price_scale: u8) -> Result<Vec<(i64, i64)>, Reason> {
    let mut into: Vec<Level> = Vec::new();
    levels.read(price_scale, 0, &mut into)?;
    Ok(into.iter().map(|level| (level.price, level.quantity)).collect())
}

#[test]
fn a_snapshot_begins_a_book_in_any_order_of_keys() {
    let turned = r#" {"tickSize":null,"asks":[{"qty":1,"price":64.28},{"price":6.431E1,"qty":9216}],"bids":[ {"price":64.27,"qty":2978},{"price":64.26,"qty":5000.0} ],"seq":360370,"timestamp":1567296000518,"product_id":"PI_LTCUSD","feed":"book_snapshot"}"#;
    for frame in [SNAPSHOT, turned] {
        let Event::Begin(book) = decode(frame) else { panic!("{frame}") };
        assert_eq!(
            (book.symbol, book.sequence, book.ts_venue_ns),
            (Some("PI_LTCUSD"), 360_370, Some(1_567_296_000_518_000_000))
        );
        assert_eq!(read(&book.bids, 2), Ok(vec![(6_427, 2_978), (6_426, 5_000)]));
        assert_eq!(read(&book.asks, 2), Ok(vec![(6_428, 1), (6_431, 9_216)]));
    }
}

#[test]
fn changes_count_one_by_one() {
    let Event::Follow(delta) = decode(DELTA) else { panic!() };
    assert_eq!((delta.symbol, delta.previous, delta.last), ("PI_LTCUSD", 361_427, 361_428));
    assert_eq!((delta.bids, read(&delta.asks, 2)), (Levels::Empty, Ok(vec![(6_441, 14_912)])));
    let frame = DELTA.replace("sell", "buy").replace("14912", "0.0");
    let Event::Follow(delta) = decode(&frame) else { panic!() };
    assert_eq!((read(&delta.bids, 2), delta.asks), (Ok(vec![(6_441, 0)]), Levels::Empty));
    let frame = DELTA.replace("64.41", "1.0E-5");
    let Event::Follow(delta) = decode(&frame) else { panic!() };
    assert_eq!(
        (read(&delta.asks, 5), read(&delta.asks, 4)),
        (Ok(vec![(1, 14_912)]), Err(Reason::Number(NumError::NotRepresentable(4))))
    );
}

#[test]
fn the_relative_rate_is_the_fraction_and_is_paid_on_the_index() {
    let whole = TickerFrame {
        symbol: "PI_BCHUSD",
        whole: true,
        rate: Some(-0.000_015_670_191_666_667),
        price_pay: Some(123.91),
        ts_next_ns: Some(1_680_307_200_000_000_000),
        interval_hours: None,
    };
    assert_eq!(decode(TICKER), Event::Ticker(whole));
    let small = TICKER.replace("-0.000015670191666667", "2.18013888889e-7");
    assert_eq!(decode(&small), Event::Ticker(TickerFrame { rate: Some(2.180_138_888_89e-7), ..whole }));
}

#[test]
fn no_rate_is_made_up() {
    let money_only = TICKER.replace("\"relative_funding_rate\":-0.000015670191666667,", "");
    assert!(matches!(decode(&money_only), Event::Ticker(ticker) if ticker.rate.is_none() && ticker.whole));
    let zero = money_only.replace("\"funding_rate\":-1.26108093245e-7,", "");
    assert!(matches!(decode(&zero), Event::Ticker(ticker) if ticker.rate == Some(0.0)), "a rate of zero is not sent");
    for frame in [DATED, YOUNG] {
        let Event::Ticker(ticker) = decode(frame) else { panic!("{frame}") };
        assert_eq!((ticker.whole, ticker.rate, ticker.price_pay, ticker.ts_next_ns), (true, None, None, None));
    }
}

#[test]
fn everything_else_falls_through() {
    let frames = [
        r#"{"event":"info","version":1}"#,
        r#"{"event":"subscribed","feed":"book","product_ids":["PI_XRPUSD"]}"#,
        r#"{"event":"alert","message":"Invalid product id"}"#,
        r#"{"feed":"trade","product_id":"PI_XRPUSD","side":"sell","seq":41799,"time":1,"qty":12000,"price":0.1736}"#,
        r#"{"feed":"trade_snapshot","product_id":"PI_XRPUSD","trades":[]}"#,
        r#"{"feed":"heartbeat","time":1}"#,
        r#"{"feed":"fills","fills":[]}"#,
        "",
    ];
    for frame in frames {
        assert_eq!(decode(frame), Event::Unclaimed, "{frame}");
    }
    let lite = r#"{"feed":"ticker_lite","product_id":"FI_BCHUSD_210730","bid":439.3,"ask":439.6}"#;
    assert_eq!(decode(lite), Event::Ignored);
    assert!(Decoder::Kraken.snapshot(SNAPSHOT.as_bytes()).is_err());
}

#[test]
fn unreadable_market_data_is_named() {
    let cases = [
        (SNAPSHOT.replace("\"bids\"", "\"bid\""), Kind::Book),
        (SNAPSHOT.replace("360370", "\"360370\""), Kind::Book),
        (SNAPSHOT[..150].to_string(), Kind::Book),
        (DELTA.replace("\"sell\"", "\"up\""), Kind::Book),
        (DELTA.replace("\"seq\":361428", "\"seq\":0"), Kind::Book),
        (DELTA.replace("\"seq\":361428,", ""), Kind::Book),
        (DELTA.replace("\"qty\"", "\"seq\":1,\"qty\""), Kind::Book),
        // As sent in 2019: without a time.
        (DELTA.replace(",\"timestamp\":1567296042122", ""), Kind::Book),
        (DELTA.replace("64.41", "1_000"), Kind::Book),
        (TICKER.replace("-0.000015670191666667", "1.5"), Kind::Funding),
        (TICKER.replace("-0.000015670191666667", "null"), Kind::Funding),
        (TICKER.replace("1680307200000", "1e12"), Kind::Funding),
        (TICKER.replace("123.91", "0"), Kind::Funding),
    ];
    for (frame, kind) in cases {
        let Event::Malformed(found, symbol, _) = decode(&frame) else { panic!("{frame}") };
        assert_eq!((found, symbol.is_some_and(|symbol| symbol.starts_with("PI_"))), (kind, true), "{frame}");
    }
    for (price, reason) in [
        ("\"64.41\"", NumError::NotADigit(b'"')),
        ("1e400", NumError::TooLarge),
        ("-1", NumError::Negative),
        ("0", NumError::Zero),
        ("null", NumError::NotFinite),
    ] {
        let frame = DELTA.replace("64.41", price);
        let Event::Follow(delta) = decode(&frame) else { panic!("{price}") };
        assert_eq!(read(&delta.asks, 2), Err(Reason::Number(reason)), "{price}");
    }
}

#[test]
fn the_hot_frame_is_read_by_its_template() {
    for frame in [DELTA, &DELTA.replace("64.41", "64").replace("14912", "0.0")] {
        let event = super::template(frame);
        assert!(event.is_some(), "{frame}");
        assert_eq!(event, Some(Decoder::Kraken.decode_any_order(frame.as_bytes())));
    }
    assert_eq!(super::template(&DELTA.replace(':', ": ")), None);
}

proptest! {
    #[test]
    fn a_damaged_frame_never_panics_and_reads_the_same_both_ways(at in 0usize..500, byte in any::<u8>(), cut in 0usize..600) {
        for frame in [SNAPSHOT, DELTA, TICKER, DATED, YOUNG] {
            let mut bytes = frame.as_bytes().to_vec();
            let at = at % bytes.len();
            bytes[at] = byte;
            bytes.truncate(cut.max(bytes.len() / 2));
            prop_assert_eq!(Decoder::Kraken.decode(&bytes), Decoder::Kraken.decode_any_order(&bytes));
            match Decoder::Kraken.decode(&bytes) {
                Event::Follow(delta) => {
                    prop_assert!(delta.previous + 1 == delta.last);
                    let _ = (read(&delta.bids, 4), read(&delta.asks, 4));
                }
                Event::Ticker(ticker) => prop_assert!(ticker.rate.is_none_or(f64::is_finite)),
                _ => {}
            }
        }
    }
}
