"""Autoencoders: each family in a module of its own, their two parts in ``parts``."""
