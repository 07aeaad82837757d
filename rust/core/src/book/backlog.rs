//! Deltas that arrived before the snapshot they belong to. Bounded; always one unbroken run.

use super::{Delta, OUTDATED_RUN_MAX};
use std::collections::VecDeque;

/// Most levels kept, over all deltas. 100,000 are 1.6 MB, and minutes of the busiest recorded stream
/// (BTCUSDT of 2024-08-08: 19 deltas and under 1,300 levels a second).
pub(super) const BACKLOG_LEVELS_MAX: usize = 100_000;

#[derive(Debug, Default)]
pub(super) struct Backlog {
    deltas: VecDeque<Delta>,
    levels: usize,
    /// How many in a row were older than what is kept.
    outdated_run: u32,
}

impl Backlog {
    /// Keeps `delta`. A break in the run drops what came before: a snapshot older than the break is of no use.
    /// Past the bound the oldest go, since the snapshot to come is newer than all of them. A repeat is dropped; so many
    /// in a row are none, and what is kept has ids that no snapshot will ever reach.
    pub(super) fn push(&mut self, delta: &Delta) {
        if let Some(back) = self.deltas.back() {
            let old = delta.last <= back.last;
            self.outdated_run = if old { self.outdated_run + 1 } else { 0 };
            if old && self.outdated_run < OUTDATED_RUN_MAX {
                return;
            }
            if old || delta.previous != back.last {
                self.clear();
            }
        }
        self.levels += delta.weight();
        self.deltas.push_back(delta.clone());
        while self.levels > BACKLOG_LEVELS_MAX {
            match self.deltas.pop_front() {
                Some(oldest) => self.levels -= oldest.weight(),
                None => break,
            }
        }
    }

    pub(super) fn take(&mut self) -> VecDeque<Delta> {
        (self.levels, self.outdated_run) = (0, 0);
        std::mem::take(&mut self.deltas)
    }

    pub(super) fn clear(&mut self) {
        self.deltas.clear();
        (self.levels, self.outdated_run) = (0, 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::book::Level;

    fn delta(previous: u64, last: u64, levels: usize) -> Delta {
        let bids = vec![Level { price: 1, quantity: 1 }; levels];
        Delta { first: previous + 1, last, previous, bids, ..Delta::default() }
    }

    #[test]
    fn keeps_one_unbroken_run_without_repeats() {
        let mut backlog = Backlog::default();
        for (previous, last) in [(1, 2), (2, 5), (2, 5), (9, 11), (11, 12)] {
            backlog.push(&delta(previous, last, 1));
        }
        assert_eq!(backlog.take().iter().map(|delta| delta.last).collect::<Vec<_>>(), [11, 12]);
        assert!(backlog.take().is_empty());
    }

    #[test]
    fn is_bounded_and_drops_the_oldest() {
        let mut backlog = Backlog::default();
        for last in 1..=30 {
            backlog.push(&delta(last - 1, last, 10_000));
        }
        let kept = backlog.take();
        assert!(kept.len() < 11);
        assert_eq!(kept.back().map(|delta| delta.last), Some(30));
    }
}
