"""The sets and the bases of trials as files, for the processes of this machine that train them."""

import mmap
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, Self

import numpy as np

from fashion_nets.data.image_set import LabelledImages
from fashion_nets.errors import UserError
from fashion_nets.trials.images import TrialSets
from fashion_nets.trials.training import Bases


class ArrayFile(NamedTuple):
    """An array in a file, which can be mapped into memory.

    Attributes:
        path: Of the file.
        dtype: Type of the values, as NumPy writes it.
        shape: Of the array.
        offset: The byte at which it begins.
    """

    path: Path
    dtype: str
    shape: tuple[int, ...]
    offset: int

    @classmethod
    def of(cls, array: np.ndarray, path: Path) -> Self:
        """The file that an array is mapped from; one that is not is written to ``path``, a .npy file."""
        if not _is_whole_file(array):
            np.save(path, array)
            array = np.load(path, mmap_mode="r")
        assert isinstance(array, np.memmap)
        return cls(Path(str(array.filename)), array.dtype.str, array.shape, array.offset)

    def open(self) -> np.ndarray:
        """Map the array into memory, read-only."""
        return np.memmap(self.path, self.dtype, "r", self.offset, self.shape)


class Supplies(NamedTuple):
    """What trials take beside themselves.

    Attributes:
        sets: The images and the labels of each set, by name.
        class_names: One for each class.
        digests: Of each set, by which one that was replaced is noticed.
        bases: The stored networks, by name.
    """

    sets: Mapping[str, tuple[ArrayFile, ArrayFile]]
    class_names: Sequence[str]
    digests: Mapping[str, str]
    bases: Mapping[str, Path]

    @classmethod
    def put_down(cls, sets: TrialSets, bases: Bases, folder: Path) -> Self:
        """Store what is no file yet.

        Args:
            sets: The sets, which are mapped from their files as a rule.
            bases: The networks.
            folder: An empty one for files.
        """
        named = {"train": sets.train, "validation": sets.validation, "test": sets.test}
        files = {
            name: (
                ArrayFile.of(part.images, folder / f"{name}_images.npy"),
                ArrayFile.of(part.labels, folder / f"{name}_labels.npy"),
            )
            for name, part in named.items()
            if part is not None
        }
        networks = {name: folder / f"{name}.keras" for name in bases}
        for name, base in bases.items():
            base.save(networks[name])
        return cls(files, list(sets.class_names), sets.digests(), networks)

    def take_up(self) -> tuple[TrialSets, Bases]:
        """Map the sets, and load the networks.

        Raises:
            UserError: If a set has been replaced since.
        """
        from fashion_nets.training.stored import load_network

        parts = {name: LabelledImages(*(each.open() for each in files)) for name, files in self.sets.items()}
        sets = TrialSets(parts["train"], parts["validation"], self.class_names, parts.get("test"))
        if sets.digests() != self.digests:
            raise UserError(
                "The image sets were replaced while trials were trained on them. Run the experiment again."
            )
        return sets, {name: load_network(path) for name, path in self.bases.items()}


def _is_whole_file(array: np.ndarray) -> bool:
    """Whether an array is all that is mapped from a file in C order, and no part of that."""
    return isinstance(array, np.memmap) and isinstance(array.base, mmap.mmap) and array.flags.c_contiguous
