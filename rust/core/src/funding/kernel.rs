//! The inner loops of the funding scan: for every asset the venue that pays a short most and the one that costs a long
//! least.
//!
//! Assets are the lanes and venues the steps, without a branch, so that the compiler makes vector code of the one body
//! twice: for every machine, and for AVX2 (see `crate::simd`). Owns nothing but arithmetic.
/// Marks a venue that says no rate for an asset. Greater than every rate, so that it is never the cheapest.
pub(super) const ABSENT: f64 = f64::INFINITY;

/// Assets that are worked on at once: what is held of them stays in the nearest cache.
pub(super) const BLOCK: usize = 32;

/// Venues taken in one step: what is held of an asset is loaded once for all of them.
const STEP: usize = 4;

type Lanes = [f64; BLOCK];
type Rows = [u64; BLOCK];

/// The widest divergence of each asset of a block.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Widest {
    /// Short rate less long rate less both venues' costs, fraction per hour; −∞ where no two venues have a rate.
    pub(super) net: Lanes,
    /// Row of the venue with the lower rate.
    pub(super) long: Rows,
    /// Row of the venue with the higher rate.
    pub(super) short: Rows,
}

impl Widest {
    pub(super) const NONE: Self = Self { net: [f64::NEG_INFINITY; BLOCK], long: [0; BLOCK], short: [0; BLOCK] };
}

/// Fills `widest` from `rates[row × stride + asset]`; `costs` has one cost a row. Behind the last row stands a block.
#[inline(always)]
pub(crate) fn scan(rates: &[f64], stride: usize, costs: &[f64], widest: &mut [Widest]) {
    for (block, out) in widest.iter_mut().enumerate() {
        let from = rates.get(block * BLOCK..).unwrap_or_default();
        let first = walk::<BLOCK, false>(from, stride, costs, &[0; BLOCK]);
        (out.long, out.short) = (first.cheap_row, first.dear_row);
        for lane in 0..BLOCK {
            out.net[lane] = first.dear[lane] - first.cheap[lane];
        }
        // One venue cannot be both legs. Seldom needed, so walked again only then, without that venue.
        if first.dear_row.iter().zip(&first.cheap_row).any(|(short, long)| short == long) {
            let next = walk::<BLOCK, true>(from, stride, costs, &first.dear_row);
            for lane in 0..BLOCK {
                (out.net[lane], out.long[lane], out.short[lane]) = apart(&first, &next, lane);
            }
        }
    }
}

/// One asset alone: net, long, short.
pub(super) fn scan_one(rates: &[f64], stride: usize, costs: &[f64], asset: usize) -> (f64, u64, u64) {
    let from = rates.get(asset..).unwrap_or_default();
    let first = walk::<1, false>(from, stride, costs, &[0]);
    if first.dear_row != first.cheap_row {
        return (first.dear[0] - first.cheap[0], first.cheap_row[0], first.dear_row[0]);
    }
    apart(&first, &walk::<1, true>(from, stride, costs, &first.dear_row), 0)
}

/// The widest pair of two venues: net, long, short. `next` is without the venue that is both in `first`, if one is; it
/// stays short and the long is the next cheapest, or the other way round.
#[inline(always)]
fn apart<const N: usize>(first: &Extremes<N>, next: &Extremes<N>, lane: usize) -> (f64, u64, u64) {
    let (short, long) = (first.dear_row[lane], first.cheap_row[lane]);
    let (short_stays, long_stays) = (first.dear[lane] - next.cheap[lane], next.dear[lane] - first.cheap[lane]);
    let turn = (long_stays > short_stays) | ((long_stays == short_stays) & (next.dear_row[lane] < short));
    let net = if turn { long_stays } else { short_stays };
    let net = if short == long { net } else { first.dear[lane] - first.cheap[lane] };
    (
        net,
        if (short == long) & !turn { next.cheap_row[lane] } else { long },
        if (short == long) & turn { next.dear_row[lane] } else { short },
    )
}

/// The extremes of `N` assets that begin at `rates[0]`; with `SKIP`, each without its row of `skipped`.
#[inline(always)]
fn walk<const N: usize, const SKIP: bool>(
    rates: &[f64],
    stride: usize,
    costs: &[f64],
    skipped: &[u64; N],
) -> Extremes<N> {
    let mut extremes = Extremes::NONE;
    let mut row = 0;
    let lanes = |row: usize| rates.get(row * stride..).and_then(<[f64]>::first_chunk);
    while let (Some([a, b, c, d]), Some(w), Some(x), Some(y), Some(z)) =
        (costs.get(row..row + STEP), lanes(row), lanes(row + 1), lanes(row + 2), lanes(row + 3))
    {
        extremes.take::<STEP, SKIP>([w, x, y, z], [*a, *b, *c, *d], row as u64, skipped);
        row += STEP;
    }
    while let (Some(cost), Some(lanes)) = (costs.get(row), lanes(row)) {
        extremes.take::<1, SKIP>([lanes], [*cost], row as u64, skipped);
        row += 1;
    }
    extremes
}

/// The dearest and the cheapest venue seen so far, a lane an asset.
struct Extremes<const N: usize> {
    /// What a short earns.
    dear: [f64; N],
    dear_row: [u64; N],
    /// What a long pays.
    cheap: [f64; N],
    cheap_row: [u64; N],
}

impl<const N: usize> Extremes<N> {
    const NONE: Self =
        Self { dear: [f64::NEG_INFINITY; N], dear_row: [0; N], cheap: [f64::INFINITY; N], cheap_row: [0; N] };

    /// Takes some venues' rates. Only what is strictly better displaces: of equal venues the first stays.
    #[inline(always)]
    fn take<const R: usize, const SKIP: bool>(
        &mut self,
        rates: [&[f64; N]; R],
        costs: [f64; R],
        first_row: u64,
        skipped: &[u64; N],
    ) {
        for lane in 0..N {
            let (mut dear, mut dear_row) = (self.dear[lane], self.dear_row[lane]);
            let (mut cheap, mut cheap_row) = (self.cheap[lane], self.cheap_row[lane]);
            for step in 0..R {
                let row = first_row + step as u64;
                let rate = if SKIP & (row == skipped[lane]) { ABSENT } else { rates[step][lane] };
                let earned = if rate < ABSENT { rate - costs[step] } else { f64::NEG_INFINITY };
                let paid = rate + costs[step];
                dear_row = if earned > dear { row } else { dear_row };
                dear = if earned > dear { earned } else { dear };
                cheap_row = if paid < cheap { row } else { cheap_row };
                cheap = if paid < cheap { paid } else { cheap };
            }
            (self.dear[lane], self.dear_row[lane]) = (dear, dear_row);
            (self.cheap[lane], self.cheap_row[lane]) = (cheap, cheap_row);
        }
    }
}
