//! The levels of one side, still as text, and the one place where their digits become mantissas.

use super::quick::{self, Note, Quick};
use super::shape::Shapes;
use crate::book::checksum::Digits;
use crate::book::{Level, Reason};
use crate::json::{Fault, Scanner};
use crate::num::{exact, mantissa, NumError};
use crate::simd::levels;
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
        self.read_alike(price_scale, quantity_scale, into, &mut Shapes::default())
    }

    /// As [`Levels::read`], quicker where `shapes` knows how this instrument's levels were written before.
    ///
    /// # Errors
    /// As [`Levels::read`].
    pub fn read_alike(
        &self,
        price_scale: u8,
        quantity_scale: u8,
        into: &mut Vec<Level>,
        shapes: &mut Shapes,
    ) -> Result<(), Reason> {
        let before = into.len();
        if self.quickly(price_scale, quantity_scale, into, shapes, |_, _, _| {}).is_some() {
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
        (shapes, digits): (&mut Shapes, &mut Digits),
    ) -> Result<(), Reason> {
        let (before, noted) = (into.len(), digits.noted());
        let note = |raw: &[u8], price: Range<usize>, quantity: Range<usize>| digits.note(raw, price, quantity);
        if self.quickly(price_scale, quantity_scale, into, shapes, note).is_some() {
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
        shapes: &mut Shapes,
        note: impl Note,
    ) -> Option<()> {
        let raw = match *self {
            Self::Empty => return Some(()),
            Self::One { .. } | Self::Bare { .. } | Self::Batch { .. } => return None,
            Self::Rows { raw, .. } | Self::Keyed { raw, .. } => raw.as_bytes(),
        };
        match raw {
            b"[]" => return Some(()),
            [b'[', ..] => {}
            _ => return None,
        }
        let quick = Quick { raw, price_scale, quantity_scale, shapes };
        match *self {
            Self::Rows { fields: 2, .. } if raw.get(2) == Some(&b'"') => levels(quick, &quick::Quoted, into, note),
            Self::Rows { fields: 2, .. } => levels(quick, &quick::Bare, into, note),
            Self::Rows { fields, .. } => levels(quick, &quick::Longer(fields.checked_sub(2)?), into, note),
            Self::Keyed { price: "px", .. } => levels(quick, &quick::Orders, into, note),
            Self::Keyed { price: "p", .. } => levels(quick, &quick::Short, into, note),
            Self::Keyed { quantity: "qty", .. } => levels(quick, &quick::Numbers, into, note),
            Self::Keyed { quantity: "size", .. } => levels(quick, &quick::Sized, into, note),
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

#[cfg(test)]
mod tests;
