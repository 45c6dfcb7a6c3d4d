"""Kedro's catalog, which stores what is whole and says what is wrong with what is not."""

import logging
from pathlib import Path
from threading import get_ident
from typing import Any

from kedro.framework.context import CatalogCommandsMixin
from kedro.io import AbstractDataset, CachedDataset, DataCatalog, DatasetError
from kedro.validation import DataValidationError

from fashion_nets.advice import run_command
from fashion_nets.config_loader import project_loader
from fashion_nets.data.files import replacement
from fashion_nets.datasets.damage import find_damage
from fashion_nets.datasets.errors import StoredDataError, not_written
from fashion_nets.datasets.local_dataset import LocalDataset
from fashion_nets.errors import find_cause, first_cause, first_line
from fashion_nets.networks.registry import NETWORKS
from fashion_nets.pipeline_registry import maker_of

logger = logging.getLogger(__name__)


class NetworkCatalog(DataCatalog, CatalogCommandsMixin):
    """Kedro's own catalog, but for what happens to files.

    Whatever the dataset, it saves into a folder beside the place of its file, and what it has saved takes
    that place in one step once it is whole: an interrupted save leaves what was there. A file that cannot be
    loaded is named, with what is wrong and the pipeline that makes it again. A damaged one counts as not
    there, and so does what ``to_make_again`` names until it is saved, so that a run with
    ``--only-missing-outputs`` makes these again.

    Attributes:
        to_make_again: Names of datasets that are out of date.
        optional: Names of datasets that load as None where they are not there, since whoever takes them can
            do without.
    """

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.to_make_again: set[str] = set()
        self.optional: set[str] = set()
        self._twins: dict[tuple[int, str], AbstractDataset[Any, Any]] = {}

    def __getitem__(self, ds_name: str) -> AbstractDataset[Any, Any]:
        """A dataset; for a thread that saves it, its twin, which writes into a folder beside its place."""
        twin = self._twins.get((get_ident(), ds_name))
        return super().__getitem__(ds_name) if twin is None else twin

    def save(self, ds_name: str, data: Any) -> None:
        """Save data under the name of a dataset.

        Raises:
            StoredDataError: If the file cannot be written; what was there before is as it was.
        """
        self.to_make_again.discard(ds_name)
        dataset = self[ds_name]
        stored = _stored(dataset)
        path = local_path(_config_of(stored))
        if path is None or (isinstance(stored, LocalDataset) and stored.holds(data)):
            super().save(ds_name, data)
            return
        staged = path
        try:
            with replacement(path, whole_folder=_owns_folder(stored)) as staged:
                twin = self._save_twin(ds_name, staged, data)
        except DataValidationError:
            raise
        except (DatasetError, OSError) as error:
            self.release(ds_name)  # the next load validates what is there
            raise _not_saved(path, staged, error) from error
        except BaseException:
            self.release(ds_name)
            raise
        if isinstance(dataset, CachedDataset):
            dataset._cache.save(twin.load())

    def _save_twin(self, ds_name: str, staged: Path, data: Any) -> AbstractDataset[Any, Any]:
        """Let Kedro save into another place, with its log and its validation; give what has saved there."""
        dataset = self[ds_name]
        config = {**_config_of(_stored(dataset)), "filepath": staged.as_posix()}
        twin = AbstractDataset.from_config(ds_name, config)
        if isinstance(dataset, CachedDataset):
            twin = CachedDataset(twin, copy_mode="assign")
        key = get_ident(), ds_name
        self._twins[key] = twin
        try:
            super().save(ds_name, data)
        finally:
            del self._twins[key]
        return twin

    def load(self, ds_name: str, version: str | None = None) -> Any:
        """Load what is stored under the name of a dataset.

        Raises:
            StoredDataError: If there is a file, but it cannot be loaded.
            DatasetError: If there is none, from a ``FileNotFoundError``.
        """
        if ds_name in self.optional and not self.exists(ds_name):
            return None
        path = self._file_of(ds_name)
        try:
            if path and (damage := self._find_damage(ds_name, path)):
                raise StoredDataError(f"{path} is {damage}")
            return super().load(ds_name, version)
        except (DatasetError, OSError) as error:
            if explained := _not_loaded(ds_name, path, error):
                raise explained from error
            raise

    def exists(self, ds_name: str) -> bool:
        """Whether there is a file, and not one that is out of date or evidently damaged."""
        if ds_name in self.to_make_again or not super().exists(ds_name):
            return False
        path = self._file_of(ds_name)
        try:
            damage = self._find_damage(ds_name, path) if path else None
        except OSError:  # to load it says why
            return True
        if damage:
            logger.warning("%s counts as not there: %s is %s", ds_name, path, damage)
        return damage is None

    def _file_of(self, ds_name: str) -> Path | None:
        """Where a dataset is stored, unless it has its data in memory."""
        dataset = self.get(ds_name)
        if dataset is None or (isinstance(dataset, CachedDataset) and dataset._cache.exists()):
            return None
        return local_path(_config_of(_stored(dataset)))

    def _find_damage(self, ds_name: str, path: Path) -> str | None:
        """What is wrong with a file, or a folder whose files are this dataset's alone."""
        return find_damage(path) if _owns_folder(self[ds_name]) or not path.is_dir() else None


def local_path(config: dict[str, Any]) -> Path | None:
    """The file or folder on a local disk that the configuration of a dataset names, if any."""
    config = config.get("dataset", config)  # of a dataset that holds another one in memory
    path = config.get("filepath") if isinstance(config, dict) else None
    if path is None or "://" in str(path):
        return None
    return Path(path)


def _stored(dataset: AbstractDataset[Any, Any]) -> AbstractDataset[Any, Any]:
    return dataset._dataset if isinstance(dataset, CachedDataset) else dataset


def _owns_folder(dataset: AbstractDataset[Any, Any]) -> bool:
    return isinstance(dataset, LocalDataset) and dataset.owns_folder


def _config_of(dataset: AbstractDataset[Any, Any]) -> dict[str, Any]:
    """What a dataset was made of; Kedro keeps it a level below if the class inherits its ``__init__``."""
    config = dataset._init_config()
    if "filepath" not in config and "kwargs" in config:
        config = {**config, **config["kwargs"]}
        del config["args"], config["kwargs"]
    return config


def _not_saved(path: Path, staged: Path, error: DatasetError | OSError) -> DatasetError:
    cause = find_cause(error, OSError)
    if cause is None or cause.errno is None:
        own = find_cause(error, StoredDataError)
        problem = str(own or error).replace(str(staged), str(path))
        return StoredDataError(problem) if own else DatasetError(problem)
    return not_written(path, cause)


def _not_loaded(ds_name: str, path: Path | None, error: DatasetError | OSError) -> StoredDataError | None:
    """Say in one line what is wrong with a file, if there is one, and which pipeline makes it again."""
    maker = maker_of(ds_name)
    namespace = ds_name.partition(".")[0]
    is_of_all = namespace in NETWORKS and maker != f"train_{namespace}"
    alone = [f"--namespaces={namespace}"] if is_of_all else []
    again = f" Make it again: {run_command(project_loader(), [maker], *alone)}" if maker else ""
    cause = find_cause(error, OSError)
    if path is None or isinstance(cause, FileNotFoundError) or find_cause(error, (MemoryError, ImportError)):
        return None
    if isinstance(cause, PermissionError):
        return StoredDataError(f"{path} cannot be read: {cause.strerror}. Allow yourself to read it.")
    if isinstance(cause, IsADirectoryError):
        return StoredDataError(f"{path} is a folder, where a file is expected. Move it away.{again}")
    if own := find_cause(error, StoredDataError):
        return StoredDataError(f"{str(own).removesuffix('.')}.{again}")
    return StoredDataError(f"{path} cannot be loaded: {first_line(first_cause(error))[:200]}.{again}")
