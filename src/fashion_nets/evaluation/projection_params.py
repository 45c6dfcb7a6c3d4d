"""What conf/ says of projections: which are made, which are drawn, and how they are scored."""

from importlib.util import find_spec
from typing import Literal, Self

from pydantic import Field, PositiveInt, field_validator, model_validator

from fashion_nets.evaluation.projection_methods import METHODS, PERPLEXITY
from fashion_nets.parameters import Parameters


class ProjectionParams(Parameters):
    """How the codings of an autoencoder are shown in the plane or in space.

    Attributes:
        methods: Panels of the figure and rows of the scores, in this order, each one of ``METHODS``.
        dimensions: 2 for the plane, 3 for space.
        thumbnails: The method whose points are drawn as images, always in the plane; in 3-D its first two
            dimensions must be a plane of their own, as those of PCA and LDA are.
        interactive: The method whose points the interactive page has, under the same condition.
        tsne_points: The first validation images, so many at most, are those that t-SNE shows.
        n_neighbors: Neighbours that vote in the accuracy and are looked at for trustworthiness.
        trustworthiness_sample: Points of which trustworthiness is measured; memory grows with its square
            (2,000 points: about 100 MB).
        probe_images: Training images at most that a linear probe is fitted on.
        silhouette_sample: Points of which the silhouette is measured; time grows with its square.
    """

    methods: tuple[str, ...] = Field(min_length=1)
    dimensions: Literal[2, 3]
    thumbnails: str
    interactive: str
    tsne_points: int = Field(gt=PERPLEXITY)
    n_neighbors: PositiveInt
    trustworthiness_sample: PositiveInt
    probe_images: PositiveInt
    silhouette_sample: PositiveInt

    @field_validator("methods")
    @classmethod
    def _known_and_different(cls, methods: tuple[str, ...]) -> tuple[str, ...]:
        for method in methods:
            if method not in METHODS:
                raise ValueError(f"there are the methods {', '.join(METHODS)}, got '{method}'")
        if len(set(methods)) < len(methods):
            raise ValueError(f"each method may be named once, got {', '.join(methods)}")
        # Before any node runs: an autoencoder may have to be trained first.
        if "umap" in methods and find_spec("umap") is None:
            raise ValueError(
                "the method 'umap' needs the extra 'umap' of this project, which is not installed: "
                'pip install -e ".[umap]", or leave the method out'
            )
        return methods

    @model_validator(mode="after")
    def _single_figures_are_projected(self) -> Self:
        for name, method in (("thumbnails", self.thumbnails), ("interactive", self.interactive)):
            if method not in self.methods:
                raise ValueError(f"{name} must be one of methods, {', '.join(self.methods)}; got '{method}'")
            if self.dimensions == 3 and not METHODS[method].nested:
                nested = [known for known, way in METHODS.items() if way.nested]
                raise ValueError(
                    f"{name} is drawn in the plane, which with dimensions 3 only the first two dimensions of "
                    f"{', '.join(nested)} are; got '{method}'"
                )
        return self
