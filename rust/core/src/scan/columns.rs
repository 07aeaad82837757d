//! What stands where in a row of the board's [`crate::Table`].

/// Most sizes that an asset is priced at.
pub const SIZES_MAX: usize = 4;
/// Number of the instrument to be long at; −1 while no two venues can be priced.
pub const LONG: usize = 0;
/// Number of the instrument to be short at; −1 likewise.
pub const SHORT: usize = 1;
/// How often the row was computed.
pub const UPDATES: usize = 2;
/// 1 from a wake-up until it is taken, else 0.
pub const WOKEN: usize = 3;
/// At size `k` stands in `EDGE + k × SIZE_COLUMNS`: `BID` less the short's taker fee, less `ASK` with the long's taker
/// fee; numeraire per asset unit. −∞ where a side does not show the size.
pub const EDGE: usize = 4;
/// As [`EDGE`], but the long rests at its own best bid for its maker fee instead of crossing.
pub const EDGE_MAKER_LONG: usize = 5;
/// As [`EDGE`], but the short rests at its own best ask for its maker fee instead of crossing.
pub const EDGE_MAKER_SHORT: usize = 6;
/// What the short sells the size for, numeraire per asset unit before fees; −∞ where it cannot.
pub const BID: usize = 7;
/// What the long pays for the size, numeraire per asset unit before fees; ∞ where it cannot.
pub const ASK: usize = 8;
/// Columns of one size.
pub const SIZE_COLUMNS: usize = 5;
/// Columns of a row.
pub const COLUMNS: usize = EDGE + SIZES_MAX * SIZE_COLUMNS;
