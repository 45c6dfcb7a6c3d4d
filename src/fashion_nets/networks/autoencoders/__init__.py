"""Autoencoders: each family in a module of its own, their two parts in ``parts``.

What all builders take, return and raise stands at ``build_network`` in ``networks.registry``.
"""
