"""What classifiers gain from encoders that were trained without labels."""

import math

import pandas as pd
from matplotlib.figure import Figure

from fashion_nets.data.image_set import LabelledImages
from fashion_nets.networks.names import display_name
from fashion_nets.plotting.drawing import tell_image_noise, write_below
from fashion_nets.plotting.style import new_figure, styled
from fashion_nets.plotting.ways import draw_by_number_of_images


@styled
def plot_encoders(results: pd.DataFrame, comparison: pd.DataFrame, test_set: LabelledImages) -> Figure:
    """Draw how the test accuracy of each way grows with the number of labelled images, a panel per encoder.

    Each dot is a training. Lines are means, bands one standard deviation to both sides. Titles tell of the
    number of images with which fine-tuning gains most over training from scratch.

    Args:
        results: A row for each ``autoencoder``, ``n_images``, ``way`` and ``seed``, with its
            ``test_accuracy``.
        comparison: A row for each ``autoencoder``, ``n_images`` and ``way``, with ``test_accuracy_mean``,
            ``test_gain_mean`` and ``test_gain_std``, for the titles.
        test_set: On which accuracies are measured.
    """
    tuned = comparison[comparison["way"] == "fine_tuned"]
    best = tuned.loc[tuned.groupby("autoencoder", sort=False)["test_gain_mean"].idxmax()]
    gains = [
        _tell_gain(display_name(row.autoencoder), row.n_images, row.test_gain_mean, row.test_gain_std)
        for row in best.itertuples()
    ]
    figure = new_figure(
        "What pretraining gains at best, fine-tuned against from scratch, in test accuracy: "
        f"{', '.join(gains)}",
        width=11.0,
        height=5.2,
    )
    noise = tell_image_noise(comparison["test_accuracy_mean"].max(), len(test_set.labels))
    write_below(figure, f"Dots are trainings, ± and bands one standard deviation over the seeds; {noise}")
    panels = figure.subplots(1, len(best), sharey=True, squeeze=False)[0]
    means = comparison.pivot_table(
        index=["autoencoder", "n_images"], columns="way", values="test_accuracy_mean"
    )
    for axes, row in zip(panels, best.itertuples(), strict=True):
        draw_by_number_of_images(axes, results[results["autoencoder"] == row.autoencoder])
        there = means.loc[(row.autoencoder, row.n_images)]
        axes.set(
            xlabel="labelled images",
            title=f"{display_name(row.autoencoder)}; with {row.n_images:,} labelled images\n"
            f"{there['scratch']:.3f} from scratch, {there['frozen']:.3f} frozen, "
            f"{there['fine_tuned']:.3f} fine-tuned",
        )
    panels[0].set(ylabel="test accuracy")
    return figure


def _tell_gain(encoder: str, n_images: int, gain: float, deviation: float) -> str:
    """The largest gain of an encoder, with its deviation unless there is one seed; a loss is told as one."""
    spread = "" if math.isnan(deviation) else f" ± {deviation:.3f}"
    told = f"{gain:+.3f}{spread} with {n_images:,} labelled images".replace("-", "\N{MINUS SIGN}")
    if round(gain, 3) > 0:
        return f"{told} ({encoder})"
    return f"nothing ({encoder}, least behind: {told})"
