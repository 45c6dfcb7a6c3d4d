"""The images of a trial: chosen from the sets that all trials of a comparison share."""

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

import numpy as np

from fashion_nets.data.image_set import LabelledImages
from fashion_nets.data.subsets import choose_classes, draw_balanced_images, draw_images, repeat_images
from fashion_nets.provenance.digests import digest_arrays

Draw = Literal["first", "in_proportion", "balanced"]
"""How images are chosen: ``first`` takes the first ones; ``in_proportion`` draws at random with the classes
in proportion, ``balanced`` equal numbers of each, both by the seed of the trial."""


class TrialSets(NamedTuple):
    """What the trials of a comparison choose their images from.

    Attributes:
        train: Images to fit.
        validation: Images to watch and to measure on.
        class_names: One for each class.
        test: Images to measure final networks on; None where no trial does.
    """

    train: LabelledImages
    validation: LabelledImages
    class_names: Sequence[str]
    test: LabelledImages | None = None

    def digests(self) -> dict[str, str]:
        """The digest of each set that is there, by name."""
        parts = {"train": self.train, "validation": self.validation, "test": self.test}
        return {name: digest_arrays(*part) for name, part in parts.items() if part is not None}


class ChosenImages(NamedTuple):
    """The images of one trial.

    Attributes:
        fitted: What an epoch goes through.
        drawn: The same without repetitions.
        watched: What is watched after each epoch.
        validation: What the final network is measured on.
        test: Likewise, for the end.
        class_names: One for each class.
    """

    fitted: LabelledImages
    drawn: LabelledImages
    watched: LabelledImages
    validation: LabelledImages
    test: LabelledImages | None
    class_names: list[str]


class ImageChoice(NamedTuple):
    """Which images a trial takes.

    Attributes:
        classes: Labels of the classes to keep, which are numbered anew from 0; None keeps all as they are.
        n_images: Number of training images; None for all.
        draw: How these are chosen.
        min_images_per_epoch: Fewer images are repeated within an epoch until it has as many.
        n_watched: Number of validation images to watch after each epoch, the first ones; None for all.
    """

    classes: tuple[int, ...] | None = None
    n_images: int | None = None
    draw: Draw = "first"
    min_images_per_epoch: int = 0
    n_watched: int | None = None

    def settings(self) -> dict[str, Any]:
        """Its values, as JSON holds them."""
        return {**self._asdict(), "classes": None if self.classes is None else list(self.classes)}

    def count_classes(self, class_names: Sequence[str]) -> int:
        """The number of classes that are left."""
        return len(class_names if self.classes is None else self.classes)

    def choose(self, sets: TrialSets, seed: int) -> ChosenImages:
        """Choose the images of the trial that has a seed.

        Raises:
            ImageSetError: If there are not the images that are asked for.
        """
        drawn = self.draw_from(sets.train, seed)
        validation = self._keep(sets.validation)
        names = sets.class_names
        return ChosenImages(
            repeat_images(drawn, self.min_images_per_epoch),
            drawn,
            LabelledImages(*(part[: self.n_watched] for part in validation)),
            validation,
            None if sets.test is None else self._keep(sets.test),
            list(names) if self.classes is None else [names[label] for label in self.classes],
        )

    def draw_from(self, train_set: LabelledImages, seed: int) -> LabelledImages:
        """Choose the training images, without repetitions.

        Raises:
            ImageSetError: If there are not the images that are asked for.
        """
        kept = self._keep(train_set)
        n_images = len(kept.labels) if self.n_images is None else self.n_images
        match self.draw:
            case "in_proportion":
                return draw_images(kept, n_images, seed)
            case "balanced":
                return draw_balanced_images(kept, n_images, seed)
            case "first":
                return LabelledImages(*(part[:n_images] for part in kept))

    def count_fitted(self, labels: np.ndarray, seed: int) -> int:
        """The number of images in an epoch; draws them without touching any image.

        Args:
            labels: Those of the training set.
            seed: Seed of the trial.

        Raises:
            ImageSetError: If there are not the images that are asked for.
        """
        drawn = self.draw_from(LabelledImages(np.arange(len(labels)), labels), seed)
        return max(len(drawn.labels), self.min_images_per_epoch)

    def _keep(self, part: LabelledImages) -> LabelledImages:
        return part if self.classes is None else choose_classes(part, self.classes)
