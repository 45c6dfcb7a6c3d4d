"""A table that is passed on within a run."""

from typing import Any

from kedro.io import CachedDataset

from fashion_nets.datasets.previews import TablePreview


class CachedTableDataset(CachedDataset):
    """Kedro's own, with the preview of the dataset that stores the table.

    Example:
        .. code-block:: yaml

            "{network}.codings":
              type: fashion_nets.datasets.CachedTableDataset
              copy_mode: assign
              dataset:
                type: pandas.ParquetDataset
                filepath: data/07_model_output/{network}/codings.parquet
    """

    def preview(self, nrows: int = 5) -> TablePreview:
        """Show the first rows."""
        stored: Any = self._dataset
        return TablePreview(stored.preview(nrows))
