//! Frames in, and what became of them.

use crate::frame::bytes;
use crate::number::{Listed, Venue};
use crate::Core;
use arbbot_core::{Claim, InstrumentId, Market, Refused, VenueId};
use pyo3::prelude::*;
use pyo3::types::{IntoPyDict, PyDict};
use std::borrow::Cow;

pub(crate) const UNCLAIMED: i64 = -1;
pub(crate) const IGNORED: i64 = -2;
pub(crate) const MALFORMED: i64 = -3;
pub(crate) const SEVERAL: i64 = -4;

/// Frames from which on other threads may run meanwhile: giving up the interpreter costs about as much as one frame.
const DETACHED_FRAMES_MIN: usize = 64;

#[pymethods]
impl Core {
    /// Take one raw WebSocket frame; the instrument it was about, or UNCLAIMED, IGNORED, MALFORMED, SEVERAL.
    ///
    /// `ts_recv_ns` is when it was received, ns of UTC: `time.time_ns()`. `str` and `bytes` are read in place, other
    /// buffers copied. Raises TypeError for anything else.
    fn feed(&self, venue: Venue, frame: &Bound<'_, PyAny>, ts_recv_ns: i64) -> PyResult<i64> {
        let frame = bytes(frame)?;
        let claim = self.run(|market| market.feed(VenueId(venue.0), &frame, ts_recv_ns))?;
        Ok(match claim {
            Claim::Unclaimed => UNCLAIMED,
            Claim::Ignored => IGNORED,
            Claim::Malformed => MALFORMED,
            Claim::Several => SEVERAL,
            Claim::Touched(instrument) => i64::from(instrument.0),
        })
    }

    /// Take (venue, frame, ts_recv_ns) in order; how many were applied to a book or a funding rate.
    ///
    /// From 64 frames on other threads run meanwhile. Raises TypeError before the first is taken if one is no frame,
    /// CoreError likewise if a venue's number is negative, and at an unknown venue, with those before it taken.
    fn feed_many(&self, py: Python<'_>, frames: Vec<(Venue, Bound<'_, PyAny>, i64)>) -> PyResult<usize> {
        let read = frames.iter().map(|(venue, frame, ts_recv_ns)| Ok((VenueId(venue.0), bytes(frame)?, *ts_recv_ns)));
        let read = read.collect::<PyResult<Vec<_>>>()?;
        // Borrowed frames cannot change, and `frames` keeps them alive.
        let work = || self.run(|market| take(market, &read));
        if frames.len() < DETACHED_FRAMES_MIN {
            work()
        } else {
            py.detach(work)
        }
    }

    /// Take a REST order book; False when it could not be read (a waiting book then says why in `Books.state`).
    fn snapshot(&self, instrument: Listed, body: &Bound<'_, PyAny>, ts_recv_ns: i64) -> PyResult<bool> {
        let body = bytes(body)?;
        self.run(|market| market.snapshot(InstrumentId(instrument.0), &body, ts_recv_ns))
    }

    /// Make a book Stale until its next snapshot, and its funding unknown until the next frame.
    fn invalidate(&self, instrument: Listed, reason: &str) -> PyResult<()> {
        self.run(|market| market.invalidate(InstrumentId(instrument.0), reason))
    }

    /// Instruments of a venue that need a snapshot: book not Live, or (bybit, dydx) ticker not heard whole.
    fn gapped(&self, venue: Venue) -> PyResult<Vec<u32>> {
        let ids = self.run(|market| market.gapped(VenueId(venue.0)))?;
        Ok(ids.into_iter().map(|id| id.0).collect())
    }

    /// Totals per venue.
    ///
    /// Every frame is in one of `unclaimed`, `ignored`, `malformed` (REST snapshots too), `applied`; of the applied,
    /// `outdated` had no effect and `buffered` wait for a snapshot. `snapshots` and `gaps` count what befell books.
    fn counters<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let totals = self.run(|market| {
            let named = |(id, name): (VenueId, &str)| Ok((name.to_owned(), market.counters(id)?.named()));
            market.venues().map(named).collect::<Result<Vec<_>, _>>()
        })?;
        // Dictionaries keep their order, so that two runs print the same.
        let venues = PyDict::new(py);
        for (venue, named) in totals {
            venues.set_item(venue, named.into_py_dict(py)?)?;
        }
        Ok(venues)
    }
}

/// Feeds all of them and counts those that were applied.
fn take(market: &mut Market, frames: &[(VenueId, Cow<'_, [u8]>, i64)]) -> Result<usize, Refused> {
    let mut applied = 0;
    for (venue, frame, ts_recv_ns) in frames {
        let claim = market.feed(*venue, frame, *ts_recv_ns)?;
        applied += usize::from(matches!(claim, Claim::Touched(_) | Claim::Several));
    }
    Ok(applied)
}
