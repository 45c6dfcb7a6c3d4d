"""Names as people write them."""

from fashion_nets.networks.registry import NETWORKS

ACRONYMS = {"pca", *(name for name, network in NETWORKS.items() if network.is_acronym)}


def display_name(name: str) -> str:
    """A network, a variant or an experiment as people write it: ``"stacked autoencoder"``, ``"MLP"``."""
    return " ".join(word.upper() if word in ACRONYMS else word for word in name.split("_"))
