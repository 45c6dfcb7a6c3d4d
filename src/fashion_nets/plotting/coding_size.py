"""How well few numbers describe an image."""

import pandas as pd
from matplotlib.figure import Figure

from fashion_nets.formatting import keep_together
from fashion_nets.networks.names import display_name
from fashion_nets.plotting.drawing import mark_numbers
from fashion_nets.plotting.style import new_figure, styled

METHOD_COLOURS = {
    "stacked_autoencoder": "#0b5f6b",
    "convolutional_autoencoder": "#d1681f",
    "pca": "#6b6b6b",
}
_QUANTITIES = {
    "mse": "validation mean squared error",
    "binary_crossentropy": "validation binary cross-entropy, in nats",
}


@styled
def plot_coding_sizes(errors: pd.DataFrame) -> Figure:
    """Draw the reconstruction errors of autoencoders and PCA against the number of codings.

    Args:
        errors: A row for each ``method`` and number of ``codings``, with the ``mse`` and the
            ``binary_crossentropy`` of validation images, the number of ``n_train_images`` and, where it is a
            training, of its ``epochs``.
    """
    sizes = sorted(errors["codings"].unique())
    ends = "; ".join(_format_errors(errors, size) for size in (sizes[0], sizes[-1]))
    figure = new_figure(
        f"{errors['n_train_images'].iloc[0]:,} training images, up to "
        f"{errors['epochs'].max():.0f} epochs: validation MSE with {ends}",
        width=11.0,
        height=5.2,
    )
    for axes, (quantity, name) in zip(figure.subplots(1, 2), _QUANTITIES.items(), strict=True):
        for method, colour in METHOD_COLOURS.items():
            rows = errors[errors["method"] == method].sort_values("codings")
            axes.plot(
                rows["codings"], rows[quantity], "-o", markersize=4, color=colour, label=display_name(method)
            )
        mark_numbers(axes, sizes, base=2)
        axes.set(xlabel="codings, or principal components", ylabel=name)
        axes.grid(visible=True)
    handles, labels = axes.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower left", ncols=3)
    return figure


def _format_errors(errors: pd.DataFrame, size: int) -> str:
    """The errors with one size, the smallest first."""
    rows = errors[errors["codings"] == size].sort_values("mse")
    told = (
        keep_together(f"{row.mse:.4f} {display_name(row.method).removesuffix(' autoencoder')}")
        for row in rows.itertuples(index=False)
    )
    return f"{size:,} codings {', '.join(told)}"
