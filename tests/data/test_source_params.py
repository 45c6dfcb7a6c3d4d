"""What conf/ may say of an image set."""

import pytest
from tests.parameters import read_params

from fashion_nets.data.image_set import RawImageSet
from fashion_nets.data.source_params import DataIngestionParams, IdxFileParams
from fashion_nets.errors import UserError


def test_files_are_known_by_the_parts_of_an_image_set(make_parameters):
    files = make_parameters(verified=False).files.by_part()
    assert tuple(files) == RawImageSet._fields
    assert [file.name for file in files.values()] == [
        "train-images",
        "train-labels",
        "test-images",
        "test-labels",
    ]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name": "images.gz"}, "'name': give the name without .gz.* got 'images.gz'"),
        ({"name": ""}, "'name'"),
        ({"sha256": "A" * 64}, "'sha256'"),  # digits are lower case
        ({"sha256": "0" * 63}, "'sha256'"),
    ],
)
def test_a_name_has_no_ending_and_a_checksum_has_64_digits(changes, message):
    right = {"name": "images", "sha256": "0" * 64}
    assert IdxFileParams.model_validate(right).sha256 == "0" * 64
    with pytest.raises(UserError, match=message):
        IdxFileParams.model_validate(right | changes)


def test_a_folder_given_as_nothing_is_none(make_parameters, tmp_path):
    assert make_parameters(source_folder="").source_folder is None
    assert make_parameters(source_folder=str(tmp_path)).source_folder == tmp_path


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"class_names": ["star", "circle", "star"]}, "a name of its own, got more than one star$"),
        ({"class_names": ["star"]}, "'class_names'"),
        ({"first_label": 256}, "'first_label' should be less than or equal to 255, got 256"),
        ({"first_label": -1}, "'first_label' should be greater than or equal to 0, got -1"),
        ({"n_examples_per_class": 0}, "'n_examples_per_class' should be greater than or equal to 1, got 0"),
    ],
)
def test_classes_and_labels_that_cannot_be_are_refused(changes, message):
    with pytest.raises(UserError, match=message):
        read_params(DataIngestionParams, **changes)
