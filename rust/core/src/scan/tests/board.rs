use super::super::columns::*;
use super::super::Table;
use crate::book::Side;
use crate::decode::Decoder;
use crate::ids::{InstrumentId, VenueId};
use crate::market::Market;
use crate::quote::vwap;
use crate::registry::{Refused, Terms};
use proptest::prelude::*;

const SIZES: [f64; 2] = [2.0, 6.0];
const EDGE_MIN: f64 = 1.0;
const STEP: f64 = 0.75;
/// Its book says what a USDC is worth.
const SOURCE: InstrumentId = InstrumentId(0);
const USDC: &str = "USDC";

/// Four venues; PEPE on all of them, twice on the last, as coins, thousands and in two currencies.
fn market() -> (Market, Table, usize) {
    let mut market = Market::default();
    let terms = |venue, symbol, asset, quote, multiplier| Terms {
        venue: VenueId(venue),
        symbol,
        asset,
        quote,
        tick: "0.1",
        lot: "1",
        multiplier,
        contract_size: "1",
        fee_rate_taker: 0.001 * f64::from(venue + 1),
        funding_interval_hours: 8,
    };
    for venue in ["a", "b", "c", "d"] {
        market.add_venue(venue, Decoder::Hyperliquid).unwrap();
    }
    market.add_instrument(&terms(0, "USDC", "USDC", "USDT", "1")).unwrap();
    for (venue, symbol, quote, multiplier) in
        [(0, "P0", "USDT", "1"), (1, "P1", "USDC", "1"), (2, "P2", "USDT", "2"), (3, "P3", "USDC", "0.5")]
    {
        market.add_instrument(&terms(venue, symbol, "PEPE", quote, multiplier)).unwrap();
    }
    market.set_rate("USDT", Some(1.0)).unwrap();
    market.set_rate_source(USDC, SOURCE).unwrap();
    let table = market.make_board(3).unwrap();
    let row = market.watch("PEPE", &SIZES, EDGE_MIN).unwrap();
    // Comes after its asset is watched.
    let late = market.add_instrument(&terms(3, "P4", "PEPE", "USDT", "1")).unwrap();
    market.set_fee_maker(late, -0.0005).unwrap();
    (market, table, row)
}

fn book(symbol: &str, time_ms: i64, bids: &[(i64, i64)], asks: &[(i64, i64)]) -> String {
    let side = |levels: &[(i64, i64)]| {
        let text =
            |(tenths, sz): &(i64, i64)| format!(r#"{{"px":"{}.{}","sz":"{sz}","n":1}}"#, tenths / 10, tenths % 10);
        levels.iter().map(text).collect::<Vec<_>>().join(",")
    };
    let (bids, asks) = (side(bids), side(asks));
    format!(r#"{{"channel":"l2Book","data":{{"coin":"{symbol}","time":{time_ms},"levels":[[{bids}],[{asks}]]}}}}"#)
}

/// An instrument's net sale and purchase of a size, and at its own best prices as maker; numeraire per asset unit.
fn nets(market: &Market, id: InstrumentId, size: f64, now_ns: i64) -> [Option<f64>; 4] {
    let (of, book) = (market.instrument(id).unwrap(), market.book(id).unwrap());
    let Some(rate) = market.rate(of.quote, Some(now_ns)) else { return [None; 4] };
    let at = |side| vwap(book.side(side), of.quantity_mantissa(size)).map(|price| of.price_per_asset(price) * rate);
    let best = |side| book.side(side).best().map(|level| of.price_per_asset(level.price as f64) * rate);
    [
        at(Side::Bid).map(|price| price * (1.0 - of.fee_rate_taker)),
        at(Side::Ask).map(|price| price * (1.0 + of.fee_rate_taker)),
        best(Side::Ask).map(|price| price * (1.0 - of.fee_rate_maker)),
        best(Side::Bid).map(|price| price * (1.0 + of.fee_rate_maker)),
    ]
}

/// Every pair of two venues, from the books alone: short, long, edge.
fn pairs(market: &Market, now_ns: i64) -> Vec<(InstrumentId, InstrumentId, f64)> {
    let ids = market.members("PEPE");
    let venue = |id: InstrumentId| market.instrument(id).unwrap().venue;
    let all = ids.iter().flat_map(|short| ids.iter().map(move |long| (*short, *long)));
    let priced = all.filter(|(short, long)| venue(*short) != venue(*long)).filter_map(|(short, long)| {
        let edge = nets(market, short, SIZES[0], now_ns)[0]? - nets(market, long, SIZES[0], now_ns)[1]?;
        Some((short, long, edge))
    });
    priced.collect()
}

fn close(a: f64, b: f64) -> bool {
    a == b || (a - b).abs() <= 1e-9
}

/// The row says what the books say; returns the best edge.
fn check(market: &Market, table: &Table, row: usize, now_ns: i64) -> Result<f64, TestCaseError> {
    let cell = |column| table.get(row, column).unwrap();
    let found = pairs(market, now_ns);
    let best = found.iter().map(|(.., edge)| *edge).fold(f64::NEG_INFINITY, f64::max);
    prop_assert!(close(cell(EDGE), best), "{} is not {}", cell(EDGE), best);
    if found.is_empty() {
        prop_assert_eq!((cell(LONG), cell(SHORT)), (-1.0, -1.0));
        return Ok(best);
    }
    let (long, short) = (InstrumentId(cell(LONG) as u32), InstrumentId(cell(SHORT) as u32));
    prop_assert!(found.iter().any(|(a, b, edge)| (*a, *b) == (short, long) && close(*edge, best)));
    for (k, size) in SIZES.iter().enumerate() {
        let ([sell, _, rest_short, _], [_, buy, _, rest_long]) =
            (nets(market, short, *size, now_ns), nets(market, long, *size, now_ns));
        let edge = |sell: Option<f64>, buy: Option<f64>| sell.zip(buy).map_or(f64::NEG_INFINITY, |(a, b)| a - b);
        let column = k * SIZE_COLUMNS;
        prop_assert!(close(cell(EDGE + column), edge(sell, buy)));
        prop_assert!(close(cell(EDGE_MAKER_LONG + column), edge(sell, rest_long)));
        prop_assert!(close(cell(EDGE_MAKER_SHORT + column), edge(rest_short, buy)));
        let fee = |id| market.instrument(id).unwrap().fee_rate_taker;
        let (bid, ask) = (sell.map(|net| net / (1.0 - fee(short))), buy.map(|net| net / (1.0 + fee(long))));
        prop_assert!(close(cell(BID + column), bid.unwrap_or(f64::NEG_INFINITY)));
        prop_assert!(close(cell(ASK + column), ask.unwrap_or(f64::INFINITY)));
    }
    Ok(best)
}

#[derive(Debug, Clone)]
enum Event {
    Book(usize, i64, Vec<(i64, i64)>, Vec<(i64, i64)>),
    Torn(usize),
    Invalidated(usize),
    Fixed(Option<f64>),
    Sourced,
}

const SYMBOLS: [&str; 6] = ["USDC", "P0", "P1", "P2", "P3", "P4"];
const VENUES: [u32; 6] = [0, 0, 1, 2, 3, 3];
/// Tenths of a price at which a coin costs 100 in each instrument's own unit.
const SCALES: [i64; 6] = [10, 1_000, 1_000, 2_000, 500, 1_000];

fn event() -> impl Strategy<Value = Event> {
    let side = || prop::collection::vec((1i64..20, 1i64..6), 0..4);
    prop_oneof![
        12 => (0usize..6, -30i64..30, side(), side()).prop_map(|(at, shift, bids, asks)| Event::Book(at, shift, bids, asks)),
        1 => (0usize..6).prop_map(Event::Torn),
        1 => (0usize..6).prop_map(Event::Invalidated),
        1 => prop_oneof![Just(None), Just(Some(1.25))].prop_map(Event::Fixed),
        2 => Just(Event::Sourced),
    ]
}

/// Gaps between levels as prices on from the middle.
fn levels(middle: i64, direction: i64, gaps: &[(i64, i64)]) -> Vec<(i64, i64)> {
    let mut price = middle;
    let step = |(gap, quantity): &(i64, i64)| {
        price += direction * gap;
        (price, *quantity)
    };
    gaps.iter().map(step).filter(|(price, _)| *price > 0).collect()
}

fn happen(market: &mut Market, event: Event, now_ns: i64) {
    match event {
        Event::Book(at, shift, bids, asks) => {
            let middle = SCALES[at] + if at == 0 { shift % 4 } else { shift };
            let frame = book(SYMBOLS[at], now_ns / 1_000_000, &levels(middle, -1, &bids), &levels(middle, 1, &asks));
            market.feed(VenueId(VENUES[at]), frame.as_bytes(), now_ns).unwrap();
        }
        Event::Torn(at) => {
            let frame = book(SYMBOLS[at], now_ns / 1_000_000, &[(1, 1)], &[(2, 1)]);
            market.feed(VenueId(VENUES[at]), &frame.as_bytes()[..frame.len() - 3], now_ns).unwrap();
        }
        Event::Invalidated(at) => market.invalidate(InstrumentId(at as u32), "connection lost").unwrap(),
        Event::Fixed(rate) => market.set_rate(USDC, rate).unwrap(),
        Event::Sourced => market.set_rate_source(USDC, SOURCE).unwrap(),
    }
}

fn moved(told: f64, now: f64) -> bool {
    if told.is_finite() && now.is_finite() {
        (told - now).abs() >= STEP
    } else {
        told.is_finite() != now.is_finite()
    }
}

proptest! {
    /// After any sequence of frames, losses and currency ticks the board is what the books say, and exactly what asks
    /// for a wake-up wakes.
    #[test]
    fn incremental_is_from_scratch(events in prop::collection::vec(event(), 0..80)) {
        let (mut market, table, row) = market();
        let (long, short) = (InstrumentId(1), InstrumentId(4));
        market.hold(long, short, STEP).unwrap();
        let (mut above, mut told) = (false, (f64::NEG_INFINITY, f64::NEG_INFINITY));
        for (at, event) in (1i64..).zip(events) {
            let now_ns = at * 1_000_000;
            happen(&mut market, event, now_ns);
            let best = check(&market, &table, row, now_ns)?;
            let edge = |short, long| {
                let (sell, buy) = (nets(&market, short, SIZES[0], now_ns)[0], nets(&market, long, SIZES[0], now_ns)[1]);
                sell.zip(buy).map_or(f64::NEG_INFINITY, |(sell, buy)| sell - buy)
            };
            let (entry, exit) = (edge(short, long), edge(long, short));
            let held = moved(told.0, entry) || moved(told.1, exit);
            // Within rounding of a threshold either answer is right.
            let near = (best - EDGE_MIN).abs() < 1e-6
                || [(told.0, entry), (told.1, exit)].iter().any(|(a, b)| ((a - b).abs() - STEP).abs() < 1e-6);
            let crossed = (best >= EDGE_MIN) != above;
            prop_assume!(!near);
            let woken = market.woken();
            prop_assert_eq!(!woken.is_empty(), crossed || held);
            prop_assert!(woken.iter().all(|woken| *woken as usize == row));
            above ^= crossed;
            if held {
                told = (entry, exit);
            }
        }
    }
}

fn live(market: &mut Market, at: usize, time: i64, bid: i64, ask: i64) {
    happen(market, Event::Book(at, 0, vec![(SCALES[at] - bid, 9)], vec![(ask - SCALES[at], 9)]), time);
}

#[test]
fn a_row_by_hand() {
    let (mut market, table, row) = market();
    let cell = |column| table.get(row, column).unwrap();
    assert_eq!((cell(EDGE), cell(LONG), cell(UPDATES) > 0.0), (f64::NEG_INFINITY, -1.0, true));
    live(&mut market, 1, 1_000_000, 990, 1_010);
    live(&mut market, 3, 2_000_000, 2_040, 2_060); // 102 and 103 a coin
    assert_eq!((cell(LONG), cell(SHORT)), (1.0, 3.0));
    assert!(close(cell(EDGE), 102.0 * 0.997 - 101.0 * 1.001));
    assert!(close(cell(EDGE + SIZE_COLUMNS), cell(EDGE)), "both sizes lie in the first level");
    assert!(close(cell(EDGE_MAKER_LONG), 102.0 * 0.997 - 99.0 * 1.001));
    assert!(close(cell(EDGE_MAKER_SHORT), 103.0 * 0.997 - 101.0 * 1.001));
    assert!(close(cell(BID), 102.0) && close(cell(ASK), 101.0));
    assert_eq!(market.woken(), Vec::<u32>::new(), "an edge of 0.59 is not enough");
    let updates = cell(UPDATES);
    live(&mut market, 0, 3_000_000, 9, 11); // USDC: not of the asset, and its rate is not used by a priced book
    live(&mut market, 1, 4_000_000, 900, 910);
    assert_eq!((market.woken(), cell(WOKEN)), (vec![0], 0.0));
    assert!(cell(UPDATES) > updates);
    live(&mut market, 1, 5_000_000, 901, 910);
    assert_eq!(market.woken(), Vec::<u32>::new(), "still above");
    market.invalidate(InstrumentId(3), "connection lost").unwrap();
    assert_eq!((cell(WOKEN), cell(EDGE), cell(LONG)), (1.0, f64::NEG_INFINITY, -1.0));
    assert_eq!(market.woken(), [0]);
}

#[test]
fn a_currency_s_worth_ages_and_returns() {
    let (mut market, table, row) = market();
    let edge = || table.get(row, EDGE).unwrap();
    live(&mut market, 0, 1_000_000, 8, 10); // 0.9
    live(&mut market, 1, 2_000_000, 990, 1_010);
    live(&mut market, 2, 3_000_000, 1_200, 1_210);
    assert!(close(edge(), 120.0 * 0.9 * 0.998 - 101.0 * 1.001));
    let late = 1_000_000 + crate::funding::FUNDING_AGE_NS_MAX + 1;
    live(&mut market, 1, late, 990, 1_010);
    assert_eq!(edge(), f64::NEG_INFINITY, "nobody has said for a minute what a USDC is worth");
    live(&mut market, 0, late + 1_000_000, 9, 11);
    assert!(close(edge(), 120.0 * 0.998 - 101.0 * 1.001), "a currency tick reprices by itself");
}

#[test]
fn a_held_pair_wakes_by_steps_and_by_state_until_released() {
    let (mut market, _, _) = market();
    let (long, short) = (InstrumentId(1), InstrumentId(3));
    live(&mut market, 1, 1_000_000, 990, 1_010);
    live(&mut market, 3, 2_000_000, 1_980, 2_020);
    market.hold(long, short, 1.0).unwrap();
    assert_eq!(market.woken(), [0], "what it is when it begins to be held");
    for (time, bid, wakes) in [(3, 989, false), (4, 979, true), (5, 980, false), (6, 991, true)] {
        live(&mut market, 1, time * 1_000_000, bid, 1_010);
        assert_eq!(!market.woken().is_empty(), wakes, "{bid}");
    }
    live(&mut market, 4, 7_000_000, 400, 600);
    assert_eq!(market.woken(), Vec::<u32>::new(), "another instrument's book");
    market.invalidate(long, "connection lost").unwrap();
    market.invalidate(short, "connection lost").unwrap();
    assert_eq!(market.woken(), [0], "once for both");
    market.release(long, short).unwrap();
    live(&mut market, 1, 8_000_000, 990, 1_010);
    assert_eq!(market.woken(), Vec::<u32>::new());
}

#[test]
fn what_makes_no_sense_is_refused() {
    let (mut market, table, row) = market();
    assert_eq!(table.rows(), 3);
    assert!(market.make_board(3).is_ok());
    assert!(market.make_board(4).is_err() && Market::default().make_board(0).is_err());
    assert!(Market::default().make_board(5_000).is_err());
    assert_eq!(market.watch("DOGE", &SIZES, 0.0), Err(Refused::NoAsset("DOGE".into())));
    for sizes in [&[][..], &[0.0], &[2.0, 1.0], &[1.0, 1.0], &[f64::NAN], &[1.0, f64::INFINITY], &[1., 2., 3., 4., 5.]]
    {
        assert!(market.watch("PEPE", sizes, 0.0).is_err(), "{sizes:?}");
    }
    assert!(market.watch("PEPE", &SIZES, f64::NAN).is_err());
    let pair = |a, b| (InstrumentId(a), InstrumentId(b));
    for (long, short) in [pair(1, 0), pair(4, 5), pair(1, 1), pair(1, 99)] {
        assert_eq!(market.hold(long, short, 1.0), Err(Refused::NoPair(long.0, short.0)));
        assert_eq!(market.release(long, short), Err(Refused::NoPair(long.0, short.0)));
    }
    assert!(market.hold(InstrumentId(1), InstrumentId(2), 0.0).is_err());
    assert!(market.set_fee_maker(InstrumentId(1), 0.5).is_err());
    assert_eq!(market.set_fee_maker(InstrumentId(99), 0.0), Err(Refused::NoInstrument(99)));
    // Other sizes take the same row, and other assets the next until the board is full.
    assert_eq!(market.watch("PEPE", &[1.0], 0.0), Ok(row));
    assert_eq!(market.watch("USDC", &[1.0], 0.0), Ok(row + 1));
    for (symbol, asset) in [("X", "X"), ("Y", "Y")] {
        let terms = crate::market::tests::terms(VenueId(0), symbol, "USDT");
        market.add_instrument(&Terms { asset, ..terms }).unwrap();
    }
    assert_eq!(market.watch("X", &[1.0], 0.0), Ok(row + 2));
    assert!(market.watch("Y", &[1.0], 0.0).is_err());
    assert!(Market::default().watch("Y", &[1.0], 0.0).is_err());
}

#[test]
fn fewer_sizes_leave_nothing_behind() {
    let (mut market, table, row) = market();
    live(&mut market, 1, 1_000_000, 990, 1_010);
    live(&mut market, 3, 2_000_000, 2_040, 2_060);
    assert!(table.get(row, EDGE + SIZE_COLUMNS).unwrap().is_finite());
    market.watch("PEPE", &[1.0], 0.0).unwrap();
    assert_eq!(table.get(row, EDGE + SIZE_COLUMNS), Some(f64::NEG_INFINITY));
    assert!(table.get(row, EDGE).unwrap().is_finite());
    assert_eq!((table.get(row, COLUMNS), table.get(3, 0)), (None, None));
}
