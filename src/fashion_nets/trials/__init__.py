"""Many trainings that are compared: planned, run, stored one by one and collected."""
