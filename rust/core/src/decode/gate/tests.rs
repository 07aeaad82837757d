use crate::book::{Level, Reason};
use crate::decode::{Decoder, Event, Kind, Levels, TickerFrame};
use crate::num::NumError;
use proptest::prelude::*;

const DELTA: &str = r#"{"time":1684930165,"time_ms":1684930165557,"channel":"futures.order_book_update","event":"update","result":{"U":203083179,"a":[{"p":"0.3004","s":36916}],"b":[{"p":"0.2943","s":0}],"s":"RDNT_USDT","t":1684930165459,"u":203083180}}"#;
const FULL: &str = r#"{"time":1789455580,"time_ms":1789455580280,"channel":"futures.obu","event":"update","result":{"t":1789455580261,"full":true,"s":"ob.BTC_USDT.50","u":125033675974,"b":[["77222.9","600"],["77222.5","10"]],"a":[["77235","40"]]}}"#;
const CHANGE: &str = r#"{"time":1789455580,"time_ms":1789455580280,"channel":"futures.obu","event":"update","result":{"t":1789455580280,"s":"ob.BTC_USDT.50","U":125033675975,"u":125033676003,"b":[["77222.9","648"]]}}"#;
const BEST: &str = r#"{"id":null,"time":1648771200,"channel":"futures.book_ticker","event":"update","error":null,"result":{"t":1648771200080,"u":3502782378,"s":"BTC_USD","b":"45534.7","B":2500,"a":"45534.8","A":15227}}"#;
const NOBODY: &str = r#"{"id":null,"time":1648880663,"channel":"futures.book_ticker","event":"update","error":null,"result":{"t":0,"u":0,"s":"BSW_USDT","b":"","B":0,"a":"","A":0}}"#;
const TICKER: &str = r#"{"contract":"BTC_USDT","last":"23160.2","total_size":"153482780","mark_price":"23175.64","funding_rate":"-0.000125","funding_rate_indicative":"0.0001","index_price":"23173.35","quanto_base_rate":""}"#;
const REST: &str = r#"{"current":1684930166.384,"update":1684930166.35,"asks":[{"s":803,"p":"0.2974"},{"s":500,"p":"0.2975"}],"bids":[{"s":1,"p":"0.2971"}],"id":203083299}"#;

fn decode(frame: &str) -> Event<'_> {
    Decoder::Gate.decode(frame.as_bytes())
}

fn tickers(result: &str) -> String {
    format!(r#"{{"time":1,"time_ms":1,"channel":"futures.tickers","event":"update","result":{result}}}"#)
}

fn read(levels: &Levels<'_>, price_scale: u8) -> Result<Vec<(i64, i64)>, Reason> {
    let mut into: Vec<Level> = Vec::new();
    levels.read(price_scale, 0, &mut into)?;
    Ok(into.iter().map(|level| (level.price, level.quantity)).collect())
}

#[test]
fn a_change_follows_the_id_before_its_first_in_any_order_of_keys() {
    let turned = r#" {"result":{"u":203083180,"t":1684930165459,"l":"100","s":"RDNT_USDT","b":[ {"s":"0","p":"0.2943"} ],"a":[{"s":"36916","p":"0.3004"}],"U":203083179},"event":"update","channel":"futures.order_book_update"} "#;
    for frame in [DELTA, turned] {
        let Event::Delta(delta) = decode(frame) else { panic!("{frame}") };
        assert_eq!((delta.symbol, delta.ts_venue_ns), ("RDNT_USDT", 1_684_930_165_459_000_000));
        assert_eq!((delta.previous, delta.first, delta.last), (203_083_178, 203_083_179, 203_083_180));
        assert_eq!((read(&delta.bids, 4), read(&delta.asks, 4)), (Ok(vec![(2_943, 0)]), Ok(vec![(3_004, 36_916)])));
    }
    let whole = DELTA.replace("{\"U\"", "{\"full\":true,\"U\"");
    assert!(matches!(decode(&whole), Event::Begin(book) if book.sequence == 203_083_180));
    assert!(matches!(decode(&DELTA.replace("{\"U\"", "{\"full\":false,\"U\"")), Event::Delta(_)));
}

#[test]
fn the_second_book_channel_brings_its_own_snapshots() {
    let Event::Begin(book) = decode(FULL) else { panic!() };
    assert_eq!((book.symbol, book.sequence), (Some("BTC_USDT"), 125_033_675_974));
    assert_eq!(book.ts_venue_ns, Some(1_789_455_580_261_000_000));
    assert_eq!(
        (read(&book.bids, 1), read(&book.asks, 1)),
        (Ok(vec![(772_229, 600), (772_225, 10)]), Ok(vec![(772_350, 40)]))
    );
    let Event::Follow(delta) = decode(CHANGE) else { panic!() };
    assert_eq!((delta.symbol, delta.previous, delta.last), ("BTC_USDT", 125_033_675_974, 125_033_676_003));
    assert_eq!((read(&delta.bids, 1), delta.asks), (Ok(vec![(772_229, 648)]), Levels::Empty));
    let beat = CHANGE.replace(r#","b":[["77222.9","648"]]"#, "");
    assert!(matches!(decode(&beat), Event::Follow(delta) if delta.bids == Levels::Empty));
}

#[test]
fn best_prices_may_be_missing() {
    let Event::Best(best) = decode(BEST) else { panic!() };
    assert_eq!(
        (best.symbol, best.sequence, best.ts_venue_ns),
        ("BTC_USD", 3_502_782_378, Some(1_648_771_200_080_000_000))
    );
    assert_eq!((read(&best.bids, 1), read(&best.asks, 1)), (Ok(vec![(455_347, 2_500)]), Ok(vec![(455_348, 15_227)])));
    let quoted = BEST.replace("2500", "\"2500\"").replace("15227", "\"15227\"");
    assert_eq!(decode(&quoted), decode(BEST));
    let Event::Best(best) = decode(NOBODY) else { panic!() };
    assert_eq!((best.ts_venue_ns, best.bids, best.asks), (None, Levels::Empty, Levels::Empty));
}

#[test]
fn tickers_come_alone_in_a_list_and_in_a_list_of_lists() {
    let eth = TICKER.replace("BTC_USDT", "ETH_USDT");
    let whole = TickerFrame {
        symbol: "BTC_USDT",
        whole: true,
        rate: Some(-0.000_125),
        price_pay: Some(23_175.64),
        ts_next_ns: None,
        interval_hours: None,
    };
    for (result, count) in
        [(TICKER.to_owned(), 1), (format!("[{TICKER},{eth}]"), 2), (format!("[[{TICKER}],{eth}]"), 2)]
    {
        let frame = tickers(&result);
        let Event::Tickers(tickers) = decode(&frame) else { panic!("{frame}") };
        let mut seen = Vec::new();
        tickers.each(|ticker| seen.push(ticker));
        assert_eq!((seen.len(), seen[0]), (count, whole));
    }
    let dated = tickers(&TICKER.replace("\"funding_rate\":\"-0.000125\",", ""));
    let Event::Tickers(dated) = decode(&dated) else { panic!() };
    dated.each(|ticker| assert_eq!(ticker.rate, None));
}

#[test]
fn the_older_channel_is_not_used_and_the_rest_falls_through() {
    let older = r#"{"time":1593561604,"channel":"futures.order_book","event":"update","error":null,"result":[{"p":"222.25","s":-390,"c":"BCH_USDT","id":242207247}]}"#;
    assert_eq!(decode(older), Event::Ignored);
    assert_eq!(decode(&older.replace("update", "all")), Event::Ignored);
    let frames = [
        r#"{"time":1593561600,"channel":"futures.order_book_update","event":"subscribe","error":null,"result":{"status":"success"}}"#,
        r#"{"time":1,"channel":"futures.obu","event":"subscribe","error":{"code":2,"message":"x"},"result":{"status":"fail"}}"#,
        r#"{"time":1,"channel":"futures.trades","event":"update","result":[{"size":1,"id":3,"contract":"BTC_USDT"}]}"#,
        r#"{"time":1,"channel":"futures.pong","event":"","result":null}"#,
        r#"{"time":1,"channel":"futures.orders","event":"update","result":[{"contract":"BTC_USDT"}]}"#,
        "pong",
    ];
    for frame in frames {
        assert_eq!(decode(frame), Event::Unclaimed, "{frame}");
    }
}

#[test]
fn a_rest_book_has_its_id_and_seconds_to_the_nanosecond() {
    let book = Decoder::Gate.snapshot(REST.as_bytes()).unwrap();
    assert_eq!((book.symbol, book.sequence, book.ts_venue_ns), (None, 203_083_299, Some(1_684_930_166_350_000_000)));
    assert_eq!(
        (read(&book.bids, 4), read(&book.asks, 4)),
        (Ok(vec![(2_971, 1)]), Ok(vec![(2_974, 803), (2_975, 500)]))
    );
    for body in
        [REST.replace(",\"id\":203083299", ""), REST.replace("166.35,", "166.x,"), r#"{"label":"INVALID"}"#.into()]
    {
        assert!(Decoder::Gate.snapshot(body.as_bytes()).is_err(), "{body}");
    }
}

#[test]
fn unreadable_market_data_is_named_where_it_can_be() {
    let cases = [
        (DELTA.replace("203083179", "203083181"), Kind::Book, Some("RDNT_USDT")),
        (DELTA.replace("203083179", "0"), Kind::Book, Some("RDNT_USDT")),
        (DELTA.replace("\"u\":203083180", "\"u\":\"203083180\""), Kind::Book, Some("RDNT_USDT")),
        (DELTA.replace("\"u\":203083180", "\"u\":203083180,\"u\":203083180"), Kind::Book, Some("RDNT_USDT")),
        (DELTA.replace("\"b\":[{\"p\":\"0.2943\",\"s\":0}],", ""), Kind::Book, Some("RDNT_USDT")),
        (DELTA.replace("{\"U\"", "{\"full\":1,\"U\""), Kind::Book, Some("RDNT_USDT")),
        (FULL.replace("ob.BTC_USDT.50", "BTC_USDT"), Kind::Book, Some("BTC_USDT")),
        (BEST.replace("\"45534.7\"", "45534.7"), Kind::Book, Some("BTC_USD")),
        (BEST.replace("2500", "null"), Kind::Book, Some("BTC_USD")),
        (tickers(&TICKER.replace("-0.000125", "NaN")), Kind::Funding, None),
        (tickers(&TICKER.replace("-0.000125", "2")), Kind::Funding, None),
        (tickers(&TICKER.replace("23175.64", "0")), Kind::Funding, None),
        (tickers("[[[]]]"), Kind::Funding, None),
        (tickers("null"), Kind::Funding, None),
    ];
    for (frame, kind, named) in cases {
        let Event::Malformed(found, symbol, _) = decode(&frame) else { panic!("{frame}") };
        assert_eq!((found, symbol), (kind, named), "{frame}");
    }
    let frame = DELTA.replace("36916", "-36916");
    let Event::Delta(signed) = decode(&frame) else { panic!() };
    assert_eq!(read(&signed.asks, 4), Err(Reason::Number(NumError::Negative)));
}

#[test]
fn the_hot_frame_is_read_by_its_template() {
    for frame in [DELTA, &DELTA.replace(r#""U":203083179,"#, "").replace(r#","u":"#, r#","U":203083179,"u":"#)] {
        let event = super::template(frame);
        assert!(event.is_some(), "{frame}");
        assert_eq!(event, Some(Decoder::Gate.decode_any_order(frame.as_bytes())));
    }
    assert_eq!(super::template(&DELTA.replace(':', ": ")), None);
}

proptest! {
    #[test]
    fn a_damaged_frame_never_panics_and_reads_the_same_both_ways(at in 0usize..400, byte in any::<u8>(), cut in 0usize..600) {
        for frame in [DELTA, FULL, CHANGE, BEST, NOBODY, &tickers(TICKER)] {
            let mut bytes = frame.as_bytes().to_vec();
            let at = at % bytes.len();
            bytes[at] = byte;
            bytes.truncate(cut.max(bytes.len() / 2));
            prop_assert_eq!(Decoder::Gate.decode(&bytes), Decoder::Gate.decode_any_order(&bytes));
            let _ = Decoder::Gate.snapshot(&bytes);
            if let Event::Delta(delta) = Decoder::Gate.decode(&bytes) {
                prop_assert!(delta.previous < delta.first && delta.first <= delta.last);
                let _ = (read(&delta.bids, 4), read(&delta.asks, 4));
            }
        }
    }
}
