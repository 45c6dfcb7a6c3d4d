"""Groups of parameters in conf/: the base of every typed one, and what happens to plain ones."""

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    ValidationError,
)
from pydantic_core import ErrorDetails, PydanticKnownError, core_schema

from fashion_nets.errors import UserError


class ParametersError(UserError):
    """What is wrong with a group of parameters.

    Attributes:
        fields: The paths of the wrong fields within the group, such as ``early_stopping.patience``; without
            those rules that no single field breaks.
    """

    def __init__(self, message: str, fields: Sequence[str]) -> None:
        super().__init__(message)
        self.fields = tuple(fields)


class RefusedValueError(UserError):
    """A value that is allowed by itself, but cannot serve with the images or the other parameters.

    Attributes:
        argument: The argument of a node function that holds the group of parameters.
        field: The path of the field within the group; empty where it is the whole of it.
    """

    def __init__(self, argument: str, field: str, reason: str) -> None:
        super().__init__(f"'{field}': {reason}" if field else reason)
        self.argument = argument
        self.field = field


def _number_alone(schema: Any, problem: Literal["int_type", "float_type"]) -> core_schema.CoreSchema:
    """The schema of a number, which refuses truth values and texts as the problem of this type."""

    def check(value: Any) -> Any:
        if isinstance(value, bool | str):
            raise PydanticKnownError(problem)
        return value

    return core_schema.no_info_before_validator_function(check, schema)


AS_IT_IS = {"default", "expected", "metadata"}
"""What a schema holds that is no schema, and may look like one."""


def _exact(schema: Any) -> Any:
    """A schema of pydantic, or a part of one, whose numbers and truth values are nothing else."""
    if isinstance(schema, list | tuple):
        return type(schema)(map(_exact, schema))
    if not isinstance(schema, dict):
        return schema
    match schema.get("type"):
        case "bool":
            return schema | {"strict": True}
        case "int":
            return _number_alone(schema, "int_type")
        case "float":
            return _number_alone(schema, "float_type")
    return {key: value if key in AS_IT_IS else _exact(value) for key, value in schema.items()}


class Parameters(BaseModel):
    """A frozen group of parameters that refuses unknown keys and says in plain words what is wrong.

    Kedro builds one from the YAML wherever a node's argument is annotated with a subclass, before
    any node runs, and puts the name of the group (``mlp.training``) in front of the message.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, protected_namespaces=(), allow_inf_nan=False)

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: type[BaseModel], handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        """Take no truth value and no text for a number, and nothing else for a truth value.

        Pydantic would read true as 1. Lists and paths of YAML stay what they are, which rules out its strict
        mode, and 1e3 is a whole number.
        """
        exact: core_schema.CoreSchema = _exact(handler(source))
        return exact

    @classmethod
    def model_validate(cls, obj: Any, **kwargs: Any) -> Self:
        """Validate ``obj``, which may be a mapping or a ready instance.

        Raises:
            ParametersError: Names each field, the rule it breaks and the value received.
        """
        try:
            return super().model_validate(obj, **kwargs)
        except ValidationError as error:
            problems = error.errors()
            fields = [field for problem in problems for field in _fields(problem)]
            raise ParametersError("; ".join(map(cls._describe, problems)), fields) from error

    @classmethod
    def _describe(cls, problem: ErrorDetails) -> str:
        field = _path(problem) or "the group"
        match problem["type"]:
            case "extra_forbidden":
                known = cls._group_at(problem["loc"][:-1]).model_fields
                return f"'{field}' is not a parameter here; there are {', '.join(known)}"
            case "missing":
                return f"'{field}' is missing"
            case "value_error":
                reason = str(problem["ctx"]["error"])
                return f"'{field}': {reason}" if problem["loc"] else reason
            case _:
                return f"'{field}' {_rule(problem)}, got {_short(problem['input'])}"

    @classmethod
    def _group_at(cls, path: tuple[str | int, ...]) -> type[BaseModel]:
        """The group that stands at a path of fields, places in lists and keys of mappings."""
        group = cls
        for step in path:
            if step in group.model_fields:
                group = _group_in(group.model_fields[step].annotation) or group
        return group


PLAIN_RULES = {
    "bool_parsing": "should be true or false",
    "bool_type": "should be true or false",
    "dict_type": "should be a group of parameters by name",
    "finite_number": "should be a finite number",
    "float_parsing": "should be a number",
    "float_type": "should be a number",
    "int_from_float": "should be a whole number",
    "int_parsing": "should be a whole number",
    "int_type": "should be a whole number",
    "list_type": "should be a list",
    "mapping_type": "should be a group of parameters by name",
    "model_type": "should be a group of parameters by name",
    "path_type": "should be the path of a file or a folder",
    "string_type": "should be a text",
    "tuple_type": "should be a list",
}
"""What to say where pydantic speaks of Python or of itself, by the type of its error."""

LONGEST_VALUE = 80  # characters of a wrong value that a message repeats


def _rule(problem: ErrorDetails) -> str:
    if plain := PLAIN_RULES.get(problem["type"]):
        return plain
    rule = problem["msg"].removeprefix("Input ")
    return f"{rule[0].lower()}{rule[1:]}"


def _short(value: Any) -> str:
    shown = repr(value)
    return shown if len(shown) <= LONGEST_VALUE else f"{shown[: LONGEST_VALUE - 1]}…"


def _path(problem: ErrorDetails) -> str:
    return ".".join(str(step) for step in problem["loc"])


def _fields(problem: ErrorDetails) -> list[str]:
    """The wrong field, or those that a group within this one has refused."""
    path = _path(problem)
    cause = problem.get("ctx", {}).get("error")
    if isinstance(cause, ParametersError):
        return [f"{path}.{field}".removeprefix(".") for field in cause.fields]
    return [path] if path else []


def _group_in(annotation: Any) -> Any:
    """The group in a type hint such as ``Group``, ``Group | None`` or ``tuple[Group, ...]``."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next(filter(None, map(_group_in, get_args(annotation))), None)


def value_at(parameters: Any, path: str) -> Any:
    """What stands at a path of nested mappings, such as ``mlp.training.epochs``.

    Raises:
        KeyError: If nothing does, with the path.
    """
    found = parameters
    for name in path.split("."):
        if not isinstance(found, Mapping) or name not in found:
            raise KeyError(path)
        found = found[name]
    return found


def find_value(parameters: Any, path: str) -> Any:
    """What stands at a path, as by :func:`value_at`; None where nothing does."""
    try:
        return value_at(parameters, path)
    except KeyError:
        return None


def flatten_parameters(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """One entry for each single value, its name the path to it: ``mlp.training.epochs``."""
    flat: dict[str, Any] = {}
    for name, value in parameters.items():
        nested = value.model_dump() if isinstance(value, BaseModel) else value
        if isinstance(nested, Mapping) and nested:
            flat |= {f"{name}.{inner}": leaf for inner, leaf in flatten_parameters(nested).items()}
        else:
            flat[name] = nested
    return flat


def as_text(value: Any) -> Any:
    """A text that ``--params`` has read as a number; anything else as it is."""
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


Text = Annotated[str, Field(min_length=1), BeforeValidator(as_text)]
"""A text that may look like a number, such as a name or a version; there is some."""


def _check_file_name(name: str) -> str:
    if not re.fullmatch(r"\w[\w.-]*", name):
        raise ValueError(
            f"a folder or a file has this name: expected letters, digits, _, . or -, got {name!r}"
        )
    return name


FileName = Annotated[str, AfterValidator(_check_file_name)]
"""A name that a folder or a file gets, such as that of a variant or a figure."""


LIKE = "_like"
"""What a group of conf/ names the block by whose parameters it takes where it states none."""


def merge_groups(group: Mapping[str, Any], stated: Mapping[str, Any]) -> dict[str, Any]:
    """A group of plain parameters with others over it, which win down to single fields."""
    merged = dict(group)
    for name, value in stated.items():
        before = merged.get(name)
        if isinstance(value, Mapping) and isinstance(before, Mapping):
            merged[name] = merge_groups(before, value)
        else:
            merged[name] = value
    return merged
