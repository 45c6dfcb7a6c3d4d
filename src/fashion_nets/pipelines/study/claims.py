"""What a study tests of the lecture: claims, each with an outcome."""

from collections.abc import Callable, Iterable
from itertools import combinations, permutations, product
from typing import Annotated, Any, Literal, NamedTuple, Self, cast, get_args

from pydantic import Field, model_validator

from fashion_nets.evaluation.differences import Quantity, are_identical
from fashion_nets.evaluation.pruning import spare_ranges
from fashion_nets.networks.parameters import one_of
from fashion_nets.parameters import Parameters
from fashion_nets.pipelines.study.conclusions import COSTS, Evidence, find_cheapest

Outcome = Literal["holds", "reversed", "open"]
OUTCOMES: dict[Outcome, str] = {
    "holds": "holds",
    "reversed": "does not hold, it is the other way round",
    "open": "open, as it is within noise, or not so for all of them",
}
"""How each is told."""

ACCURACIES: tuple[str, ...] = get_args(Quantity)
WITHOUT_TRIALS: dict[str, Outcome] = {"guess": "holds", "learn": "reversed"}
"""What kinds of claims tell where every trial diverged; the others compare, and are open."""
NONE = (0.0, 0.0)  # what diverged can spare nothing


class ClaimKind(NamedTuple):
    """A kind of claim.

    Attributes:
        judge: Gives the outcome, from the evidence and the claim.
        has_others: Whether it compares its variants with others.
        quantities: What it may be about; empty where that is given.
        default: Which of these it is about if conf/ does not say; None where conf/ has to.
    """

    judge: Callable[[Evidence, "ClaimParams"], Outcome]
    has_others: bool = False
    quantities: tuple[str, ...] = ()
    default: str | None = None


def _sign_of(evidence: Evidence, one: str, other: str, quantity: Quantity = "val") -> int:
    """1 if one variant is ahead of another beyond noise, -1 if it is behind; what diverged is behind all."""
    there = [name in evidence.outcomes for name in (one, other)]
    if not all(there):
        return int(there[0]) - int(there[1])
    difference = evidence.compare(one, other, quantity)
    return (1 if difference.value > 0 else -1) if difference.is_beyond_noise else 0


def join_signs(signs: Iterable[int]) -> Outcome:
    """The outcome of a claim about several differences: 1 as it says, -1 the other way round, 0 within noise.

    It is reversed where one of them is, and holds where all are as it says.
    """
    found = list(signs)
    if min(found) < 0:
        return "reversed"
    return "holds" if min(found) > 0 else "open"


def _judge_higher(evidence: Evidence, claim: "ClaimParams") -> Outcome:
    quantity = cast(Quantity, claim.compared)
    return join_signs(
        _sign_of(evidence, one, other, quantity) for one, other in product(claim.variants, claim.than)
    )


def _judge_order(evidence: Evidence, claim: "ClaimParams") -> Outcome:
    return join_signs(_sign_of(evidence, *pair) for pair in combinations(claim.variants, 2))


def _judge_learning(evidence: Evidence, claim: "ClaimParams", learns: bool) -> Outcome:
    as_said = [evidence.learns(name) == learns for name in claim.variants]
    return "holds" if all(as_said) else "open" if any(as_said) else "reversed"


def _judge_same(evidence: Evidence, claim: "ClaimParams") -> Outcome:
    there = [evidence.outcomes.get(name) for name in claim.variants]
    same = all(one and other and are_identical(one, other) for one, other in combinations(there, 2))
    return "holds" if same else "reversed"


def _judge_less(evidence: Evidence, claim: "ClaimParams") -> Outcome:
    costs: Any = evidence.costs[claim.compared]
    return join_signs(
        int(costs[one] < costs[other]) - int(costs[one] > costs[other])
        for one, other in product(claim.variants, claim.than)
    )


def _judge_cheapest(evidence: Evidence, claim: "ClaimParams") -> Outcome:
    return "holds" if find_cheapest(evidence, str(claim.compared)) in claim.variants else "reversed"


def _judge_spare(evidence: Evidence, claim: "ClaimParams") -> Outcome:
    ranges = spare_ranges(evidence.pruning)
    return join_signs(
        int(ranges.get(one, NONE)[0] > ranges.get(other, NONE)[1])
        - int(ranges.get(one, NONE)[1] < ranges.get(other, NONE)[0])
        for one, other in product(claim.variants, claim.than)
    )


CLAIMS = {
    "higher": ClaimKind(_judge_higher, has_others=True, quantities=ACCURACIES, default="val"),
    "order": ClaimKind(_judge_order),
    "learn": ClaimKind(lambda evidence, claim: _judge_learning(evidence, claim, learns=True)),
    "guess": ClaimKind(lambda evidence, claim: _judge_learning(evidence, claim, learns=False)),
    "same": ClaimKind(_judge_same),
    "less": ClaimKind(_judge_less, has_others=True, quantities=tuple(COSTS)),
    "cheapest": ClaimKind(_judge_cheapest, quantities=tuple(COSTS)),
    "spare": ClaimKind(_judge_spare, has_others=True),
}
"""``higher``: each variant is ahead of each of ``than``, in accuracy on validation or training images or in
the gap between these; ``order``: each is ahead of those that follow it; ``learn``: each gets beyond guessing;
``guess``: none does; ``same``: all give the same in every seed; ``less``: each needs less of a cost than each
of ``than``; ``cheapest``: what needs least of a cost without being behind the best is one of them; ``spare``:
with every seed each can spare more weights than each of ``than``."""


class ClaimParams(Parameters):
    """A claim about the variants of a study.

    Attributes:
        says: What it claims, in words.
        kind: One of ``CLAIMS``.
        variants: Those that it is about.
        than: Those that they are compared with, where the kind asks for them.
        quantity: What is compared, where the kind leaves that open.
    """

    says: str
    kind: Annotated[str, one_of("kind of claim", CLAIMS)]
    variants: Annotated[tuple[str, ...], Field(min_length=1)]
    than: tuple[str, ...] = ()
    quantity: str | None = None

    @model_validator(mode="after")
    def _check_needs(self) -> Self:
        kind = CLAIMS[self.kind]
        if kind.has_others != bool(self.than):
            told = "should name variants" if kind.has_others else "should be left out"
            raise ValueError(f"'than' of a claim of kind {self.kind} {told}")
        if (kind.quantities or self.quantity) and self.compared not in kind.quantities:
            known = f"one of {', '.join(kind.quantities)}" if kind.quantities else "left out"
            raise ValueError(
                f"'quantity' of a claim of kind {self.kind} should be {known}, got {self.quantity!r}"
            )
        return self

    @property
    def compared(self) -> str | None:
        """The quantity that it is about, if its kind has any."""
        return self.quantity or CLAIMS[self.kind].default


def judge_claims(evidence: Evidence | None, claims: Iterable[ClaimParams]) -> dict[str, Outcome]:
    """The outcome of each claim, by what it says; there is no evidence where every trial diverged."""
    if evidence is None:
        return {claim.says: WITHOUT_TRIALS.get(claim.kind, "open") for claim in claims}
    return {claim.says: CLAIMS[claim.kind].judge(evidence, claim) for claim in claims}


def list_orderings(evidence: Evidence) -> dict[str, list[str]]:
    """For each variant those that it is ahead of in validation accuracy, beyond noise."""
    ahead: dict[str, list[str]] = {name: list(evidence.diverged) for name in evidence.outcomes}
    for one, other in permutations(evidence.outcomes, 2):
        if _sign_of(evidence, one, other) > 0:
            ahead[one].append(other)
    return {name: others for name, others in ahead.items() if others}
