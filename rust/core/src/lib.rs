//! Order books from raw venue frames, and what they say about an asset across venues.
//!
//! One way through: `decode` reads a frame, `book` keeps two sides of exact prices and quantities, `quote` prices a
//! size, `merged` shows an asset's books as one, `scan` prices every pair of venues against each other and keeps the best
//! of watched assets on a board, `funding` compares rates of all venues and assets.
//!
//! Never here: PyO3, I/O, clocks, globals, binary floats in a book. Time is an argument. Input is hostile: the worst
//! that a frame can do is to mark one book [`BookState::Gapped`] and raise a counter.
//!
//! A snapshot, a change, and what the book says then; prices and quantities are mantissas, exact counts of the steps:
//!
//! ```
//! use arbbot_core::{depth_within, vwap, Decoder, Market, Side, Terms};
//! let mut market = Market::default();
//! let venue = market.add_venue("binanceusdm", Decoder::BinanceUsdm)?;
//! let (symbol, asset, quote, tick, lot, multiplier) = ("BTCUSDT", "BTC", "USDT", "0.1", "0.001", "1");
//! let (fee_rate_taker, funding_interval_hours) = (0.0005, 8);
//! let id = market.add_instrument(&Terms {
//!     venue, symbol, asset, quote, tick, lot, multiplier, contract_size: "1", fee_rate_taker,
//!     funding_interval_hours,
//! })?;
//! let body = br#"{"lastUpdateId":10,"E":1,"bids":[["100.0","5"]],"asks":[["101.0","1"],["103.0","4"]]}"#;
//! market.snapshot(id, body, 1)?;
//! let frame = br#"{"e":"depthUpdate","E":2,"T":2,"s":"BTCUSDT","U":9,"u":11,"pu":8,"b":[["100.5","2"]],"a":[]}"#;
//! market.feed(venue, frame, 2)?;
//!
//! let book = market.book(id).filter(|book| book.is_live()).ok_or("not Live")?;
//! let (bid, ask) = book.top().ok_or("one-sided")?;
//! assert_eq!((bid.price, bid.quantity, ask.price), (1_005, 2_000, 1_010));
//! assert_eq!(vwap(book.side(Side::Ask), 2_000.0), Some(1_020.0));
//! assert_eq!(depth_within(book.side(Side::Bid), 10.0).0, 2_000.0);
//! // the one in between is missing: the book is empty until its next snapshot
//! let after = br#"{"e":"depthUpdate","E":3,"T":3,"s":"BTCUSDT","U":14,"u":15,"pu":13,"b":[],"a":[]}"#;
//! market.feed(venue, after, 3)?;
//! assert_eq!((market.gapped(venue)?, market.counters(venue)?.gaps), (vec![id], 1));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

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
