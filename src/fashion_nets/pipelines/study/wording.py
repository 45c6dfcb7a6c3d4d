"""How variants, their accuracies and their differences are told in a sentence."""

from collections.abc import Mapping, Sequence

from fashion_nets.evaluation.differences import Difference
from fashion_nets.formatting import keep_together
from fashion_nets.networks.names import display_name

_MINUS = "\N{MINUS SIGN}"
_MAX_NAMES = 7


def name_of(variant: str) -> str:
    """The name of a variant in a sentence, unbroken, in which "none" would be understood in another way."""
    return "“none”" if variant == "none" else keep_together(display_name(variant))


def tell_differences(differences: Mapping[str, Difference], amounts: Mapping[str, str] | None = None) -> str:
    """Names in their order; of many the first and the last with their numbers."""
    names = list(differences)
    with_numbers = {names[0], names[-1]}
    told = [
        name_of(name)
        + (
            f" ({tell_difference(differences[name])}{tell_amount(name, amounts)})"
            if name in with_numbers
            else ""
        )
        for name in _shortened(names)
    ]
    return ", ".join(told) if len(names) <= _MAX_NAMES else f"{', '.join(told)} ({len(names)} in all)"


def tell_names(names: Sequence[str], last: str = "") -> str:
    """Names in their order, of many the first ones and how many more; ``last`` stands before the last."""
    shown = [name_of(name) for name in names[:_MAX_NAMES]]
    if len(names) > _MAX_NAMES:
        return f"{', '.join(shown)} and {len(names) - _MAX_NAMES} more"
    if last and len(shown) > 1:
        return f"{', '.join(shown[:-1])} {last} {shown[-1]}"
    return ", ".join(shown)


def tell_difference(difference: Difference) -> str:
    """A difference with half of its interval: ``"+0.0128 ± 0.0072"``."""
    value = f"{difference.value:+.4f}".replace("-", _MINUS)
    return keep_together(f"{value} ± {difference.half:.4f}")


def tell_accuracy(value: float) -> str:
    """An accuracy, or a gap of two: ``"0.8903"``."""
    return f"{value:.4f}".replace("-", _MINUS)


def tell_amount(variant: str, amounts: Mapping[str, str] | None) -> str:
    """What stands behind a number of a variant: ``", 6.2 epochs"``, or nothing."""
    return f", {amounts[variant]}" if amounts else ""


def _shortened(names: list[str]) -> list[str]:
    return names if len(names) <= _MAX_NAMES else [*names[: _MAX_NAMES - 1], names[-1]]
