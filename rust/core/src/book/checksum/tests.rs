use super::*;
use crate::book::{Delta, Full};
use crate::num;
use proptest::prelude::*;
use std::collections::BTreeMap;

fn levels(side: &[(i64, i64)]) -> Vec<Level> {
    side.iter().map(|(price, quantity)| Level { price: *price, quantity: *quantity }).collect()
}

fn book(bids: &[(i64, i64)], asks: &[(i64, i64)]) -> Book {
    let mut book = Book::default();
    book.begin(&Full { bids: levels(bids), asks: levels(asks), ..Full::default() });
    book
}

fn line(digits: &mut Digits, book: &Book) -> String {
    String::from_utf8_lossy(digits.write(book)).into_owned()
}

fn written(scales: [u8; 2], book: &Book, texts: &[(&str, &str)]) -> Digits {
    let mut digits = Digits::new(scales[0], scales[1]);
    digits.begin();
    texts.iter().for_each(|(price, quantity)| digits.note_text(price, quantity));
    let side = |side| book.side(side).iter().collect::<Vec<_>>();
    digits.commit(&side(Side::Bid), &side(Side::Ask));
    digits
}

/// The example of OKX's documentation: `3366.1:7:3366.8:9:3366:6:3368:8` is -1881014294.
#[test]
fn the_documented_example() {
    let book = book(&[(33_661, 7), (33_660, 6)], &[(33_668, 9), (33_680, 8)]);
    let texts = [("3366.1", "7"), ("3366", "6"), ("3366.8", "9"), ("3368", "8")];
    assert_eq!(written([1, 0], &book, &texts).crc(&book) as i32, -1_881_014_294);
}

#[test]
fn the_longer_side_goes_on_alone_and_an_empty_book_has_no_line() {
    let mut book = book(&[(3, 1), (2, 1)], &[(4, 1)]);
    let mut digits = written([0, 0], &book, &[("3.0", "1"), ("2", "1.00"), ("4", "1")]);
    assert_eq!(line(&mut digits, &book), "3.0:1:4:1:2:1.00:");
    digits.begin();
    digits.note_text("2", "0");
    let gone = levels(&[(2, 0)]);
    digits.commit(&gone, &[]);
    book.change(&Delta { bids: gone, ..Delta::default() });
    assert_eq!(line(&mut digits, &book), "3.0:1:4:1:");
    digits.clear();
    assert_eq!(digits.crc(&Book::default()), 0);
}

#[test]
fn what_all_are_written_like_is_learnt_and_only_others_are_kept() {
    let cases: [(&[&str], usize); 5] = [
        (&["60000", "59999.9", "59000", "58000.5"], 0),
        (&["2.4350", "2.4331", "2.4300", "2.0000"], 0),
        (&["0.0056060", "0.0056050", "0.0056000"], 0),
        (&["2.43", "2.42", "2.410", "2.4"], 1),
        (&["2.430", "2.420", "2.41", "02.400"], 2),
    ];
    for (prices, odd) in cases {
        let bids: Vec<_> = prices.iter().map(|price| (num::mantissa(price.as_bytes(), 6).unwrap(), 1)).collect();
        let book = book(&bids, &[]);
        let texts: Vec<_> = prices.iter().map(|price| (*price, "1")).collect();
        let mut digits = written([6, 0], &book, &texts);
        assert_eq!(digits.bids.odd_count(), odd, "{prices:?}");
        assert_eq!(line(&mut digits, &book), prices.iter().map(|price| format!("{price}:1:")).collect::<String>());
    }
}

/// A way of writing: fewest decimals, needless zeros in front, whether as `1e-2`.
type Way = (usize, usize, bool);

fn text(mantissa: i64, scale: u8, (least, before, exponent): Way) -> String {
    if exponent {
        return format!("{mantissa}e-{scale}");
    }
    let exact = num::text(mantissa, scale);
    let (whole, fraction) = exact.split_once('.').unwrap_or((&exact, ""));
    let fraction = format!("{:0<least$}", fraction.trim_end_matches('0'));
    let point = if fraction.is_empty() { "" } else { "." };
    format!("{}{whole}{point}{fraction}", "0".repeat(before))
}

/// What most numbers are written like, and now and then another.
fn way(least: usize) -> impl Strategy<Value = Way> {
    prop_oneof![
        20 => Just((least, 0, false)),
        1 => (0usize..12, 0usize..3, Just(false)),
        1 => Just((0, 0, true)),
    ]
}

fn mantissa() -> impl Strategy<Value = i64> {
    let round = (1i64..1_000, 0u32..15).prop_map(|(value, zeros)| value * 10i64.pow(zeros));
    prop_oneof![1 => Just(0), 4 => 1i64..100_000, 2 => 1i64..1_000_000_000_000, 1 => 1..=i64::MAX, 2 => round]
}

/// Of a level: ask, price, quantity, and how they are written.
type Change = (bool, i64, i64, Way, Way);

/// Scales, what prices are multiplied by, and the messages.
fn stream() -> impl Strategy<Value = ([u8; 2], i64, Vec<Vec<Change>>)> {
    let scales = [prop_oneof![0u8..4, 0u8..=18], prop_oneof![0u8..4, 0u8..=18]];
    let spacing = prop_oneof![Just(1i64), Just(10), Just(64), Just(99_999_999_999)];
    (scales, spacing, prop_oneof![Just(0usize), 0usize..10], prop_oneof![Just(0usize), 0usize..10]).prop_flat_map(
        |(scales, spacing, price_least, quantity_least)| {
            let change = (any::<bool>(), 1i64..45, mantissa(), way(price_least), way(quantity_least));
            (Just(scales), Just(spacing), prop::collection::vec(prop::collection::vec(change, 0..60), 1..8))
        },
    )
}

fn noted(digits: &mut Digits, (price, price_way): (&str, Way), (quantity, quantity_way): (&str, Way)) {
    if price_way.2 || quantity_way.2 {
        return digits.note_text(price, quantity);
    }
    let raw = format!("[\"{price}\",\"{quantity}\",\"0\",\"1\"]");
    let at = 2 + price.len() + 3;
    digits.note(raw.as_bytes(), 2..2 + price.len(), at..at + quantity.len());
}

proptest! {
    /// However a venue writes, every line is the one that its own texts make.
    #[test]
    fn every_line_is_as_written((scales, spacing, messages) in stream()) {
        let (mut digits, mut book) = (Digits::new(scales[0], scales[1]), Book::default());
        let mut texts: [BTreeMap<i64, String>; 2] = Default::default();
        book.begin(&Full::default());
        for message in messages {
            let mut sides = [Vec::new(), Vec::new()];
            digits.begin();
            for wanted in [false, true] {
                for (_, price, quantity, price_way, quantity_way) in message.iter().filter(|of| of.0 == wanted) {
                    let price = (price + 50 * i64::from(wanted)) * spacing;
                    let written = [text(price, scales[0], *price_way), text(*quantity, scales[1], *quantity_way)];
                    noted(&mut digits, (&written[0], *price_way), (&written[1], *quantity_way));
                    sides[usize::from(wanted)].push((price, *quantity));
                    let held = &mut texts[usize::from(wanted)];
                    held.remove(&price);
                    if *quantity != 0 {
                        held.insert(price, format!("{}:{}:", written[0], written[1]));
                    }
                }
            }
            let (bids, asks) = (levels(&sides[0]), levels(&sides[1]));
            digits.commit(&bids, &asks);
            book.change(&Delta { bids, asks, ..Delta::default() });
            prop_assert!(book.is_live());
            prop_assert!(digits.bids.odd_count() <= book.side(Side::Bid).len());
            prop_assert!(digits.asks.odd_count() <= book.side(Side::Ask).len());
            let (mut bids, mut asks) = (texts[0].values().rev().take(25), texts[1].values().take(25));
            let expected: Vec<_> = (0..25).flat_map(|_| [bids.next(), asks.next()]).flatten().cloned().collect();
            prop_assert_eq!(line(&mut digits, &book), expected.concat());
        }
    }

    /// The quick look at a number never takes another for one written by the form.
    #[test]
    fn what_fits_is_written_so(
        first in "[0-9]{1,6}(\\.[0-9]{1,9})?", number in "[0-9]{1,9}(\\.[0-9]{1,9})?", before in "[0-9.\",]{0,9}",
    ) {
        let scale = 9;
        let form = Form::learnt(scale, std::iter::once(first.as_bytes()));
        let (raw, mantissa) = (format!("{before}{number}\",\"0.5"), num::mantissa(number.as_bytes(), scale).unwrap());
        if form.fits(raw.as_bytes(), &(before.len()..before.len() + number.len())) && number != "0" {
            prop_assert_eq!(form.text(mantissa), format!("{number}:"));
        }
    }
}
