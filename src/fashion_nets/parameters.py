"""The base of every typed parameter group in conf/."""

from typing import Any, Self

from pydantic import BaseModel, ConfigDict, ValidationError

from fashion_nets.errors import UserError


class Parameters(BaseModel):
    """A frozen group of parameters that refuses unknown keys and says in plain words what is wrong.

    Kedro builds one from the YAML wherever a node's argument is annotated with a subclass, before
    any node runs, and puts the name of the group (``mlp.training``) in front of the message.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, protected_namespaces=())

    @classmethod
    def model_validate(cls, obj: Any, **kwargs: Any) -> Self:
        """Validate ``obj``, which may be a mapping or a ready instance.

        Raises:
            UserError: Names each field, the rule it breaks and the value received.
        """
        try:
            return super().model_validate(obj, **kwargs)
        except ValidationError as error:
            raise UserError("; ".join(cls._describe(problem) for problem in error.errors())) from error

    @classmethod
    def _describe(cls, problem: dict[str, Any]) -> str:
        field = ".".join(str(part) for part in problem["loc"]) or "the group"
        match problem["type"]:
            case "extra_forbidden":
                return f"'{field}' is not a parameter here; there are {', '.join(cls.model_fields)}"
            case "missing":
                return f"'{field}' is missing"
            case "value_error":
                reason = str(problem["ctx"]["error"])
                return f"'{field}': {reason}" if problem["loc"] else reason
            case _:
                rule = problem["msg"].removeprefix("Input ")
                return f"'{field}' {rule[0].lower()}{rule[1:]}, got {problem['input']!r}"
