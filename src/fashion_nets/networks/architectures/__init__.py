"""Convolutional networks: the lecture's own, and the classical ones in forms for small images.

What all builders take, return and raise stands at ``build_network`` and ``build_original`` in ``registry``.
Where the originals were published stands in ``publications``.
"""
