//! Figures of the core, one JSON line each: `measure DIRECTORY [ID…]`, where ID is `what/workload/contestant`.
//!
//! `-` as the only ID answers IDs that come on standard input, one a line: that is how contestants take turns.
//! `count ID N` runs N passes without a clock, for an instruction counter. `memory N` holds N books and says their cost.

mod apply;
mod feed;
mod funding;
mod hostile;
mod memory;
mod timing;
mod venues;
mod workload;

use feed::Per;
use std::io::{stdin, BufRead};
use std::path::Path;
use std::time::Duration;
use timing::{sample, Contest};
use workload::Fault;

/// Timed part of one answer.
const BUDGET: Duration = Duration::from_millis(60);

fn contest(directory: &Path, id: &str) -> Result<Contest, Fault> {
    let parts: Vec<&str> = id.split('/').collect();
    let [what, workload, who] = parts[..] else { return Err(format!("{id}: WHAT/WORKLOAD/WHO is needed").into()) };
    match (what, who) {
        ("apply", "ours") => apply::ours(directory, workload),
        ("apply", "BTreeMap") => apply::map(directory, workload),
        ("level", "ours") => feed::ours(directory, workload, Per::Level, false),
        ("frame", "ours") => feed::ours(directory, workload, Per::Frame, false),
        ("single", "ours") => feed::ours(directory, workload, Per::Frame, true),
        ("frame", "BTreeMap") => feed::map(directory, workload),
        ("head", "ours") => feed::decoded(directory, workload, Per::Frame),
        ("numbers", "ours") => feed::decoded(directory, workload, Per::Level),
        ("level", "bound") => feed::bound(directory, workload, Per::Level),
        ("frame", "bound") => feed::bound(directory, workload, Per::Frame),
        ("funding", "ours") => funding::scratch(directory, workload),
        ("rate", "ours") => funding::one(directory, workload),
        ("hostile", "ours") => hostile::ours(workload),
        ("watched", "ours") => venues::watched(directory, workload),
        ("recompute", "ours") => venues::incremental(directory, workload),
        ("recompute", "scratch") => venues::from_scratch(directory, workload),
        _ => Err(format!("{id}: no such contest").into()),
    }
}

fn answer(id: &str, made: &mut Contest) {
    let found = sample(made, BUDGET);
    let p99 = found.p99.map_or_else(|| "null".to_owned(), |ns| format!("{ns}"));
    println!("{{\"id\":\"{id}\",\"ns\":{:.4},\"p99\":{p99},\"proof\":\"{}\"}}", found.median, found.proof);
}

/// Contestants of one family of workloads (what is before the first `_`) stay prepared until another is asked for.
fn serve(directory: &Path) -> Result<(), Fault> {
    let (mut family, mut prepared) = (String::new(), Vec::<(String, Contest)>::new());
    for id in stdin().lock().lines() {
        let id = id?;
        let workload = id.split('/').nth(1).unwrap_or_default();
        let wanted = workload.split('_').next().unwrap_or_default();
        if wanted != family {
            (family, prepared) = (wanted.to_owned(), Vec::new());
        }
        if !prepared.iter().any(|(known, _)| *known == id) {
            match contest(directory, &id) {
                Ok(made) => prepared.push((id.clone(), made)),
                Err(fault) => println!("{{\"id\":\"{id}\",\"missing\":{:?}}}", fault.to_string()),
            }
        }
        if let Some((_, made)) = prepared.iter_mut().find(|(known, _)| *known == id) {
            answer(&id, made);
        }
    }
    Ok(())
}

fn main() -> Result<(), Fault> {
    // the first argument is the name of the program
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [directory, rest @ ..] = &arguments[..] else { return Err("measure DIRECTORY [ID…]".into()) };
    let directory = Path::new(directory);
    match rest {
        [one] if one == "-" => serve(directory),
        [word, count] if word == "memory" => memory::report(directory, count.parse()?),
        [word, id, passes] if word == "count" => {
            let mut made = contest(directory, id)?;
            let items = (0..passes.parse::<usize>()?).map(|_| made().items).last();
            println!("{{\"id\":\"{id}\",\"items\":{}}}", items.unwrap_or(0));
            Ok(())
        }
        ids => ids.iter().try_for_each(|id| {
            answer(id, &mut contest(directory, id)?);
            Ok(())
        }),
    }
}
