//! The levels of one side, still as text, and the one place where their digits become mantissas.

use crate::book::checksum::Digits;
use crate::book::{Level, Reason};
use crate::digits::{self, Shape};
use crate::json::{Fault, Scanner};
use crate::num::{exact, mantissa, NumError};
use std::ops::Range;

/// The levels of one side, checked as JSON only; numbers quoted or bare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Levels<'a> {
    /// No level.
    Empty,
    /// One level: price and quantity, without quotes.
    One {
        /// Price digits.
        price: &'a str,
        /// Quantity digits.
        quantity: &'a str,
    },
    /// `[["61800.20","2.909"],…]`: an array of arrays of `fields` scalars, price and quantity first.
    Rows {
        /// The array.
        raw: &'a str,
        /// Scalars in a level.
        fields: usize,
    },
    /// `[{"px":"105055.0","sz":"3.03622","n":5},…]`: an array of objects.
    Keyed {
        /// The array.
        raw: &'a str,
        /// Key of the price.
        price: &'static str,
        /// Key of the quantity.
        quantity: &'static str,
    },
    /// One level of bare JSON numbers, which may have an exponent.
    Bare {
        /// Price digits.
        price: &'a str,
        /// Quantity digits.
        quantity: &'a str,
    },
    /// `[{"bids":[["24.1","7"]],"asks":[…]},{"asks":[…]}]`: several changes; the pairs under `key`, in their order.
    Batch {
        /// The array.
        raw: &'a str,
        /// Key of the side.
        key: &'static str,
    },
}

impl<'a> Levels<'a> {
    pub(super) fn pairs(raw: &'a str) -> Self {
        Self::Rows { raw, fields: 2 }
    }

    /// Appends the levels to `into`, in the order of the text.
    ///
    /// # Errors
    /// The first price or quantity that is not exactly representable, or is no level at all.
    pub fn read(&self, price_scale: u8, quantity_scale: u8, into: &mut Vec<Level>) -> Result<(), Reason> {
        self.read_alike(price_scale, quantity_scale, into, &mut Shape::default())
    }

    /// As [`Levels::read`], with what is known of how the instrument's prices are written.
    pub(crate) fn read_alike(
        &self,
        price_scale: u8,
        quantity_scale: u8,
        into: &mut Vec<Level>,
        shape: &mut Shape,
    ) -> Result<(), Reason> {
        let before = into.len();
        if self.quickly(price_scale, quantity_scale, into, shape, |_, _, _| {}).is_some() {
            return Ok(());
        }
        into.truncate(before);
        self.walk(|price, quantity| {
            into.push(level(price, quantity, price_scale, quantity_scale)?);
            Ok(())
        })
    }

    /// As [`Levels::read_alike`], and has `digits` note what was written of every level appended.
    pub(crate) fn read_noting(
        &self,
        price_scale: u8,
        quantity_scale: u8,
        into: &mut Vec<Level>,
        (shape, digits): (&mut Shape, &mut Digits),
    ) -> Result<(), Reason> {
        let (before, noted) = (into.len(), digits.noted());
        let note = |raw: &[u8], price: Range<usize>, quantity: Range<usize>| digits.note(raw, price, quantity);
        if self.quickly(price_scale, quantity_scale, into, shape, note).is_some() {
            return Ok(());
        }
        into.truncate(before);
        digits.forget_from(noted);
        self.walk(|price, quantity| {
            into.push(level(price, quantity, price_scale, quantity_scale)?);
            digits.note_text(price.text, quantity.text);
            Ok(())
        })
    }

    /// As [`Levels::read`], for levels written without blanks and of ordinary digits.
    #[inline(always)]
    fn quickly(
        &self,
        price_scale: u8,
        quantity_scale: u8,
        into: &mut Vec<Level>,
        shape: &mut Shape,
        mut note: impl FnMut(&[u8], Range<usize>, Range<usize>),
    ) -> Option<()> {
        let raw = match *self {
            Self::Empty => return Some(()),
            Self::One { .. } | Self::Bare { .. } | Self::Batch { .. } => return None,
            Self::Rows { raw, .. } | Self::Keyed { raw, .. } => raw.as_bytes(),
        };
        let mut at = Quick { text: raw, at: 1, price_scale, quantity_scale, shape };
        let note = &mut note;
        match *self {
            _ if raw == b"[]" => Some(()),
            Self::Rows { fields: 2, .. } if raw.get(2) == Some(&b'"') => {
                at.each(into, note, b"[\"", b"\",\"", |at| at.literal(b"\"]"))
            }
            Self::Rows { fields: 2, .. } => at.each(into, note, b"[", b",", |at| at.bare(b']')),
            Self::Rows { fields, .. } => at.each(into, note, b"[\"", b"\",\"", |at| at.strings(fields - 2)),
            Self::Keyed { price: "px", .. } => at.each(into, note, b"{\"px\":\"", b"\",\"sz\":\"", |at| at.orders()),
            Self::Keyed { price: "p", .. } => at.each(into, note, b"{\"p\":\"", b"\",\"s\":", |at| at.bare(b'}')),
            Self::Keyed { quantity: "qty", .. } => {
                at.each(into, note, b"{\"price\":", b",\"qty\":", |at| at.bare(b'}'))
            }
            Self::Keyed { quantity: "size", .. } => {
                at.each(into, note, b"{\"price\":\"", b"\",\"size\":\"", |at| at.literal(b"\"}"))
            }
            _ => None,
        }
    }

    /// Hands over price and quantity of every level as written, in the order of the text.
    ///
    /// # Errors
    /// What `take` refuses, or text that is no level.
    pub fn each(&self, mut take: impl FnMut(&'a str, &'a str) -> Result<(), NumError>) -> Result<(), Reason> {
        self.walk(|price, quantity| take(price.text, quantity.text))
    }

    fn walk(&self, mut take: impl FnMut(Number<'a>, Number<'a>) -> Result<(), NumError>) -> Result<(), Reason> {
        let mut refused = None;
        let mut hand = |(price, quantity): Pair<'a>| {
            take(price, quantity).map_err(|reason| {
                refused = Some(reason);
                "a number was refused"
            })
        };
        let one = |price, quantity, bare| (Number { text: price, bare }, Number { text: quantity, bare });
        let read = match *self {
            Self::Empty => Ok(()),
            Self::One { price, quantity } => hand(one(price, quantity, false)),
            Self::Bare { price, quantity } => hand(one(price, quantity, true)),
            Self::Rows { raw, fields } => Scanner::new(raw).array(|scanner| hand(row(scanner, fields)?)),
            Self::Keyed { raw, price, quantity } => {
                Scanner::new(raw).array(|scanner| hand(object(scanner, price, quantity)?))
            }
            Self::Batch { raw, key } => Scanner::new(raw).array(|scanner| change(scanner, key, &mut hand)),
        };
        match (refused, read) {
            (Some(reason), _) => Err(reason.into()),
            (None, Err(fault)) => Err(Reason::Unreadable(fault)),
            (None, Ok(())) => Ok(()),
        }
    }
}

/// A place in an array of levels written without blanks; every step answers None at the first surprise.
struct Quick<'a> {
    text: &'a [u8],
    at: usize,
    price_scale: u8,
    quantity_scale: u8,
    shape: &'a mut Shape,
}

impl Quick<'_> {
    /// Reads levels, each `opening` price `between` quantity `closing`, to the end of the text.
    #[inline(always)]
    fn each<const N: usize, const M: usize>(
        &mut self,
        into: &mut Vec<Level>,
        note: &mut impl FnMut(&[u8], Range<usize>, Range<usize>),
        opening: &[u8; N],
        between: &[u8; M],
        closing: impl Fn(&mut Self) -> Option<()>,
    ) -> Option<()> {
        loop {
            self.literal(opening)?;
            let (price, end) = digits::mantissa_alike(self.text, self.at, self.price_scale, self.shape);
            if end == 0 || (opening.last() != Some(&b'"') && self.needless_zero()) {
                return None;
            }
            let written = self.at..end;
            self.at = end;
            self.literal(between)?;
            let (quantity, end) = digits::mantissa(self.text, self.at, self.quantity_scale);
            if end == 0 || price == 0 || (between.last() != Some(&b'"') && self.needless_zero()) {
                return None;
            }
            note(self.text, written, self.at..end);
            self.at = end;
            closing(self)?;
            into.push(Level { price, quantity });
            match self.next()? {
                b',' => {}
                b']' => return (self.at == self.text.len()).then_some(()),
                _ => return None,
            }
        }
    }

    #[inline(always)]
    fn literal<const N: usize>(&mut self, wanted: &[u8; N]) -> Option<()> {
        let found: &[u8; N] = self.text.get(self.at..self.at + N)?.try_into().ok()?;
        (found == wanted).then(|| self.at += N)
    }

    #[inline(always)]
    fn next(&mut self) -> Option<u8> {
        let byte = *self.text.get(self.at)?;
        self.at += 1;
        Some(byte)
    }

    /// A bare number begins with no needless zero, which quoted ones may.
    #[inline(always)]
    fn needless_zero(&self) -> bool {
        matches!(self.text.get(self.at..self.at + 2), Some([b'0', b'0'..=b'9']))
    }

    /// The end of a level whose last number is bare.
    #[inline(always)]
    fn bare(&mut self, end: u8) -> Option<()> {
        (self.next()? == end).then_some(())
    }

    /// So many more strings of digits, and the end of the row.
    #[inline(always)]
    fn strings(&mut self, count: usize) -> Option<()> {
        for _ in 0..count {
            self.literal(b"\",\"")?;
            (_, self.at) = digits::whole(self.text, self.at)?;
        }
        self.literal(b"\"]")
    }

    /// Hyperliquid's count of orders, and the end of the level.
    #[inline(always)]
    fn orders(&mut self) -> Option<()> {
        self.literal(b"\",\"n\":")?;
        let start = self.at;
        (_, self.at) = digits::whole(self.text, start)?;
        let needless = self.at > start + 1 && *self.text.get(start)? == b'0';
        (!needless).then_some(())?;
        self.bare(b'}')
    }
}

/// A number as it is written.
#[derive(Clone, Copy)]
pub(super) struct Number<'a> {
    /// Without quotes.
    pub(super) text: &'a str,
    /// It had none: a JSON number, which may have an exponent.
    bare: bool,
}

/// Price and quantity.
type Pair<'a> = (Number<'a>, Number<'a>);

impl Number<'_> {
    fn mantissa(self, scale: u8) -> Result<i64, NumError> {
        if self.bare {
            exact(self.text.as_bytes(), scale)
        } else {
            mantissa(self.text.as_bytes(), scale)
        }
    }
}

fn level(price: Number<'_>, quantity: Number<'_>, price_scale: u8, quantity_scale: u8) -> Result<Level, NumError> {
    let price = price.mantissa(price_scale)?;
    let quantity = quantity.mantissa(quantity_scale)?;
    if price == 0 {
        return Err(NumError::Zero);
    }
    Ok(Level { price, quantity })
}

fn row<'a>(scanner: &mut Scanner<'a>, wanted: usize) -> Result<Pair<'a>, Fault> {
    let mut fields = [None; 2];
    let mut count = 0;
    scanner.array(|scanner| {
        let digits = number(scanner)?;
        if let Some(field) = fields.get_mut(count) {
            *field = Some(digits);
        }
        count += 1;
        Ok(())
    })?;
    if count != wanted {
        return Err("a level has another number of fields");
    }
    fields[0].zip(fields[1]).ok_or("a level has fewer than two fields")
}

fn object<'a>(scanner: &mut Scanner<'a>, price_key: &str, quantity_key: &str) -> Result<Pair<'a>, Fault> {
    let (mut price, mut quantity) = (None, None);
    scanner.object(|key, scanner| {
        let slot = match key {
            _ if key == price_key => &mut price,
            _ if key == quantity_key => &mut quantity,
            _ => return scanner.value().map(|_| ()),
        };
        match slot.replace(number(scanner)?) {
            None => Ok(()),
            Some(_) => Err("a key is repeated"),
        }
    })?;
    price.zip(quantity).ok_or("a level lacks its price or quantity")
}

/// The pairs under `key` of the object here.
fn change<'a>(
    scanner: &mut Scanner<'a>,
    key: &str,
    hand: &mut impl FnMut(Pair<'a>) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let mut seen = false;
    scanner.object(|name, scanner| {
        if name != key {
            return scanner.value().map(|_| ());
        }
        if std::mem::replace(&mut seen, true) {
            return Err("a key is repeated");
        }
        scanner.array(|scanner| hand(row(scanner, 2)?))
    })
}

/// Digits, quoted or bare.
pub(super) fn number<'a>(scanner: &mut Scanner<'a>) -> Result<Number<'a>, Fault> {
    match scanner.peek() {
        Some(b'"') => scanner.string().map(|text| Number { text, bare: false }),
        Some(b'-' | b'0'..=b'9') => scanner.value().map(|text| Number { text, bare: true }),
        _ => Err("a number was expected"),
    }
}
