//! The levels of a side that lie outside its window, by rank: sorted blocks, and the lowest rank of each.
//!
//! What a standard sorted map does, in less time: a search here has no branch that the processor must guess, so that it
//! overlaps with what is done about the levels around it. A change costs a search and a move within a block; once in many
//! it makes or ends a block.

/// Most levels in a block.
const BLOCK: usize = 64;

/// One that has come to hold fewer joins a neighbour that has room: of two neighbours one at least holds so many.
const BLOCK_MIN: usize = BLOCK / 4;

/// (rank, quantity), rising. As long as they are few they take no more room than that: most books have hardly any.
type Block = Vec<(i64, i64)>;

/// Rank → quantity.
#[derive(Debug, Clone, Default)]
pub(super) struct Far {
    /// Of each block.
    lowest: Vec<i64>,
    blocks: Vec<Block>,
}

impl Far {
    /// Of levels in falling order of rank.
    pub(super) fn new(best_first: &[(i64, i64)]) -> Self {
        let mut far = Self::default();
        for levels in best_first.rchunks(BLOCK / 2) {
            far.lowest.extend(levels.last().map(|(rank, _)| *rank));
            far.blocks.push(levels.iter().rev().copied().collect());
        }
        far
    }

    pub(super) fn heap_bytes(&self) -> usize {
        let levels: usize = self.blocks.iter().map(|block| block.capacity() * size_of::<(i64, i64)>()).sum();
        levels + self.lowest.capacity() * size_of::<i64>() + self.blocks.capacity() * size_of::<Block>()
    }

    /// The quantity at a rank, or 0.
    pub(super) fn get(&self, rank: i64) -> i64 {
        let Some(block) = self.blocks.get(self.block_of(rank)) else { return 0 };
        block.get(below(block, rank)).filter(|held| held.0 == rank).map_or(0, |held| held.1)
    }

    /// Sets the quantity at a rank (0 removes it) and returns what was there before.
    pub(super) fn set(&mut self, rank: i64, quantity: i64) -> i64 {
        let number = self.block_of(rank);
        let Some(block) = self.blocks.get_mut(number) else { return self.begin(rank, quantity) };
        let at = below(block, rank);
        match block.get_mut(at).filter(|held| held.0 == rank) {
            Some(held) if quantity != 0 => std::mem::replace(&mut held.1, quantity),
            Some(_) => {
                let (_, before) = block.remove(at);
                self.shrunk(number);
                before
            }
            None if quantity == 0 => 0,
            None => {
                block.insert(at, (rank, quantity));
                self.grown(number);
                0
            }
        }
    }

    /// The highest rank, and what rests there.
    pub(super) fn last(&self) -> Option<(i64, i64)> {
        self.blocks.last()?.last().copied()
    }

    /// (rank, quantity) in falling order, of the ranks from `end` on.
    pub(super) fn from(&self, end: i64) -> impl Iterator<Item = (i64, i64)> + '_ {
        let all = Falling { blocks: &self.blocks, left: self.blocks.last().map_or(0, Vec::len) };
        all.take_while(move |(rank, _)| *rank >= end)
    }

    /// (rank, quantity) in falling order, of the ranks below `start`.
    pub(super) fn below(&self, start: i64) -> Falling<'_> {
        let blocks = &self.blocks[..self.lowest.partition_point(|lowest| *lowest < start)];
        Falling { blocks, left: blocks.last().map_or(0, |block| below(block, start)) }
    }

    /// The block in which a rank is, if it is anywhere.
    #[inline]
    fn block_of(&self, rank: i64) -> usize {
        if self.blocks.len() < 2 {
            return 0;
        }
        self.lowest.partition_point(|lowest| *lowest <= rank).saturating_sub(1)
    }

    #[cold]
    fn begin(&mut self, rank: i64, quantity: i64) -> i64 {
        if quantity != 0 {
            *self = Self::new(&[(rank, quantity)]);
        }
        0
    }

    fn grown(&mut self, number: usize) {
        let block = &mut self.blocks[number];
        self.lowest[number] = block[0].0;
        if block.len() == BLOCK {
            let upper = block.split_off(BLOCK / 2);
            self.lowest.insert(number + 1, upper[0].0);
            self.blocks.insert(number + 1, upper);
        }
    }

    fn shrunk(&mut self, number: usize) {
        let block = &self.blocks[number];
        if let Some((rank, _)) = block.first() {
            self.lowest[number] = *rank;
        }
        if block.len() >= BLOCK_MIN {
            return;
        }
        let room = |other: &usize| self.blocks.get(*other).is_some_and(|other| other.len() + block.len() < BLOCK);
        let with = [number.wrapping_sub(1), number + 1].into_iter().find(room);
        match with {
            Some(with) => self.join(number.min(with)),
            // The last of all.
            None if block.is_empty() => {
                self.lowest.remove(number);
                self.blocks.remove(number);
            }
            None => {}
        }
    }

    /// Makes one block of this and the next.
    fn join(&mut self, number: usize) {
        let upper = self.blocks.remove(number + 1);
        let block = &mut self.blocks[number];
        block.extend(upper);
        self.lowest.remove(number + 1);
        self.lowest[number] = block[0].0;
    }
}

/// How many ranks of a block are below one.
#[inline]
fn below(block: &[(i64, i64)], rank: i64) -> usize {
    block.partition_point(|held| held.0 < rank)
}

/// Levels in falling order of rank.
pub(super) struct Falling<'a> {
    blocks: &'a [Block],
    /// Of the last block.
    left: usize,
}

impl Iterator for Falling<'_> {
    type Item = (i64, i64);

    // Not part of the loops over the window, which seldom come here: they would have fewer registers.
    #[inline(never)]
    fn next(&mut self) -> Option<Self::Item> {
        let mut block = self.blocks.last()?;
        if self.left == 0 {
            self.blocks = &self.blocks[..self.blocks.len() - 1];
            block = self.blocks.last()?;
            self.left = block.len();
        }
        self.left = self.left.checked_sub(1)?;
        block.get(self.left).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn falling<'a>(model: impl DoubleEndedIterator<Item = (&'a i64, &'a i64)>) -> Vec<(i64, i64)> {
        model.rev().map(|(rank, quantity)| (*rank, *quantity)).collect()
    }

    /// No block is empty or full, each is where it says, and of two neighbours one at least is not small.
    fn is_sound(far: &Far) -> Result<(), TestCaseError> {
        prop_assert_eq!(far.lowest.len(), far.blocks.len());
        for (lowest, block) in far.lowest.iter().zip(&far.blocks) {
            prop_assert!(!block.is_empty() && block.len() < BLOCK);
            prop_assert!(*lowest == block[0].0 && block.is_sorted());
        }
        prop_assert!(far.blocks.windows(2).all(|pair| pair.iter().any(|block| block.len() >= BLOCK_MIN)));
        Ok(())
    }

    /// Blocks that have lost nearly all of their levels become fewer.
    #[test]
    fn thinned_out_levels_take_fewer_blocks() {
        let levels: Vec<_> = (0..4_000).rev().map(|rank| (rank, 1)).collect();
        let (mut far, mut left) = (Far::new(&levels), levels.len());
        let full = far.blocks.len();
        for rank in (0..4_000).filter(|rank| rank % 40 != 0) {
            left -= far.set(rank, 0) as usize;
        }
        is_sound(&far).unwrap();
        assert_eq!((far.from(0).count(), left), (100, 100));
        assert!(far.blocks.len() * 20 < full && far.blocks.len() <= 2 * left / BLOCK_MIN);
    }

    proptest! {
        /// Few and many levels, drawn from few and many ranks, begun with none and with many.
        #[test]
        fn equals_a_sorted_map(
            begun in prop::collection::btree_map(-3_000i64..3_000, 1i64..9, 0..400),
            ops in prop::collection::vec((-200i64..200, prop_oneof![Just(1i64), Just(17)], -2i64..3), 0..1_500),
            extremes in prop::collection::vec((prop_oneof![Just(i64::MAX), Just(-i64::MAX), Just(i64::MAX - 1)], 0i64..2), 0..9),
            at in -3_000i64..3_000,
        ) {
            let mut model = begun;
            let mut far = Far::new(&falling(model.iter()));
            let ops = ops.into_iter().map(|(rank, step, quantity)| (rank * step, quantity.max(0)));
            for (rank, quantity) in ops.chain(extremes) {
                prop_assert_eq!(far.get(rank), model.get(&rank).copied().unwrap_or(0));
                let before = if quantity == 0 { model.remove(&rank) } else { model.insert(rank, quantity) };
                prop_assert_eq!(far.set(rank, quantity), before.unwrap_or(0));
                prop_assert_eq!(far.last(), model.last_key_value().map(|(rank, quantity)| (*rank, *quantity)));
            }
            is_sound(&far)?;
            prop_assert_eq!(far.from(at).collect::<Vec<_>>(), falling(model.range(at..)));
            prop_assert_eq!(far.below(at).collect::<Vec<_>>(), falling(model.range(..at)));
        }
    }
}
