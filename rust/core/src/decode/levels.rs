//! The levels of one side, still as text, and the one place where their digits become mantissas.

use crate::book::{Level, Reason};
use crate::json::{Fault, Scanner};
use crate::num::{mantissa, NumError};

/// How a venue writes a level.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// `["61800.20","2.909"]`
    Pairs,
    /// `{"px":"105055.0","sz":"3.03622","n":5}`
    Objects,
}

/// A JSON array of levels, checked as JSON only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Levels<'a> {
    raw: &'a str,
    form: Form,
}

impl<'a> Levels<'a> {
    pub(super) fn pairs(raw: &'a str) -> Self {
        Self { raw, form: Form::Pairs }
    }

    pub(super) fn objects(raw: &'a str) -> Self {
        Self { raw, form: Form::Objects }
    }

    /// Appends the levels to `into`, in the order of the text.
    ///
    /// # Errors
    /// The first price or quantity that is not exactly representable, or is no level at all.
    pub fn read(&self, price_scale: u8, quantity_scale: u8, into: &mut Vec<Level>) -> Result<(), Reason> {
        let mut refused = None;
        let read = Scanner::new(self.raw).array(|scanner| {
            let (price, quantity) = match self.form {
                Form::Pairs => pair(scanner)?,
                Form::Objects => object(scanner)?,
            };
            match level(price, quantity, price_scale, quantity_scale) {
                Ok(level) => into.push(level),
                Err(reason) => {
                    refused = Some(reason);
                    return Err("a number was refused");
                }
            }
            Ok(())
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

fn pair<'a>(scanner: &mut Scanner<'a>) -> Result<(&'a str, &'a str), Fault> {
    let mut fields = [None; 2];
    let mut count = 0;
    scanner.array(|scanner| {
        *fields.get_mut(count).ok_or("a level has more than two fields")? = Some(scanner.string()?);
        count += 1;
        Ok(())
    })?;
    fields[0].zip(fields[1]).ok_or("a level has fewer than two fields")
}

fn object<'a>(scanner: &mut Scanner<'a>) -> Result<(&'a str, &'a str), Fault> {
    let (mut price, mut quantity) = (None, None);
    scanner.object(|key, scanner| {
        let slot = match key {
            "px" => &mut price,
            "sz" => &mut quantity,
            _ => return scanner.value().map(|_| ()),
        };
        match slot.replace(scanner.string()?) {
            None => Ok(()),
            Some(_) => Err("a key is repeated"),
        }
    })?;
    price.zip(quantity).ok_or("a level lacks px or sz")
}
