//! The one way into a book's ladders, which notes every level that changed for who keeps something beside the book.
//!
//! A book that nobody keeps anything beside pays one look a message.

use super::{Ladder, Level, Side};

/// What became of one price.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Change {
    pub(crate) side: Side,
    pub(crate) price: i64,
    /// Quantity before and after; 0 where nobody rested or rests.
    pub(crate) before: i64,
    pub(crate) after: i64,
}

/// Changes since they were last taken; None where nobody asks.
#[derive(Debug, Default)]
pub(super) struct Changes(Option<Vec<Change>>);

impl Changes {
    /// Notes from now on.
    pub(super) fn begin(&mut self) {
        self.0.get_or_insert_default().clear();
    }

    pub(super) fn take(&mut self) -> impl Iterator<Item = Change> + '_ {
        self.0.as_mut().into_iter().flat_map(|noted| noted.drain(..))
    }

    /// Sets every level; a quantity of 0 removes it.
    #[inline]
    pub(super) fn set(&mut self, ladder: &mut Ladder, levels: &[Level]) {
        let Some(noted) = &mut self.0 else { return ladder.set_all(levels) };
        for level in levels {
            let (price, after) = (level.price, level.quantity);
            let before = ladder.set(price, after);
            noted.push(Change { side: ladder.side(), price, before, after });
        }
    }

    /// As [`Ladder::replace`].
    #[must_use]
    pub(super) fn replace(&mut self, ladder: &mut Ladder, best_first: &[Level]) -> bool {
        self.gone(ladder);
        let sound = ladder.replace(best_first);
        if let Some(noted) = self.0.as_mut().filter(|_| sound) {
            let new =
                |level: &Level| Change { side: ladder.side(), price: level.price, before: 0, after: level.quantity };
            noted.extend(best_first.iter().map(new));
        }
        sound
    }

    /// As [`Ladder::clear`].
    pub(super) fn clear(&mut self, ladder: &mut Ladder) {
        self.gone(ladder);
        ladder.clear();
    }

    fn gone(&mut self, ladder: &Ladder) {
        if let Some(noted) = &mut self.0 {
            let old =
                |level: Level| Change { side: ladder.side(), price: level.price, before: level.quantity, after: 0 };
            noted.extend(ladder.iter().map(old));
        }
    }
}
