"""What conf/ says of an image set: its files, its classes, where to look for it."""

from pathlib import Path

from pydantic import Field, field_validator

from fashion_nets.data.download import DownloadParams
from fashion_nets.data.image_set import RawImageSet
from fashion_nets.parameters import Parameters


class IdxFileParams(Parameters):
    """One of the four files of an image set.

    Attributes:
        name: Its name without ``.gz``; it is found with and without.
        sha256: SHA-256 of its uncompressed content, None to accept any.
    """

    name: str = Field(min_length=1)
    sha256: str | None = Field(pattern="^[0-9a-f]{64}$")

    @field_validator("name")
    @classmethod
    def _check_name(cls, name: str) -> str:
        if name.endswith(".gz"):
            raise ValueError(f"give the name without .gz, the file is found with and without, got {name!r}")
        return name


class IdxFilesParams(Parameters):
    """The four files of an image set, in the order of :class:`RawImageSet`."""

    train_images: IdxFileParams
    train_labels: IdxFileParams
    test_images: IdxFileParams
    test_labels: IdxFileParams

    def by_part(self) -> dict[str, IdxFileParams]:
        """The files by the fields of :class:`RawImageSet`."""
        return {field: getattr(self, field) for field in RawImageSet._fields}


class DataIngestionParams(Parameters):
    """What the image set consists of and where to look for it.

    Attributes:
        name: What messages call the image set.
        files: The four files, with their checksums.
        class_names: One name per class, in the order of the labels.
        first_label: The label of the first class in the published files: 0, or 1 for EMNIST letters.
        raw_folder: Where earlier runs stored the image set.
        source_folder: The folder to take it from, chosen by the person who runs the project.
        source_variable: Environment variable that names this folder where ``source_folder`` does not.
        system_folder: Where a package of the operating system puts it.
        keras_cache: Its folder in Keras's cache: ``$KERAS_HOME/datasets`` or ``~/.keras/datasets``.
        download: From where and how to download it.
        ways_out: What to advise where none of the places has it.
        n_examples_per_class: Images per class in the figure of examples.
    """

    name: str
    files: IdxFilesParams
    class_names: list[str] = Field(min_length=2, max_length=256)
    first_label: int = Field(ge=0, le=255)
    raw_folder: Path
    source_folder: Path | None
    source_variable: str | None
    system_folder: Path | None
    keras_cache: str | None
    download: DownloadParams
    ways_out: tuple[str, ...]
    n_examples_per_class: int = Field(ge=1)

    @field_validator("source_folder", mode="before")
    @classmethod
    def _read_empty_as_none(cls, folder: object) -> object:
        """Let ``--params "data_ingestion.source_folder="`` undo what a file sets."""
        return None if folder == "" else folder

    @field_validator("class_names")
    @classmethod
    def _check_class_names(cls, names: list[str]) -> list[str]:
        if repeated := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"every class needs a name of its own, got more than one {', '.join(repeated)}")
        return names
