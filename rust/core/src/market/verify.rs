//! Reads levels with what was written of them where checksums are kept, and holds the book against the checksum that
//! came with the message it has just taken.

use super::Entry;
use crate::book::checksum::Digits;
use crate::book::{Level, Reason};
use crate::decode::{Checksum, Levels, Shapes};
use crate::registry::Instrument;

/// Both sides of a message, as text and as numbers to be.
pub(super) type Sides<'a, 'f> = [(&'a Levels<'f>, &'a mut Vec<Level>); 2];

/// Reads bids, then asks, and keeps their digits where `digits` is given.
pub(super) fn read(
    sides: Sides<'_, '_>,
    of: &Instrument,
    (shapes, mut digits): (&mut Shapes, Option<&mut Digits>),
) -> Result<(), Reason> {
    if let Some(digits) = digits.as_deref_mut() {
        digits.begin();
    }
    for (written, into) in sides {
        into.clear();
        match digits.as_deref_mut() {
            None => written.read_alike(of.price_scale, of.quantity_scale, into, shapes)?,
            Some(digits) => written.read_noting(of.price_scale, of.quantity_scale, into, (shapes, digits))?,
        }
    }
    Ok(())
}

/// Before a snapshot of the stream: from here on digits are kept if the stream sends checksums.
pub(super) fn begin(entry: &mut Entry, checksum: Option<Checksum>) {
    match checksum {
        None => entry.digits = None,
        Some(_) => {
            let of = &entry.instrument;
            let new = || Box::new(Digits::new(of.price_scale, of.quantity_scale));
            entry.digits.get_or_insert_with(new).clear();
        }
    }
}

/// After a message was applied. Free of cost where no digits are kept.
pub(super) fn check(entry: &mut Entry, bids: &[Level], asks: &[Level], checksum: Option<Checksum>) {
    let Some(digits) = entry.digits.as_deref_mut().filter(|_| entry.book.is_live()) else { return };
    digits.commit(bids, asks);
    if let Some(Checksum::Best25(expected)) = checksum {
        let got = digits.crc(&entry.book);
        if got != expected {
            entry.book.lost(Reason::Checksum { expected, got });
        }
    }
}
