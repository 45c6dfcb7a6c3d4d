"""This project's own Kedro datasets, each imported at its first use.

A catalog names them ``fashion_nets.datasets.<class>``; none imports TensorFlow before a network is loaded.
"""

from importlib import import_module

_MODULES = {
    "CachedTableDataset": "cached_table_dataset",
    "CheckpointsDataset": "checkpoints_dataset",
    "FigureDataset": "figure_dataset",
    "FiguresDataset": "figures_dataset",
    "FilesDataset": "files_dataset",
    "IdxDataset": "idx_dataset",
    "KerasModelDataset": "keras_model_dataset",
    "LabelledImagesDataset": "labelled_images_dataset",
    "OptionalJSONDataset": "optional_json_dataset",
    "RecordsDataset": "records_dataset",
    "ReportFactsDataset": "report_facts_dataset",
    "StoredNetworkDataset": "stored_network_dataset",
    "StoredResultsDataset": "stored_results_dataset",
    "TrackedNetworkDataset": "tracked_network_dataset",
}


def __getattr__(name: str) -> type:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)


def __dir__() -> list[str]:
    return sorted(_MODULES)
