"""Write a stored network in the formats of other programs, and hold them against the network itself."""

import argparse
import os
import sys
from pathlib import Path

from kedro.framework.session import KedroSession
from kedro.framework.startup import bootstrap_project
from kedro.io import DatasetError

from fashion_nets.errors import UserError

PROJECT = Path(__file__).parent.parent
CALIBRATION_IMAGES = 500


def main() -> None:
    """Write ``export/`` beside the stored network: the files, and of a classifier a table of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--network", default="cnn", help="name of a stored network")
    parser.add_argument("--env", help="environment of conf/ whose networks are meant, such as sample")
    given = parser.parse_args()
    os.environ.update(TF_CPP_MIN_LOG_LEVEL="3")
    bootstrap_project(PROJECT)
    try:
        export(given.network, given.env)
    except (UserError, DatasetError) as error:
        sys.exit(str(error))


def export(network: str, env: str | None) -> None:
    """Export a stored network.

    Raises:
        DatasetError: If it is not stored.
        UserError: If a format has no place for one of its layers.
    """
    from fashion_nets.hooks.metadata import stored_path
    from fashion_nets.inspection.exported import compare_formats, export_network
    from fashion_nets.inspection.saved_model import is_autoencoder

    with KedroSession.create(PROJECT, env=env) as session:
        catalog = session.load_context().catalog
    model = catalog.load(f"{network}.model")
    folder = stored_path(catalog, f"{network}.model").parent / "export"
    table_file = folder / "formats.csv"
    table_file.unlink(missing_ok=True)
    written = export_network(model, folder, catalog.load("train_set").images[:CALIBRATION_IMAGES])
    print(f"{folder}: {', '.join(written)}")
    if not is_autoencoder(model):
        table = compare_formats(model, folder, written, catalog.load("test_set"))
        table.to_csv(table_file, index=False, float_format="%.5g")
        print(table.to_string(index=False, float_format="{:.4g}".format))


if __name__ == "__main__":
    main()
