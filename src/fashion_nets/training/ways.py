"""Ways to train a network where labelled images are few, with layers of another one or without."""

from typing import NamedTuple

from fashion_nets.training.stages import Stage


class Way(NamedTuple):
    """A way to train a network that may take over layers of another one.

    Attributes:
        n_reused: How many of the lowest layers with a kernel come with their weights.
        stages: Which layers learn, for how long and how fast.
    """

    n_reused: int
    stages: tuple[Stage, ...]


def plan_ways(
    n_layers: int, epochs: int, frozen_epochs: int, n_frozen_in_the_end: int, rate_factor: float, last: str
) -> dict[str, Way]:
    """The ways to reuse layers that are compared (lecture, "Transfer Learning").

    All have the same number of epochs, none of which is chosen by validation: whoever has few labelled images
    has none to spare for that.

    Args:
        n_layers: Number of layers that are reused.
        epochs: Epochs of each way.
        frozen_epochs: After so many epochs the last way lets reused layers learn too.
        n_frozen_in_the_end: So many of the lowest layers stay as they are even then.
        rate_factor: By which it then multiplies the learning rate.
        last: What the last way is called.

    Returns:
        ``scratch``, which reuses nothing; ``frozen``, which keeps the reused layers as they are; and
        ``last``, which does so at first.
    """
    unfrozen = Stage(epochs - frozen_epochs, n_frozen_in_the_end, rate_factor)
    return {
        "scratch": Way(0, (Stage(epochs, 0),)),
        "frozen": Way(n_layers, (Stage(epochs, n_layers),)),
        last: Way(n_layers, (Stage(frozen_epochs, n_layers), unfrozen)),
    }
