//! Reads the workload files, and their levels with a parser of its own: what is measured must not prepare itself.

use arbbot_core::{Delta, Full, Level};
use std::error::Error;
use std::fs;
use std::path::Path;

/// Any fault of a file or of the core's registration.
pub type Fault = Box<dyn Error>;

/// Decimals of prices and of quantities in every workload.
const SCALES: (usize, usize) = (1, 3);

/// One message of a book.
pub struct Line {
    /// A whole book, not a change of one.
    pub snapshot: bool,
    /// The book's number; -1 stands for all.
    pub key: i64,
    /// The venue's own text.
    pub frame: String,
}

/// The messages of a workload, snapshots first.
pub fn lines(directory: &Path, name: &str) -> Result<Vec<Line>, Fault> {
    let text = fs::read_to_string(directory.join(format!("{name}.txt")))?;
    let split = |line: &str| {
        let mut parts = line.splitn(3, ' ');
        let (kind, key) = (parts.next()?, parts.next()?.parse().ok()?);
        Some(Line { snapshot: kind == "s", key, frame: parts.next()?.to_owned() })
    };
    text.lines().map(|line| split(line).ok_or_else(|| "not a workload file".into())).collect()
}

/// A snapshot's levels.
pub fn full(frame: &str) -> Result<Full, Fault> {
    let side = |key| levels(after(frame, key)?);
    Ok(Full {
        sequence: number(frame, "\"lastUpdateId\":")?,
        bids: side("\"bids\":[")?,
        asks: side("\"asks\":[")?,
        ..Full::default()
    })
}

/// A delta's levels and ids.
pub fn delta(frame: &str) -> Result<Delta, Fault> {
    let side = |key| levels(after(frame, key)?);
    Ok(Delta {
        first: number(frame, "\"U\":")?,
        last: number(frame, "\"u\":")?,
        previous: number(frame, "\"pu\":")?,
        bids: side("\"b\":[")?,
        asks: side("\"a\":[")?,
        ..Delta::default()
    })
}

/// The numbers of a line of a funding file after its kind: `-` is NaN.
pub fn numbers(line: &str) -> Result<Vec<f64>, Fault> {
    let number = |text: &str| if text == "-" { Ok(f64::NAN) } else { text.parse() };
    // the first word is the kind of the line; a number that cannot be read is an error
    Ok(line.split(' ').skip(1).map(number).collect::<Result<_, _>>()?)
}

fn after<'a>(frame: &'a str, key: &str) -> Result<&'a str, Fault> {
    frame.split_once(key).map(|(_, rest)| rest).ok_or_else(|| format!("no {key} in a frame").into())
}

fn number(frame: &str, key: &str) -> Result<u64, Fault> {
    let rest = after(frame, key)?;
    let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    Ok(rest[..end].parse()?)
}

/// `["60000.10","1.500"],…]`
fn levels(text: &str) -> Result<Vec<Level>, Fault> {
    let end = if text.starts_with(']') { 0 } else { text.find("]]").ok_or("levels without an end")? };
    let text = &text[..end];
    // what stands between an odd quote and the next is quoted, the rest is punctuation
    let fields: Vec<&str> = text.split('"').skip(1).step_by(2).collect();
    let level =
        |pair: &[&str]| Ok(Level { price: mantissa(pair[0], SCALES.0)?, quantity: mantissa(pair[1], SCALES.1)? });
    fields.chunks_exact(2).map(level).collect()
}

fn mantissa(text: &str, scale: usize) -> Result<i64, Fault> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    Ok(format!("{whole}{:0<scale$}", fraction.get(..scale).unwrap_or(fraction)).parse()?)
}
