"""Where things lie, what conf/ says, the stored sets, and what to do where these are not stored."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fashion_nets.data.image_set import LabelledImages

ROOT = Path(__file__).parents[1]
RAW = ROOT / "data" / "01_raw" / "fashion_mnist"
RAW_SAMPLE = ROOT / "data" / "01_raw" / "fashion_mnist_sample"
SETS = ROOT / "data" / "05_model_input"
SAMPLE_SETS = ROOT / "data" / "sample" / "05_model_input"
RESULTS = ROOT / "bench" / "results"
ALL_PARTS = ("train", "validation", "test")


def load_parameters(env: str = "base") -> dict[str, Any]:
    """The parameters that conf/ states for an environment."""
    from kedro.framework.project import settings
    from kedro.framework.startup import bootstrap_project

    from fashion_nets.config_loader import NetworkConfigLoader

    bootstrap_project(ROOT)
    return NetworkConfigLoader(str(ROOT / "conf"), env=env, **settings.CONFIG_LOADER_ARGS)["parameters"]


def load_sets(*parts: str, folder: Path = SETS) -> "list[LabelledImages]":
    """The stored sets of these parts, of which there are ``ALL_PARTS``."""
    from fashion_nets.datasets import LabelledImagesDataset

    return [LabelledImagesDataset(filepath=str(folder / f"{part}_set")).load() for part in parts]


def check_stored(env: str = "base") -> None:
    """Say which commands store the images, or the sets of the sample, where they are not stored.

    Raises:
        SystemExit: If raw images or sets are missing.
    """
    if env == "sample":
        needed, folder = [], SAMPLE_SETS
        command = ".venv/bin/kedro run --env=sample --pipelines=data_ingestion,preprocessing"
    else:
        needed, folder = [RAW / "train-images-idx3-ubyte.gz"], SETS
        command = "make data, then .venv/bin/kedro run --pipelines=preprocessing"
    needed += [folder / f"{part}_set" for part in ALL_PARTS]
    if missing := [str(path.relative_to(ROOT)) for path in needed if not path.exists()]:
        raise SystemExit(f"Not stored yet: {', '.join(missing)}. Run first: {command}")
