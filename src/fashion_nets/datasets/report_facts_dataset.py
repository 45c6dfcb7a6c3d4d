"""What is known only while a page of the report is made."""

from collections.abc import Callable
from typing import Any, Never

from kedro.io import AbstractDataset

from fashion_nets.datasets.errors import StoredDataError


class ReportFactsDataset(AbstractDataset[Never, Any]):
    """Finds out, as it is loaded, what a page says of the run that makes it and of all that is stored.

    A hook says how as a run begins.

    Args:
        metadata: Anything for other tools, such as kedro-viz.

    Example:
        .. code-block:: yaml

            report_facts:
              type: fashion_nets.datasets.ReportFactsDataset
    """

    def __init__(self, metadata: dict[str, Any] | None = None) -> None:
        self.metadata = metadata
        self._find: Callable[[], Any] | None = None

    def find_by(self, find: Callable[[], Any]) -> None:
        """A run begins.

        Args:
            find: Finds out the facts.
        """
        self._find = find

    def load(self) -> Any:
        """Find out the facts.

        Raises:
            StoredDataError: If there is no run.
        """
        if self._find is None:
            raise StoredDataError(
                "What a report says of its run is known only in a run: kedro run --pipelines=report"
            )
        return self._find()

    def save(self, data: Never) -> Never:  # noqa: ARG002
        """Refuse.

        Raises:
            StoredDataError: Always.
        """
        raise StoredDataError("What a report says of its run cannot be saved: it is found out as it is made")

    def _exists(self) -> bool:
        return True

    def _describe(self) -> dict[str, Any]:
        return {}
