"""What a sweep may choose from: for each parameter a list of values, or a range."""

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Self

from pydantic import BeforeValidator, model_validator

from fashion_nets.parameters import Parameters
from fashion_nets.training.overrides import Overrides, merge_overrides

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution

DIGITS = 4
"""Significant digits of a number from a range: more would not be worth reading."""
STEP_DIGITS = 12
"""The same where there is a step: all that are meant, without what sums of floats leave behind."""
Value = str | float
"""What a sampler proposes: the name of a choice, or a number."""


def _check_choice_kind(choice: Any) -> Any:
    """Refuse what is neither a list nor groups of overrides by name, in one line and not in one for each."""
    if not isinstance(choice, Mapping):
        if choice is None or isinstance(choice, list):
            return choice
        raise ValueError(f"should be a list of values, or groups of overrides by name, got {choice!r}")
    if strange := [name for name in choice if not isinstance(name, str) or not name]:
        raise ValueError(f"{strange[0]!r} is no text, as the name of a group should be; put quotes around it")
    for name, overrides in choice.items():
        if not isinstance(overrides, Mapping) or not all(isinstance(path, str) for path in overrides):
            raise ValueError(f"{name!r} should be a group of overrides by dotted path, got {overrides!r}")
    return choice


class DimensionParams(Parameters):
    """What one parameter, or several together, may be: a choice or a range.

    Attributes:
        choice: The values of the parameter; or by a name the overrides of several parameters.
        low: The lower end of a range, which belongs to it.
        high: The upper end, likewise.
        log: Whether each factor is as likely as another, not each difference.
        integer: Whether only whole numbers are meant.
        step: Between the numbers, from ``low`` on; None for all that lie between.
    """

    choice: Annotated[list[Any] | dict[str, Overrides] | None, BeforeValidator(_check_choice_kind)] = None
    low: float | None = None
    high: float | None = None
    log: bool = False
    integer: bool = False
    step: float | None = None

    @model_validator(mode="after")
    def _check_kind(self) -> Self:
        is_range = self.low is not None or self.high is not None
        if (self.choice is None) != is_range:
            raise ValueError("should have either 'choice' or 'low' and 'high'")
        if self.choice is not None:
            self._check_choice()
        else:
            self._check_range()
        return self

    def _check_choice(self) -> None:
        if self.log or self.integer or self.step is not None:
            raise ValueError("'log', 'integer' and 'step' are of a range, and this is a choice")
        if len(self.choices) < 2:
            raise ValueError("'choice' should have two values or more; one alone belongs to 'overrides'")
        if isinstance(self.choice, list) and len(self.choices) < len(self.choice):
            raise ValueError(f"'choice' should have each value once, got {self.choice}")

    def _check_range(self) -> None:
        if self.low is None or self.high is None:
            raise ValueError("a range should have 'low' and 'high'")
        if self.low >= self.high:
            raise ValueError(f"'low' should be less than 'high', got {self.low:g} and {self.high:g}")
        if self.log and self.low <= 0:
            raise ValueError(f"'low' of a logarithmic range should be more than 0, got {self.low:g}")
        if self.step is not None and (
            self.log or self.step <= 0 or round((self.high - self.low) / self.step, 9) % 1
        ):
            raise ValueError(
                f"'step' should lead from 'low' to 'high' in equal steps, without 'log', got {self.step:g}"
            )
        if self.integer and any(number % 1 for number in (self.low, self.high, self.step or 1)):
            raise ValueError("'low', 'high' and 'step' should be whole numbers where 'integer' is true")

    @property
    def choices(self) -> dict[str, Any]:
        """The values of a choice by name; empty of a range."""
        if isinstance(self.choice, Mapping):
            return dict(self.choice)
        return {name_value(value): value for value in self.choice or ()}

    def ends(self) -> list[Value]:
        """All choices, or both ends of the range."""
        if self.choice is None:
            assert self.low is not None
            assert self.high is not None
            return [int(end) if self.integer else end for end in (self.low, self.high)]
        return list(self.choices)

    def count(self) -> float:
        """How many values there are; infinite of a range of which all numbers are meant."""
        if self.low is None or self.high is None:
            return len(self.choices)
        step = self.step or (1 if self.integer else 0)
        return 1 + round((self.high - self.low) / step) if step else math.inf

    def examples(self) -> list[Value]:
        """The ends; and between them, where there are other numbers than whole ones, one of those."""
        first, *others = self.ends()
        if self.low is None or self.high is None or self.integer or self.step is not None:
            return [first, *others]
        return [first, self._shorten(min(self.low + 0.5, (self.low + self.high) / 2)), *others]

    def overrides(self, path: str, value: Value) -> Overrides:
        """What a value means for the parameters.

        Args:
            path: The name of the dimension: of a parameter, unless the choices have overrides of their own.
            value: As a sampler proposes it.
        """
        if self.choice is None:
            return {path: int(value) if self.integer else self._shorten(float(value))}
        chosen = self.choices[str(value)]
        return dict(chosen) if isinstance(self.choice, Mapping) else {path: chosen}

    def distribution(self) -> "BaseDistribution":
        """The same for Optuna."""
        from optuna import distributions

        if self.choice is not None:
            return distributions.CategoricalDistribution(list(self.choices))
        low, high = self.ends()
        if self.integer:
            step = 1 if self.step is None else int(self.step)
            return distributions.IntDistribution(int(low), int(high), self.log, step)
        return distributions.FloatDistribution(float(low), float(high), self.log, self.step)

    def _shorten(self, number: float) -> float:
        """The number with fewer digits, within the range."""
        assert self.low is not None
        assert self.high is not None
        digits = DIGITS if self.step is None else STEP_DIGITS
        return min(max(float(f"{number:.{digits}g}"), self.low), self.high)


Space = dict[str, DimensionParams]
"""By dotted path; by any name where the choices have overrides of their own."""


def name_value(value: Any) -> str:
    """How people read a value: ``256-128-100`` for a list, ``none`` for null."""
    if isinstance(value, Mapping):
        name, *settings = [str(each) for each in value.values()]
        return " ".join([name, *settings])
    if isinstance(value, list | tuple):
        return "-".join(map(name_value, value)) or "none"
    if value is None or isinstance(value, bool):
        return {None: "none", True: "yes", False: "no"}[value]
    return f"{value:g}" if isinstance(value, float) else str(value)


def all_overrides(space: Space, values: Mapping[str, Value]) -> Overrides:
    """What values of all dimensions mean for the parameters: later dimensions win."""
    return merge_overrides(*(dimension.overrides(path, values[path]) for path, dimension in space.items()))


def describe_values(space: Space, values: Mapping[str, Value]) -> dict[str, Value]:
    """What was chosen, as a table shows it: the name of a choice, or the number as it is used."""
    return {
        path: values[path] if dimension.choice is not None else dimension.overrides(path, values[path])[path]
        for path, dimension in space.items()
    }
