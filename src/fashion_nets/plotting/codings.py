"""How sparse the codings of an autoencoder are."""

import numpy as np
from matplotlib.figure import Figure

from fashion_nets.formatting import format_share
from fashion_nets.networks.names import display_name
from fashion_nets.plotting.style import new_figure, styled

CODINGS_COLOUR = "#0b5f6b"

_ACTIVE = 0.1  # of the largest coding, from which one counts as active
_N_BINS = 40


@styled
def plot_sparsity(codings: np.ndarray, network: str) -> Figure:
    """Draw how large codings are, and in how many images each of them is active.

    A coding is active from a tenth of the largest one on, in absolute value.

    Args:
        codings: Of validation images, shape (n, codings_size).
        network: Its name, such as ``"sparse_autoencoder"``.
    """
    sizes = np.abs(codings)
    threshold = _ACTIVE * (sizes.max() or 1.0)
    active = sizes >= threshold
    figure = new_figure(
        f"{display_name(network)}, {len(codings):,} validation images: {format_share(active.mean())} of the "
        f"codings are active, {active.sum(axis=1).mean():.1f} of {codings.shape[1]:,} in an image",
        width=10.4,
        height=4.2,
    )
    left, right = figure.subplots(1, 2)
    left.hist(sizes.ravel(), bins=_N_BINS, weights=np.full(sizes.size, 1 / sizes.size), color=CODINGS_COLOUR)
    left.axvline(threshold, color="black", linestyle=":", linewidth=1)
    left.annotate(
        "active from here",
        (threshold, 1),
        (4, -2),
        xycoords=left.get_xaxis_transform(),
        textcoords="offset points",
        va="top",
    )
    left.set(xlabel="absolute value of a coding", ylabel="share of all codings")
    shares = np.sort(active.mean(axis=0))[::-1]
    right.bar(np.arange(1, len(shares) + 1), shares, width=1, color=CODINGS_COLOUR)
    right.set(
        xlabel="coding, the most active first", ylabel="share of the images it is active in", ylim=(0, 1)
    )
    for axes in (left, right):
        axes.grid(visible=True, axis="y")
    return figure
