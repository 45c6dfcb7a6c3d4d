"""Filters that people designed, before networks learned theirs; NumPy and SciPy only."""
