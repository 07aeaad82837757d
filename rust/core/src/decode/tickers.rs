//! Tickers of several instruments in one frame, read one by one.

use super::TickerFrame;
use crate::json::Fault;

/// How a venue's tickers are walked: calls back for each, in the order of the text.
pub(super) type Walk = for<'a> fn(&'a str, &mut dyn FnMut(TickerFrame<'a>)) -> Result<(), Fault>;

/// The part of a frame that holds several tickers.
#[derive(Clone, Copy)]
pub struct Tickers<'a> {
    raw: &'a str,
    walk: Walk,
}

impl<'a> Tickers<'a> {
    /// Refuses at once what `walk` could not read later, so that a frame is taken whole or not at all.
    pub(super) fn checked(raw: &'a str, walk: Walk) -> Result<Self, Fault> {
        walk(raw, &mut |_| {})?;
        Ok(Self { raw, walk })
    }

    /// Hands over every ticker, in the order of the text.
    pub fn each(&self, mut take: impl FnMut(TickerFrame<'a>)) {
        // It was read whole once; what fails now cannot.
        let _ = (self.walk)(self.raw, &mut take);
    }
}

impl std::fmt::Debug for Tickers<'_> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_tuple("Tickers").field(&self.raw).finish()
    }
}

impl PartialEq for Tickers<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.raw == other.raw
    }
}
