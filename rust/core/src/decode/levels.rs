//! The levels of one side, still as text, and the one place where their digits become mantissas.

use crate::book::{Level, Reason};
use crate::digits;
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
        let before = into.len();
        if self.quickly(price_scale, quantity_scale, into).is_some() {
            return Ok(());
        }
        into.truncate(before);
        self.each(|price, quantity| {
            into.push(level(price, quantity, price_scale, quantity_scale)?);
            Ok(())
        })
    }

    /// As [`Levels::read`], and hands over what was written of every level appended.
    pub(crate) fn read_noting(
        &self,
        price_scale: u8,
        quantity_scale: u8,
        into: &mut Vec<Level>,
        mut note: impl FnMut(&'a str, &'a str),
    ) -> Result<(), Reason> {
        self.each(|price, quantity| {
            into.push(level(price, quantity, price_scale, quantity_scale)?);
            note(price, quantity);
            Ok(())
        })
    }

    /// As [`Levels::read`], for levels written without blanks and of ordinary digits.
    fn quickly(&self, price_scale: u8, quantity_scale: u8, into: &mut Vec<Level>) -> Option<()> {
        let raw = match *self {
            Self::Empty => return Some(()),
            Self::One { .. } => return None,
            Self::Rows { raw, .. } | Self::Keyed { raw, .. } => raw.as_bytes(),
        };
        let mut at = Quick { text: raw, at: 1, price_scale, quantity_scale };
        match *self {
            _ if raw == b"[]" => Some(()),
            Self::Rows { fields: 2, .. } if raw.get(2) == Some(&b'"') => {
                at.each(into, b"[\"", b"\",\"", |at| at.literal(b"\"]"))
            }
            Self::Rows { fields: 2, .. } => at.each(into, b"[", b",", |at| at.bare(b']')),
            Self::Rows { fields, .. } => at.each(into, b"[\"", b"\",\"", |at| at.strings(fields - 2)),
            Self::Keyed { price: "px", .. } => at.each(into, b"{\"px\":\"", b"\",\"sz\":\"", |at| at.orders()),
            Self::Keyed { price: "p", .. } => at.each(into, b"{\"p\":\"", b"\",\"s\":", |at| at.bare(b'}')),
            Self::Keyed { quantity: "qty", .. } => at.each(into, b"{\"price\":", b",\"qty\":", |at| at.bare(b'}')),
            Self::Keyed { quantity: "size", .. } => {
                at.each(into, b"{\"price\":\"", b"\",\"size\":\"", |at| at.literal(b"\"}"))
            }
            _ => None,
        }
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

/// A place in an array of levels written without blanks; every step answers None at the first surprise.
struct Quick<'a> {
    text: &'a [u8],
    at: usize,
    price_scale: u8,
    quantity_scale: u8,
}

impl Quick<'_> {
    /// Reads levels, each `opening` price `between` quantity `closing`, to the end of the text.
    #[inline(always)]
    fn each<const N: usize, const M: usize>(
        &mut self,
        into: &mut Vec<Level>,
        opening: &[u8; N],
        between: &[u8; M],
        closing: impl Fn(&mut Self) -> Option<()>,
    ) -> Option<()> {
        let mut shape = digits::Shape::default();
        loop {
            self.literal(opening)?;
            let (price, end) = digits::mantissa_alike(self.text, self.at, self.price_scale, &mut shape);
            if end == 0 || (opening.last() != Some(&b'"') && self.needless_zero()) {
                return None;
            }
            self.at = end;
            self.literal(between)?;
            let (quantity, end) = digits::mantissa(self.text, self.at, self.quantity_scale);
            if end == 0 || price == 0 || (between.last() != Some(&b'"') && self.needless_zero()) {
                return None;
            }
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
        Some(b'-' | b'0'..=b'9') => scanner.value(),
        _ => Err("a number was expected"),
    }
}
