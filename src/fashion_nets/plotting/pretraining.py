"""What classifiers gain from encoders that were trained without labels."""

import pandas as pd
from matplotlib.figure import Figure

from fashion_nets.plotting.style import display_name, new_figure, styled
from fashion_nets.plotting.ways import draw_by_number_of_images


@styled
def plot_encoders(results: pd.DataFrame, comparison: pd.DataFrame) -> Figure:
    """Draw how the test accuracy of each way grows with the number of labelled images, a panel an encoder.

    Each dot is a training. Lines are means, bands one standard deviation to both sides.

    Args:
        results: A row for each ``autoencoder``, ``n_images``, ``way`` and ``seed``, with its
            ``test_accuracy``.
        comparison: A row for each ``autoencoder``, ``n_images`` and ``way``, with ``test_accuracy_mean``,
            ``test_gain_mean`` and ``test_gain_std``, for the titles.
    """
    n_images = comparison["n_images"].min()
    fewest = comparison[comparison["n_images"] == n_images].set_index(["autoencoder", "way"])
    autoencoders = list(results["autoencoder"].unique())
    tuned = fewest.xs("fine_tuned", level="way")
    gains = [
        f"{gain:+.3f} ± {deviation:.3f} ({display_name(name)})"
        for name, gain, deviation in tuned[["test_gain_mean", "test_gain_std"]].itertuples()
    ]
    figure = new_figure(
        f"Pretrained encoders, fine-tuned with {n_images:,} labelled images: test accuracy against training "
        f"from scratch {', '.join(gains)}",
        width=11.0,
        height=5.2,
    )
    panels = figure.subplots(1, len(autoencoders), sharey=True, squeeze=False)[0]
    for axes, name in zip(panels, autoencoders, strict=True):
        draw_by_number_of_images(axes, results[results["autoencoder"] == name])
        means = fewest.loc[name, "test_accuracy_mean"]
        axes.set(
            xlabel="labelled images",
            title=f"{display_name(name)}; with {n_images:,} labelled images\n"
            f"{means['scratch']:.3f} from scratch, {means['frozen']:.3f} frozen, "
            f"{means['fine_tuned']:.3f} fine-tuned",
        )
    panels[0].set(ylabel="test accuracy")
    return figure
