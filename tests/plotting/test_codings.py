import numpy as np
from tests.conftest import title_of

from fashion_nets.plotting.codings import plot_sparsity

# Active from 0.1 on, a tenth of the largest: 3 of 8 values, in the first coding of one of two images, ...
CODINGS = np.array([[1.0, 0.0, 0.05, 0.0], [-0.5, 0.0, 0.0, 0.2]])


def test_the_title_says_how_many_codings_are_active():
    assert title_of(plot_sparsity(CODINGS, "sparse_autoencoder")) == (
        "sparse autoencoder, 2 validation images: 37.5 % of the codings are active, 1.5 of 4 in an image"
    )


def test_sizes_and_the_activity_of_each_coding_are_drawn():
    left, right = plot_sparsity(CODINGS, "sparse_autoencoder").axes
    assert sum(bar.get_height() for bar in left.patches) == 1
    assert left.patches[0].get_height() == 4 / 8  # the zeros
    assert left.lines[0].get_xdata()[0] == 0.1
    assert [bar.get_height() for bar in right.patches] == [1, 0.5, 0, 0]


def test_codings_of_zeros_are_drawn():
    assert "0.0 % of the codings" in title_of(plot_sparsity(np.zeros((3, 2)), "sparse_autoencoder"))
