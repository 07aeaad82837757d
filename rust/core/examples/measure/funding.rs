//! Best funding divergence of every asset, net of costs: all of it from scratch, and after one rate has changed.

use crate::timing::{timed, Contest, Pass};
use crate::workload::{numbers, Fault};
use arbbot_core::Matrix;
use std::fs;
use std::hint::black_box;
use std::path::Path;

/// Scans a pass: one is too short for a clock.
const SCANS: usize = 200;

struct Rates {
    matrix: Matrix,
    /// Venue, asset, rate.
    changes: Vec<(usize, usize, f64)>,
}

fn rates(directory: &Path, workload: &str) -> Result<Rates, Fault> {
    let text = fs::read_to_string(directory.join(format!("{workload}.txt")))?;
    let (mut costs, mut rows, mut changes) = (Vec::new(), Vec::new(), Vec::new());
    for line in text.lines() {
        let values = numbers(line)?;
        match (line.as_bytes().first(), &values[..]) {
            (Some(b'c'), [_, of_venues @ ..]) => costs = of_venues.to_vec(),
            (Some(b'r'), [_, of_assets @ ..]) => rows.push(of_assets.to_vec()),
            (Some(b'u'), [venue, asset, rate]) => changes.push((*venue as usize, *asset as usize, *rate)),
            _ => return Err("not a funding file".into()),
        }
    }
    let mut matrix = Matrix::new(rows.len(), rows.first().map_or(0, Vec::len));
    for (venue, row) in rows.iter().enumerate() {
        for (asset, rate) in row.iter().enumerate() {
            matrix.set(venue, asset, Some(*rate)); // NaN is none
        }
        matrix.set_cost(venue, costs.get(venue).copied().unwrap_or_default());
    }
    Ok(Rates { matrix, changes })
}

/// The sum of all assets' best.
fn proof(matrix: &Matrix) -> String {
    let best = (0..matrix.assets()).filter_map(|asset| matrix.widest(asset));
    format!("{:.9}", best.map(|spread| spread.rate_per_hour).sum::<f64>())
}

/// Everything anew.
pub fn scratch(directory: &Path, workload: &str) -> Result<Contest, Fault> {
    let Rates { mut matrix, .. } = rates(directory, workload)?;
    Ok(Box::new(move || {
        let elapsed = timed(|| (0..SCANS).for_each(|_| black_box(&mut matrix).scan()));
        Pass { elapsed, items: SCANS, proof: proof(&matrix), singles: Vec::new() }
    }))
}

/// A rate changes, the asset's best is read.
pub fn one(directory: &Path, workload: &str) -> Result<Contest, Fault> {
    let Rates { mut matrix, changes } = rates(directory, workload)?;
    Ok(Box::new(move || {
        let elapsed = timed(|| {
            for (venue, asset, rate) in &changes {
                matrix.set(*venue, *asset, Some(*rate));
                black_box(matrix.widest(*asset));
            }
        });
        Pass { elapsed, items: changes.len(), proof: proof(&matrix), singles: Vec::new() }
    }))
}
