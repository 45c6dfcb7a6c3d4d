import numpy as np
import pytest
from PIL import Image
from tests.parameters import read_params

from bench.pictures import measure, save_pictures, shrink, targets_of
from fashion_nets.networks.mlp import MlpParams, build_mlp


def test_pictures_are_on_a_light_ground_and_ten_times_as_large(test_set, tmp_path):
    (path,) = save_pictures(test_set.images[:1], "nearest", 0.8, tmp_path)
    picture = np.asarray(Image.open(path))
    assert picture.shape == (280, 280)
    np.testing.assert_array_equal(picture[5::10, 5::10], np.rint((255 - test_set.images[0]) * 0.8))


def test_plain_shrinking_gives_the_image_back(test_set, tmp_path):
    (path,) = save_pictures(test_set.images[:1], "nearest", 1.0, tmp_path)
    difference = shrink(path, (28, 28)).astype(int) - test_set.images[0]
    assert np.abs(difference).mean() < 8  # of 255: the filter rings at edges


def test_each_way_has_a_share_and_nearest_on_white_has_targets(test_set):
    model = build_mlp(read_params(MlpParams, hidden_units=(8,), dropout=0.0), (28, 28), 10, "mlp")
    measured = measure(model, np.asarray(test_set.images[:12]))
    assert len(measured) == 2 * 2 * 3
    assert all(0 <= row["share"] <= 1 for row in measured)
    reached = [
        {"ground": "white", "enlarged": "nearest", "way": way, "share": share}
        for way, share in (
            ("plain shrinking", 0.99),
            ("steps, not sharpened", 0.97),
            ("steps, sharpened", 0.94),
        )
    ]
    found = targets_of(reached)
    assert [target.is_reached for target in found] == [True, True, False, False]
    assert [target.value for target in found] == pytest.approx([0.97, 0.02, 0.94, 0.05])


def test_pictures_are_saved_as_jpeg_where_a_quality_is_given(test_set, tmp_path):
    (path,) = save_pictures(test_set.images[:1], "bicubic", 1.0, tmp_path, 75)
    assert path.name == "0.jpg"
    with Image.open(path) as picture:
        assert (picture.format, picture.size) == ("JPEG", (280, 280))
