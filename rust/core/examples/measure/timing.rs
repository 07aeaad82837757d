//! One figure: repeated passes over a workload, their median, and what proves that the work was done.

use std::time::{Duration, Instant};

/// One pass over a workload.
pub struct Pass {
    /// Time of the part that counts.
    pub elapsed: Duration,
    /// Levels, frames or whatever the figure is per.
    pub items: usize,
    /// What the contestant ends with; equal for all that did the same work.
    pub proof: String,
    /// Nanoseconds of single items, where they were taken.
    pub singles: Vec<u64>,
}

/// A contestant with its workload in memory.
pub type Contest = Box<dyn FnMut() -> Pass>;

/// A figure.
pub struct Sample {
    /// Median nanoseconds an item, over the passes.
    pub median: f64,
    /// 99th percentile of single items of the last pass, ns.
    pub p99: Option<f64>,
    /// Of the last pass.
    pub proof: String,
}

/// Passes until `budget` is spent on the timed part, three at least.
pub fn sample(contest: &mut Contest, budget: Duration) -> Sample {
    let (mut spent, mut figures) = (Duration::ZERO, Vec::new());
    loop {
        let pass = contest();
        spent += pass.elapsed;
        figures.push(pass.elapsed.as_nanos() as f64 / pass.items.max(1) as f64);
        if spent >= budget && figures.len() >= 3 {
            figures.sort_by(f64::total_cmp);
            return Sample { median: figures[figures.len() / 2], p99: p99(pass.singles), proof: pass.proof };
        }
    }
}

/// Runs `work` under the clock.
pub fn timed(work: impl FnOnce()) -> Duration {
    let start = Instant::now();
    work();
    start.elapsed()
}

fn p99(mut singles: Vec<u64>) -> Option<f64> {
    singles.sort_unstable();
    singles.get(singles.len() * 99 / 100).map(|ns| *ns as f64)
}
