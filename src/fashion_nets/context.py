"""Kedro's context, which says what is wrong with parameters and where to change it."""

from collections.abc import Iterator, Mapping
from typing import Any

from kedro.framework.context import KedroContext
from kedro.framework.project import pipelines
from kedro.io import CatalogProtocol
from kedro.validation import ParameterValidationError, TypeExtractor

from fashion_nets.advice import where_to_change
from fashion_nets.catalog import NetworkCatalog
from fashion_nets.errors import UserError
from fashion_nets.parameters import Parameters, ParametersError, value_at


class NetworkContext(KedroContext):
    """Kedro's own context, but for the errors of wrong parameters.

    Kedro joins these into one message, and keeps neither the errors nor the fields. Where it refuses, the
    groups are validated once more, for the errors themselves.
    """

    def _get_catalog(
        self,
        catalog_class: type = NetworkCatalog,  # noqa: ARG002  # ParallelRunner has another, and is refused
        save_version: str | None = None,
        load_versions: dict[str, str] | None = None,
    ) -> CatalogProtocol[Any, Any]:
        """Make the project's catalog, also for notebooks, where Kedro has its own."""
        return super()._get_catalog(NetworkCatalog, save_version, load_versions)

    @property
    def params(self) -> dict[str, Any]:
        """The parameters, validated.

        Raises:
            UserError: Names each wrong group and field, the rule, the value, and where to change it.
        """
        try:
            return super().params
        except ParameterValidationError as error:
            refusals = list(_refusals(self.config_loader["parameters"]))
            if not refusals:
                raise
            raise UserError(
                "\n".join(
                    f"{group}: {str(reason).removesuffix('.')}. "
                    f"{where_to_change(group, reason.fields, self.config_loader)}"
                    for group, reason in refusals
                )
            ) from error


def _refusals(parameters: Mapping[str, Any]) -> Iterator[tuple[str, ParametersError]]:
    for group, hint in TypeExtractor(dict(pipelines)).extract_types_from_pipelines().items():
        if isinstance(hint, type) and issubclass(hint, Parameters):
            try:
                hint.model_validate(value_at(parameters, group))
            except ParametersError as error:
                yield group, error
