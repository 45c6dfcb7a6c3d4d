"""What a study is: a question, variants of a network, and figures that answer it."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, NamedTuple, Self

from pydantic import Field, PositiveInt, StrictBool, model_validator

from fashion_nets.data.image_set import LabelledImages
from fashion_nets.errors import UserError, naming
from fashion_nets.formatting import count_epochs
from fashion_nets.networks.keras_objects import suggest
from fashion_nets.networks.parameters import one_of
from fashion_nets.networks.registry import CLASSIFIERS
from fashion_nets.parameters import FileName, Parameters, RefusedValueError
from fashion_nets.pipelines.study.claims import ClaimParams
from fashion_nets.pipelines.study.conclusions import CONCLUSIONS, COSTS
from fashion_nets.pipelines.study.figures import FIGURES, FigureParams
from fashion_nets.training.overrides import Overrides, merge_overrides, override_network
from fashion_nets.training.recipe import Recipe, choose_recipe, read_recipe
from fashion_nets.trials.images import ImageChoice
from fashion_nets.trials.measurements import MEASUREMENTS
from fashion_nets.trials.planning import Plan, limit_epochs, plan_seeds
from fashion_nets.trials.trial import Trial

CONF = "conf/base/parameters_study.yml"
OF_ALL = ("mistakes",)
"""Measurements of every study, from which its conclusion is drawn."""


class ConclusionParams(Parameters):
    """How the question of a study is answered in words.

    Attributes:
        kind: One of ``CONCLUSIONS``.
        variants: Those that it is about, where the kind asks for them.
        quantity: What it is about beside the accuracy, one of ``COSTS``; needed where the kind asks for it.
    """

    kind: Annotated[str, one_of("kind of conclusion", CONCLUSIONS)]
    variants: tuple[str, ...] = ()
    quantity: Annotated[str, one_of("quantity", COSTS)] | None = None

    @model_validator(mode="after")
    def _check_needs(self) -> Self:
        kind = CONCLUSIONS[self.kind]
        if len(self.variants) < kind.n_variants or (kind.in_pairs and len(self.variants) % 2):
            raise ValueError(
                f"'variants' of a conclusion of kind {self.kind} should name {kind.n_variants} or more"
                f"{' in pairs' * kind.in_pairs}, got {len(self.variants)}"
            )
        if kind.needs_quantity and self.quantity is None:
            raise ValueError(
                f"'quantity' of a conclusion of kind {self.kind} is missing; it should be one of "
                f"{', '.join(COSTS)}"
            )
        return self


BEST = ConclusionParams(kind="best")


class StudyDefinition(Parameters):
    """A study of conf/.

    Attributes:
        question: What it asks; ``{epochs}`` stands for the epochs that are run, such as "10 epochs".
        network: The network of conf/ that is varied.
        overrides: What all variants have in common, where it differs from the network of conf/.
        variants: Name and overrides of each.
        measurements: Further measurements of each trial, names of ``MEASUREMENTS``.
        conclusion: How the question is answered in words.
        claims: What it tests of the lecture; maybe nothing.
        cannot_tell: What the answer is not to be relied on for and why, as it goes on after "this run cannot
            tell": "whether it helps, as 1,000 images are too few"; None where it is.
        n_seeds: Trials of each variant.
        n_train_images: Training images at most, the first ones; None for all of them.
        answer: The figure that answers the question.
        further_figures: More of them, by name.
    """

    question: str
    network: Annotated[str, one_of("network to study", CLASSIFIERS)]
    overrides: Overrides = Field(default_factory=dict)
    variants: Annotated[dict[FileName, Overrides], Field(min_length=1)]
    measurements: tuple[Annotated[str, one_of("measurement", MEASUREMENTS)], ...] = ()
    conclusion: ConclusionParams = BEST
    claims: tuple[ClaimParams, ...]
    cannot_tell: str | None = None
    n_seeds: PositiveInt = 3
    n_train_images: PositiveInt | None = None
    answer: FigureParams
    further_figures: dict[FileName, FigureParams] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _check_measurements(self) -> Self:
        figures = (self.answer, *self.further_figures.values())
        needed = [(f"figure of kind {each.kind}", FIGURES[each.kind].measurement) for each in figures]
        kind = self.conclusion.kind
        needed.append((f"conclusion of kind {kind}", CONCLUSIONS[kind].measurement))
        needed += [("claim of kind spare", "pruning") for claim in self.claims if claim.kind == "spare"]
        for what, measurement in needed:
            if measurement not in {None, *self.measurements}:
                raise ValueError(f"a {what} needs the measurement {measurement}; add it to 'measurements'")
        return self

    @model_validator(mode="after")
    def _check_conclusion(self) -> Self:
        named = {"conclusion": self.conclusion.variants}
        named |= {f"claims.{place}": (*each.variants, *each.than) for place, each in enumerate(self.claims)}
        for what, variants in named.items():
            if unknown := [name for name in variants if name not in self.variants]:
                raise ValueError(
                    f"'{what}.variants' should be among {', '.join(self.variants)}, got {', '.join(unknown)}"
                )
        return self


class StudyParams(Parameters):
    """Which study runs, and how much of it.

    Attributes:
        name: One of the studies of conf/; names its folders.
        n_seeds: Trials of each variant, with one seed after the other; None for as many as the study has.
        max_epochs: Upper bound of the epochs of every trial, None for none.
        n_train_images: Training images at most, the first ones; None for as many as the study takes.
        reuse: Whether finished trials are taken as they are.
    """

    name: FileName
    n_seeds: PositiveInt | None
    max_epochs: PositiveInt | None
    n_train_images: PositiveInt | None
    reuse: StrictBool


class Study(NamedTuple):
    """A study that is going to run.

    Attributes:
        name: Its name.
        definition: What conf/ says about it.
        n_images: Number of training images, the first ones.
        epochs: Of the variant that is trained longest.
    """

    name: str
    definition: StudyDefinition
    n_images: int
    epochs: int

    @property
    def question(self) -> str:
        """What it asks, with the epochs that are run."""
        return self.definition.question.replace("{epochs}", count_epochs(self.epochs))


def make_plan(
    study: StudyParams,
    studies: Mapping[str, Any],
    networks: Mapping[str, Mapping[str, Any]],
    architecture_settings: Mapping[str, Any],
    seed: int,
    train_set: LabelledImages,
    class_names: Sequence[str],
) -> tuple[Plan, Study]:
    """Resolve the variants of a study, and make sure that each of them can be trained.

    Args:
        study: Which study, and how much of it.
        studies: Those of conf/ by name.
        networks: The networks of conf/ by name, each with its groups of parameters.
        architecture_settings: The settings of each architecture of the network ``cnn`` by name, likewise.
        seed: The first seed.
        train_set: All training images.
        class_names: One for each class.

    Raises:
        UserError: If there is no such study, or it is wrong; names the variant and the field.
    """
    definition, recipes = read_study(study, studies, architecture_settings, **networks)
    all_images, n_seeds = len(train_set.labels), study.n_seeds or definition.n_seeds
    n_images = min(all_images, study.n_train_images or definition.n_train_images or all_images)
    trials = []
    for variant, recipe in recipes.items():
        images = ImageChoice(n_images=n_images)
        measurements = (*definition.measurements, *OF_ALL)
        trial = Trial({"variant": variant}, seed, recipe, images, tuple(dict.fromkeys(measurements)))
        with naming(f"Study {study.name}, variant {variant}", CONF):
            trials += plan_seeds(trial, n_seeds, train_set, class_names)
    plan = Plan(f"study {study.name}", trials, study.reuse, tags={"study": study.name})
    epochs = max(recipe.training.epochs for recipe in recipes.values())
    return plan, Study(study.name, definition, n_images, epochs)


def read_study(
    study: StudyParams,
    studies: Mapping[str, Any],
    architecture_settings: Mapping[str, Any],
    **networks: Mapping[str, Any],
) -> tuple[StudyDefinition, dict[str, Recipe]]:
    """Read what conf/ says of a study, and the recipe of each of its variants.

    Args:
        study: Which study, and how much of it.
        studies: Those of conf/ by name.
        architecture_settings: The settings of each architecture of the network ``cnn`` by name.
        networks: The networks of conf/ by name, each with its groups of parameters.

    Raises:
        RefusedValueError: If there is no such study.
        UserError: If it is wrong; names the variant and the field.
    """
    if study.name not in studies:
        reason = f"there is no study {study.name!r}; {suggest(study.name, studies)}"
        raise RefusedValueError("study", "name", reason)
    with naming(f"Study {study.name}", CONF):
        definition = StudyDefinition.model_validate(studies[study.name])
    base = choose_recipe(definition.network, **networks).parameters()
    recipes = {}
    for variant, overrides in definition.variants.items():
        with naming(f"Study {study.name}, variant {variant}", CONF):
            merged = merge_overrides(definition.overrides, overrides)
            parameters = override_network(base, merged, architecture_settings)
            recipe = read_recipe(definition.network, parameters)
            recipes[variant] = limit_epochs(recipe, study.max_epochs)
            _check_figures(recipes[variant], definition)
    return definition, recipes


def _check_figures(recipe: Recipe, definition: StudyDefinition) -> None:
    """Make sure that what figures show is recorded."""
    shown = {figure.quantity for figure in (definition.answer, *definition.further_figures.values())}
    if "gradient_norm" in shown and recipe.training.gradient_norm is None:
        raise UserError("training.gradient_norm is null, but a figure shows it")
