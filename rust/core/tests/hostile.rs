//! Hostile inputs against a Live book of every venue: none panics, each is counted, each gaps the book that it names or
//! leaves the book as it was, and the next snapshot heals. Nothing that is kept grows.

#[path = "hostile/attacks.rs"]
mod attacks;
mod venues;
#[path = "hostile/victim.rs"]
mod victim;

use arbbot_core::{Claim, Refused};
use attacks::{attacks, long, Attack, OTHER};
use std::fs::read_to_string;
use std::sync::{Mutex, PoisonError};
use venues::{Sides, Venue, SYMBOL, VENUES};
use victim::{truths, written, Victim, INSTRUMENT};

/// The process's memory tells nothing while another test of it runs.
static ALONE: Mutex<()> = Mutex::new(());

/// What is looked at of either end of a long frame.
const END_BYTES: usize = 16 << 10;

/// Repetitions of the whole table, and of what is long in it, over which memory may not grow.
const REPEATED: (usize, usize) = (200, 3);
const LONG_BYTES: usize = 64 << 10;
const GROWTH_BYTES_MAX: usize = 2 << 20;

/// What must become of an input.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Due {
    /// It tells its channel and names the book: the book is Gapped, the input counted as malformed.
    Gapped,
    /// It tells its channel and names no book: the books are as they were, the input is counted as malformed.
    Malformed,
    /// It does not even tell that it is a book's: the books are as they were, the input is counted as unclaimed.
    Unclaimed,
}

/// Where a venue's messages say what they are and whose.
fn telling(venue: &Venue) -> (&'static str, &'static str) {
    match venue.name {
        "binanceusdm" => ("\"depthUpdate\"", "\"s\":\""),
        "bybit" => ("\"orderbook.", "\"topic\":\"orderbook.50."),
        "dydx" => ("\"v4_orderbook\"", "\"id\":\""),
        "gate" => ("\"futures.o", "\"s\":\""),
        "hyperliquid" => ("\"l2Book\"", "\"coin\":\""),
        "krakenfutures" => ("\"book", "\"product_id\":\""),
        "kucoinfutures" => ("/contractMarket/level2", "\"topic\":\"/contractMarket/level2:"),
        _ => ("\"books\"", "\"instId\":\""),
    }
}

/// By the input's own words, of which the first name counts. dYdX needs no name: what was lost on a connection is lost
/// to every book of it.
fn due(venue: &Venue, attack: &Attack) -> Due {
    let frame = &attack.frame;
    let ends = match frame.len().checked_sub(2 * END_BYTES) {
        None => vec![&frame[..]],
        Some(between) => vec![&frame[..END_BYTES], &frame[END_BYTES + between..]],
    };
    let seen = ends.into_iter().map(String::from_utf8_lossy).collect::<Vec<_>>().join("");
    let (channel, key) = telling(venue);
    let place = |symbol| ["", "ob."].iter().find_map(|before| seen.find(&format!("{key}{before}{symbol}")));
    let named = match (place(SYMBOL), place(OTHER)) {
        (Some(ours), Some(other)) => ours < other || venue.name == "dydx",
        (ours, _) => ours.is_some(),
    };
    match (seen.contains(channel), named) {
        (false, _) => Due::Unclaimed,
        (true, false) => Due::Malformed,
        (true, true) => Due::Gapped,
    }
}

/// What an input is put to; says what did not hold.
type Work = fn(&Venue, &[Sides], usize, &Attack) -> Result<Vec<&'static str>, Refused>;

/// Streams an input to the book `at`, then what the venue sends next.
fn strike(venue: &Venue, truths: &[Sides], at: usize, attack: &Attack) -> Result<Vec<&'static str>, Refused> {
    let mut victim = Victim::begin(venue, truths, at)?;
    let (before, heap_bytes, due) = (victim.counters()?, victim.heap_bytes(), due(venue, attack));
    let claim = victim.feed(&attack.frame)?;
    let now = victim.counters()?;
    let told = (claim, now.malformed - before.malformed, now.unclaimed - before.unclaimed, now.gaps - before.gaps);
    let mut faults = Vec::new();
    let mut hold = |sound: bool, fault| faults.extend((!sound).then_some(fault));
    match due {
        Due::Gapped => hold(told == (Claim::Malformed, 1, 0, 1) && victim.is_gapped(), "it must gap its book"),
        Due::Malformed => hold(told == (Claim::Malformed, 1, 0, 0) && victim.is_at(at), "it must be malformed only"),
        Due::Unclaimed => hold(told == (Claim::Unclaimed, 0, 1, 0) && victim.is_at(at), "it must be unclaimed only"),
    }
    hold(victim.heap_bytes() <= heap_bytes, "the book grew");
    if due != Due::Gapped {
        // It stood in the place of a message: where those are numbered, the one after it shows the hole.
        hold(victim.misses(at + 2)?, "the loss must show");
    }
    victim.heal(at + 3)?;
    hold(victim.is_at(at + 3), "the next snapshot must heal");
    victim.feed((venue.change)(at + 4, truths).as_bytes())?;
    hold(victim.is_at(at + 4), "the stream must go on");
    Ok(faults)
}

/// Hands over an input as a snapshot fetched apart: to a Live book, which it leaves alone, and to one that waits.
fn hand(venue: &Venue, truths: &[Sides], at: usize, attack: &Attack) -> Result<Vec<&'static str>, Refused> {
    let mut victim = Victim::begin(venue, truths, at)?;
    let mut faults = Vec::new();
    let mut hold = |sound: bool, fault| faults.extend((!sound).then_some(fault));
    hold(!victim.snapshot(&attack.frame)?, "it must be refused");
    hold(victim.counters()?.malformed == 1 && victim.is_at(at), "a Live book must stay as it is");
    victim.market.invalidate(INSTRUMENT, "connection lost")?;
    hold(!victim.snapshot(&attack.frame)?, "it must be refused again");
    hold(victim.counters()?.malformed == 2 && victim.is_gapped(), "a book that waits must say why");
    victim.heal(at + 2)?;
    hold(victim.is_at(at + 2), "the next snapshot must heal");
    Ok(faults)
}

/// All that is made of the change that leads to the book `at`.
fn changes(venue: &Venue, truths: &[Sides], at: usize) -> Vec<Attack> {
    let (price, quantity) = written(at);
    let sent = (venue.change)(at, truths);
    let mut found = attacks(venue, &sent, (price, &quantity));
    found.extend(long(venue, &sent));
    found
}

/// All that is made of its snapshot, and whether that is fetched apart.
fn snapshots(venue: &Venue, truths: &[Sides], at: usize) -> (Vec<Attack>, bool) {
    let (price, quantity) = written(at);
    let (body, over_rest) = (venue.snapshot)(at, truths);
    let mut found = attacks(venue, &body, (price, &quantity));
    found.extend(long(venue, &body));
    (found, over_rest)
}

#[test]
fn each_is_counted_and_gaps_the_book_that_it_names_or_none() -> Result<(), Refused> {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let truths = truths();
    let mut found = Vec::new();
    // dYdX sends changes singly and in batches, by turns
    let turns = VENUES.iter().filter(|venue| venue.name == "dydx").map(|venue| (venue, 2));
    for (venue, at) in VENUES.iter().map(|venue| (venue, 1)).chain(turns) {
        let (whole, over_rest) = snapshots(venue, &truths, at + 1);
        let works: [(_, Work); 2] =
            [(changes(venue, &truths, at + 1), strike), (whole, if over_rest { hand } else { strike })];
        for (attacks, work) in works {
            for attack in &attacks {
                let faults = work(venue, &truths, at, attack)?;
                found.extend(faults.iter().map(|fault| format!("{}, {}: {fault}", venue.name, attack.name)));
            }
        }
    }
    assert!(found.is_empty(), "{found:#?}");
    Ok(())
}

fn resident_bytes() -> Option<usize> {
    const PAGE_BYTES: usize = 4096;
    let pages = read_to_string("/proc/self/statm").ok()?;
    pages.split(' ').nth(1)?.parse::<usize>().ok().map(|pages| pages * PAGE_BYTES)
}

/// One input after another, each on a Live book of one market; what the book and the process hold at the end.
fn strike_all(
    victim: &mut Victim<'_>,
    inputs: &[Attack],
    healing: &[(String, bool)],
    long: bool,
) -> Result<(usize, usize), Refused> {
    for attack in inputs.iter().filter(|attack| long || attack.frame.len() < LONG_BYTES) {
        victim.feed(&attack.frame)?;
        victim.snapshot(&attack.frame)?;
        healing.iter().try_for_each(|snapshot| victim.take(snapshot))?;
        assert!(!victim.is_gapped(), "{}", attack.name);
    }
    Ok((victim.heap_bytes(), resident_bytes().unwrap_or(0)))
}

/// Where the system does not tell a process's memory, the books' own size is all that is held.
#[test]
fn repetitions_keep_nothing() -> Result<(), Refused> {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let truths = truths();
    for venue in &VENUES {
        let inputs = changes(venue, &truths, 2);
        // Where messages bear one number or time for all, the second follows the first, whatever was heard before.
        let ats = if matches!(venue.name, "dydx" | "hyperliquid") { 3..5 } else { 3..4 };
        let healing: Vec<_> = ats.map(|at| (venue.snapshot)(at, &truths)).collect();
        let mut victim = Victim::begin(venue, &truths, 1)?;
        let (heap_bytes, resident) = strike_all(&mut victim, &inputs, &healing, true)?;
        let mut last = (0, 0);
        for time in 0..REPEATED.0 {
            last = strike_all(&mut victim, &inputs, &healing, time < REPEATED.1)?;
        }
        assert_eq!(last.0, heap_bytes, "{}", venue.name);
        assert!(last.1 <= resident + GROWTH_BYTES_MAX, "{}: {resident} bytes, then {}", venue.name, last.1);
    }
    Ok(())
}
