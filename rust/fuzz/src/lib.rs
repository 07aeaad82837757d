//! What every fuzz target does with its bytes: they are frames, one a line, and a REST book, into a core that has two
//! instruments, whose state must stay sound whatever they say.

use arbbot_core::{Decoder, InstrumentId, Market, Side, Terms};

/// Feeds `data` to a core of one venue of `adapter`, whose instruments are named `symbols`.
pub fn frames(adapter: &str, symbols: [&str; 2], data: &[u8]) {
    let decoder = Decoder::by_name(adapter).expect("a decoder of that name");
    let mut market = Market::default();
    let venue = market.add_venue(adapter, decoder).expect("a new venue");
    let instruments = symbols.map(|symbol| {
        let terms = Terms {
            venue,
            symbol,
            asset: symbol,
            quote: "USDT",
            tick: "0.0001",
            lot: "0.0001",
            multiplier: "1",
            contract_size: "1",
            fee_rate_taker: 0.0005,
            funding_interval_hours: 8,
        };
        market.add_instrument(&terms).expect("new terms")
    });
    for (number, frame) in data.split(|byte| *byte == b'\n').enumerate() {
        assert_eq!(decoder.decode(frame), decoder.decode(frame), "decoding has no memory");
        market.feed(venue, frame, number as i64).expect("a known venue");
        if frame.first() == Some(&b'#') {
            market.snapshot(instruments[0], &frame[1..], number as i64).expect("a known instrument");
        }
        instruments.iter().for_each(|id| sound(&market, *id));
    }
}

/// A book that is not Live shows nothing; a Live one is sorted, positive and not crossed.
fn sound(market: &Market, id: InstrumentId) {
    let book = market.book(id).expect("a known instrument");
    let sides = [Side::Bid, Side::Ask].map(|side| book.side(side).iter().collect::<Vec<_>>());
    assert!(book.is_live() || sides.iter().all(Vec::is_empty));
    assert!(sides[0].windows(2).all(|pair| pair[0].price > pair[1].price));
    assert!(sides[1].windows(2).all(|pair| pair[0].price < pair[1].price));
    assert!(sides.iter().flatten().all(|level| level.price > 0 && level.quantity > 0));
    assert!(sides.iter().zip([Side::Bid, Side::Ask]).all(|(levels, side)| levels.len() == book.side(side).len()));
    assert!(book.top().is_none_or(|(bid, ask)| bid.price < ask.price));
}
