"""Images that a decoder makes of new codings."""

import numpy as np
from pydantic import Field, PositiveInt

from fashion_nets.data.image_set import LabelledImages, intensities
from fashion_nets.errors import UserError
from fashion_nets.networks.autoencoders.parts import decoder_of, encoder_of
from fashion_nets.networks.types import KerasModel
from fashion_nets.parameters import Parameters


class GenerationParams(Parameters):
    """Which images a variational autoencoder is to make.

    Attributes:
        n_images: How many are decoded from random codings.
        walk_from: The class of the garment where the walk in the codings starts.
        walk_to: The class of the garment where it ends.
        walk_steps: Images on the way, those of the two garments' own codings among them.
    """

    n_images: PositiveInt
    walk_from: str
    walk_to: str
    walk_steps: int = Field(ge=2)


def generate_images(autoencoder: KerasModel, n_images: int, seed: int) -> np.ndarray:
    """Decode codings drawn from the standard normal distribution.

    Args:
        autoencoder: A variational autoencoder, which holds its codings near that distribution.
        n_images: How many.
        seed: Of the draw.

    Returns:
        Intensities, float32, shape (n_images, height, width).
    """
    decoder = decoder_of(autoencoder)
    shape = (n_images, decoder.input_shape[-1])
    return np.asarray(decoder(np.random.default_rng(seed).standard_normal(shape, dtype=np.float32)))


def walk_between(autoencoder: KerasModel, start: np.ndarray, end: np.ndarray, n_steps: int) -> np.ndarray:
    """Decode the codings on the straight line between those of two images, at equal distances.

    Args:
        autoencoder: An autoencoder of this project.
        start: Intensities in [0, 1], shape (height, width).
        end: Same shape.
        n_steps: How many, 2 or more.

    Returns:
        Intensities, float32, shape (n_steps, height, width), from the reconstruction of ``start`` to that of
        ``end``.
    """
    first, last = np.asarray(encoder_of(autoencoder)(np.stack([start, end])))
    return np.asarray(decoder_of(autoencoder)(np.linspace(first, last, n_steps, dtype=np.float32)))


def first_of_class(images: LabelledImages, class_name: str, class_names: list[str]) -> np.ndarray:
    """The first image of a class, shape (height, width).

    Raises:
        UserError: If there is no such class, or no image of it.
    """
    if class_name not in class_names:
        raise UserError(f"'{class_name}' is not one of the classes: {', '.join(class_names)}.")
    members = np.flatnonzero(images.labels == class_names.index(class_name))
    if not members.size:
        raise UserError(f"None of the {len(images.labels):,} images is of the class '{class_name}'.")
    return intensities(images.images[members[0]])
