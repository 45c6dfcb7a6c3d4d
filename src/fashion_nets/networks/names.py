"""Names as people write them."""

import re

from fashion_nets.networks.registry import NETWORKS

ACRONYMS = {"pca", *(name for name, network in NETWORKS.items() if network.is_acronym)}


def display_name(name: str) -> str:
    """A network, a variant or an experiment as people write it: ``"stacked autoencoder"``, ``"MLP"``.

    Whole numbers that follow each other are a list, such as of units: ``"hidden 300-100"``.
    """
    words = _LISTED.sub(r"\1-", name).split("_")
    return " ".join(word.upper() if word in ACRONYMS else word for word in words)


_LISTED = re.compile(r"(?:^|(?<=_))(\d+)_(?=\d+(?:_|$))")
