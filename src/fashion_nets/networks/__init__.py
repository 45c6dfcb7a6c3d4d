"""What builds networks: typed descriptions and functions that turn them into uncompiled Keras models."""
