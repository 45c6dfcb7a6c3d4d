"""What is known to be wrong once a run has its pipeline and its catalog, and before any node begins."""

import inspect
import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np
from kedro.io import DataCatalog
from kedro.pipeline import Pipeline
from kedro.pipeline.node import Node

from fashion_nets.advice import where_to_change
from fashion_nets.config_loader import project_loader
from fashion_nets.data.image_set import ImageSetError, LabelledImages
from fashion_nets.data.sources import peek_train_images, peek_train_labels
from fashion_nets.data.splits import choose_validation
from fashion_nets.errors import UserError
from fashion_nets.parameters import RefusedValueError
from fashion_nets.pipelines.preprocessing.nodes import PreprocessingParams
from fashion_nets.pipelines.wiring import Check, checks_of, inputs_by_argument


class Foreseen(NamedTuple):
    """How something is known that the run is going to make.

    Attributes:
        taken: The datasets that it follows from.
        foresee: Makes it of these, or gives None where it cannot be known.
    """

    taken: tuple[str, ...]
    foresee: Callable[..., Any]


def _foresee_train_set(
    images: np.ndarray, labels: np.ndarray, preprocessing: PreprocessingParams, seed: int
) -> LabelledImages | None:
    """The training set with its labels, and with black images, which take no memory."""
    size, method = preprocessing.validation_size, preprocessing.validation_method
    try:
        part, _ = choose_validation(labels, size, method, seed)
    except ImageSetError:  # as its own check says
        return None
    labels = labels[part]
    return LabelledImages(np.broadcast_to(np.uint8(0), (len(labels), *images.shape[1:])), labels)


INGESTION = ("params:data_ingestion",)
FORESEEN: Mapping[str, Foreseen] = {
    "class_names": Foreseen(INGESTION, lambda ingestion: ingestion.class_names),
    "raw_train_images": Foreseen(INGESTION, peek_train_images),
    "raw_train_labels": Foreseen(INGESTION, peek_train_labels),
    "train_set": Foreseen(
        ("raw_train_images", "raw_train_labels", "params:preprocessing", "params:seed"), _foresee_train_set
    ),
}
"""What data ingestion and preprocessing are going to store, by dataset."""


UNKNOWN = object()
"""In place of what is not known; a parameter that is known may be null."""


class Known:
    """What is known before a run: parameters, what is stored and not made anew, and what is foreseen.

    Args:
        pipeline: What is going to run.
        catalog: Has the rest.
    """

    def __init__(self, pipeline: Pipeline, catalog: DataCatalog) -> None:
        self._made = pipeline.all_outputs()
        self._catalog = catalog
        self._loaded: dict[str, Any] = {}

    def load(self, name: str) -> Any:
        """A dataset or a parameter; ``UNKNOWN`` where it is not known."""
        if name not in self._loaded:
            self._loaded[name] = self._find(name)
        return self._loaded[name]

    def _find(self, name: str) -> Any:
        if name not in self._made:
            is_there = name in self._catalog if name.startswith("params:") else self._catalog.exists(name)
            return self._catalog.load(name) if is_there else UNKNOWN
        if name not in FORESEEN:
            return UNKNOWN
        taken = [self.load(each) for each in FORESEEN[name].taken]
        foreseen = None if any(each is UNKNOWN for each in taken) else FORESEEN[name].foresee(*taken)
        return UNKNOWN if foreseen is None else foreseen


def check_values(pipeline: Pipeline, catalog: DataCatalog) -> None:
    """Call the checks of all nodes, as far as what they take is known.

    Raises:
        UserError: Names the first parameter that cannot serve, and where to change it.
    """
    known = Known(pipeline, catalog)
    with _silence():
        for node in pipeline.nodes:
            for check in checks_of(node.func):
                _call(check, node, known)


def _call(check: Check, node: Node, known: Known) -> None:
    datasets = inputs_by_argument(node)
    arguments = {argument: known.load(datasets[argument]) for argument in _names(check, datasets)}
    if any(value is UNKNOWN for value in arguments.values()):
        return
    if inspect.ismethod(node.func) and "self" in inspect.signature(check).parameters:
        arguments["self"] = node.func.__self__
    try:
        check(**arguments)
    except RefusedValueError as error:
        group = datasets[error.argument].removeprefix("params:")
        fields = [error.field] if error.field else []
        reason = str(error).removesuffix(".")
        where = where_to_change(group, fields, project_loader())
        raise UserError(f"{group}: {reason}. {where}") from error


def _names(check: Check, datasets: Mapping[str, str]) -> list[str]:
    """The arguments of a check that come from datasets."""
    parameters = inspect.signature(check).parameters
    named = [name for name, parameter in parameters.items() if parameter.kind is not parameter.VAR_KEYWORD]
    others = len(named) < len(parameters)
    return [name for name in datasets if name in named or others]


@contextmanager
def _silence() -> Iterator[None]:
    """Leave out what checks tell, which the nodes of the run are going to tell."""
    loggers = [logging.getLogger(name) for name in ("fashion_nets", "kedro.io")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
