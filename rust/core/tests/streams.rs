//! Every venue's stream as a venue sends it, delivered in every wrong way: the book is the venue's own as of the message
//! that it holds, or it is not Live.

mod venues;

use arbbot_core::{Decoder, InstrumentId, Market, Side, Terms};
use proptest::prelude::*;
use venues::{Sides, Venue, VENUES};

/// What happens to a message on its way. A byte that is replaced stays no digit: a digit is the venue's own word and
/// cannot be doubted.
#[derive(Debug, Clone)]
enum Delivery {
    /// As it was sent; in any order, any number of times.
    Message(usize),
    /// So many of the following messages, in order.
    Run(usize, usize),
    Cut(usize, usize),
    Replaced(usize, usize, u8),
    Snapshot(usize),
    /// A snapshot and so many of the messages after it.
    Begun(usize, usize),
}

const MESSAGES: usize = 24;

fn delivery() -> impl Strategy<Value = Delivery> {
    let at = 0..MESSAGES;
    prop_oneof![
        4 => at.clone().prop_map(Delivery::Message),
        4 => (at.clone(), 1usize..12).prop_map(|(at, count)| Delivery::Run(at, count)),
        1 => (at.clone(), 0usize..400).prop_map(|(at, end)| Delivery::Cut(at, end)),
        1 => (at.clone(), 0usize..400, prop_oneof![Just(b'x'), Just(0xff), Just(b'"'), Just(b'}')])
            .prop_map(|(at, place, byte)| Delivery::Replaced(at, place, byte)),
        2 => at.clone().prop_map(Delivery::Snapshot),
        3 => (at, 1usize..12).prop_map(|(at, count)| Delivery::Begun(at, count)),
    ]
}

/// A change: price, quantity, whether it is an ask.
fn changes() -> impl Strategy<Value = Vec<(i64, i64, bool)>> {
    prop::collection::vec((1i64..40, 0i64..3, any::<bool>()), MESSAGES)
}

/// The book after each change; asks lie above all bids.
fn truths(changes: &[(i64, i64, bool)]) -> Vec<Sides> {
    let mut sides = Sides::default();
    let after = changes.iter().map(|(price, quantity, ask)| {
        let side = if *ask { &mut sides.asks } else { &mut sides.bids };
        let price = if *ask { price + 50 } else { *price };
        if *quantity == 0 {
            side.remove(&price);
        } else {
            side.insert(price, *quantity);
        }
        sides.clone()
    });
    after.collect()
}

/// The market, and the one instrument in it.
fn watching(venue: &Venue) -> Result<(Market, InstrumentId), TestCaseError> {
    let mut market = Market::default();
    let decoder = Decoder::by_name(venue.name).ok_or_else(|| TestCaseError::fail(venue.name))?;
    let id = market.add_venue(venue.name, decoder)?;
    let terms = Terms {
        venue: id,
        symbol: venues::SYMBOL,
        asset: "BTC",
        quote: "USDT",
        tick: "0.1",
        lot: "1",
        multiplier: "1",
        contract_size: "1",
        fee_rate_taker: 0.0005,
        funding_interval_hours: 8,
    };
    let instrument = market.add_instrument(&terms)?;
    Ok((market, instrument))
}

fn shown(market: &Market, instrument: InstrumentId) -> Option<(u64, Option<i64>, Sides)> {
    let book = market.book(instrument).filter(|book| book.is_live())?;
    let side = |side| book.side(side).iter().map(|level| (level.price, level.quantity)).collect();
    Some((book.sequence(), book.ts_venue_ns(), Sides { bids: side(Side::Bid), asks: side(Side::Ask) }))
}

/// What goes over the stream.
type Sent = Result<Vec<Vec<u8>>, TestCaseError>;

/// A snapshot: fetched and taken here, or to be sent on the stream.
fn begin(venue: &Venue, market: &mut Market, instrument: InstrumentId, at: usize, truths: &[Sides]) -> Sent {
    let (body, over_rest) = (venue.snapshot)(at, truths);
    if over_rest {
        market.snapshot(instrument, body.as_bytes(), 1)?;
        return Ok(vec![]);
    }
    Ok(vec![body.into_bytes()])
}

fn deliver(venue: &Venue, changes: &[(i64, i64, bool)], deliveries: &[Delivery]) -> Result<(), TestCaseError> {
    let truths = truths(changes);
    let messages: Vec<_> = (0..MESSAGES).map(|at| (venue.change)(at, &truths)).collect();
    let (mut market, instrument) = watching(venue)?;
    let id = arbbot_core::VenueId(0);
    for delivery in deliveries {
        let sent: Vec<Vec<u8>> = match delivery {
            Delivery::Message(at) => vec![messages[*at].clone().into_bytes()],
            Delivery::Run(at, count) => {
                // a run of messages from one place on, sent again
                messages.iter().skip(*at).take(*count).map(|message| message.clone().into_bytes()).collect()
            }
            Delivery::Cut(at, end) => vec![messages[*at].as_bytes()[..end % messages[*at].len()].to_vec()],
            Delivery::Replaced(at, place, byte) => {
                let mut message = messages[*at].clone().into_bytes();
                let place = place % message.len();
                if !(venue.may_damage)(&messages[*at], place) && *byte != 0xff {
                    continue;
                }
                message[place] = *byte;
                vec![message]
            }
            Delivery::Snapshot(at) => begin(venue, &mut market, instrument, *at, &truths)?,
            Delivery::Begun(at, count) => {
                let mut sent = begin(venue, &mut market, instrument, *at, &truths)?;
                // then the messages that follow what the snapshot holds
                sent.extend(messages.iter().skip(at + 1).take(*count).map(|message| message.clone().into_bytes()));
                sent
            }
        };
        for message in sent {
            market.feed(id, &message, 1)?;
            if let Some((sequence, time, sides)) = shown(&market, instrument) {
                let held = (venue.held)(sequence, time);
                prop_assert_eq!(Some(&sides), held.and_then(|at| truths.get(at)), "{} holds {:?}", venue.name, held);
            }
        }
    }
    Ok(())
}

/// Everything in order: a Live book from the snapshot on, equal to the venue's after every message.
fn deliver_in_order(venue: &Venue, changes: &[(i64, i64, bool)], begun: usize) -> Result<(), TestCaseError> {
    let truths = truths(changes);
    let (mut market, instrument) = watching(venue)?;
    let id = arbbot_core::VenueId(0);
    for message in begin(venue, &mut market, instrument, begun, &truths)? {
        market.feed(id, &message, 1)?;
    }
    // before the book has begun there is nothing to compare
    for (at, truth) in truths.iter().enumerate().skip(begun + 1) {
        market.feed(id, (venue.change)(at, &truths).as_bytes(), 1)?;
        prop_assert_eq!(
            shown(&market, instrument).map(|(.., sides)| sides),
            Some(truth.clone()),
            "{} {}",
            venue.name,
            at
        );
    }
    prop_assert_eq!(market.counters(id)?.gaps, 0);
    Ok(())
}

/// One message missing, or two that changed places: noticed at once where messages are numbered.
fn lose_one(venue: &Venue, changes: &[(i64, i64, bool)], lost: usize, swapped: bool) -> Result<(), TestCaseError> {
    let truths = truths(changes);
    let (mut market, instrument) = watching(venue)?;
    let id = arbbot_core::VenueId(0);
    for message in begin(venue, &mut market, instrument, 0, &truths)? {
        market.feed(id, &message, 1)?;
    }
    // The first delta on top of a fetched book may overlap it, so one is delivered before the loss.
    let mut order: Vec<_> = (1..MESSAGES).filter(|at| *at != lost || swapped).collect();
    if swapped {
        order.swap(lost - 1, lost);
    }
    for at in order.into_iter().take(lost) {
        market.feed(id, (venue.change)(at, &truths).as_bytes(), 1)?;
    }
    let live = shown(&market, instrument).is_some();
    prop_assert_eq!(live, !venue.numbered, "{}", venue.name);
    Ok(())
}

proptest! {
    #[test]
    fn any_delivery_leaves_the_truth_or_a_mark(
        changes in changes(),
        deliveries in prop::collection::vec(delivery(), 0..40),
    ) {
        for venue in &VENUES {
            deliver(venue, &changes, &deliveries)?;
        }
    }

    #[test]
    fn an_unbroken_stream_is_accepted(changes in changes(), begun in 0..MESSAGES - 1) {
        for venue in &VENUES {
            deliver_in_order(venue, &changes, begun)?;
        }
    }

    #[test]
    fn a_hole_is_noticed_at_once(changes in changes(), lost in 2..MESSAGES - 2, swapped in any::<bool>()) {
        for venue in &VENUES {
            lose_one(venue, &changes, lost, swapped)?;
        }
    }
}
