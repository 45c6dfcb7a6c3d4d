"""Keras layers of this project, one to a file. To import one registers it, so that stored models load."""
