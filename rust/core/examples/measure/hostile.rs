//! Hostile inputs: what the worst of the table costs, each on a Live book of its own.

#[path = "../../tests/hostile/attacks.rs"]
mod attacks;
#[path = "../../tests/venues/mod.rs"]
mod venues;
#[path = "../../tests/hostile/victim.rs"]
mod victim;

use crate::timing::{timed, Contest, Pass};
use crate::workload::Fault;
use attacks::{attacks, long, Attack};
use std::hint::black_box;
use std::time::Duration;
use venues::{Sides, Venue, VENUES};
use victim::{truths, written, Victim};

/// Times that each input is tried to find the worst.
const TRIES: usize = 5;

/// The book that is struck.
const AT: usize = 1;

/// The worst input of a venue, or of `all` venues, by its median.
pub fn ours(workload: &str) -> Result<Contest, Fault> {
    let truths = truths();
    let wanted = |venue: &&Venue| workload == "all" || venue.name == workload;
    let mut worst: Option<(Duration, &Venue, Attack)> = None;
    for venue in VENUES.iter().filter(wanted) {
        for attack in of(venue, &truths) {
            let mut tries = (0..TRIES).map(|_| strike(venue, &truths, &attack)).collect::<Result<Vec<_>, _>>()?;
            tries.sort_unstable();
            let median = tries[TRIES / 2].0;
            if worst.as_ref().is_none_or(|(most, ..)| median > *most) {
                worst = Some((median, venue, attack));
            }
        }
    }
    let (_, venue, attack) = worst.ok_or("no such venue")?;
    Ok(Box::new(move || {
        let struck = strike(venue, &truths, &attack);
        let (elapsed, sound) = struck.unwrap_or((Duration::from_secs(1), false));
        let proof = if sound { format!("{}: {}", venue.name, attack.name).replace('"', "'") } else { "unsound".into() };
        Pass { elapsed, items: 1, proof, singles: Vec::new() }
    }))
}

fn of(venue: &Venue, truths: &[Sides]) -> Vec<Attack> {
    let (price, quantity) = written(AT + 1);
    let text = (venue.change)(AT + 1, truths);
    let mut found = attacks(venue, &text, (price, &quantity));
    found.extend(long(venue, &text));
    found
}

/// The time of one input; and whether it was counted, and its book gapped, or left as it was until the loss showed.
fn strike(venue: &Venue, truths: &[Sides], attack: &Attack) -> Result<(Duration, bool), Fault> {
    let mut victim = Victim::begin(venue, truths, AT)?;
    let (before, heap_bytes) = (victim.counters()?, victim.heap_bytes());
    let mut claim = None;
    let elapsed = timed(|| claim = black_box(victim.feed(black_box(&attack.frame))).ok());
    let now = victim.counters()?;
    let counted = now.malformed + now.unclaimed == before.malformed + before.unclaimed + 1;
    let sound = claim.is_some() && counted && victim.heap_bytes() <= heap_bytes;
    Ok((elapsed, sound && (victim.is_gapped() || (victim.is_at(AT) && victim.misses(AT + 2)?))))
}
