import numpy as np
import pytest
import yaml
from PIL import Image
from tests.conftest import ROOT, title_of

from fashion_nets.data.image_set import ImageSetError, scale_pixels
from fashion_nets.errors import UserError
from fashion_nets.pipelines.filters.nodes import (
    FiltersParams,
    plot_circulant_matrix,
    plot_convolution_matrix,
    plot_filtered_image,
)

CONF = yaml.safe_load((ROOT / "conf" / "base" / "parameters_filters.yml").read_text())["filters"]


def params(**changes):
    return FiltersParams.model_validate({**CONF, **changes})


def original_of(figure):
    return figure.axes[0].images[0]


def test_a_test_image_is_filtered_unless_there_is_a_picture(test_set, class_names):
    figure = plot_filtered_image(test_set, class_names, params(image_index=0))
    np.testing.assert_array_equal(original_of(figure).get_array(), scale_pixels(test_set.images[0]))
    assert original_of(figure).get_cmap().name == "binary"
    assert title_of(figure).startswith("Test image 0 (Ankle boot): smoothed")


def test_a_picture_is_filtered_as_light(test_set, class_names, tmp_path):
    levels = np.arange(200, dtype=np.uint8).reshape(10, 20)
    Image.fromarray(levels).save(tmp_path / "camera.png")
    figure = plot_filtered_image(
        test_set, class_names, params(image=str(tmp_path / "camera.png"), mean_size=10)
    )
    np.testing.assert_allclose(original_of(figure).get_array(), levels / 255, rtol=1e-6)
    assert original_of(figure).get_cmap().name == "gray"
    assert title_of(figure).startswith("camera.png: smoothed, sharpened (mean of 10 × 10 pixels)")


def test_a_path_may_be_relative_or_begin_at_home(test_set, class_names, tmp_path, monkeypatch):
    Image.fromarray(np.eye(5, dtype=np.uint8)).save(tmp_path / "eye.png")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    for path in ("eye.png", "~/eye.png"):
        assert title_of(plot_filtered_image(test_set, class_names, params(image=path))).startswith("eye.png")


def test_what_is_not_there_is_refused(test_set, class_names, tmp_path):
    with pytest.raises(UserError, match=r"nowhere\.png cannot be read as an image: No such file"):
        plot_filtered_image(test_set, class_names, params(image=str(tmp_path / "nowhere.png")))
    with pytest.raises(ImageSetError, match="no image 300; the 300 images are counted from 0 to 299"):
        plot_filtered_image(test_set, class_names, params(image_index=300))
    with pytest.raises(UserError, match="larger than the image of 28 x 28 pixels, got 29 x 29"):
        plot_filtered_image(test_set, class_names, params(mean_size=29))


def test_the_example_is_drawn_within_the_image_and_with_periodic_boundaries():
    assert "a matrix of 4 × 16 (the kernel wholly within the image)" in title_of(
        plot_convolution_matrix(params())
    )
    assert "a matrix of 16 × 16 (periodic boundaries, doubly block circulant)" in title_of(
        plot_circulant_matrix(params())
    )


def test_an_example_of_ones_own_is_drawn():
    example = {"image": [[0.5, 1, 2]], "kernel": [[1, -1]]}
    texts = [text.get_text() for text in plot_convolution_matrix(params(example=example)).axes[0].texts]
    assert texts[-3:-1] == ["0.5", "1"]  # flipped, the kernel takes each pixel from the one to its right


def test_an_empty_image_in_the_command_line_is_none():
    assert params(image="").image is None


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"mean_size": 0}, "'mean_size' should be greater than 0, got 0"),
        ({"image_index": -1}, "'image_index' should be greater than or equal to 0"),
        ({"example": {"image": [[1, 2], [3]], "kernel": [[1]]}}, "image needs rows of equal length"),
        ({"example": {"image": [[]], "kernel": [[1]]}}, "image needs rows of equal length"),
        ({"example": {"image": [], "kernel": [[1]]}}, "image needs rows of equal length"),
        (
            {"example": {"image": [[1] * 7], "kernel": [[1]]}},
            "at most 6 x 6 for its matrix to be read, got 1 x 7",
        ),
        (
            {"example": {"image": [[1, 2]], "kernel": [[1], [1]]}},
            "must fit into the image of 1 x 2, got 2 x 1",
        ),
        ({"example": {"image": [[1, float("nan")]], "kernel": [[1]]}}, "finite number"),
        ({"example": {"image": [[1]]}}, "'example.kernel' is missing"),
        ({"size": 3}, "'size' is not a parameter here; there are image, image_index, mean_size, example"),
    ],
)
def test_wrong_values_are_refused(changes, message):
    with pytest.raises(UserError, match=message):
        params(**changes)
