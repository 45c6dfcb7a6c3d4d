"""Nodes of the pipeline ``register``."""

import logging
from typing import Annotated, Any, NamedTuple, Self

import numpy as np
from pydantic import Field, PositiveInt, model_validator

from fashion_nets import load_network
from fashion_nets.data.image_set import LabelledImages
from fashion_nets.errors import UserError
from fashion_nets.evaluation.differences import compare_pairs
from fashion_nets.formatting import format_power, format_time, now
from fashion_nets.inspection.explanation import check_classifier
from fashion_nets.inspection.prediction import which_are_right
from fashion_nets.networks.references import CHALLENGER, CHAMPION, REGISTERED_MODEL
from fashion_nets.parameters import Parameters, RefusedValueError, Text
from fashion_nets.pipelines.wiring import checked_by, doing_without
from fashion_nets.tracking import registry
from fashion_nets.tracking.references import Network, find_network, network_to_register, open_network, store
from fashion_nets.tracking.runs import wait_until_written

SIGNIFICANCE = 0.05
"""Of McNemar's exact test: below, a version is better by more than chance."""
VALIDATION = "validation_set"

_SCORED_ANEW = (
    "The champion was validated on other images and is scored anew on these, of which it may have seen some "
    "in training."
)

logger = logging.getLogger(__name__)


class RegisterParams(Parameters):
    """What becomes a version of the registered model, or which version becomes the champion again.

    Attributes:
        run: The id in MLflow of a run of ``kedro run``, whose best classifier it is, or of the run of a
            network; None for the run at work if it trains classifiers, or else the last one that did.
        version: Makes this version the champion, whatever the other ones are like, and registers nothing.
    """

    run: Text | None
    version: Annotated[PositiveInt, Field(lt=10**9)] | None

    @model_validator(mode="after")
    def _check_choice(self) -> Self:
        if self.run is not None and self.version is not None:
            raise ValueError(
                "either a 'run' is registered or a 'version' is made the champion; state one of them"
            )
        return self


class Verdict(NamedTuple):
    """What becomes of a new version.

    Attributes:
        alias: Which it gets; None where nothing can be told.
        reason: Why, in sentences.
        numbers: What was measured, by name.
    """

    alias: str | None
    reason: str
    numbers: dict[str, float]


def check_run(register: RegisterParams, is_tracked: bool) -> None:
    """Refuse to look for a run of MLflow where this one is not tracked, and so has no experiment."""
    if not is_tracked and register.run is None and register.version is None:
        raise RefusedValueError(
            "register", "run", "should be the id of a run in MLflow, as this one is not tracked; got None"
        )


@doing_without
@checked_by(check_run)
def register_classifier(
    register: RegisterParams,
    is_tracked: bool,  # noqa: ARG001  # for the check
    validation_set: LabelledImages | None,
    **metrics: Any,  # noqa: ARG001  # taken so that the classifiers of the same run are evaluated first
) -> dict[str, Any]:
    """Make the best classifier of a run a version, and the champion if it is better; or roll back.

    Returns:
        ``sentence`` says what was done. ``version``, ``alias`` (None where it has none), and of a new one
        ``network``, ``run_id`` and what was measured.

    Raises:
        UserError: If MLflow's store cannot be reached, or has no such run or version.
    """
    with store() as client:
        if register.version is not None:
            decision = _roll_back(client, str(register.version))
        else:
            if not wait_until_written():
                raise UserError(
                    "MLflow's store has not taken all of this run yet, and only what it has can be "
                    "registered. When it is back, import what was kept, and run again: "
                    "kedro run --pipelines=register"
                )
            decision = _register(client, network_to_register(client, register.run), validation_set)
    logger.info("%s", decision["sentence"])
    return decision


def _register(client: Any, network: Network, validation_set: LabelledImages | None) -> dict[str, Any]:
    known = {"network": network.name, "run_id": network.run_id}
    if (version := registry.version_of(client, network)) is not None:
        sentence = (
            f"{network.name} of {network.called} is version {version} of {REGISTERED_MODEL} already. Nothing "
            "was changed."
        )
        return {"sentence": sentence, "version": version, "alias": None, **known}
    verdict = _judge(client, network, validation_set)
    version = registry.add_version(client, network)
    registry.describe_version(client, version, registry.describe_origin(client, network))
    registry.describe_version(client, version, verdict.reason)
    if verdict.alias == CHAMPION:
        registry.call_champion(client, version)
    elif verdict.alias == CHALLENGER:
        registry.call_challenger(client, version)
    sentence = (
        f"{network.name} of {network.called} is now version {version} of {REGISTERED_MODEL}. {verdict.reason}"
    )
    return {"sentence": sentence, "version": version, "alias": verdict.alias, **known, **verdict.numbers}


def _judge(client: Any, network: Network, validation_set: LabelledImages | None) -> Verdict:
    """Compare a network with the champion on the validation images of its run."""
    before = registry.champion(client)
    if before is None:
        return Verdict(CHAMPION, "There was no champion, so it is the champion.", {})
    rival = find_network(client, before)
    theirs = registry.data_of(client, rival).get(VALIDATION)
    own = registry.data_of(client, network).get(VALIDATION)
    if validation_set is None or own is None or registry.digest_at_work(VALIDATION) != own:
        return _not_compared(
            before, "the validation images that are stored are not known to be those of its run"
        )
    try:
        right = [_which_are_right(client, each, validation_set) for each in (network, rival)]
    except UserError as error:
        return _not_compared(before, str(error).removesuffix("."))
    pairs = compare_pairs(*right)
    is_better = pairs.only_one > pairs.only_other and pairs.p_value < SIGNIFICANCE
    alias = CHAMPION if is_better else CHALLENGER
    accuracy, other = (float(each.mean()) for each in right)
    anew = "" if theirs == own else f" {_SCORED_ANEW}"
    reason = (
        f"Of the {len(right[0]):,} validation images of its run it gets {accuracy:.4f} right, and the "
        f"champion, version {before}, {other:.4f}. It alone is right on {pairs.only_one:,}, the champion "
        f"alone on {pairs.only_other:,}: p = {format_power(pairs.p_value)} by McNemar's exact test.{anew} "
        f"So it is the {alias}."
    )
    numbers = {
        "val_accuracy": accuracy,
        "champion_val_accuracy": other,
        "only_this_right": pairs.only_one,
        "only_champion_right": pairs.only_other,
        "p_value": pairs.p_value,
    }
    return Verdict(alias, reason, numbers)


def _not_compared(champion: str, reason: str) -> Verdict:
    return Verdict(
        None, f"It was not compared with the champion, version {champion}, and no alias moves: {reason}.", {}
    )


def _which_are_right(client: Any, network: Network, images: LabelledImages) -> np.ndarray:
    """Which images a network gets right, bool, shape (n_images,)."""
    opened = open_network(client, network, load_network)
    check_classifier(opened.model, images.images.shape[1:], len(opened.class_names))
    return which_are_right(opened.model, images)


def _roll_back(client: Any, version: str) -> dict[str, Any]:
    network = find_network(client, version)
    before = registry.call_champion(client, version)
    if before == version:
        sentence = f"Version {version} of {REGISTERED_MODEL} ({network.name}) is the champion already."
    else:
        was = f" in place of version {before}" if before else ""
        registry.describe_version(client, version, f"Made the champion by hand{was}, {format_time(now())}.")
        sentence = f"Version {version} of {REGISTERED_MODEL} ({network.name}) is now the champion{was}."
    return {"sentence": sentence, "version": version, "alias": CHAMPION}
