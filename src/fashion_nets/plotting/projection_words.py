"""What is written on figures of projections: methods, scores, and which of them is best."""

import numpy as np
import pandas as pd

from fashion_nets.formatting import keep_together
from fashion_nets.intervals import half_interval
from fashion_nets.networks.names import display_name

METHOD_NAMES = {
    "codings": "the two codings",
    "pca": "PCA of the codings",
    "lda": "LDA of the codings",
    "tsne": "t-SNE of the codings",
    "umap": "UMAP of the codings",
    "pixels_pca": "PCA of the pixels",
}


def title_of(projections: pd.DataFrame, scores: pd.DataFrame, network: str, method: str) -> str:
    """What a figure of one method in the plane shows, with its accuracy."""
    score = scores.set_index("method").loc[method]
    n_images = int((projections["method"] == method).sum())
    title = (
        f"{display_name(network)}, {n_images:,} validation images by {name_method(score)}: "
        f"{_accuracy(score, n_images)}"
    )
    return f"{title} in 3-D" if "z" in projections else title


def name_method(score: pd.Series) -> str:
    """The name of the method that a row of the scores is of."""
    name = METHOD_NAMES.get(score.name, score.name)
    return f"{name}, cross-validated" if score["scored_by"] == "cross-validation" else name


def tell_best(scores: pd.DataFrame, n_images: int) -> str:
    """The highest accuracy and the methods that have it, where not all are alike but for noise.

    Args:
        scores: As of ``plot_projections``, by method.
        n_images: That were projected.
    """
    accuracies = scores["knn_accuracy"]
    best = accuracies.max()
    halves = accuracies.map(lambda accuracy: half_interval(accuracy, n_images))
    alike = scores[best - accuracies <= np.hypot(halves, half_interval(best, n_images))]
    told = _accuracy(scores.loc[accuracies.idxmax()], n_images)
    if len(alike) == 1:
        return f"best {told}, by {name_method(alike.iloc[0])}"
    if len(alike) < len(scores):
        *others, last = [name_method(score) for _, score in alike.iterrows()]
        return f"best {told}, by {', '.join(others)} and {last}, which are alike but for noise"
    return f"{told} at most, and the methods are alike but for noise"


def tell_scores(score: pd.Series) -> str:
    """The scores of one method in two lines."""
    return (
        f"explained variance {score['explained_variance']:.2f}, "
        f"class separation {score['class_separation']:.2f}\n"
        f"{_accuracy(score)}, trustworthiness {score['trustworthiness']:.2f}"
    )


def _accuracy(score: pd.Series, n_images: int | None = None) -> str:
    """The accuracy of neighbours, with half of its 95 % interval where it is of so many images."""
    accuracy = score["knn_accuracy"]
    half = "" if n_images is None else keep_together(f" ± {half_interval(accuracy, n_images):.2f}")
    return f"{score['n_neighbors']:.0f}-NN accuracy {accuracy:.2f}{half}"
