//! The quick ways of reading levels against the slow one, which judges every number by `num` alone.

use super::super::quick;
use super::*;
use proptest::prelude::*;

type Read = Result<Vec<Level>, Reason>;

fn slowly(levels: &Levels<'_>, scales: (u8, u8)) -> Read {
    let mut into = Vec::new();
    levels
        .walk(|price, quantity| {
            into.push(level(price, quantity, scales.0, scales.1)?);
            Ok(())
        })
        .map(|()| into)
}

fn in_use(levels: &Levels<'_>, scales: (u8, u8), shapes: &mut Shapes) -> Read {
    let mut into = Vec::new();
    levels.read_alike(scales.0, scales.1, &mut into, shapes).map(|()| into)
}

/// The portable reader alone; None for what it leaves to the slow one.
fn portably(form: usize, raw: &str, scales: (u8, u8)) -> Option<Vec<Level>> {
    let (mut into, mut shapes) = (Vec::new(), Shapes::default());
    let quick = Quick { raw: raw.as_bytes(), price_scale: scales.0, quantity_scale: scales.1, shapes: &mut shapes };
    let ignore = |_: &[u8], _, _| {};
    let read = match form {
        0 => quick.each(&quick::Quoted, &mut into, ignore),
        1 => quick.each(&quick::Bare, &mut into, ignore),
        2 => quick.each(&quick::Longer(2), &mut into, ignore),
        3 => quick.each(&quick::Orders, &mut into, ignore),
        4 => quick.each(&quick::Short, &mut into, ignore),
        5 => quick.each(&quick::Numbers, &mut into, ignore),
        _ => quick.each(&quick::Sized, &mut into, ignore),
    };
    read.filter(|()| raw.starts_with('[')).map(|()| into)
}

/// Mostly what venues write, and some of what they do not.
fn number() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => "[1-9][0-9]{0,5}\\.[0-9]{1,3}",
        4 => "[1-9][0-9]{0,8}",
        3 => "0\\.[0-9]{1,10}",
        2 => "[0-9]{1,9}\\.[0-9]{0,9}0{0,3}",
        1 => "[0-9]{14,20}(\\.[0-9]{0,3})?",
        1 => "[0-9.eE+\\-]{0,12}",
        1 => "[0-9]{1,4}[ \"a,\\[\\]]",
    ]
}

/// An array of levels as each of the venues' forms has it.
fn written(form: usize, pairs: &[(String, String)]) -> String {
    let level = |(price, quantity): &(String, String)| match form {
        0 => format!(r#"["{price}","{quantity}"]"#),
        1 => format!("[{price},{quantity}]"),
        2 => format!(r#"["{price}","{quantity}","0","13"]"#),
        3 => format!(r#"{{"px":"{price}","sz":"{quantity}","n":5}}"#),
        4 => format!(r#"{{"p":"{price}","s":{quantity}}}"#),
        5 => format!(r#"{{"price":{price},"qty":{quantity}}}"#),
        _ => format!(r#"{{"price":"{price}","size":"{quantity}"}}"#),
    };
    format!("[{}]", pairs.iter().map(level).collect::<Vec<_>>().join(","))
}

fn levels_of(form: usize, raw: &str) -> Levels<'_> {
    let keyed = |price, quantity| Levels::Keyed { raw, price, quantity };
    match form {
        0 | 1 => Levels::pairs(raw),
        2 => Levels::Rows { raw, fields: 4 },
        3 => keyed("px", "sz"),
        4 => keyed("p", "s"),
        5 => keyed("price", "qty"),
        _ => keyed("price", "size"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3_000))]

    /// Whatever is written, in whatever form, and whatever was written before it.
    #[test]
    fn every_way_of_reading_agrees(
        form in 0usize..7,
        messages in prop::collection::vec(prop::collection::vec((number(), number()), 0..6), 1..4),
        scales in (0u8..=18, 0u8..=18),
        ordinary in any::<bool>(),
    ) {
        let scales = if ordinary { (scales.0 % 4, scales.1 % 5) } else { scales };
        let mut shapes = Shapes::default();
        for pairs in messages {
            let raw = written(form, &pairs);
            let levels = levels_of(form, &raw);
            let wanted = slowly(&levels, scales);
            prop_assert_eq!(in_use(&levels, scales, &mut shapes), wanted.clone(), "{}", raw);
            if let Some(read) = portably(form, &raw, scales) {
                prop_assert_eq!(Ok(read), wanted, "{}", raw);
            }
        }
    }
}

/// Bytes that matter to one form or another.
fn mutated(raw: &str, changes: &[(usize, u8)]) -> String {
    const BYTES: &[u8] = b"[]{},:\".0123456789 apxsz\\e-";
    let mut bytes = raw.as_bytes().to_vec();
    for (at, drawn) in changes {
        let (at, byte) = (at % bytes.len(), BYTES[*drawn as usize % BYTES.len()]);
        match drawn % 3 {
            0 => bytes[at] = byte,
            1 => bytes.insert(at, byte),
            _ => drop(bytes.remove(at)),
        }
        if bytes.is_empty() {
            bytes.push(b'[');
        }
    }
    String::from_utf8(bytes).unwrap_or_default()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3_000))]

    /// Broken punctuation, swapped and wrong keys, other forms and scales with the same memory of shapes.
    #[test]
    fn nothing_is_read_that_was_not_compared(
        messages in prop::collection::vec(
            (0usize..7, 0usize..7, prop::collection::vec((number(), number()), 1..5),
             prop::collection::vec((any::<usize>(), any::<u8>()), 0..4), (0u8..4, 0u8..5), any::<bool>()),
            1..6,
        ),
    ) {
        let mut shapes = Shapes::default();
        for (form, read_as, pairs, changes, scales, swapped) in messages {
            let mut raw = mutated(&written(form, &pairs), &changes);
            if swapped {
                raw = raw.replace("\"px\"", "\"?\"").replace("\"sz\"", "\"px\"").replace("\"?\"", "\"sz\"");
            }
            let form = if changes.is_empty() { read_as } else { form };
            let levels = levels_of(form, &raw);
            prop_assert_eq!(in_use(&levels, scales, &mut shapes), slowly(&levels, scales), "{}", raw);
            if let Some(read) = portably(form, &raw, scales) {
                prop_assert_eq!(Ok(read), slowly(&levels, scales), "{}", raw);
            }
        }
    }
}

/// Numbers that are nearly ordinary, first, between others and last, in every form and scale.
#[test]
fn awkward_numbers_are_read_as_slowly() {
    const NUMBERS: [&str; 30] = [
        "1.2.3",
        "1..2",
        ".5",
        "5.",
        ".",
        "",
        "0",
        "0.0",
        "00.5",
        "007",
        "1e5",
        "-1",
        "+1",
        "1_0",
        "1,0",
        " 1",
        "1 ",
        "1\u{0}",
        "1.\u{0}",
        "\u{ff}1",
        "1\u{fffd}",
        "12345678901234",
        "123456789012345",
        "1234567890123456",
        "9999999999.9999",
        "1.2345678901234",
        "0.00000000000001",
        "5.00000000000",
        "99999999999999.",
        "1.]",
    ];
    let ordinary = || ("61800.20".to_owned(), "2.909".to_owned());
    // Under Miri, which takes its time, one form alone, and its last level, whose bytes end with the text.
    let (forms, places) = if cfg!(miri) { (0..1, 2..3) } else { (0..7, 0..3) };
    for (form, number) in forms.flat_map(|form| NUMBERS.map(|number| (form, number))) {
        for (at, as_price) in places.clone().flat_map(|at| [(at, true), (at, false)]) {
            let mut pairs = [ordinary(), ordinary(), ordinary()];
            *(if as_price { &mut pairs[at].0 } else { &mut pairs[at].1 }) = number.to_owned();
            let raw = written(form, &pairs);
            let others = if cfg!(miri) { 0..0 } else { 0..19 };
            for scales in others.map(|scale| (2, scale)).chain([(0, 0), (9, 3)]) {
                let (levels, mut shapes) = (levels_of(form, &raw), Shapes::default());
                assert_eq!(in_use(&levels, scales, &mut shapes), slowly(&levels, scales), "{raw} {scales:?}");
            }
        }
    }
}

/// What venues really write must not fall to the slow reader: lengths that change, needless zeros, long prices.
#[test]
fn ordinary_levels_are_read_quickly() {
    let cases = [
        ("[[\"61800.20\",\"2.909\"],[\"105055.10\",\"12.000\"],[\"9.5\",\"0\"]]", (1, 3)),
        ("[[\"0.0000106\",\"1234567890\"],[\"0.00001061\",\"5.0\"]]", (8, 0)),
        ("[[\"61800\",\"2\"],[\"61800.5\",\"0.00000001\"]]", (1, 8)),
    ];
    for (raw, scales) in cases {
        quickly_read(0, raw, scales);
    }
    let pairs = [("61800.2", "2909"), ("105055.1", "12"), ("9.5", "0"), ("61800", "290900")];
    let pairs = pairs.map(|(price, quantity)| (price.to_owned(), quantity.to_owned()));
    for (form, count) in (0..7).flat_map(|form| (1..=4).map(move |count| (form, count))) {
        quickly_read(form, &written(form, &pairs[..count]), (1, 3));
    }
}

/// Not one level is left to the slow reader, with or without vectors.
fn quickly_read(form: usize, raw: &str, scales: (u8, u8)) {
    let levels = levels_of(form, raw);
    let (mut into, mut shapes) = (Vec::new(), Shapes::default());
    let quickly = levels.quickly(scales.0, scales.1, &mut into, &mut shapes, |_, _, _| {});
    assert_eq!((quickly, Ok(into)), (Some(()), slowly(&levels, scales)), "{raw}");
    assert_eq!(portably(form, raw, scales), slowly(&levels, scales).ok(), "{raw}");
}
