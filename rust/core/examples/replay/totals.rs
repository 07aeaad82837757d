//! What became of the frames.

use crate::capture::{Fault, Line};
use arbbot_core::decode::Event;
use arbbot_core::{BookState, Decoder, InstrumentId, Market, VenueId};

/// Why the core could not read a line: the decoder's word, else what the venue's first Gapped book says.
pub fn reason(market: &Market, line: &Line, venue: VenueId) -> String {
    let event = Decoder::by_name(&line.venue).map(|decoder| decoder.decode(line.frame.as_bytes()));
    if let Some(Event::Malformed(_, _, fault)) = event {
        return fault.to_string();
    }
    let of_venue = |id: &InstrumentId| market.instrument(*id).is_some_and(|one| one.venue == venue);
    let books = (0..).map(InstrumentId).map_while(|id| market.book(id).map(|book| (id, book)));
    let gapped = books.filter(|(id, _)| of_venue(id)).find_map(|(_, book)| match book.state() {
        BookState::Gapped(reason) => Some(reason.to_string()),
        _ => None,
    });
    gapped.unwrap_or_else(|| "unreadable".into())
}

/// Every venue's totals, and why its first malformed frame was one.
pub fn show_totals(market: &Market, faults: &[(&Line, String)]) -> Result<(), Fault> {
    for (id, name) in market.venues() {
        let told = market.counters(id)?.named().map(|(what, count)| format!("{what} {count}"));
        println!("{name}: {}", told.join(", "));
        if let Some((line, why)) = faults.iter().find(|(line, _)| line.venue == name) {
            let begin: String = line.frame.chars().take(60).collect();
            println!("{name}: first malformed frame, {} ns: {why}: {begin}", line.ts_ns);
        }
    }
    Ok(())
}
