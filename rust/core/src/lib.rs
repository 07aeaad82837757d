//! Order books from raw venue frames, and what they say about an asset across venues.
//!
//! One way through: `decode` reads a frame, `book` keeps two sides of exact prices and quantities, `quote` prices a
//! size, `merged` shows an asset's books as one, `scan` prices every pair of venues against each other and keeps the best
//! of watched assets on a board, `funding` compares rates of all venues and assets.
//!
//! Never here: PyO3, I/O, clocks, globals, binary floats in a book. Time is an argument. Input is hostile: the worst
//! that a frame can do is to mark one book [`BookState::Gapped`] and raise a counter.

mod book;
mod contain;
mod counters;
pub mod decode;
mod digits;
mod funding;
mod ids;
mod json;
mod market;
mod merged;
pub mod num;
mod quote;
mod registry;
mod scan;
mod simd;

pub use book::{Book, BookState, Delta, Effect, Full, Ladder, Level, Reason, Side, LEVELS_MAX};
pub use contain::contain;
pub use counters::Counters;
pub use decode::Decoder;
pub use funding::{next_full_hour_ns, next_settlement_ns, Funding, Matrix, Spread, FUNDING_AGE_NS_MAX};
pub use ids::{AssetId, CurrencyId, InstrumentId, VenueId};
pub use market::{Best, Claim, Market};
pub use merged::{merge, MergedLevel, MergedSource};
pub use quote::{depth_within, mid, vwap, vwap_notional};
pub use registry::{Instrument, Refused, Terms};
pub use scan::{columns, Divergence, Leg, PairPrice, Table, Unpriced};
