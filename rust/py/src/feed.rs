//! Frames in, and what became of them.

use crate::frame::bytes;
use crate::Core;
use arbbot_core::{Claim, InstrumentId, VenueId};
use pyo3::prelude::*;
use pyo3::types::{IntoPyDict, PyDict};

pub(crate) const UNCLAIMED: i64 = -1;
pub(crate) const IGNORED: i64 = -2;
pub(crate) const MALFORMED: i64 = -3;
pub(crate) const SEVERAL: i64 = -4;

#[pymethods]
impl Core {
    fn feed(&mut self, venue: u32, frame: &Bound<'_, PyAny>, ts_recv_ns: i64) -> PyResult<i64> {
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

    fn snapshot(&mut self, instrument: u32, body: &Bound<'_, PyAny>, ts_recv_ns: i64) -> PyResult<bool> {
        let body = bytes(body)?;
        self.run(|market| market.snapshot(InstrumentId(instrument), &body, ts_recv_ns))
    }

    fn invalidate(&mut self, instrument: u32, reason: &str) -> PyResult<()> {
        self.run(|market| market.invalidate(InstrumentId(instrument), reason))
    }

    fn gapped(&mut self, venue: u32) -> PyResult<Vec<u32>> {
        let ids = self.run(|market| market.gapped(VenueId(venue)))?;
        Ok(ids.into_iter().map(|id| id.0).collect())
    }

    fn counters<'py>(&mut self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
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
