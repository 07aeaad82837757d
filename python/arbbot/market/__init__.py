"""What the venues show, read from the Rust core. The only importer of `arbbot._core`; never recomputes what it says."""
