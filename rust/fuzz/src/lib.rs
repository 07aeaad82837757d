//! What every fuzz target does with its bytes: they are frames, one a line, and a REST book, into a core that has two
//! instruments, whose state must stay sound whatever they say. What is read quickly is held against the order-free
//! scanner, and every number against arithmetic of its own.

use arbbot_core::decode::{Event, Levels, Shapes};
use arbbot_core::{num, Decoder, InstrumentId, Level, Market, Side, Terms};

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
    let mut shapes = Shapes::default();
    for (number, frame) in data.split(|byte| *byte == b'\n').enumerate() {
        let event = decoder.decode(frame);
        assert_eq!(event, decoder.decode_any_order(frame), "both ways of reading agree");
        // Most often the same scales, as of one instrument.
        let scales = if number % 5 == 4 { (number as u8 % 3, number as u8 % 19) } else { (4, 4) };
        levels_of(&event).iter().for_each(|levels| exact(levels, scales, &mut shapes));
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

fn levels_of<'a>(event: &Event<'a>) -> Vec<Levels<'a>> {
    match event {
        Event::Delta(frame) | Event::Follow(frame) => vec![frame.bids, frame.asks],
        Event::Full(frame) | Event::Begin(frame) => vec![frame.bids, frame.asks],
        Event::Change(frame) => vec![frame.bids, frame.asks],
        Event::Best(frame) => vec![frame.bids, frame.asks],
        _ => Vec::new(),
    }
}

/// What is read of levels is what is written, and what is refused deserves it.
fn exact(levels: &Levels<'_>, (price, quantity): (u8, u8), shapes: &mut Shapes) {
    let (mut read, mut written) = (Vec::new(), Vec::new());
    let refused = levels.read_alike(price, quantity, &mut read, shapes).is_err();
    let walked = levels.each(|a, b| {
        written.push((worth(a, price), worth(b, quantity)));
        Ok(())
    });
    let is_bad = |(price, quantity): &(Worth, Worth)| {
        matches!(price, Worth::None | Worth::Bare(_) | Worth::Exactly(0)) || matches!(quantity, Worth::None | Worth::Bare(_))
    };
    if refused {
        return assert!(walked.is_err() || written.iter().any(is_bad), "refused without reason: {levels:?}");
    }
    assert!(walked.is_ok() && read.len() == written.len(), "{levels:?}");
    for (Level { price, quantity }, (of_price, of_quantity)) in read.iter().zip(&written) {
        assert!(of_price.is(*price) && of_quantity.is(*quantity), "{price} {quantity} of {levels:?}");
    }
}

/// What a text is worth in units of 10^-scale.
enum Worth {
    Exactly(i64),
    /// Without quotes alone: it has an exponent.
    Bare(i64),
    /// Not so many units, not in an i64, or no number.
    None,
}

impl Worth {
    fn is(&self, mantissa: i64) -> bool {
        matches!(self, Self::Exactly(worth) | Self::Bare(worth) if *worth == mantissa)
    }
}

/// Plain decimals of ordinary length by arithmetic of its own; others as `num` judges them, which no reader is quicker for.
fn worth(text: &str, scale: u8) -> Worth {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let is_plain = |digits: &str| (1..=18).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    if !(is_plain(whole) && is_plain(fraction)) {
        let plain = num::mantissa(text.as_bytes(), scale).map(Worth::Exactly);
        return plain.or_else(|_| num::exact(text.as_bytes(), scale).map(Worth::Bare)).unwrap_or(Worth::None);
    }
    // Thirty-six digits fit.
    let number = |digits: &str| digits.parse::<i128>().expect("digits");
    let all = number(whole) * 10i128.pow(18) + number(fraction) * 10i128.pow(18 - fraction.len() as u32);
    let unit = 10i128.pow(18 - u32::from(scale));
    match i64::try_from(all / unit) {
        Ok(worth) if all % unit == 0 => Worth::Exactly(worth),
        _ => Worth::None,
    }
}
