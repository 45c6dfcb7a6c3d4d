"""What the page shows of an image, as numbers and arrays. Nothing here knows of Gradio."""

from pathlib import Path
from typing import NamedTuple, Self

import numpy as np

from fashion_nets.data.image_set import LabelledImages
from fashion_nets.data.photographs import Prepared, prepare
from fashion_nets.data.pictures import PictureError, read_colours
from fashion_nets.errors import UserError
from fashion_nets.inspection.explanation import class_heat_maps, heat_map_layer
from fashion_nets.inspection.prediction import class_probabilities, predict
from fashion_nets.networks.autoencoders.parts import decoder_of, encoder_of
from fashion_nets.networks.types import KerasModel
from fashion_nets.plotting.explanation import blend_heat

N_NEAREST = 8
N_SLIDERS = 6


class Classifier(NamedTuple):
    """The network that tells classes.

    Attributes:
        model: It takes intensities.
        name: As people write it.
        class_names: One for each class.
    """

    model: KerasModel
    name: str
    class_names: list[str]

    @property
    def image_shape(self) -> tuple[int, int]:
        """Height and width of the images that it takes."""
        return self.model.input_shape[1:3]

    @property
    def is_convolutional(self) -> bool:
        """Whether it has maps, of which Grad-CAM makes one."""
        try:
            heat_map_layer(self.model)
        except UserError:
            return False
        return True

    def probabilities(self, image: np.ndarray) -> dict[str, float]:
        """The probability of each class, by its name, of grey levels, uint8, shape (height, width)."""
        (row,) = class_probabilities(self.model, image[np.newaxis])
        return dict(zip(self.class_names, row.tolist(), strict=True))

    def heat(self, image: np.ndarray, class_name: str) -> np.ndarray:
        """Where in an image it finds what speaks for a class: colours, uint8, shape (height, width, 3).

        Raises:
            UserError: If it has no convolution.
        """
        label = np.array([self.class_names.index(class_name)])
        (heat,) = class_heat_maps(self.model, image[np.newaxis], label)
        return blend_heat(image, heat)


class Neighbour(NamedTuple):
    """A training image whose codings are close to those of another image.

    Attributes:
        image: Grey levels, uint8, shape (height, width).
        class_name: Its class.
        distance: Between the codings.
    """

    image: np.ndarray
    class_name: str
    distance: float


class Memory(NamedTuple):
    """An autoencoder, with the training images and its codings of them.

    Attributes:
        autoencoder: It takes intensities.
        name: As people write it.
        train_set: Images with their classes.
        codings: Of these, float32, shape (n_images, n_codings).
        class_names: One for each class.
    """

    autoencoder: KerasModel
    name: str
    train_set: LabelledImages
    codings: np.ndarray
    class_names: list[str]

    @classmethod
    def of(
        cls, autoencoder: KerasModel, name: str, train_set: LabelledImages, class_names: list[str]
    ) -> Self:
        """Let an autoencoder encode all training images."""
        codings = predict(encoder_of(autoencoder), train_set.images)
        return cls(autoencoder, name, train_set, codings, class_names)

    def nearest(self, image: np.ndarray, n: int = N_NEAREST) -> list[Neighbour]:
        """The training images with the closest codings, the closest first, by Euclidean distance."""
        (coding,) = predict(encoder_of(self.autoencoder), image[np.newaxis])
        return [
            Neighbour(self.train_set.images[index], self.class_names[self.train_set.labels[index]], distance)
            for index, distance in closest(self.codings, coding, n)
        ]

    def reconstruct(self, image: np.ndarray) -> np.ndarray:
        """What it makes of an image: intensities, float32, shape (height, width)."""
        return predict(self.autoencoder, image[np.newaxis])[0]


class Generator(NamedTuple):
    """A variational autoencoder, whose decoder makes garments of codings near 0.

    Attributes:
        decoder: From codings to intensities.
        name: As people write it.
        shown: Which codings have a slider: those that tell images apart most.
    """

    decoder: KerasModel
    name: str
    shown: list[int]

    @classmethod
    def of(cls, autoencoder: KerasModel, name: str, images: np.ndarray) -> Self:
        """Choose the codings by some images, grey levels of shape (n, height, width)."""
        codings = predict(encoder_of(autoencoder), images)
        return cls(decoder_of(autoencoder), name, most_varied(codings, N_SLIDERS))

    def make(self, values: list[float]) -> np.ndarray:
        """The garment of some values of the codings that are shown; all others are 0.

        Returns:
            Intensities, float32, shape (height, width).
        """
        codings = np.zeros((1, self.decoder.input_shape[-1]), np.float32)
        codings[0, self.shown] = values
        return predict(self.decoder, codings)[0]


def read_photograph(path: Path, shape: tuple[int, int], is_sharpened: bool) -> Prepared:
    """Read a picture as the pipeline ``predict`` does.

    Raises:
        UserError: If it cannot be read, in the same words.
    """
    try:
        return prepare(read_colours(path), shape, is_sharpened)
    except PictureError as error:
        raise UserError(f"{path.name} cannot be read as an image: {error.reason}") from error
    except UserError as error:
        raise UserError(f"{path.name} shows nothing to classify: {error}") from error


def closest(codings: np.ndarray, coding: np.ndarray, n: int) -> list[tuple[int, float]]:
    """The rows that are closest to a coding, with their Euclidean distances; of equal ones the first first.

    Args:
        codings: Shape (n_images, n_codings).
        coding: Shape (n_codings,).
        n: How many at most.
    """
    distances = np.sqrt(np.square(codings - coding).sum(axis=1))
    order = np.argsort(distances, kind="stable")[:n]
    return [(int(index), float(distances[index])) for index in order]


def most_varied(codings: np.ndarray, n: int) -> list[int]:
    """The codings with the largest variance over images, the largest first.

    A variational autoencoder leaves codings that it does not need at 0 for every image; to move one of those
    changes nothing.

    Args:
        codings: Shape (n_images, n_codings).
        n: How many at most.
    """
    return np.argsort(-codings.var(axis=0), kind="stable")[:n].tolist()
