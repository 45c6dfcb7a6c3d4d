"""Where an image set is looked for, and what makes it acceptable."""

import logging
import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from fashion_nets.data.download import DownloadError, download_files
from fashion_nets.data.idx import IdxError, holds_array, idx_digest, read_idx, read_shape
from fashion_nets.data.image_set import ImageSetError, RawImageSet, check_image_set
from fashion_nets.data.source_params import DataIngestionParams, IdxFileParams
from fashion_nets.home import keras_home
from fashion_nets.project import as_seen_from_the_project
from fashion_nets.temporary import TemporaryFolder

logger = logging.getLogger(__name__)

SOURCE_NOTE = "source.txt"  # in the raw folder, beside what an earlier run stored: where that came from


class FoundImageSet(NamedTuple):
    """An image set whose content was verified.

    Attributes:
        raw: Its four arrays, with labels counted from 0.
        source: Where it came from first, for people to read; the same when it is read back later.
    """

    raw: RawImageSet
    source: str


class _NothingThereError(ImageSetError):
    """A place holds no part of the image set, which is no cause for a warning."""


class _Folder(NamedTuple):
    title: str
    path: Path
    first_label: int
    chosen_by: str | None = None  # the parameter or variable of the person who runs the project

    def __str__(self) -> str:
        return f"{self.title} {self.path}" + (f" ({self.chosen_by})" if self.chosen_by else "")

    def describe(self) -> str:
        """The same for people elsewhere: from the project's root, or else only the name of the folder."""
        seen = Path(as_seen_from_the_project(self.path))
        return str(self._replace(path=Path(seen.name) if seen.is_absolute() else seen))

    def read(self, parameters: DataIngestionParams) -> RawImageSet:
        files = parameters.files.by_part()
        try:
            raw = RawImageSet(**{field: read_idx(path) for field, path in _locate(self.path, files).items()})
        except IdxError as problem:
            raise ImageSetError(str(problem).removeprefix(f"{self.path}{os.sep}")) from problem
        except OSError as error:
            raise ImageSetError(f"it cannot be read: {error.strerror}") from error
        _verify(raw, files, label_shift=parameters.first_label - self.first_label)
        raw = raw._replace(
            train_labels=_count_from_zero(raw.train_labels, self.first_label),
            test_labels=_count_from_zero(raw.test_labels, self.first_label),
        )
        check_image_set(raw, parameters.class_names)
        return raw


class _Address(NamedTuple):
    address: str
    chosen_by: None = None

    def __str__(self) -> str:
        return f"the download from {self.address}"

    def read(self, parameters: DataIngestionParams) -> RawImageSet:
        logger.info("Downloading %s from %s", parameters.name, self.address)
        files = parameters.files.by_part()
        if not self.address.startswith("https://") and any(file.sha256 is None for file in files.values()):
            raise DownloadError("without checksums nothing says that it is what was asked for; https does")
        names = [file.name for file in files.values()]
        with TemporaryFolder() as folder:
            download_files(self.address, names, folder, parameters.download)
            return _Folder("the download in", folder, parameters.first_label).read(parameters)


def find_image_set(parameters: DataIngestionParams) -> FoundImageSet:
    """Take the image set from the first place that has it complete and undamaged.

    The places, in order: the folder chosen by parameter or environment variable; the raw folder; the
    operating system's folder; Keras's cache; the web. A chosen folder that does not serve ends the
    search: whoever names a folder does not want other images instead.

    One line is logged for the place taken, and a warning for each that has the files but damaged, and where
    an earlier run has stored other images than those of the chosen folder.
    Nothing is stored.

    Args:
        parameters: The files, the classes and the places.

    Raises:
        ImageSetError: If the chosen folder does not serve, or no place does. The message lists
            each place with the reason and says what to do.
    """
    failures = []
    for place in _places(parameters):
        try:
            raw = place.read(parameters)
        except (DownloadError, ImageSetError) as problem:
            if place.chosen_by:
                raise _refusal(place, problem, parameters) from problem
            if not isinstance(problem, _NothingThereError):
                logger.warning("Passed over %s: %s", place, problem)
            failures.append(f"{place}: {problem}")
        else:
            logger.info("%s taken from %s: %s", parameters.name, place, _summarize(raw))
            if place.chosen_by and _are_stored_otherwise(raw, parameters):
                logger.warning("%s holds other images, which these replace", parameters.raw_folder)
            return FoundImageSet(raw, _original_source(place, parameters))

    if not parameters.download.enabled:
        failures.append("the download: switched off by data_ingestion.download.enabled")
    tried = "".join(f"\n  {number}. {failure}" for number, failure in enumerate(failures, start=1))
    ways_out = "".join(f"\n  - {way}" for way in parameters.ways_out)
    raise ImageSetError(
        f"{parameters.name} is in none of the places looked at:{tried}"
        + (f"\nWays out:{ways_out}" if ways_out else "")
    )


def check_chosen_folder(parameters: DataIngestionParams) -> None:
    """Make sure of the folder that a person has chosen, if there is one.

    Raises:
        ImageSetError: If it does not serve.
    """
    if (chosen := _chosen_folder(parameters)) is not None:
        try:
            chosen.read(parameters)
        except ImageSetError as problem:
            raise _refusal(chosen, problem, parameters) from problem


def peek_train_labels(parameters: DataIngestionParams) -> np.ndarray | None:
    """Read the training labels that :func:`find_image_set` is likely to give, in milliseconds.

    They are those of the first folder that has all four files, and the labels as the checksum has them.

    Returns:
        Class indices, uint8, shape (n,); None where no folder has them.
    """
    return next((labels for labels, _ in _peek(parameters)), None)


def peek_train_images(parameters: DataIngestionParams) -> np.ndarray | None:
    """As many black images as :func:`find_image_set` is likely to give, in milliseconds.

    Returns:
        Uint8, shape (n, height, width), without the memory for them; None where no folder has them.
    """
    for _, file in _peek(parameters):
        try:
            return np.broadcast_to(np.uint8(0), read_shape(file))
        except IdxError:
            continue
    return None


def _peek(parameters: DataIngestionParams) -> Iterator[tuple[np.ndarray, Path]]:
    """The training labels of the folders, and the files of the training images beside them."""
    files = parameters.files.by_part()
    for place in _places(parameters):
        if isinstance(place, _Folder):
            try:
                paths = _locate(place.path, files)
                labels = read_idx(paths["train_labels"])
                shift = parameters.first_label - place.first_label
                if files["train_labels"].sha256 in (None, _published_digest(labels, shift)):
                    yield _count_from_zero(labels, place.first_label), paths["train_images"]
            except (ImageSetError, IdxError, OSError):
                pass
            if place.chosen_by:  # no other place is tried
                return


def _refusal(
    place: _Folder | _Address, problem: DownloadError | ImageSetError, parameters: DataIngestionParams
) -> ImageSetError:
    return ImageSetError(
        f"{parameters.name} cannot be taken from {place}: {problem}. No other place was tried, "
        f"because you chose this one: correct {place.chosen_by}, or leave it unset."
    )


def _places(parameters: DataIngestionParams) -> Iterator[_Folder | _Address]:
    if (chosen := _chosen_folder(parameters)) is not None:
        yield chosen
    yield _Folder("the raw folder", parameters.raw_folder, first_label=0)
    if parameters.system_folder:
        yield _Folder("the system folder", parameters.system_folder, parameters.first_label)
    if parameters.keras_cache:
        path = keras_home() / "datasets" / parameters.keras_cache
        yield _Folder("Keras's cache", path, parameters.first_label)
    if parameters.download.enabled:
        yield from map(_Address, parameters.download.addresses)


def _chosen_folder(parameters: DataIngestionParams) -> _Folder | None:
    variable = parameters.source_variable
    if parameters.source_folder:
        chosen_by, path = "data_ingestion.source_folder", parameters.source_folder
    elif variable and os.environ.get(variable):
        chosen_by, path = variable, Path(os.environ[variable])
    else:
        return None
    return _Folder("the folder", path.expanduser().absolute(), parameters.first_label, chosen_by)


def _locate(folder: Path, files: dict[str, IdxFileParams]) -> dict[str, Path]:
    if not folder.exists():
        raise _NothingThereError("it does not exist")
    if not folder.is_dir():
        raise ImageSetError("it is a file, expected a folder")
    paths, missing = {}, []
    for field, file in files.items():
        candidates = (folder / f"{file.name}.gz", folder / file.name)
        if path := next((path for path in candidates if path.exists()), None):
            paths[field] = path
        else:
            missing.append(file.name)
    if not paths:
        raise _NothingThereError(f"it holds none of {', '.join(missing)}, with or without .gz")
    if missing:
        raise ImageSetError(f"it lacks {', '.join(missing)}, with or without .gz")
    return paths


def _verify(raw: RawImageSet, files: dict[str, IdxFileParams], label_shift: int) -> None:
    names = {file.sha256: file.name for file in files.values() if file.sha256}
    for (field, file), array in zip(files.items(), raw, strict=True):
        if file.sha256 is None:
            continue
        digest = _published_digest(array, label_shift if field.endswith("labels") else 0)
        if digest == file.sha256:
            continue
        if digest in names:
            raise ImageSetError(f"{file.name} has the content of {names[digest]}; the files are swapped")
        raise ImageSetError(
            f"{file.name} has another content: expected SHA-256 {file.sha256} uncompressed, got {digest} "
            f"(data_ingestion.files.{field}.sha256; null accepts any)"
        )


def _published_digest(array: np.ndarray, label_shift: int) -> str:
    """The SHA-256 of an array as it was published, with labels that may begin at another number."""
    return idx_digest(array + np.uint8(label_shift) if label_shift else array)


def _are_stored_otherwise(raw: RawImageSet, parameters: DataIngestionParams) -> bool:
    """Whether the raw folder has files with other content."""
    for name, array in zip((file.name for file in parameters.files.by_part().values()), raw, strict=True):
        stored = parameters.raw_folder / f"{name}.gz"
        if stored.exists() and not holds_array(stored, array):
            return True
    return False


def _count_from_zero(labels: np.ndarray, first_label: int) -> np.ndarray:
    if first_label == 0:
        return labels
    if labels.size and labels.min() < first_label:
        raise ImageSetError(
            f"labels must start at {first_label}, as data_ingestion.first_label says, got {labels.min()}"
        )
    return labels - np.uint8(first_label)


def _original_source(place: _Folder | _Address, parameters: DataIngestionParams) -> str:
    note = parameters.raw_folder / SOURCE_NOTE
    if isinstance(place, _Address):
        return str(place)
    noted = place.path == parameters.raw_folder and note.is_file()
    return (note.read_text(encoding="utf-8").strip() if noted else "") or place.describe()


def _summarize(raw: RawImageSet) -> str:
    height, width = raw.train_images.shape[1:]
    counts = f"{len(raw.train_images):,} training and {len(raw.test_images):,} test images"
    return f"{counts} of {height} x {width} pixels"
