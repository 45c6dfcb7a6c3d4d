"""One training of many: what is trained, on which images, with which seed, measured how."""

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from fashion_nets.provenance.changes import without_keeping
from fashion_nets.training.parameters import ClassifierTrainingParams
from fashion_nets.training.recipe import Recipe
from fashion_nets.training.stages import Stage
from fashion_nets.trials.images import ImageChoice

Score = Literal["train", "all_train", "val", "test"]
"""What a final network is measured on: ``train`` is as many of its training images as there are validation
images, the first ones; ``all_train`` is all of them; ``val`` and ``test`` are the other two sets."""


class Reuse(NamedTuple):
    """What a trial takes over from another network, its base.

    Attributes:
        base: Name of the base among those of the comparison.
        part: Its ``hidden`` layers, all but the output layer, or the ``encoder`` of an autoencoder.
        n_layers: How many of them, from the input up, come with their weights; 0 takes none.
        stages: Which layers learn, for how long and how fast.
    """

    base: str
    part: Literal["hidden", "encoder"]
    n_layers: int
    stages: tuple[Stage, ...]


class Trial(NamedTuple):
    """One training of a comparison, which depends on no other.

    Attributes:
        labels: What tells it from the others but for the seed, such as ``{"n_images": 20, "way": "frozen"}``;
            columns of the tables.
        seed: Seed of the weights, of the draw and of the order of the images.
        recipe: The network with its optimizer and its training.
        images: Which images it takes.
        measurements: Names of ``MEASUREMENTS``.
        scored_on: What the final network is measured on.
        reuse: What it takes over from a base, if it does.
        costs: What its network costs, which is known beforehand: ``parameters``, ``multiplications`` (of one
            image, forward) and ``training_memory_mb`` (of a batch, estimated).
        pause_after: After how many epochs of its whole training, whose length its recipe says, it ends and
            leaves its state, so that another trial goes on from there; None for never.
        training: The name of the training that it is a part of, by which those that follow one another find
            the state; None where it is the whole of one.
    """

    labels: dict[str, str | int]
    seed: int
    recipe: Recipe
    images: ImageChoice = ImageChoice()
    measurements: tuple[str, ...] = ()
    scored_on: tuple[Score, ...] = ("train", "val")
    reuse: Reuse | None = None
    costs: Mapping[str, float] = {}
    pause_after: int | None = None
    training: str | None = None

    @property
    def is_classifier(self) -> bool:
        """Whether it trains a classifier, else an autoencoder."""
        return isinstance(self.recipe.training, ClassifierTrainingParams)

    @property
    def most_epochs(self) -> int:
        """How many epochs it has, through all stages and phases, if nothing stops it early."""
        if self.reuse is not None:
            return sum(stage.epochs for stage in self.reuse.stages)
        return min(self.recipe.most_epochs, self.pause_after or self.recipe.most_epochs)

    @property
    def name(self) -> str:
        """What people call it, such as ``20 images, frozen, seed 42``."""
        return ", ".join([*self._parts(" "), f"seed {self.seed}"])

    @property
    def key(self) -> str:
        """What its result is stored as, such as ``20_images/frozen/seed_42``."""
        return "/".join([*self._parts("_"), f"seed_{self.seed}"])

    def settings(
        self, sets: Mapping[str, str], bases: Mapping[str, str], n_classes: int, machine: Mapping[str, Any]
    ) -> dict[str, Any]:
        """All that its result depends on, as JSON holds it.

        Args:
            sets: The digest of each set, as by :meth:`fashion_nets.trials.images.TrialSets.digests`.
            bases: The digest of the weights of each base.
            n_classes: Number of classes of the sets.
            machine: What computes, as by :func:`fashion_nets.provenance.machine.describe_machine`.
        """
        used = sets if "test" in self.scored_on else {k: v for k, v in sets.items() if k != "test"}
        return {
            "network": self.recipe.network,
            "parameters": without_keeping(self.recipe.parameters()),
            "seed": self.seed,
            "images": {**used, "n_classes": n_classes, **self.images.settings()},
            "measurements": list(self.measurements),
            "scored_on": list(self.scored_on),
            "base": None if self.reuse is None else _describe_reuse(self.reuse, bases),
            "machine": dict(machine),
            **({} if self.pause_after is None else {"pause_after": self.pause_after}),
        }

    def _parts(self, space: str) -> list[str]:
        return [
            f"{value}{space}{label.removeprefix('n_')}" if isinstance(value, int) else value
            for label, value in self.labels.items()
        ]


def _describe_reuse(reuse: Reuse, bases: Mapping[str, str]) -> dict[str, Any]:
    return {
        "weights": bases[reuse.base],
        "part": reuse.part,
        "n_layers": reuse.n_layers,
        "stages": [stage._asdict() for stage in reuse.stages],
    }
