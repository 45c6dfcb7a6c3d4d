"""Convolutional networks: the lecture's own, and the classical ones in forms for small images."""
