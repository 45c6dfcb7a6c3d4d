"""Make the sample in data/01_raw/fashion_mnist_sample: the first images of each class, in file order.

Usage: python tools/make_sample.py <folder with the files of Fashion-MNIST> [<target folder>]

The same zlib gives the same bytes; any gives the same content, whose checksums are printed for
conf/sample/parameters_data_ingestion.yml.
"""

import sys
from pathlib import Path

import numpy as np

from fashion_nets.data.idx import idx_digest, read_idx, write_idx

SAMPLE = Path(__file__).parents[1] / "data/01_raw/fashion_mnist_sample"
N_CLASSES = 10
IMAGES_PER_CLASS = {"train": 500, "t10k": 100}


def first_of_each_class(labels: np.ndarray, n_per_class: int) -> np.ndarray:
    """Indices of the first ``n_per_class`` labels of each class, ascending."""
    return np.sort(
        np.concatenate([np.flatnonzero(labels == label)[:n_per_class] for label in range(N_CLASSES)])
    )


def main(source: Path, target: Path) -> None:
    """Write the four files of the sample into ``target``."""
    for part, n_per_class in IMAGES_PER_CLASS.items():
        images_name, labels_name = f"{part}-images-idx3-ubyte.gz", f"{part}-labels-idx1-ubyte.gz"
        labels = read_idx(source / labels_name)
        chosen = first_of_each_class(labels, n_per_class)
        for name, array in ((images_name, read_idx(source / images_name)), (labels_name, labels)):
            write_idx(target / name, array[chosen], compression=9)
            print(f"{idx_digest(array[chosen])}  {name.removesuffix('.gz')}")


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    main(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) == 3 else SAMPLE)
