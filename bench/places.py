"""Where things lie, what conf/ says, and what to do where images are not stored."""

from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
RAW = ROOT / "data" / "01_raw" / "fashion_mnist"
RAW_SAMPLE = ROOT / "data" / "01_raw" / "fashion_mnist_sample"
SETS = ROOT / "data" / "05_model_input"
RESULTS = ROOT / "bench" / "results"


def load_parameters(env: str = "base") -> dict[str, Any]:
    """The parameters that conf/ states for an environment."""
    from kedro.framework.project import settings
    from kedro.framework.startup import bootstrap_project

    from fashion_nets.config_loader import NetworkConfigLoader

    bootstrap_project(ROOT)
    return NetworkConfigLoader(str(ROOT / "conf"), env=env, **settings.CONFIG_LOADER_ARGS)["parameters"]


def check_stored() -> None:
    """Say which commands store the images where they are not stored.

    Raises:
        SystemExit: If raw images or sets are missing.
    """
    sets = [SETS / f"{part}_set" for part in ("train", "validation", "test")]
    needed = [RAW / "train-images-idx3-ubyte.gz", *sets]
    if missing := [str(path.relative_to(ROOT)) for path in needed if not path.exists()]:
        raise SystemExit(
            f"Not stored yet: {', '.join(missing)}. Run first: make data, then "
            ".venv/bin/kedro run --pipelines=preprocessing"
        )
