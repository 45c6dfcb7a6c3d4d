"""A denoising autoencoder and sets in; what it and filters make of noisy images out."""

from collections.abc import Sequence

from kedro.pipeline import Pipeline

from fashion_nets.networks.registry import NETWORKS
from fashion_nets.pipelines.denoise.nodes import DenoisingNodes, denoise_images, try_filters
from fashion_nets.pipelines.wiring import step


def create_pipeline(networks: Sequence[str]) -> Pipeline:
    """Remove noise from test images by those networks that are denoising autoencoders, and by filters."""
    return sum(
        (_create_denoising_pipeline(network) for network in networks if NETWORKS[network].is_denoiser),
        Pipeline([]),
    )


def _create_denoising_pipeline(network: str) -> Pipeline:
    return Pipeline(
        [
            step(try_filters, ["validation_set", "params:denoise", "params:seed"], "filter_sizes"),
            step(
                denoise_images,
                ["model", "test_set", "filter_sizes", "params:denoise", "params:seed"],
                ["denoising_scores", "denoising_metrics", "denoised_examples"],
                tags="figures",  # as it makes what the figure shows, which is not stored
            ),
            step(
                DenoisingNodes(network).plot_denoised_images,
                ["denoised_examples", "filter_sizes", "denoising_scores", "params:denoise", "about"],
                "denoised_images_plot",
            ),
        ],
        namespace=network,
        tags="evaluation",
        inputs={"validation_set", "test_set"},
        parameters={"params:seed"},
    )
