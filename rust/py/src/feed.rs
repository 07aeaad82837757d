//! Frames in, and what became of them.

use crate::frame::bytes;
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
    fn feed(&self, venue: u32, frame: &Bound<'_, PyAny>, ts_recv_ns: i64) -> PyResult<i64> {
        let frame = bytes(frame)?;
        let claim = self.run(|market| market.feed(VenueId(venue), &frame, ts_recv_ns))?;
        Ok(match claim {
            Claim::Unclaimed => UNCLAIMED,
            Claim::Ignored => IGNORED,
            Claim::Malformed => MALFORMED,
            Claim::Several => SEVERAL,
            Claim::Touched(instrument) => i64::from(instrument.0),
        })
    }

    fn feed_many(&self, py: Python<'_>, frames: Vec<(u32, Bound<'_, PyAny>, i64)>) -> PyResult<usize> {
        let read = frames.iter().map(|(venue, frame, ts_recv_ns)| Ok((VenueId(*venue), bytes(frame)?, *ts_recv_ns)));
        let read = read.collect::<PyResult<Vec<_>>>()?;
        // Borrowed frames cannot change, and `frames` keeps them alive.
        let work = || self.run(|market| take(market, &read));
        if frames.len() < DETACHED_FRAMES_MIN {
            work()
        } else {
            py.detach(work)
        }
    }

    fn snapshot(&self, instrument: u32, body: &Bound<'_, PyAny>, ts_recv_ns: i64) -> PyResult<bool> {
        let body = bytes(body)?;
        self.run(|market| market.snapshot(InstrumentId(instrument), &body, ts_recv_ns))
    }

    fn invalidate(&self, instrument: u32, reason: &str) -> PyResult<()> {
        self.run(|market| market.invalidate(InstrumentId(instrument), reason))
    }

    fn gapped(&self, venue: u32) -> PyResult<Vec<u32>> {
        let ids = self.run(|market| market.gapped(VenueId(venue)))?;
        Ok(ids.into_iter().map(|id| id.0).collect())
    }

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
