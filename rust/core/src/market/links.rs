//! Connections whose messages are numbered over all channels, where books are not (dYdX): what was lost shows on the
//! connection, and nobody knows whose it was, so every book that the connection feeds is lost with it.

use super::intake::{lose, target};
use super::Market;
use crate::book::Reason;
use crate::decode::{Event, Kind, Link};
use crate::ids::VenueId;
use std::collections::VecDeque;

/// Most connections of a venue remembered: far more than one bot opens. Of the one that was silent longest the books
/// are lost when it is forgotten, since it could no longer be told that it skipped a message.
const CONNECTIONS_MAX: usize = 16;

/// A venue's connections, the one heard of last at the back.
#[derive(Debug, Default)]
pub(super) struct Links {
    known: VecDeque<Known>,
    born: u32,
}

#[derive(Debug)]
struct Known {
    name: String,
    /// Rises from connection to connection.
    number: u32,
    last: u64,
}

/// What a message's number says.
#[derive(Debug, PartialEq, Eq)]
struct Heard {
    /// The connection's number.
    link: u32,
    /// It does not follow: the number heard last, and the one that it follows.
    broken: Option<(u64, u64)>,
    /// Before what was heard already.
    old: bool,
    /// A connection that was forgotten for this one.
    forgotten: Option<u32>,
}

impl Links {
    /// The first message of a connection may bear any number: what was before it is in nobody's book.
    fn hear(&mut self, link: &Link<'_>) -> Heard {
        let Some(at) = self.known.iter().rposition(|known| known.name == link.connection) else {
            return self.begin(link);
        };
        let last = at + 1 == self.known.len();
        let known = if last { None } else { self.known.remove(at) };
        self.known.extend(known);
        let mut heard = Heard { link: 0, broken: None, old: false, forgotten: None };
        if let Some(known) = self.known.back_mut() {
            let due = known.last.checked_add(1) == Some(link.message);
            heard.link = known.number;
            heard.broken = (!due).then_some((known.last, link.message.saturating_sub(1)));
            heard.old = link.message <= known.last;
            // An old one counts too: one number from the far future would otherwise silence the connection for ever.
            known.last = link.message;
        }
        heard
    }

    fn begin(&mut self, link: &Link<'_>) -> Heard {
        let full = self.known.len() >= CONNECTIONS_MAX;
        let forgotten = if full { self.known.pop_front().map(|known| known.number) } else { None };
        let number = self.born;
        // Connections take a second each; at the end of a u32 they are as old as the venue.
        self.born = self.born.saturating_add(1);
        self.known.push_back(Known { name: link.connection.into(), number, last: link.message });
        Heard { link: number, broken: None, old: false, forgotten }
    }
}

impl Market {
    /// Marks what a message's number says was lost, and returns what of the message may be used.
    ///
    /// A message whose number cannot be read counts as one that never came: the next one shows the hole.
    pub(super) fn follow_link<'a>(&mut self, venue: VenueId, frame: &'a [u8], event: Event<'a>) -> Event<'a> {
        let Some(known) = self.venues.get_mut(venue.index()) else { return event };
        let Some(link) = known.decoder.link(frame) else { return unplaced(event) };
        let heard = known.links.hear(&link);
        if let Some(number) = heard.forgotten {
            self.lose_link(venue, number, &Reason::Unreadable("its connection was forgotten: too many of them"));
        }
        if let Some((expected, got)) = heard.broken {
            self.lose_link(venue, heard.link, &Reason::SequenceBreak { expected, got });
        }
        match event {
            Event::Unclaimed => event,
            // It would tell of the past as if it were the present.
            _ if heard.old => Event::Ignored,
            Event::Begin(full) => {
                let symbol = full.symbol.unwrap_or_default();
                if let Some((_, entry)) = target(&mut self.venues, &mut self.entries, venue, symbol) {
                    entry.link = Some(heard.link);
                }
                event
            }
            Event::Change(change) => self.check_link(venue, change.symbol, heard.link, event),
            Event::Malformed(Kind::Book, _, fault) => {
                self.lose_link(venue, heard.link, &Reason::Unreadable(fault));
                event
            }
            Event::Malformed(Kind::Funding, ..) => {
                self.forget_fundings(venue);
                event
            }
            _ => event,
        }
    }

    /// A change belongs to the connection that began the book: on an older one it is outdated, and on a newer one the
    /// snapshot before it was lost.
    fn check_link<'a>(&mut self, venue: VenueId, symbol: &str, link: u32, event: Event<'a>) -> Event<'a> {
        let Some((counters, entry)) = target(&mut self.venues, &mut self.entries, venue, symbol) else { return event };
        match entry.link {
            Some(begun) if begun == link => event,
            Some(begun) if begun > link => Event::Ignored,
            _ if !entry.book.is_live() => event,
            _ => {
                lose(
                    &mut self.watch,
                    counters,
                    entry,
                    Reason::Unreadable("a change on another connection than its snapshot"),
                );
                event
            }
        }
    }

    /// Loses every book that a connection feeds; and every funding rate, whose changes come on any.
    fn lose_link(&mut self, venue: VenueId, link: u32, reason: &Reason) {
        let Some(known) = self.venues.get_mut(venue.index()) else { return };
        let of_venue = self.entries.iter_mut().filter(|entry| entry.instrument.venue == venue);
        for entry in of_venue.filter(|entry| entry.link == Some(link) && entry.book.is_live()) {
            lose(&mut self.watch, &mut known.counters, entry, reason.clone());
        }
        self.forget_fundings(venue);
    }

    fn forget_fundings(&mut self, venue: VenueId) {
        for entry in self.entries.iter_mut().filter(|entry| entry.instrument.venue == venue) {
            entry.forget_funding();
        }
        self.unrate(venue);
    }
}

/// What cannot be placed on its connection cannot be believed.
fn unplaced(event: Event<'_>) -> Event<'_> {
    let fault = "its connection or its number there is missing";
    match event {
        Event::Begin(full) => Event::Malformed(Kind::Book, full.symbol, fault),
        Event::Change(change) => Event::Malformed(Kind::Book, Some(change.symbol), fault),
        Event::Tickers(_) => Event::Malformed(Kind::Funding, None, fault),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(links: &mut Links, connection: &str, message: u64) -> (u32, Option<(u64, u64)>, bool) {
        let heard = links.hear(&Link { connection, message });
        (heard.link, heard.broken, heard.old)
    }

    #[test]
    fn each_connection_counts_for_itself() {
        let mut links = Links::default();
        assert_eq!(heard(&mut links, "a", 0), (0, None, false));
        assert_eq!(heard(&mut links, "b", 7), (1, None, false));
        assert_eq!(heard(&mut links, "a", 1), (0, None, false));
        assert_eq!(heard(&mut links, "b", 9), (1, Some((7, 8)), false));
        assert_eq!(heard(&mut links, "a", 1), (0, Some((1, 0)), true));
        assert_eq!(heard(&mut links, "b", 8), (1, Some((9, 7)), true));
        assert_eq!(heard(&mut links, "b", 9), (1, None, false));
        assert_eq!(heard(&mut links, "a", u64::MAX), (0, Some((1, u64::MAX - 1)), false));
        assert_eq!(heard(&mut links, "a", 2), (0, Some((u64::MAX, 1)), true));
    }

    #[test]
    fn the_one_that_was_silent_longest_is_forgotten() {
        let mut links = Links::default();
        for number in 0..CONNECTIONS_MAX {
            links.hear(&Link { connection: &number.to_string(), message: 0 });
        }
        heard(&mut links, "0", 1);
        let next = links.hear(&Link { connection: "next", message: 0 });
        assert_eq!(next, Heard { link: 16, broken: None, old: false, forgotten: Some(1) });
        assert_eq!(heard(&mut links, "0", 2), (0, None, false));
        assert_eq!(links.known.len(), CONNECTIONS_MAX);
    }
}
