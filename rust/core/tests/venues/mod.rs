//! How nine venues write the same book: one more way of reading their documents, apart from the decoders.

use std::collections::BTreeMap;

/// The symbol under which every venue trades it.
pub const SYMBOL: &str = "BTC-X";

/// A whole book, price to quantity; prices count tenths.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sides {
    pub bids: BTreeMap<i64, i64>,
    pub asks: BTreeMap<i64, i64>,
}

/// One venue's way of writing.
pub struct Venue {
    pub name: &'static str,
    /// A missing message shows in the next one's numbers.
    pub numbered: bool,
    /// The message that makes the book what it is after the change `at`.
    pub change: fn(at: usize, truths: &[Sides]) -> String,
    /// The whole book after the change `at`, and whether it is fetched apart.
    pub snapshot: fn(at: usize, truths: &[Sides]) -> (String, bool),
    /// After which change the book is, by its id or its time.
    pub held: fn(sequence: u64, ts_venue_ns: Option<i64>) -> Option<usize>,
    /// Whether this byte of a message may be damaged without the message becoming another sound one.
    pub may_damage: fn(message: &str, place: usize) -> bool,
}

pub const VENUES: [Venue; 10] = [
    Venue {
        name: "binanceusdm",
        numbered: true,
        change: |at, truths| {
            let (bids, asks) = changed(at, truths, quoted);
            let (first, last, previous) = (triple(at) - 1, triple(at), triple(at) - 3);
            format!(
                r#"{{"e":"depthUpdate","E":2,"T":2,"s":"{SYMBOL}","U":{first},"u":{last},"pu":{previous},"b":[{bids}],"a":[{asks}]}}"#
            )
        },
        snapshot: |at, truths| {
            let (bids, asks) = whole(&truths[at], quoted);
            (format!(r#"{{"lastUpdateId":{},"bids":[{bids}],"asks":[{asks}]}}"#, triple(at)), true)
        },
        held: by_triple,
        may_damage: anywhere,
    },
    Venue {
        name: "bybit",
        numbered: true,
        change: |at, truths| bybit("delta", at, changed(at, truths, quoted)),
        snapshot: |at, truths| (bybit("snapshot", at, whole(&truths[at], quoted)), false),
        held: by_one,
        may_damage: anywhere,
    },
    Venue {
        name: "okx",
        numbered: true,
        change: |at, truths| okx("update", at, triple(at) as i64 - 3, changed(at, truths, okx_row)),
        snapshot: |at, truths| (okx("snapshot", at, -1, whole(&truths[at], okx_row)), false),
        held: by_triple,
        may_damage: anywhere,
    },
    Venue {
        name: "bitget",
        numbered: true,
        change: |at, truths| bitget("update", at, crc(&truths[at]), changed(at, truths, quoted)),
        snapshot: |at, truths| (bitget("snapshot", at, 0, whole(&truths[at], quoted)), false),
        held: by_one,
        // Without the id before it a change is held by its checksum alone, and the book has no number to be told by.
        may_damage: |message, place| !within(message, "pseq", place),
    },
    Venue {
        name: "hyperliquid",
        numbered: false,
        change: |at, truths| hyperliquid(at, &truths[at]),
        snapshot: |at, truths| (hyperliquid(at, &truths[at]), false),
        held: |_, ts_venue_ns| usize::try_from(ts_venue_ns? / 1_000_000 - 1_000).ok(),
        may_damage: anywhere,
    },
    Venue {
        name: "gate",
        numbered: true,
        change: |at, truths| {
            let (bids, asks) = changed(at, truths, |price, quantity| format!(r#"{{"p":"{price}","s":{quantity}}}"#));
            let (first, last) = (triple(at) - 2, triple(at));
            format!(
                r#"{{"time":1,"time_ms":2,"channel":"futures.order_book_update","event":"update","result":{{"t":2,"s":"{SYMBOL}","U":{first},"u":{last},"b":[{bids}],"a":[{asks}]}}}}"#
            )
        },
        snapshot: |at, truths| {
            let (bids, asks) = whole(&truths[at], |price, quantity| format!(r#"{{"s":{quantity},"p":"{price}"}}"#));
            (format!(r#"{{"current":2.5,"update":2.25,"id":{},"asks":[{asks}],"bids":[{bids}]}}"#, triple(at)), true)
        },
        held: by_triple,
        may_damage: anywhere,
    },
    Venue {
        name: "gate",
        numbered: true,
        change: |at, truths| gate_by_name("", at, changed(at, truths, quoted)),
        snapshot: |at, truths| (gate_by_name(r#""full":true,"#, at, whole(&truths[at], quoted)), false),
        held: by_triple,
        // Only what changed is named: a side that is missing did not.
        may_damage: |message, place| !["full", "b", "a"].iter().any(|key| within(message, key, place)),
    },
    Venue {
        name: "kucoinfutures",
        numbered: true,
        change: |at, truths| {
            let (bids, asks) = changed(at, truths, |price, quantity| format!("{price},SIDE,{quantity}"));
            let change = bids.replace("SIDE", "buy") + &asks.replace("SIDE", "sell");
            let last = at + 1_000;
            format!(
                r#"{{"topic":"/contractMarket/level2:{SYMBOL}","type":"message","subject":"level2","sn":{last},"data":{{"sequence":{last},"change":"{change}","timestamp":2}}}}"#
            )
        },
        snapshot: |at, truths| {
            let (bids, asks) = whole(&truths[at], |price, quantity| format!("[{price}E0,{quantity}]"));
            let last = at + 1_000;
            (
                format!(
                    r#"{{"code":"200000","data":{{"symbol":"{SYMBOL}","sequence":{last},"asks":[{asks}],"bids":[{bids}],"ts":2}}}}"#
                ),
                true,
            )
        },
        held: by_one,
        may_damage: anywhere,
    },
    Venue {
        name: "krakenfutures",
        numbered: true,
        change: |at, truths| {
            let row = |price: &str, quantity: i64| format!(r#""price":{price},"qty":{quantity}.0"#);
            let (bids, asks) = changed(at, truths, row);
            let side = if bids.is_empty() { "sell" } else { "buy" };
            let last = at + 1_000;
            format!(
                r#"{{"feed":"book","product_id":"{SYMBOL}","side":"{side}","seq":{last},{bids}{asks},"timestamp":2}}"#
            )
        },
        snapshot: |at, truths| {
            let (bids, asks) = whole(&truths[at], |price, quantity| format!(r#"{{"price":{price},"qty":{quantity}}}"#));
            let last = at + 1_000;
            (
                format!(
                    r#"{{"feed":"book_snapshot","product_id":"{SYMBOL}","timestamp":2,"seq":{last},"tickSize":null,"bids":[{bids}],"asks":[{asks}]}}"#
                ),
                false,
            )
        },
        held: by_one,
        may_damage: anywhere,
    },
    Venue {
        name: "dydx",
        numbered: true,
        change: |at, truths| {
            let (bids, asks) = changed(at, truths, quoted);
            let contents = if bids.is_empty() { format!(r#""asks":[{asks}]"#) } else { format!(r#""bids":[{bids}]"#) };
            let (head, contents) = if at % 2 == 0 {
                ("channel_data", format!("{{{contents}}}"))
            } else {
                ("channel_batch_data", format!("[{{{contents}}}]"))
            };
            let message = at + 1_000;
            format!(
                r#"{{"type":"{head}","connection_id":"c-1","message_id":{message},"id":"{SYMBOL}","channel":"v4_orderbook","version":"1.0.0","contents":{contents}}}"#
            )
        },
        snapshot: |at, truths| {
            let (bids, asks) =
                whole(&truths[at], |price, quantity| format!(r#"{{"price":"{price}","size":"{quantity}"}}"#));
            let message = at + 1_000;
            (
                format!(
                    r#"{{"type":"subscribed","connection_id":"c-1","message_id":{message},"channel":"v4_orderbook","id":"{SYMBOL}","contents":{{"bids":[{bids}],"asks":[{asks}]}}}}"#
                ),
                false,
            )
        },
        held: by_one,
        // Its books have no numbers of their own: a message that says it is about something else is believed.
        may_damage: |message, place| !["type", "id", "channel"].iter().any(|key| within(message, key, place)),
    },
];

/// Ids that leave some out, as those of venues do that number all symbols together.
fn triple(at: usize) -> u64 {
    1_000 + 3 * at as u64
}

fn by_triple(sequence: u64, _: Option<i64>) -> Option<usize> {
    usize::try_from(sequence.checked_sub(1_000)?).ok().filter(|since| since % 3 == 0).map(|since| since / 3)
}

fn by_one(sequence: u64, _: Option<i64>) -> Option<usize> {
    usize::try_from(sequence.checked_sub(1_000)?).ok()
}

fn anywhere(_: &str, _: usize) -> bool {
    true
}

/// True in the key and the value of a member.
fn within(message: &str, key: &str, place: usize) -> bool {
    let start = message.find(&format!("\"{key}\":"));
    start.is_some_and(|start| {
        let end = message[start..].find(',').map_or(message.len(), |length| start + length);
        (start..=end).contains(&place)
    })
}

fn tenths(price: i64) -> String {
    format!("{}.{}", price / 10, price % 10)
}

fn quoted(price: &str, quantity: i64) -> String {
    format!(r#"["{price}","{quantity}"]"#)
}

fn okx_row(price: &str, quantity: i64) -> String {
    format!(r#"["{price}","{quantity}","0","1"]"#)
}

type Row = fn(&str, i64) -> String;

/// Both sides, best first.
fn whole(sides: &Sides, row: Row) -> (String, String) {
    let bids: Vec<_> = sides.bids.iter().rev().map(|(price, quantity)| row(&tenths(*price), *quantity)).collect();
    let asks: Vec<_> = sides.asks.iter().map(|(price, quantity)| row(&tenths(*price), *quantity)).collect();
    (bids.join(","), asks.join(","))
}

/// The one level that differs from the book before; a removal of nothing where none does.
fn changed(at: usize, truths: &[Sides], row: Row) -> (String, String) {
    let before = at.checked_sub(1).map_or_else(Sides::default, |before| truths[before].clone());
    let after = &truths[at];
    let bid = differing(&before.bids, &after.bids).map(|(price, quantity)| row(&tenths(price), quantity));
    let ask = differing(&before.asks, &after.asks).map(|(price, quantity)| row(&tenths(price), quantity));
    match (bid, ask) {
        (None, None) => (row(&tenths(NOBODY), 0), String::new()),
        (bid, ask) => (bid.unwrap_or_default(), ask.unwrap_or_default()),
    }
}

/// A price between all bids and all asks.
const NOBODY: i64 = 45;

fn differing(before: &BTreeMap<i64, i64>, after: &BTreeMap<i64, i64>) -> Option<(i64, i64)> {
    let gone = before.keys().find(|price| !after.contains_key(price)).map(|price| (*price, 0));
    let set = after.iter().find(|(price, quantity)| before.get(price) != Some(quantity));
    gone.or(set.map(|(price, quantity)| (*price, *quantity)))
}

fn bybit(kind: &str, at: usize, (bids, asks): (String, String)) -> String {
    let last = at + 1_000;
    format!(
        r#"{{"topic":"orderbook.50.{SYMBOL}","type":"{kind}","ts":2,"data":{{"s":"{SYMBOL}","b":[{bids}],"a":[{asks}],"u":{last},"seq":9}},"cts":1}}"#
    )
}

fn okx(action: &str, at: usize, previous: i64, (bids, asks): (String, String)) -> String {
    let last = triple(at);
    format!(
        r#"{{"arg":{{"channel":"books","instId":"{SYMBOL}"}},"action":"{action}","data":[{{"asks":[{asks}],"bids":[{bids}],"ts":"2","checksum":0,"prevSeqId":{previous},"seqId":{last}}}]}}"#
    )
}

fn bitget(action: &str, at: usize, crc: i32, (bids, asks): (String, String)) -> String {
    let (last, previous) = (at + 1_000, at + 999);
    format!(
        r#"{{"action":"{action}","arg":{{"instType":"USDT-FUTURES","channel":"books","instId":"{SYMBOL}"}},"data":[{{"asks":[{asks}],"bids":[{bids}],"checksum":{crc},"seq":{last},"pseq":{previous},"ts":"2"}}],"ts":3}}"#
    )
}

fn hyperliquid(at: usize, sides: &Sides) -> String {
    let (bids, asks) = whole(sides, |price, quantity| format!(r#"{{"px":"{price}","sz":"{quantity}","n":1}}"#));
    let time = at + 1_000;
    format!(r#"{{"channel":"l2Book","data":{{"coin":"{SYMBOL}","time":{time},"levels":[[{bids}],[{asks}]]}}}}"#)
}

fn gate_by_name(full: &str, at: usize, (bids, asks): (String, String)) -> String {
    let (first, last) = (triple(at) - 2, triple(at));
    format!(
        r#"{{"channel":"futures.obu","result":{{{full}"t":2,"s":"ob.{SYMBOL}.50","U":{first},"u":{last},"b":[{bids}],"a":[{asks}]}},"time_ms":3,"event":"update"}}"#
    )
}

/// CRC-32 of the best 25 levels, bit by bit.
fn crc(sides: &Sides) -> i32 {
    let bids: Vec<_> =
        sides.bids.iter().rev().take(25).map(|(price, quantity)| format!("{}:{quantity}", tenths(*price))).collect();
    let asks: Vec<_> =
        sides.asks.iter().take(25).map(|(price, quantity)| format!("{}:{quantity}", tenths(*price))).collect();
    let rows = (0..25).flat_map(|row| [bids.get(row), asks.get(row)]).flatten().cloned();
    let line = rows.collect::<Vec<_>>().join(":");
    let register = line.bytes().fold(u32::MAX, |register, byte| {
        (0..8).fold(register ^ u32::from(byte), |register, _| {
            if register & 1 == 1 {
                (register >> 1) ^ 0xEDB8_8320
            } else {
                register >> 1
            }
        })
    });
    !register as i32
}
