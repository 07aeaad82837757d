//! Lines of captures, and the venues and instruments that they are about.

use crate::arguments::Source;
use arbbot_core::decode::Event;
use arbbot_core::{Decoder, InstrumentId, Market, Refused, Terms, VenueId};
use std::error::Error;

/// Any fault of a file, or of the core's registration.
pub type Fault = Box<dyn Error>;

/// Price and quantity step of every instrument, and how many are one.
pub const STEP: (&str, f64) = ("0.00000001", 1e8);

const BUILT_IN: &str = include_str!("two_venues.txt");

/// A line of a capture.
pub struct Line {
    /// Receive time, ns.
    pub ts_ns: i64,
    /// The venue's decoder by name.
    pub venue: String,
    /// The venue's own text.
    pub frame: String,
}

fn parse(name: &str, text: &str, venue: Option<&str>) -> Result<Vec<Line>, Fault> {
    let mut lines = Vec::new();
    for (number, line) in (1..).zip(text.lines()).filter(|(_, line)| !line.is_empty() && !line.starts_with('#')) {
        let fault = |what| format!("{name}, line {number}: {what}");
        let (first, rest) = line.split_once(' ').ok_or_else(|| fault("TIME_NS FRAME is needed"))?;
        let (venue, ts_ns, frame) = match (Decoder::by_name(first), venue) {
            (Some(_), _) => rest.split_once(' ').map(|(ts_ns, frame)| (first, ts_ns, frame)),
            (None, Some(venue)) => Some((venue, first, rest)),
            (None, None) => return Err(fault("of which venue? Name it before the file").into()),
        }
        .ok_or_else(|| fault("VENUE TIME_NS FRAME is needed"))?;
        let ts_ns = ts_ns.parse().map_err(|_| fault("the time is no whole number of ns"))?;
        lines.push(Line { ts_ns, venue: venue.into(), frame: frame.into() });
    }
    Ok(lines)
}

/// All lines of all files, by time; at least one.
pub fn read(sources: &[Source]) -> Result<Vec<Line>, Fault> {
    let mut lines = Vec::new();
    for Source { venue, file } in sources {
        let text = if file == "-" { std::io::read_to_string(std::io::stdin()) } else { std::fs::read_to_string(file) };
        let text = text.map_err(|error| format!("{file}: {error} (a .zst is piped: zstdcat FILE | replay VENUE -)"))?;
        lines.extend(parse(file, &text, venue.as_deref())?);
    }
    if sources.is_empty() {
        lines = parse("two_venues.txt", BUILT_IN, None)?;
    }
    if lines.is_empty() {
        return Err("no frames: every line is empty or a remark".into());
    }
    lines.sort_by_key(|line| line.ts_ns);
    Ok(lines)
}

/// What is done with a line: given to its venue, or, a REST book, to the venue's one instrument.
pub type Way = (VenueId, Option<InstrumentId>);

/// Registers every venue and instrument that the lines are about.
pub fn meet(market: &mut Market, lines: &[Line]) -> Result<(Vec<InstrumentId>, Vec<Way>), Fault> {
    let (mut met, mut ways) = (Vec::<InstrumentId>::new(), Vec::new());
    for line in lines {
        let decoder = Decoder::by_name(&line.venue).ok_or_else(|| Refused::NoDecoder(line.venue.clone()))?;
        let known = market.venues().find(|(_, name)| *name == line.venue).map(|(id, _)| id);
        let venue = known.map_or_else(|| market.add_venue(&line.venue, decoder), Ok)?;
        let symbol = match decoder.decode(line.frame.as_bytes()) {
            Event::Delta(delta) | Event::Follow(delta) => Some(delta.symbol),
            Event::Full(full) | Event::Begin(full) => full.symbol,
            Event::Change(change) => Some(change.symbol),
            _ => None,
        };
        let of_venue = |id: &&InstrumentId| market.instrument(**id).is_some_and(|one| one.venue == venue);
        let mine: Vec<InstrumentId> = met.iter().filter(of_venue).copied().collect();
        let knows =
            |symbol: &&str| mine.iter().any(|id| market.instrument(*id).is_some_and(|one| one.symbol == **symbol));
        if let Some(symbol) = symbol.filter(|symbol| !knows(symbol)) {
            let end = symbol.find(|letter: char| !letter.is_ascii_alphanumeric()).unwrap_or(symbol.len());
            let asset = ["USDT", "USDC", "USD"].iter().find_map(|quote| symbol[..end].strip_suffix(quote));
            let (asset, tick, lot, multiplier) = (asset.unwrap_or(&symbol[..end]), STEP.0, STEP.0, "1");
            let (quote, fee_rate_taker, funding_interval_hours) = ("USD", 0.0005, 8);
            met.push(market.add_instrument(&Terms {
                venue,
                symbol,
                asset,
                quote,
                tick,
                lot,
                multiplier,
                contract_size: "1",
                fee_rate_taker,
                funding_interval_hours,
            })?);
        }
        let book = symbol.is_none() && decoder.snapshot(line.frame.as_bytes()).is_ok();
        ways.push((venue, Some(&mine[..]).filter(|mine| book && mine.len() == 1).map(|mine| mine[0])));
    }
    Ok((met, ways))
}
