//! What a book of 1,000 levels a side keeps in memory, by the growth of the whole process over many of them.

use crate::workload::{full, lines, Fault};
use arbbot_core::Book;
use std::fs;
use std::hint::black_box;
use std::path::Path;

const PAGE_BYTES: f64 = 4096.0;

fn resident_bytes() -> Result<f64, Fault> {
    let pages = fs::read_to_string("/proc/self/statm")?;
    Ok(pages.split(' ').nth(1).ok_or("no resident size in /proc/self/statm")?.parse::<f64>()? * PAGE_BYTES)
}

/// Prints bytes a book.
pub fn report(directory: &Path, count: usize) -> Result<(), Fault> {
    let snapshot = full(&lines(directory, "apply_1000")?.first().ok_or("an empty workload")?.frame)?;
    let mut books = Vec::with_capacity(count);
    let before = resident_bytes()?;
    for _ in 0..count {
        let mut book = Book::default();
        book.snapshot(&snapshot);
        books.push(book);
    }
    let bytes = (resident_bytes()? - before) / count as f64;
    let heap = black_box(&books).last().map_or(0, Book::heap_bytes);
    println!("{{\"id\":\"memory/apply_1000/ours\",\"bytes\":{bytes:.0},\"heap\":{heap}}}");
    Ok(())
}
