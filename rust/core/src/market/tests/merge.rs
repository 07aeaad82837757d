use super::super::merge::Kept;
use super::*;
use crate::merged::{merge, MergedLevel, MergedSource};
use crate::quote::{depth_within, vwap, vwap_notional};

/// 1000PEPE twice (numbered deltas, and a checked stream that may tear), kPEPE and PEPE in whole books; all in USDT but
/// the last, and prices near 0.01 a coin.
const SYMBOLS: [&str; 5] = ["1000PEPEUSDT", "1000PEPEUSDT", "kPEPE", "PEPE", "PEPE"];
const VENUES: [u32; 5] = [0, 1, 2, 3, 4];
/// Decimals of the tick, and the mantissa of 0.01 a coin.
const TICKS: [(u8, i64); 5] = [(4, 100_000), (3, 10_000), (4, 100_000), (6, 10_000), (6, 10_000)];
const LOTS: [u8; 5] = [0, 1, 0, 2, 0];

fn watched() -> Market {
    let mut market = Market::default();
    let ticks = ["0.0001", "0.001", "0.0001", "0.000001", "0.000001"];
    let (lots, multipliers) = (["1", "0.1", "1", "0.01", "1"], ["1000", "1000", "1000", "1", "1"]);
    for at in 0..5 {
        let decoder = if at < 2 { Decoder::BinanceUsdm } else { Decoder::Hyperliquid };
        let venue = market.add_venue(&format!("venue {at}"), decoder).unwrap();
        let quote = if at == 4 { "USDC" } else { "USDT" };
        let (tick, lot, multiplier) = (ticks[at], lots[at], multipliers[at]);
        let terms = Terms { asset: "PEPE", tick, lot, multiplier, ..terms(venue, SYMBOLS[at], quote) };
        market.add_instrument(&terms).unwrap();
        if at == 2 {
            // The fourth joins a book that is kept already.
            market.watch_merged("PEPE", "USDT").unwrap();
        }
    }
    market.set_rate("USDT", Some(1.0)).unwrap();
    market.set_rate("USDC", Some(0.5)).unwrap();
    market
}

/// Merged from the books as they are: what is kept must be the same.
fn anew(market: &Market, quote: &str, side: Side) -> Vec<MergedLevel> {
    let of_quote =
        |id: &&InstrumentId| market.instrument(**id).is_some_and(|of| market.currency_name(of.quote) == quote);
    let source = |id: &InstrumentId| {
        let entry = market.entry(*id).unwrap();
        MergedSource { instrument: &entry.instrument, ladder: entry.book.side(side) }
    };
    let sources: Vec<_> = market.members("PEPE").iter().filter(of_quote).map(source).collect();
    merge(side, &sources, usize::MAX).unwrap()
}

fn close(a: Option<f64>, b: Option<f64>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => (a - b).abs() <= 1e-9 * b.abs(),
        (a, b) => a == b,
    }
}

/// Kept and anew agree, in levels and in what is read off them.
fn agree(market: &Market) -> Result<(), TestCaseError> {
    prop_assert!(market.watch.merged.iter().all(|kept| kept.book.as_ref().is_some_and(|book| !book.is_broken())));
    for side in [Side::Bid, Side::Ask] {
        let levels = anew(market, "USDT", side);
        prop_assert_eq!(&market.merged("PEPE", "USDT", side, usize::MAX).unwrap(), &levels);
        let some = levels.len() / 2;
        prop_assert_eq!(&market.merged("PEPE", "USDT", side, some).unwrap()[..], &levels[..some]);
        let total: f64 = levels.iter().map(|level| level.quantity).sum();
        for quantity in [1_000.0, 2_500.0, total, total * 1.01, 0.0, f64::NAN] {
            let by_hand = walked(&levels, quantity);
            prop_assert!(
                close(market.merged_vwap("PEPE", "USDT", side, quantity), by_hand),
                "{} of {}",
                quantity,
                total
            );
            if let Some(price) = by_hand {
                prop_assert!(close(market.merged_vwap_notional("PEPE", "USDT", side, quantity * price), by_hand));
            }
        }
        prop_assert_eq!(market.merged_vwap_notional("PEPE", "USDT", side, 1e12), None);
        let near = levels
            .iter()
            .filter(|level| (level.price - levels[0].price).abs() <= levels[0].price * 0.005 * (1.0 + 1e-9));
        let by_hand = near.fold((0.0, 0.0), |(q, n), level| (q + level.quantity, n + level.quantity * level.price));
        let (quantity, notional) = market.merged_depth("PEPE", "USDT", side, 50.0).unwrap();
        prop_assert!(close(Some(quantity), Some(by_hand.0)) && close(Some(notional), Some(by_hand.1)));
        let mut all = levels.clone();
        all.extend(
            anew(market, "USDC", side).into_iter().map(|level| MergedLevel { price: level.price * 0.5, ..level }),
        );
        let shown = market.merged_all("PEPE", side, usize::MAX, 1).unwrap();
        prop_assert_eq!(shown.len(), all.len());
        prop_assert!(all.iter().all(|level| shown.contains(level)));
        let sorted = |a: f64, b: f64| if side == Side::Ask { a <= b } else { a >= b };
        prop_assert!(shown.windows(2).all(|pair| sorted(pair[0].price, pair[1].price)));
    }
    Ok(())
}

fn walked(levels: &[MergedLevel], quantity: f64) -> Option<f64> {
    let (mut left, mut cost) = (quantity, 0.0);
    for level in levels {
        if quantity > 0.0 && level.quantity >= left * (1.0 - 1e-12) {
            return Some((cost + left * level.price) / quantity);
        }
        left -= level.quantity;
        cost += level.quantity * level.price;
    }
    None
}

#[derive(Debug, Clone)]
enum Event {
    /// A delta, or a whole book where the venue sends those; prices in tenths of a percent from the middle.
    Told(usize, Vec<(i64, i64)>, Vec<(i64, i64)>),
    Snapshot(usize, Vec<(i64, i64)>, Vec<(i64, i64)>),
    Skipped(usize),
    Torn(usize),
    Invalidated(usize),
}

fn event() -> impl Strategy<Value = Event> {
    let side = || prop::collection::vec((0i64..60, 0i64..5), 0..6);
    let at = 0usize..5;
    prop_oneof![
        8 => (at.clone(), side(), side()).prop_map(|(at, bids, asks)| Event::Told(at, bids, asks)),
        4 => (0usize..2, side(), side()).prop_map(|(at, bids, asks)| Event::Snapshot(at, bids, asks)),
        1 => at.clone().prop_map(Event::Skipped),
        1 => at.clone().prop_map(Event::Torn),
        1 => at.prop_map(Event::Invalidated),
    ]
}

/// Levels in the instrument's digits, sorted best first and each price once.
fn levels(at: usize, direction: i64, levels: &[(i64, i64)], whole: bool) -> Vec<(String, String)> {
    let (scale, middle) = TICKS[at];
    let price = |off: i64| middle + direction * (off * middle / 1_000 + if direction > 0 { 1 } else { 0 });
    let told: BTreeMap<i64, i64> = levels.iter().copied().filter(|(_, size)| !whole || *size > 0).collect();
    let quantity = |size: i64| num::text(size * 10i64.pow(u32::from(LOTS[at])), LOTS[at]);
    told.iter().map(|(off, size)| (num::text(price(*off), scale), quantity(*size))).collect()
}

fn binance(levels: &[(String, String)]) -> String {
    levels.iter().map(|(price, quantity)| format!(r#"["{price}","{quantity}"]"#)).collect::<Vec<_>>().join(",")
}

fn hyperliquid(levels: &[(String, String)]) -> String {
    let text = |(px, sz): &(String, String)| format!(r#"{{"px":"{px}","sz":"{sz}","n":1}}"#);
    levels.iter().map(text).collect::<Vec<_>>().join(",")
}

/// Does it; `ids` are the ids that the numbered streams have come to.
fn happen(market: &mut Market, event: &Event, time: i64, ids: &mut [u64; 2]) {
    match event {
        Event::Told(at, bids, asks) => {
            let venue = VenueId(VENUES[*at]);
            let (bids, asks) = (levels(*at, -1, bids, *at > 1), levels(*at, 1, asks, *at > 1));
            let frame = if let Some(id) = ids.get_mut(*at) {
                *id += 1;
                depth(*id, *id, *id - 1, &binance(&bids), &binance(&asks)).replace("BTCUSDT", SYMBOLS[*at])
            } else {
                let (bids, asks) = (hyperliquid(&bids), hyperliquid(&asks));
                let coin = SYMBOLS[*at];
                format!(
                    r#"{{"channel":"l2Book","data":{{"coin":"{coin}","time":{time},"levels":[[{bids}],[{asks}]]}}}}"#
                )
            };
            market.feed(venue, frame.as_bytes(), time).unwrap();
        }
        Event::Snapshot(at, bids, asks) => {
            let (bids, asks) = (levels(*at, -1, bids, true), levels(*at, 1, asks, true));
            let id = ids[*at];
            let body = format!(r#"{{"lastUpdateId":{id},"bids":[{}],"asks":[{}]}}"#, binance(&bids), binance(&asks));
            market.snapshot(InstrumentId(*at as u32), body.as_bytes(), time).unwrap();
        }
        Event::Skipped(at) => {
            if let Some(id) = ids.get_mut(*at) {
                *id += 7;
            }
        }
        Event::Torn(at) => {
            let whole = depth(1, 1, 0, "", "").replace("BTCUSDT", SYMBOLS[*at]);
            market.feed(VenueId(VENUES[*at]), &whole.as_bytes()[..whole.len() - 2], time).unwrap();
        }
        Event::Invalidated(at) => market.invalidate(InstrumentId(*at as u32), "connection lost").unwrap(),
    }
}

proptest! {
    /// Deltas, whole books, snapshots, holes, torn frames, lost connections: what is kept is what a merge would give.
    #[test]
    fn kept_is_merged_anew(events in prop::collection::vec(event(), 0..60)) {
        let mut market = watched();
        let mut ids = [10, 20];
        for (time, event) in (1i64..).zip(&events) {
            happen(&mut market, event, time, &mut ids);
            agree(&market)?;
        }
    }
}

#[test]
fn a_level_says_whose_it_is() {
    let mut market = watched();
    let mut ids = [10, 20];
    happen(&mut market, &Event::Snapshot(0, vec![(1, 2)], vec![]), 1, &mut ids);
    happen(&mut market, &Event::Told(3, vec![(1, 3), (2, 4)], vec![(0, 1)]), 1, &mut ids);
    let bids = market.merged("PEPE", "USDT", Side::Bid, 9).unwrap();
    let shown: Vec<_> = bids.iter().map(|level| (level.instrument.0, level.quantity, level.level.price)).collect();
    assert_eq!(shown, [(0, 2_000.0, 99_900), (3, 3.0, 9_990), (3, 4.0, 9_980)]);
    let book = market.book(InstrumentId(0)).unwrap().side(Side::Bid);
    assert_eq!((vwap(book, 1.0), vwap_notional(book, 99_900.0)), (Some(99_900.0), Some(99_900.0)));
    assert_eq!(depth_within(book, 1.0), (2.0, 199_800.0));
    assert!(close(market.merged_vwap("PEPE", "USDT", Side::Bid, 2_003.0), Some(0.009_99)));
    assert_eq!(market.merged_vwap("PEPE", "DOGE", Side::Bid, 1.0), None);
    assert_eq!(market.merged_depth("NONE", "USDT", Side::Bid, 1.0), Some((0.0, 0.0)));
}

#[test]
fn units_without_a_common_one_are_merged_when_read() {
    let mut market = Market::default();
    let add = |market: &mut Market, name: &str, tick, multiplier| {
        let venue = market.add_venue(name, Decoder::Hyperliquid).unwrap();
        market.add_instrument(&Terms { tick, multiplier, ..terms(venue, "BTC", "USDC") }).unwrap()
    };
    add(&mut market, "a", "0.1", "1");
    assert_eq!(market.watch_merged("BTC", "USDT"), Err(Refused::NoAsset("BTC in USDT".into())));
    assert_eq!(market.watch_merged("DOGE", "USDC"), Err(Refused::NoAsset("DOGE in USDC".into())));
    market.watch_merged("BTC", "USDC").unwrap();
    let kept = |market: &Market| market.watch.merged.iter().filter_map(|kept: &Kept| kept.book.as_ref()).count();
    assert_eq!(kept(&market), 1);
    add(&mut market, "b", "0.1", "1000000007");
    assert_eq!(kept(&market), 0);
    assert_eq!(market.watch_merged("BTC", "USDC"), Err(Refused::NoUnit("BTC".into())));
    market.feed(VenueId(0), hl_book(1, "100.0", "101.0").as_bytes(), 1).unwrap();
    market.feed(VenueId(1), hl_book(1, "100.0", "101.0").as_bytes(), 1).unwrap();
    let best = market.merged("BTC", "USDC", Side::Ask, 1).unwrap();
    assert_eq!((best.len(), best[0].instrument), (1, InstrumentId(1)));
    assert!(close(market.merged_vwap("BTC", "USDC", Side::Bid, 5.0), Some(100.0)));
}

#[test]
fn a_number_out_of_reach_ends_what_is_kept_and_no_more() {
    let mut market = Market::default();
    for (name, tick) in [("a", "0.1"), ("b", "0.00000001")] {
        let venue = market.add_venue(name, Decoder::Hyperliquid).unwrap();
        market.add_instrument(&Terms { tick, ..terms(venue, "BTC", "USDC") }).unwrap();
    }
    market.watch_merged("BTC", "USDC").unwrap();
    let far = hl_book(1, "100000000000000000.0", "500000000000000000.0");
    market.feed(VenueId(0), far.as_bytes(), 1).unwrap();
    assert!(market.book(InstrumentId(0)).unwrap().is_live());
    let best = market.merged("BTC", "USDC", Side::Ask, 5).unwrap();
    assert_eq!((best.len(), best[0].price), (1, 500_000_000_000_000_000.0));
    assert!(market.watch.merged.iter().all(|kept| kept.book.as_ref().is_some_and(|book| book.is_broken())));
}
