"""The networks that trials reuse: trained before them, and stored with what made them."""

import logging
from collections.abc import Callable, Mapping
from typing import Any

from fashion_nets.networks.types import KerasModel
from fashion_nets.provenance.changes import changes
from fashion_nets.provenance.digests import digest_weights
from fashion_nets.provenance.machine import describe_machine, library_versions
from fashion_nets.tracking import TrainingLog
from fashion_nets.training.checkpoints import NOT_KEPT, Checkpoints
from fashion_nets.training.parameters import kept_epoch
from fashion_nets.trials.images import TrialSets
from fashion_nets.trials.planning import Plan
from fashion_nets.trials.training import fit_trial

ORIGIN = "made_from"
"""The name of the record of what made a base."""

logger = logging.getLogger(__name__)


def prepare_base(
    name: str,
    plan: Plan,
    stored_network: Callable[[], KerasModel] | None,
    stored_origins: Mapping[str, Callable[[], dict[str, Any]]],
    sets: TrialSets,
    checkpoints: Checkpoints = NOT_KEPT,
) -> tuple[KerasModel, dict[str, dict[str, Any]]]:
    """Train a base, or take the stored one if it was made from the same.

    Args:
        name: Its name in the plan, and of the network that it is stored as.
        plan: Says what it is.
        stored_network: Loads the base that an earlier run has stored; None if there is none.
        stored_origins: What is recorded of the stored base.
        sets: What images are chosen from.
        checkpoints: Where its training leaves its state while it lasts.

    Returns:
        The network, and the record of what made it.
    """
    base = plan.bases[name]
    if isinstance(base, str):
        raise TypeError(
            f"The base {name} is the network {base}, which is not trained as a base: take_base takes it."
        )
    settings = base.settings(sets.digests(), {}, len(sets.class_names), describe_machine())
    origin = {"settings": settings, "versions": library_versions()}
    if plan.reuse and stored_network is not None and ORIGIN in stored_origins:
        stored_origin = stored_origins[ORIGIN]()
        if stored := _take_stored(name, plan, stored_network, stored_origin, origin):
            return stored, {ORIGIN: stored_origin}
    images = base.images.choose(sets, base.seed)
    if not plan.reuse:
        checkpoints.remove()
    log = TrainingLog(name, images.class_names)
    network, history = fit_trial(base, images, {}, log, checkpoints=checkpoints.for_account(log))
    log.keep_best(history, kept_epoch(history, base.recipe.training.early_stopping))
    logger.info(
        "%s: trained the base %s on %d images: validation loss %.4f (%.1f s)",
        plan.title,
        name,
        len(images.fitted.images),
        history["val_loss"].iloc[-1],
        history["seconds"].sum(),
    )
    return network, {ORIGIN: {**origin, "weights": digest_weights(network)}}


def take_base(network: KerasModel, name: str) -> tuple[KerasModel, dict[str, dict[str, Any]]]:
    """Take a network as a base that was not trained for that.

    Args:
        network: Of the project.
        name: Its name.

    Returns:
        The network, and the record of what made the base.
    """
    return network, {ORIGIN: {"stored_network": name, "weights": digest_weights(network)}}


def _take_stored(
    name: str,
    plan: Plan,
    load: Callable[[], KerasModel],
    stored: Mapping[str, Any],
    origin: Mapping[str, Any],
) -> KerasModel | None:
    """The stored base, unless it was made from something else."""
    different = changes({key: stored.get(key) for key in origin}, origin)
    network = None if different else load()
    if network is not None and digest_weights(network) != stored["weights"]:
        different = ["weights"]  # something else has been stored in its place
    if different:
        logger.info("%s: the base %s is trained again, as %s changed", plan.title, name, ", ".join(different))
        return None
    logger.info("%s: the base %s was trained earlier and is taken as it is", plan.title, name)
    return network
