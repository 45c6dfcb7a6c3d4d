"""Optimizers, callbacks and the one place that fits a network."""
