"""Pictures of test images: how many get the class of the original.

Test images are saved as PNG on a light ground, enlarged to 280 pixels, and read again as pictures of your own
are, and by plain shrinking. The class of the original is what the network takes the test image itself for.
"""

import argparse
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import keras
import numpy as np
import pandas as pd
from PIL import Image

from bench.measurement import Measurement
from bench.places import ROOT, SAMPLE_SETS, SETS, load_sets
from bench.report import Target, report
from fashion_nets import load_network
from fashion_nets.data.photographs import prepare
from fashion_nets.data.pictures import read_colours, read_picture
from fashion_nets.inspection.prediction import class_probabilities

SIZE = 280
ENLARGED = {"nearest": Image.Resampling.NEAREST, "bicubic": Image.Resampling.BICUBIC}
GROUNDS = {"white": 1.0, "grey paper": 0.8}
LEAST_SHARE, MOST_BELOW = 0.95, 0.03


def save_pictures(
    images: np.ndarray, enlarged: str, ground: float, folder: Path, quality: int | None = None
) -> list[Path]:
    """Save images (uint8, 0 for the background) on a light ground, enlarged; as PNG or JPEG."""
    ending, options = ("png", {}) if quality is None else ("jpg", {"quality": quality})
    paths = []
    for index, image in enumerate(images):
        picture = Image.fromarray(np.rint((255 - image) * ground).astype(np.uint8))
        paths.append(folder / f"{index}.{ending}")
        picture.resize((SIZE, SIZE), ENLARGED[enlarged]).save(paths[-1], **options)
    return paths


def shrink(path: Path, shape: tuple[int, int]) -> np.ndarray:
    """The ceiling: a picture that is known to be an image on white, made small and negated."""
    grey = Image.fromarray(np.rint(255 * read_picture(path)).astype(np.uint8))
    return 255 - np.asarray(grey.resize(shape[::-1], Image.Resampling.LANCZOS))


def measure(model: keras.Model, images: np.ndarray, quality: int | None = None) -> list[Measurement]:
    """The share of pictures that get the class of the original, for each way to make and to read them."""
    classes = class_probabilities(model, images).argmax(axis=1)
    shape = images.shape[1:]
    ways: dict[str, Any] = {
        "plain shrinking": lambda path: shrink(path, shape),
        "steps, not sharpened": lambda path: prepare(read_colours(path), shape, is_sharpened=False).image,
        "steps, sharpened": lambda path: prepare(read_colours(path), shape).image,
    }
    measured = []
    for ground, level in GROUNDS.items():
        for enlarged in ENLARGED:
            with TemporaryDirectory() as place:
                paths = save_pictures(images, enlarged, level, Path(place), quality)
                for way, read in ways.items():
                    found = class_probabilities(model, np.stack([read(path) for path in paths]))
                    share = float((found.argmax(axis=1) == classes).mean())
                    measured.append({"ground": ground, "enlarged": enlarged, "way": way, "share": share})
    return measured


def targets_of(measured: list[Measurement]) -> list[Target]:
    """What pictures on white should reach that are enlarged by repeating pixels."""
    shares = {(row["ground"], row["enlarged"], row["way"]): row["share"] for row in measured}
    ceiling = shares["white", "nearest", "plain shrinking"]
    return [
        target
        for way in ("steps, not sharpened", "steps, sharpened")
        for share in [shares["white", "nearest", way]]
        for target in (
            Target(f"nearest, {way}: share", share, "at least", LEAST_SHARE),
            Target(
                f"nearest, {way}: below plain shrinking", round(ceiling - share, 6), "at most", MOST_BELOW
            ),
        )
    ]


def main() -> None:
    """Measure; print a table and write JSON."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--network", default="cnn", help="a classifier that is stored")
    parser.add_argument("--images", type=int, default=1_000, help="how many test images, the first ones")
    parser.add_argument("--quality", type=int, help="save as JPEG of this quality, instead of as PNG")
    parser.add_argument("--env", choices=["base", "sample"], default="base", help="whose network and images")
    arguments = parser.parse_args()
    sets, data = (
        (SAMPLE_SETS, ROOT / "data" / "sample") if arguments.env == "sample" else (SETS, ROOT / "data")
    )
    stored = data / "06_models" / arguments.network / "model.keras"
    if not stored.exists():
        raise SystemExit(f"Not stored yet: {stored}. Run first: kedro run --pipelines={arguments.network}")
    (test_set,) = load_sets("test", folder=sets)
    measured = measure(
        load_network(stored), np.asarray(test_set.images[: arguments.images]), arguments.quality
    )
    table = pd.DataFrame(measured).pivot_table(index=["ground", "enlarged"], columns="way", values="share")
    report("pictures", table.reset_index(), targets_of(measured), measured)


if __name__ == "__main__":
    main()
