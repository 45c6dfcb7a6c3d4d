"""How the question of a study is answered from what was measured, by kind of conclusion."""

from collections.abc import Callable, Mapping, Sequence
from itertools import combinations
from typing import NamedTuple

import pandas as pd

from fashion_nets.evaluation.differences import (
    Difference,
    Outcomes,
    Quantity,
    SeedNoise,
    are_identical,
    compare,
    measure,
)
from fashion_nets.evaluation.pruning import TOLERATED_LOSS, spare_ranges
from fashion_nets.formatting import format_number, format_share_range, keep_together
from fashion_nets.pipelines.study.wording import (
    name_of,
    tell_accuracy,
    tell_amount,
    tell_difference,
    tell_differences,
    tell_names,
)

COSTS = {
    "parameters": "parameters",
    "multiplications": "multiplications an image",
    "epochs": "epochs",
    "seconds": "seconds of the whole trial",
}
VARYING_COSTS = ("epochs", "seconds")
"""Those that differ from training to training, the latter with what else the machine does."""


class Evidence(NamedTuple):
    """What a conclusion is drawn from.

    Attributes:
        outcomes: Of each variant, in the order of the study, but of those that diverged with every seed.
        noise: How much each quantity differs from seed to seed.
        diverged: The names of these.
        guess: The accuracy of always naming the most frequent class.
        costs: A row for each variant, which is the index: ``parameters``, ``multiplications`` and the means
            of ``epochs`` and ``seconds``.
        pruning: The measurement of that name; empty where there is none.
    """

    outcomes: Mapping[str, Outcomes]
    noise: Mapping[Quantity, SeedNoise]
    diverged: Sequence[str]
    guess: float
    costs: pd.DataFrame
    pruning: pd.DataFrame

    @property
    def best(self) -> str:
        """The variant with the highest mean accuracy."""
        return max(self.outcomes, key=lambda variant: self.outcomes[variant].mean())

    def learns(self, variant: str) -> bool:
        """Whether a variant gets beyond guessing, beyond noise; what diverged does not."""
        found = self.outcomes.get(variant)
        return found is not None and measure(found, self.noise["val"]).is_above(self.guess)

    def compare(self, one: str, other: str, quantity: Quantity = "val") -> Difference:
        """By how much one variant is ahead of another."""
        return compare(self.outcomes[one], self.outcomes[other], self.noise[quantity], quantity)

    def differences_from(self, reference: str, quantity: Quantity = "val") -> dict[str, Difference]:
        """By how much each other variant is ahead of one, the largest difference first."""
        others = [variant for variant in self.outcomes if variant != reference]
        differences = {variant: self.compare(variant, reference, quantity) for variant in others}
        return dict(sorted(differences.items(), key=lambda item: -item[1].value))


class Conclusion(NamedTuple):
    """A kind of conclusion.

    Attributes:
        draw: Words it in clauses, the one that answers first, from the evidence and from the variants and
            the quantity that conf/ names.
        reference: Gives the variant that the others are compared with in the table.
        n_variants: The fewest variants that conf/ has to name for it.
        in_pairs: Whether these are pairs, so that their number is even.
        needs_quantity: Whether conf/ has to say what it is about, one of ``COSTS``.
        measurement: The measurement that it is drawn from, if it is one.
    """

    draw: Callable[[Evidence, Sequence[str], str], list[str]]
    reference: Callable[[Evidence, Sequence[str]], str]
    n_variants: int = 0
    in_pairs: bool = False
    needs_quantity: bool = False
    measurement: str | None = None


def _best_of(evidence: Evidence, variants: Sequence[str]) -> str:  # noqa: ARG001
    return evidence.best


def _best_reference(evidence: Evidence, variants: Sequence[str]) -> str:
    """The best of the variants that are named; of all, if these diverged."""
    named = {variant: evidence.outcomes[variant] for variant in variants if variant in evidence.outcomes}
    return evidence._replace(outcomes=named or evidence.outcomes).best


def _conclude_best(evidence: Evidence, variants: Sequence[str], quantity: str) -> list[str]:  # noqa: ARG001
    best, differences = evidence.best, evidence.differences_from(evidence.best)
    behind, alike = _split(differences)
    if not behind and alike:
        lowest = min(evidence.outcomes.values(), key=Outcomes.mean)
        span = f"{tell_accuracy(lowest.mean())} to {tell_accuracy(evidence.outcomes[best].mean())}"
        told = [f"no difference beyond noise between {tell_names([best, *alike], 'and')} ({span})"]
    else:
        # In one clause, as a title has the first alone: it must not crown what noise may have put ahead.
        doubt = f", no difference from it beyond noise: {tell_names(alike)}" if alike else ""
        told = [f"highest with {_with_accuracy(evidence, best)}{doubt}"]
        told += [f"behind it: {tell_differences(behind)}"] if behind else []
    return told + _tell_diverged(evidence)


def _conclude_against(evidence: Evidence, variants: Sequence[str], quantity: str) -> list[str]:
    if not set(variants) & set(evidence.outcomes):
        return [*_conclude_best(evidence, (), ""), "there is nothing to compare with"]
    reference = _best_reference(evidence, variants)
    differences = evidence.differences_from(reference)
    same = [
        each for each in differences if are_identical(evidence.outcomes[each], evidence.outcomes[reference])
    ]
    others = {variant: each for variant, each in differences.items() if variant not in same}
    beyond, alike = _split(others)
    higher = {variant: each for variant, each in beyond.items() if each.value > 0}
    lower = {variant: each for variant, each in beyond.items() if each.value < 0}
    amounts = _amounts(evidence, quantity)
    than = _with_accuracy(evidence, reference, amounts)
    parts = [
        f"higher than {than} with {tell_differences(higher, amounts)}"
        if higher
        else f"nothing is higher than {than}"
    ]
    parts += [_tell_apart(evidence, list(higher))] if len(higher) > 1 else []
    parts += [f"lower with {tell_differences(lower, amounts)}"] if lower else []
    parts += [f"no difference beyond noise with {tell_names(alike)}"] if alike else []
    parts += [f"the same in every seed with {tell_names(same)}"] if same else []
    return parts + _tell_diverged(evidence)


def _conclude_order(evidence: Evidence, variants: Sequence[str], quantity: str) -> list[str]:  # noqa: ARG001
    there = [variant for variant in variants if variant in evidence.outcomes]
    pairs = {(first, second): evidence.compare(first, second) for first, second in combinations(there, 2)}
    beyond = {pair: each for pair, each in pairs.items() if each.is_beyond_noise}
    reversed_pairs = {pair: each for pair, each in beyond.items() if each.value < 0}
    counts = (
        f"of its {len(pairs)} pairs {len(beyond) - len(reversed_pairs)} hold beyond noise, "
        f"{len(reversed_pairs)} are the other way round"
    )
    if reversed_pairs:
        (first, second), widest = min(reversed_pairs.items(), key=lambda item: item[1].value)
        ahead = tell_difference(widest._replace(value=-widest.value))
        counts += f" (most of all {name_of(second)} over {name_of(first)}: {ahead})"
    return [f"{counts}, {len(pairs) - len(beyond)} are within noise", *_tell_diverged(evidence)]


def _conclude_learning(evidence: Evidence, variants: Sequence[str], quantity: str) -> list[str]:  # noqa: ARG001
    learned = [
        variant
        for variant, _ in sorted(evidence.outcomes.items(), key=lambda item: -item[1].mean())
        if evidence.learns(variant)
    ]
    stuck = [variant for variant in evidence.outcomes if variant not in learned]
    parts = (
        [f"no better than guessing ({tell_accuracy(evidence.guess)}): {tell_names(stuck)}"] if stuck else []
    )
    if learned:
        best = learned[0]
        kept = {variant: evidence.outcomes[variant] for variant in learned}
        behind, alike = _split(evidence._replace(outcomes=kept).differences_from(best))
        with_best = f", no difference beyond noise: {tell_names(alike)}" if alike else ""
        parts.insert(0, f"{_with_accuracy(evidence, best)} learns best{with_best}")
        if behind:
            parts.insert(1, f"behind it, but learning: {tell_differences(behind)}")
    return parts + _tell_diverged(evidence)


def _conclude_cheapest(evidence: Evidence, variants: Sequence[str], quantity: str) -> list[str]:  # noqa: ARG001
    best, cheapest = evidence.best, find_cheapest(evidence, quantity)
    behind, _ = _split(evidence.differences_from(best))
    amounts = _amounts(evidence, quantity)
    unit = COSTS[quantity]
    told = [
        f"highest with {_with_accuracy(evidence, best, amounts)}, and with fewer {unit} none is as good"
        if cheapest == best
        else f"{_with_accuracy(evidence, cheapest, amounts)} is not behind the highest beyond noise, "
        f"{_with_accuracy(evidence, best, amounts)}"
    ]
    told += [f"behind that: {tell_differences(behind)}"] if behind else []
    told += [f"{unit} are means, whose own noise is not counted"] if quantity in VARYING_COSTS else []
    return told + _tell_diverged(evidence)


def _conclude_gap(evidence: Evidence, variants: Sequence[str], quantity: str) -> list[str]:  # noqa: ARG001
    if not set(variants) & set(evidence.outcomes):
        return [*_conclude_best(evidence, (), ""), "there is no gap to compare with"]
    reference = _best_reference(evidence, variants)
    gaps, prices = evidence.differences_from(reference, "gap"), evidence.differences_from(reference)
    beyond, alike = _split(gaps)
    wider = {name: each for name, each in beyond.items() if each.value > 0}
    free = [name for name in beyond if name not in wider and not prices[name].is_lower]
    paid = {name: prices[name] for name in prices if name in beyond and name not in (*wider, *free)}
    gap = f"the gap of {name_of(reference)}, {tell_accuracy(evidence.outcomes[reference].mean('gap'))}"
    told = [f"at no price beyond noise: {tell_names(free)}"] if free else []
    told += [f"at a price in validation accuracy: {tell_differences(paid)}"] if paid else []
    told = [f"{gap}, is narrowed {told[0]}", *told[1:]] if told else [f"nothing narrows {gap}, beyond noise"]
    told += [f"widened: {tell_differences(wider)}"] if wider else []
    told += [f"no difference beyond noise: {tell_names(alike)}"] if alike else []
    return told + _tell_diverged(evidence)


def _conclude_pairs(evidence: Evidence, variants: Sequence[str], quantity: str) -> list[str]:  # noqa: ARG001
    pairs = list(zip(variants[::2], variants[1::2], strict=True))
    parts: list[tuple[Quantity, str]] = [("train", "training"), ("val", "validation")]
    told = []
    for part, name in parts:
        each = [
            f"{name_of(one)} over {name_of(other)} {tell_difference(difference)}"
            + ("" if difference.is_beyond_noise else " (within noise)")
            for one, other in pairs
            if {one, other} <= set(evidence.outcomes)
            for difference in [evidence.compare(one, other, part)]
        ]
        told += [f"accuracy on {name} images, {', '.join(each)}"] if each else []
    return told + _tell_diverged(evidence)


def _conclude_pruning(evidence: Evidence, variants: Sequence[str], quantity: str) -> list[str]:  # noqa: ARG001
    told = [
        f"{name_of(variant)} {keep_together(format_share_range(*ends))}"
        for variant, ends in spare_ranges(evidence.pruning).items()
    ]
    costs = f"at a cost of at most {TOLERATED_LOSS:g} of validation accuracy, by seed"
    return [f"{costs}: {', '.join(told)}", *_tell_diverged(evidence)]


CONCLUSIONS = {
    "best": Conclusion(_conclude_best, _best_of),
    "against": Conclusion(_conclude_against, _best_reference, 1),
    "order": Conclusion(_conclude_order, _best_of, 2),
    "learning": Conclusion(_conclude_learning, _best_of),
    "cheapest": Conclusion(_conclude_cheapest, _best_of, needs_quantity=True),
    "gap": Conclusion(_conclude_gap, _best_reference, 1),
    "pairs": Conclusion(_conclude_pairs, _best_of, 2, in_pairs=True),
    "pruning": Conclusion(_conclude_pruning, _best_of, measurement="pruning"),
}
"""``best``: which is highest, and which are not told apart from it; ``against``: which differ from a variant,
the best of those named; ``order``: which pairs of an order hold; ``learning``: which get beyond guessing;
``cheapest``: which needs least of a quantity without being behind the best; ``gap``: which narrow the gap
between training and validation of a variant, and at what price; ``pairs``: how the first, third, ... differ
from the second, fourth, ...; ``pruning``: how many weights can be spared."""


def find_cheapest(evidence: Evidence, quantity: str) -> str:
    """The variant that needs least of a quantity, of those that are not behind the best beyond noise."""
    _, alike = _split(evidence.differences_from(evidence.best))
    return min([evidence.best, *alike], key=lambda variant: evidence.costs.loc[variant, quantity])


def _split(differences: Mapping[str, Difference]) -> tuple[dict[str, Difference], list[str]]:
    """The differences beyond noise, and the names of the others."""
    beyond = {name: each for name, each in differences.items() if each.is_beyond_noise}
    return beyond, [name for name in differences if name not in beyond]


def _tell_apart(evidence: Evidence, names: Sequence[str]) -> str:
    """Whether the first of some variants is ahead of the others."""
    first, *others = names
    behind = [other for other in others if evidence.compare(first, other).is_beyond_noise]
    if not behind:
        return "between these no difference beyond noise"
    return f"{name_of(first)} is ahead of {tell_names(behind)} beyond noise too"


def _with_accuracy(evidence: Evidence, variant: str, amounts: Mapping[str, str] | None = None) -> str:
    accuracy = tell_accuracy(evidence.outcomes[variant].mean())
    return f"{name_of(variant)} ({accuracy}{tell_amount(variant, amounts)})"


def _amounts(evidence: Evidence, quantity: str) -> dict[str, str]:
    if not quantity:
        return {}
    values = evidence.costs[quantity]
    return {name: f"{format_number(values[name])} {COSTS[quantity]}" for name in evidence.outcomes}


def _tell_diverged(evidence: Evidence) -> list[str]:
    return [f"diverged: {tell_names(evidence.diverged)}"] if evidence.diverged else []
