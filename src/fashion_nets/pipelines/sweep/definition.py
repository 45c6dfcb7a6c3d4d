"""What a sweep is: a network, what may be chosen for it, and a budget."""

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Annotated, Any, Literal, NamedTuple, Self

from pydantic import Field, PositiveInt, StrictBool, model_validator

from fashion_nets.data.image_set import LabelledImages
from fashion_nets.errors import UserError, naming
from fashion_nets.networks.keras_objects import suggest
from fashion_nets.networks.parameters import one_of
from fashion_nets.networks.registry import CLASSIFIERS
from fashion_nets.parameters import FileName, Parameters, RefusedValueError
from fashion_nets.pipelines.sweep.sampling import Sampler
from fashion_nets.pipelines.sweep.space import Space, Value, all_overrides
from fashion_nets.training.overrides import Overrides, merge_overrides, override_network
from fashion_nets.training.recipe import Recipe, choose_recipe, read_recipe
from fashion_nets.trials.images import ImageChoice
from fashion_nets.trials.planning import check_variant
from fashion_nets.trials.trial import Trial

CONF = "conf/base/parameters_sweep.yml"
EPOCHS = "training.epochs"
"""What the sweep says by itself, as rungs are a part of it."""
COLUMNS = (
    *("trial", "rung", "epochs", "val_accuracy", "val_loss", "train_accuracy"),
    *("outcome", "parameters", "seconds"),
)
"""What the table of a sweep says of each part of a trial, before what was chosen for it."""
Objective = Literal["val_accuracy", "val_loss"]
"""What makes a trial good: a high accuracy, or a low cross-entropy, on the validation images."""


class SweepDefinition(Parameters):
    """A sweep of conf/.

    Attributes:
        network: The network of conf/ whose parameters are searched.
        overrides: What all trials have in common, where it differs from the network of conf/.
        space: What may be chosen, by dotted path.
        objective: What the best trial is the best in.
        sampler: Who chooses.
        n_trials: How many trials begin.
        epochs: Of a whole training.
        rungs: After how many epochs trials pause, and only the best go on; nothing trains all to the end.
        reduction: One trial in so many goes on from a rung.
        n_train_images: Training images at most, the first ones; None for all of them.
        n_seeds: Trainings of the winner, with seeds that no trial had.
    """

    network: Annotated[str, one_of("network to search", CLASSIFIERS)]
    overrides: Overrides = Field(default_factory=dict)
    space: Annotated[Space, Field(min_length=1)]
    objective: Objective = "val_accuracy"
    sampler: Sampler = "tpe"
    n_trials: PositiveInt
    epochs: PositiveInt
    rungs: tuple[PositiveInt, ...]
    reduction: Annotated[int, Field(ge=2)] = 3
    n_train_images: PositiveInt | None = None
    n_seeds: PositiveInt = 5

    @property
    def is_rising(self) -> bool:
        """Whether a higher objective is better."""
        return self.objective == "val_accuracy"

    @model_validator(mode="after")
    def _check_rungs(self) -> Self:
        if any(after <= before for before, after in pairwise((*self.rungs, self.epochs))):
            raise ValueError(
                f"'rungs' should increase and end before the {self.epochs} epochs, got {list(self.rungs)}"
            )
        return self

    @model_validator(mode="after")
    def _check_names(self) -> Self:
        if taken := [name for name in self.space if name in COLUMNS]:
            raise ValueError(
                f"a dimension cannot be called {taken[0]!r}, which is a column of the table of trials; "
                f"neither can it {', '.join(name for name in COLUMNS if name != taken[0])}"
            )
        return self

    @model_validator(mode="after")
    def _check_epochs(self) -> Self:
        stated = [("overrides", self.overrides)]
        for path, dimension in self.space.items():
            stated += [(f"space.{path}", dimension.overrides(path, value)) for value in dimension.ends()]
        for place, overrides in stated:
            if _set_epochs(overrides):
                raise ValueError(f"{EPOCHS!r} in '{place}' is the sweep's own 'epochs'; state it there")
        return self


def _set_epochs(overrides: Overrides) -> bool:
    """Whether overrides set the epochs: by their path, by one below it or in a group as a whole."""
    group, _, field = EPOCHS.partition(".")
    whole = overrides.get(group)
    return any(f"{path}.".startswith(f"{EPOCHS}.") for path in overrides) or (
        isinstance(whole, Mapping) and field in whole
    )


class SweepParams(Parameters):
    """Which sweep runs, and how much of it.

    Attributes:
        name: One of the sweeps of conf/; names its folders.
        n_trials: How many trials begin; None for as many as the sweep has.
        max_epochs: Upper bound of the epochs of every training, None for none.
        n_train_images: Training images at most, the first ones; None for as many as the sweep takes.
        n_seeds: Trainings of the winner; None for as many as the sweep has.
        pending: How many trials are chosen before the results of any of them are known.
        reuse: Whether finished trials are taken as they are.
    """

    name: FileName
    n_trials: PositiveInt | None
    max_epochs: PositiveInt | None
    n_train_images: PositiveInt | None
    n_seeds: PositiveInt | None
    pending: PositiveInt
    reuse: StrictBool


class Sweep(NamedTuple):
    """A sweep that is going to run.

    Attributes:
        name: Its name.
        definition: What conf/ says about it.
        base: The groups of parameters of the network in conf/, which overrides and space change.
        architecture_settings: The settings of each architecture of the network ``cnn`` by name.
        rungs: The epochs of each rung, the last one those of the whole training.
        n_trials: How many trials begin.
        n_images: Number of training images, the first ones; None for all, where it is not known how many.
        n_seeds: Trainings of the winner.
        pending: How many trials are chosen at once.
        seed: Of all trials; those of the winner follow it.
        reuse: Whether finished trials are taken as they are.
    """

    name: str
    definition: SweepDefinition
    base: Mapping[str, Any]
    architecture_settings: Mapping[str, Any]
    rungs: tuple[int, ...]
    n_trials: int
    n_images: int | None
    n_seeds: int
    pending: int
    seed: int
    reuse: bool

    @property
    def title(self) -> str:
        """What log lines begin with."""
        return f"sweep {self.name}"

    @property
    def epochs(self) -> int:
        """Of a whole training."""
        return self.rungs[-1]

    def recipe(self, values: Mapping[str, Value]) -> Recipe:
        """The network with these values.

        Raises:
            UserError: If its parameters refuse one.
        """
        chosen = all_overrides(self.definition.space, values)
        overrides = merge_overrides(self.definition.overrides, chosen, {EPOCHS: self.epochs})
        parameters = override_network(self.base, overrides, self.architecture_settings)
        return read_recipe(self.definition.network, parameters)

    def trial(self, values: Mapping[str, Value], labels: Mapping[str, str]) -> Trial:
        """The whole training of the network with these values, not made sure of."""
        images = ImageChoice(n_images=self.n_images)
        return Trial(dict(labels), self.seed, self.recipe(values), images)

    def score(self, numbers: Mapping[str, float]) -> float:
        """How good what a trial has measured is: higher is better."""
        value = numbers[self.definition.objective]
        return value if self.definition.is_rising else -value


def read_sweep(
    sweep: SweepParams,
    sweeps: Mapping[str, Any],
    architecture_settings: Mapping[str, Any],
    seed: int,
    n_images: int | None,
    **networks: Mapping[str, Any],
) -> Sweep:
    """Read what conf/ says of a sweep, and make sure of every value that it may choose, one by one.

    Args:
        sweep: Which sweep, and how much of it.
        sweeps: Those of conf/ by name.
        architecture_settings: The settings of each architecture of the network ``cnn`` by name.
        seed: Of all trials.
        n_images: Of the training set; None where that is not known.
        networks: The networks of conf/ by name, each with its groups of parameters.

    Raises:
        RefusedValueError: If there is no such sweep.
        UserError: If it is wrong; names the parameter and the value.
    """
    if sweep.name not in sweeps:
        reason = f"there is no sweep {sweep.name!r}; {suggest(sweep.name, sweeps)}"
        raise RefusedValueError("sweep", "name", reason)
    with naming(f"Sweep {sweep.name}", CONF):
        definition = SweepDefinition.model_validate(sweeps[sweep.name])
        base = choose_recipe(definition.network, **networks).parameters()
    epochs = min(definition.epochs, sweep.max_epochs or definition.epochs)
    limits = (n_images, sweep.n_train_images or definition.n_train_images)
    made = Sweep(
        name=sweep.name,
        definition=definition,
        base=base,
        architecture_settings=architecture_settings,
        rungs=(*(rung for rung in definition.rungs if rung < epochs), epochs),
        n_trials=sweep.n_trials or definition.n_trials,
        n_images=min(filter(None, limits), default=None),
        n_seeds=sweep.n_seeds or definition.n_seeds,
        pending=sweep.pending,
        seed=seed,
        reuse=sweep.reuse,
    )
    for told, values in list_ends(definition.space):
        with naming(f"Sweep {sweep.name}, {told}", CONF):
            made.recipe(values)
    for path in definition.space:
        with naming(f"Sweep {sweep.name}, {path}", CONF):
            _check_effect(made, path)
    n_points = math.prod(dimension.count() for dimension in definition.space.values())
    if made.n_trials > n_points:
        raise UserError(
            f"Sweep {sweep.name}: its space has {n_points} combinations, fewer than the {made.n_trials} of "
            f"'n_trials', so that some would be trained twice. Change it in {CONF}."
        )
    return made


def _check_effect(sweep: Sweep, path: str) -> None:
    """Refuse a dimension none of whose values changes the network, whatever the others are."""
    space = sweep.definition.space
    first, *others = space[path].ends()
    for _, values in list_ends(space):
        recipe = sweep.recipe({**values, path: first})
        if any(sweep.recipe({**values, path: other}) != recipe for other in others):
            return
    raise UserError(
        "has no effect: none of its values changes the network. Usual cause: a later dimension sets the "
        "same; put this one behind it"
    )


def check_ends(sweep: Sweep, train_set: LabelledImages, class_names: Sequence[str]) -> None:
    """Do with every value that may be chosen, one by one, all that may fail once a trial begins.

    Raises:
        UserError: Names the parameter and the value with which a network cannot be built or trained.
    """
    for told, values in list_ends(sweep.definition.space):
        with naming(f"Sweep {sweep.name}, {told}", CONF):
            check_variant(sweep.trial(values, {}), 1, train_set, class_names)


def list_ends(space: Space) -> Iterator[tuple[str, dict[str, Value]]]:
    """Values of all dimensions, with each of their examples at least once.

    Yields:
        What is looked at, in words, and the values: first the lowest of all, then one after the other another
        value, and the highest of all.
    """
    lowest = {path: dimension.ends()[0] for path, dimension in space.items()}
    yield "the first of all values", lowest
    for path, dimension in space.items():
        for value in dimension.examples()[1:]:
            yield f"{path} = {value}", {**lowest, path: value}
    yield "the last of all values", {path: dimension.ends()[-1] for path, dimension in space.items()}
