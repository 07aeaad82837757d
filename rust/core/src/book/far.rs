//! The levels of a side that lie outside its window, by rank: sorted blocks, and the lowest rank of each.
//!
//! What a standard sorted map does, in less time: a search here has no branch that the processor must guess, so that it
//! overlaps with what is done about the levels around it. A change costs a search and a move within a block; once in many
//! it makes or ends a block.

/// Most levels in a block.
const BLOCK: usize = 64;

/// One that has come to hold fewer joins a neighbour that has room: of two neighbours one at least holds so many.
const BLOCK_MIN: usize = BLOCK / 4;

/// Stands behind the last rank of a block, so that all of it rises; a price may have it, too.
const NOTHING: i64 = i64::MAX;

#[derive(Debug, Clone)]
struct Block {
    len: usize,
    /// Rising.
    ranks: Box<[i64; BLOCK]>,
    quantities: Box<[i64; BLOCK]>,
}

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
            let mut block = Block::new();
            for (rank, quantity) in levels.iter().rev() {
                block.insert(block.len, *rank, *quantity);
            }
            far.lowest.push(block.ranks[0]);
            far.blocks.push(block);
        }
        far
    }

    pub(super) fn heap_bytes(&self) -> usize {
        let rows = self.blocks.len() * 2 * size_of::<[i64; BLOCK]>();
        rows + self.lowest.capacity() * size_of::<i64>() + self.blocks.capacity() * size_of::<Block>()
    }

    /// The quantity at a rank, or 0.
    pub(super) fn get(&self, rank: i64) -> i64 {
        let block = self.blocks.get(self.block_of(rank));
        block.and_then(|block| block.find(rank).ok().map(|at| block.quantities[at])).unwrap_or(0)
    }

    /// Sets the quantity at a rank (0 removes it) and returns what was there before.
    pub(super) fn set(&mut self, rank: i64, quantity: i64) -> i64 {
        let number = self.block_of(rank);
        let Some(block) = self.blocks.get_mut(number) else { return self.begin(rank, quantity) };
        match block.find(rank) {
            Ok(at) if quantity != 0 => std::mem::replace(&mut block.quantities[at], quantity),
            Ok(at) => {
                let before = block.remove(at);
                self.shrunk(number);
                before
            }
            Err(_) if quantity == 0 => 0,
            Err(at) => {
                block.insert(at, rank, quantity);
                self.grown(number);
                0
            }
        }
    }

    /// The highest rank, and what rests there.
    pub(super) fn last(&self) -> Option<(i64, i64)> {
        let block = self.blocks.last()?;
        let at = block.len.checked_sub(1)?;
        Some((block.ranks[at], block.quantities[at]))
    }

    /// (rank, quantity) in falling order, of the ranks from `end` on.
    pub(super) fn from(&self, end: i64) -> impl Iterator<Item = (i64, i64)> + '_ {
        let all = Falling { blocks: &self.blocks, left: self.blocks.last().map_or(0, |block| block.len) };
        all.take_while(move |(rank, _)| *rank >= end)
    }

    /// (rank, quantity) in falling order, of the ranks below `start`.
    pub(super) fn below(&self, start: i64) -> Falling<'_> {
        let blocks = &self.blocks[..self.lowest.partition_point(|lowest| *lowest < start)];
        Falling { blocks, left: blocks.last().map_or(0, |block| block.below(start)) }
    }

    /// The block in which a rank is, if it is anywhere.
    #[inline]
    fn block_of(&self, rank: i64) -> usize {
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
        self.lowest[number] = block.ranks[0];
        if block.len == BLOCK {
            let upper = block.split(BLOCK / 2);
            self.lowest.insert(number + 1, upper.ranks[0]);
            self.blocks.insert(number + 1, upper);
        }
    }

    fn shrunk(&mut self, number: usize) {
        let block = &self.blocks[number];
        self.lowest[number] = block.ranks[0];
        if block.len >= BLOCK_MIN {
            return;
        }
        let room = |other: &usize| self.blocks.get(*other).is_some_and(|other| other.len + block.len < BLOCK);
        let with = [number.wrapping_sub(1), number + 1].into_iter().find(room);
        match with {
            Some(with) => self.join(number.min(with)),
            None if block.len == 0 => {
                self.lowest.remove(number);
                self.blocks.remove(number);
            }
            None => {}
        }
    }

    /// Makes one block of this and the next.
    fn join(&mut self, number: usize) {
        self.lowest.remove(number + 1);
        let upper = self.blocks.remove(number + 1);
        let block = &mut self.blocks[number];
        for (rank, quantity) in upper.levels() {
            block.insert(block.len, rank, quantity);
        }
        self.lowest[number] = block.ranks[0];
    }
}

impl Block {
    fn new() -> Self {
        Self { len: 0, ranks: Box::new([NOTHING; BLOCK]), quantities: Box::new([0; BLOCK]) }
    }

    /// Where a rank is, or would be.
    #[inline]
    fn find(&self, rank: i64) -> Result<usize, usize> {
        let at = self.below(rank);
        // What stands behind the last rank may be the rank that is looked for.
        if at < self.len && self.ranks.get(at) == Some(&rank) {
            Ok(at)
        } else {
            Err(at)
        }
    }

    /// How many ranks are below one.
    #[inline]
    fn below(&self, rank: i64) -> usize {
        self.ranks.partition_point(|other| *other < rank)
    }

    fn levels(&self) -> impl Iterator<Item = (i64, i64)> + '_ {
        self.ranks.iter().copied().zip(self.quantities.iter().copied()).take(self.len)
    }

    /// There must be room.
    fn insert(&mut self, at: usize, rank: i64, quantity: i64) {
        self.ranks.copy_within(at..self.len, at + 1);
        self.quantities.copy_within(at..self.len, at + 1);
        (self.ranks[at], self.quantities[at]) = (rank, quantity);
        self.len += 1;
    }

    fn remove(&mut self, at: usize) -> i64 {
        let before = self.quantities[at];
        self.ranks.copy_within(at + 1..self.len, at);
        self.quantities.copy_within(at + 1..self.len, at);
        self.len -= 1;
        self.ranks[self.len] = NOTHING;
        before
    }

    /// Takes what is behind the first so many levels away.
    fn split(&mut self, from: usize) -> Self {
        let mut upper = Self::new();
        for at in from..self.len {
            upper.insert(at - from, self.ranks[at], self.quantities[at]);
            self.ranks[at] = NOTHING;
        }
        self.len = from;
        upper
    }
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
            self.left = block.len;
        }
        self.left = self.left.checked_sub(1)?;
        Some((block.ranks[self.left], block.quantities[self.left]))
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
            prop_assert!(block.len > 0 && block.len < BLOCK);
            prop_assert_eq!(*lowest, block.ranks[0]);
            prop_assert!(
                block.ranks[..block.len].is_sorted() && block.ranks[block.len..].iter().all(|rank| *rank == NOTHING)
            );
        }
        prop_assert!(far.blocks.windows(2).all(|pair| pair.iter().any(|block| block.len >= BLOCK_MIN)));
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
