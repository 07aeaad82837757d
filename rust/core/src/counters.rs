//! What happened to a venue's frames.

/// Totals of one venue since it was registered. Every streamed frame is in exactly one of the first four.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Counters {
    /// Not market data: left to the transport.
    pub unclaimed: u64,
    /// Market data that nobody asked for: an unknown symbol, a channel that is not used.
    pub ignored: u64,
    /// Market data that could not be read, REST snapshots included.
    pub malformed: u64,
    /// Read, and given to a book or a funding rate.
    pub applied: u64,
    /// Of the applied: older than what the book already holds, so without effect.
    pub outdated: u64,
    /// Of the applied: kept until a snapshot comes.
    pub buffered: u64,
    /// Times that a Live book became Gapped.
    pub gaps: u64,
    /// Snapshots taken (REST, or a full book on the stream).
    pub snapshots: u64,
}

impl Counters {
    /// Every total under its name, in the order of the fields.
    #[must_use]
    pub fn named(&self) -> [(&'static str, u64); 8] {
        [
            ("unclaimed", self.unclaimed),
            ("ignored", self.ignored),
            ("malformed", self.malformed),
            ("applied", self.applied),
            ("outdated", self.outdated),
            ("buffered", self.buffered),
            ("gaps", self.gaps),
            ("snapshots", self.snapshots),
        ]
    }
}
