//! Hostile inputs, made of a sound message: the table.

use super::venues::{Venue, SYMBOL};

/// An input and where it came from.
pub struct Attack {
    /// What is wrong with it.
    pub name: String,
    pub frame: Vec<u8>,
}

/// What stands for a price or a quantity and is none anywhere, in a string or bare.
const NO_NUMBERS: [&str; 21] = [
    "1e400",
    "-1e400",
    "NaN",
    "nan",
    "Infinity",
    "-Infinity",
    "inf",
    "1_000",
    "１２３",
    "１",
    "-1",
    "-0.0001",
    "",
    "+1",
    "0x10",
    "1e",
    "1..2",
    "null",
    "{}",
    "99999999999999999999999999",
    "0.00000000000000000000001",
];

/// What stands for an id or a time and is none: 2^64, 10^30 and the like.
const NO_IDS: [&str; 6] = ["18446744073709551616", "1e30", "1000000000000000000000000000000", "-1", "1.5", "NaN"];

const FRAME_BYTES: usize = 64 << 20;
const DEPTH: usize = 100_000;
const CUT_BYTES: usize = 64;

/// Every input that is made of the sound message `text` by replacing its `price` and its `quantity`.
pub fn attacks(venue: &Venue, text: &str, (price, quantity): (&str, &str)) -> Vec<Attack> {
    let mut found = Vec::new();
    let mut add = |name: String, frame: String| found.push(Attack { name, frame: frame.into_bytes() });
    for no_number in NO_NUMBERS {
        add(format!("price {no_number:?}"), text.replacen(price, no_number, 1));
        add(format!("quantity {no_number:?}"), text.replacen(quantity, no_number, 1));
    }
    for key in keys(venue).iter().filter(|key| value(text, key).is_some()) {
        let again = |first: &str| insert(text, key, &format!("{first},\"{key}\":"));
        let same = value(text, key).map_or("", |(start, end)| &text[start..end]);
        add(format!("{key} twice"), again(same));
        if same.contains(SYMBOL) {
            add(format!("{key} twice, another's first"), again(&same.replace(SYMBOL, OTHER)));
        }
        for (shape, nest) in nests() {
            add(format!("{shape} nested 100,000 deep in {key}"), insert(text, key, &nest));
            let closed = nest.clone() + "1" + &nest.replace("{\"a\":", "}").replace('[', "]");
            add(format!("{shape} nested and closed in {key}"), replace(text, key, &closed));
        }
    }
    let whole = text.contains("\"snapshot\"") || text.contains("\"full\":true");
    let needed = |id: &&&str| value(text, id).is_some() && !(whole && BEFORE.contains(*id));
    for id in ids(venue).iter().filter(needed) {
        for no_id in NO_IDS {
            add(format!("{id} {no_id}"), replace(text, id, no_id));
        }
    }
    for (shape, nest) in nests() {
        add(format!("{shape} nested 100,000 deep and nothing else"), nest);
    }
    for end in (0..text.len()).step_by(CUT_BYTES) {
        // every venue's own words are ASCII
        add(format!("cut after {end} bytes"), text[..end].into());
    }
    found.extend(broken(venue, text));
    found
}

/// A symbol that nobody registered.
pub const OTHER: &str = "ETH-X";

fn nests() -> [(&'static str, String); 2] {
    [("[", "[".repeat(DEPTH)), ("{\"a\":", "{\"a\":".repeat(DEPTH))]
}

/// A byte in the middle that is no UTF-8, and one that is cut off behind it.
fn broken(venue: &Venue, text: &str) -> Vec<Attack> {
    let places = (text.len() / 2..text.len()).find(|place| (venue.may_damage)(text, *place));
    let broken = places.into_iter().flat_map(|place| {
        [vec![0xff], vec![0xc0, 0x80], vec![0xed, 0xa0, 0x80], vec![0xf4, 0x90, 0x80, 0x80]].map(|bytes| {
            let mut frame = text.as_bytes().to_vec();
            let name = format!("{bytes:02x?} at byte {place}");
            frame.splice(place..=place, bytes);
            Attack { name, frame }
        })
    });
    broken.collect()
}

/// 64 MiB that begin, end or go on like a book.
pub fn long(venue: &Venue, text: &str) -> Vec<Attack> {
    let filler = "A".repeat(FRAME_BYTES);
    let (_, head) = text.split_at(1);
    let mut found = vec![
        ("64 MiB behind a book", format!("{},\"x\":\"{filler}\"}}", &text[..text.len() - 1])),
        ("64 MiB before a book", format!("{{\"x\":\"{filler}\",{head}")),
    ];
    let levels = keys(venue).last().and_then(|key| Some((key, value(text, key)?)));
    if let Some((key, (start, end))) = levels {
        let one = text[start + 1..end - 1].to_owned() + ",";
        let (open, close) = (&text[start..=start], &text[end - 1..end]);
        let many = one.repeat(FRAME_BYTES / one.len());
        found.push(("64 MiB of levels", replace(text, key, &format!("{open}{many}{one}{close}"))));
    }
    let attack = |(name, frame): (&str, String)| Attack { name: name.into(), frame: frame.into_bytes() };
    found.into_iter().map(attack).collect()
}

/// Keys that a message may hold once; levels last.
fn keys(venue: &Venue) -> &'static [&'static str] {
    match venue.name {
        "binanceusdm" => &["s", "U", "u", "pu", "lastUpdateId", "a", "asks", "b", "bids"],
        "bitget" => &["instId", "seq", "pseq", "asks", "bids"],
        "bybit" => &["topic", "s", "u", "a", "b"],
        "dydx" => &["id", "connection_id", "message_id", "asks", "bids"],
        "gate" => &["s", "U", "u", "id", "a", "asks", "b", "bids"],
        "hyperliquid" => &["coin", "time", "levels"],
        "krakenfutures" => &["product_id", "seq", "side", "price", "qty", "asks", "bids"],
        "kucoinfutures" => &["topic", "symbol", "sequence", "change", "asks", "bids"],
        _ => &["instId", "seqId", "prevSeqId", "asks", "bids"],
    }
}

/// Ids of what is before a message: a whole book needs none.
const BEFORE: [&str; 3] = ["pseq", "prevSeqId", "U"];

/// Keys of whole numbers that a message cannot be without.
fn ids(venue: &Venue) -> &'static [&'static str] {
    match venue.name {
        "binanceusdm" => &["E", "U", "u", "pu", "lastUpdateId"],
        "bitget" => &["seq", "pseq"],
        "bybit" => &["ts", "u"],
        "dydx" => &["message_id"],
        "gate" => &["t", "U", "u", "id"],
        "hyperliquid" => &["time"],
        "krakenfutures" => &["seq", "timestamp"],
        "kucoinfutures" => &["sequence", "timestamp"],
        _ => &["seqId", "prevSeqId"],
    }
}

/// Where the value of the first `key` stands.
fn value(text: &str, key: &str) -> Option<(usize, usize)> {
    let quoted = format!("\"{key}\":");
    let start = text.find(&quoted)? + quoted.len();
    let (mut depth, mut within) = (0, false);
    let end = text[start..].char_indices().find_map(|(at, letter)| {
        within ^= letter == '"';
        depth += i32::from(!within && matches!(letter, '[' | '{'));
        depth -= i32::from(!within && matches!(letter, ']' | '}'));
        let ended = !within && (depth < 0 || (depth == 0 && letter == ','));
        ended.then_some(start + at)
    })?;
    Some((start, end))
}

/// `text` with `more` before the value of `key`.
fn insert(text: &str, key: &str, more: &str) -> String {
    value(text, key).map_or_else(String::new, |(start, _)| format!("{}{more}{}", &text[..start], &text[start..]))
}

/// `text` with `other` as the value of `key`.
fn replace(text: &str, key: &str, other: &str) -> String {
    value(text, key).map_or_else(String::new, |(start, end)| format!("{}{other}{}", &text[..start], &text[end..]))
}
