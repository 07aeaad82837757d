//! Whether a book may be believed, and if not, why.

use crate::num::NumError;
use thiserror::Error;

/// Only a `Live` book shows levels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BookState {
    /// Equal to the venue's book as of its last message.
    Live,
    /// Not known to be wrong, but no longer fed: not yet begun, connection lost, calendar moved.
    Stale(Reason),
    /// A message was lost or could not be believed.
    Gapped(Reason),
}

/// Why a book is not Live.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Reason {
    /// Just registered.
    #[error("no snapshot yet")]
    NoSnapshot,
    /// Said from outside.
    #[error("{0}")]
    Invalidated(String),
    /// A delta does not follow the one before it.
    #[error("sequence break: previous id {got}, expected {expected}")]
    SequenceBreak {
        /// Last id that the book holds.
        expected: u64,
        /// What the delta says that it follows.
        got: u64,
    },
    /// The first delta kept is younger than the snapshot.
    #[error("snapshot {snapshot} is older than the stream, which starts at {stream}: fetch another")]
    SnapshotTooOld {
        /// Id of the snapshot.
        snapshot: u64,
        /// First id of the first delta after it.
        stream: u64,
    },
    /// Best bid at or above best ask.
    #[error("crossed: bid mantissa {bid}, ask mantissa {ask}")]
    Crossed {
        /// Best bid.
        bid: i64,
        /// Best ask.
        ask: i64,
    },
    /// A frame for this book could not be read.
    #[error("unreadable frame: {0}")]
    Unreadable(&'static str),
    /// A price or quantity was refused.
    #[error("number refused: {0}")]
    Number(#[from] NumError),
    /// The best levels do not come to what the venue says they do.
    #[error("checksum {got:08x}, the venue says {expected:08x}: a change was lost")]
    Checksum {
        /// What the venue sent.
        expected: u32,
        /// What the book comes to.
        got: u32,
    },
    /// A change that bears no id, and no checksum that could be held against the book.
    #[error("a change without an id or a checksum to prove it by")]
    Unproven,
    /// A snapshot whose levels are not strictly ordered or not positive.
    #[error("snapshot levels out of order, repeated or empty")]
    Disordered,
    /// Every later book was older than one that was taken.
    #[error("venue time went back and stayed there")]
    TimeWentBack,
    /// Every later change was older than one that was taken.
    #[error("ids went back and stayed there")]
    IdsWentBack,
    /// More levels than [`super::LEVELS_MAX`] on one side.
    #[error("too many levels on one side")]
    TooDeep,
}
