"""The table of speed: the core and its peers on the same bytes, in the same run. `make bench` prints it."""
