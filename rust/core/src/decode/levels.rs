//! The levels of one side, still as text, and the one place where their digits become mantissas.

use crate::book::{Level, Reason};
use crate::json::{Fault, Scanner};
use crate::num::{mantissa, NumError};

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
        self.each(|price, quantity| {
            into.push(level(price, quantity, price_scale, quantity_scale)?);
            Ok(())
        })
    }

    /// Hands over price and quantity of every level as written, in the order of the text.
    ///
    /// # Errors
    /// What `take` refuses, or text that is no level.
    pub fn each(&self, mut take: impl FnMut(&'a str, &'a str) -> Result<(), NumError>) -> Result<(), Reason> {
        let raw = match self {
            Self::Empty => return Ok(()),
            Self::One { price, quantity } => return take(price, quantity).map_err(Reason::from),
            Self::Rows { raw, .. } | Self::Keyed { raw, .. } => *raw,
        };
        let mut refused = None;
        let read = Scanner::new(raw).array(|scanner| {
            let (price, quantity) = match self {
                Self::Keyed { price, quantity, .. } => object(scanner, price, quantity)?,
                Self::Rows { fields, .. } => row(scanner, *fields)?,
                Self::Empty | Self::One { .. } => return Err("no array of levels"),
            };
            take(price, quantity).map_err(|reason| {
                refused = Some(reason);
                "a number was refused"
            })
        });
        match (refused, read) {
            (Some(reason), _) => Err(reason.into()),
            (None, Err(fault)) => Err(Reason::Unreadable(fault)),
            (None, Ok(())) => Ok(()),
        }
    }
}

fn level(price: &str, quantity: &str, price_scale: u8, quantity_scale: u8) -> Result<Level, NumError> {
    let price = mantissa(price.as_bytes(), price_scale)?;
    let quantity = mantissa(quantity.as_bytes(), quantity_scale)?;
    if price == 0 {
        return Err(NumError::Zero);
    }
    Ok(Level { price, quantity })
}

fn row<'a>(scanner: &mut Scanner<'a>, wanted: usize) -> Result<(&'a str, &'a str), Fault> {
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

fn object<'a>(scanner: &mut Scanner<'a>, price_key: &str, quantity_key: &str) -> Result<(&'a str, &'a str), Fault> {
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

/// Digits, quoted or bare.
fn number<'a>(scanner: &mut Scanner<'a>) -> Result<&'a str, Fault> {
    match scanner.peek() {
        Some(b'"') => scanner.string(),
        Some(b'{' | b'[') => Err("a number was expected"),
        _ => scanner.value(),
    }
}
