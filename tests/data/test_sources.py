import errno
import gzip
import logging
import os

import numpy as np
import pytest
from tests.data.idx_content import encode_idx

from fashion_nets.data.idx import write_idx
from fashion_nets.data.image_set import ImageSetError
from fashion_nets.data.source_params import DataIngestionParams
from fashion_nets.data.sources import (
    check_chosen_folder,
    find_image_set,
    peek_train_images,
    peek_train_labels,
)
from fashion_nets.errors import UserError


def assert_same(found, raw):
    for array, expected in zip(found, raw, strict=True):
        np.testing.assert_array_equal(array, expected)


def inverted(raw):
    """Another image set of the same shape."""
    return raw._replace(train_images=255 - raw.train_images, test_images=255 - raw.test_images)


def contents(folder):
    return {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in folder.iterdir()}


# ---------------------------------------------------------------- the places and their order


@pytest.mark.parametrize("suffix", ["", ".gz"])
def test_files_are_found_with_and_without_gz(tmp_path, raw, store, make_parameters, suffix):
    store(tmp_path / "system", raw, suffix)

    found = find_image_set(make_parameters())

    assert_same(found.raw, raw)
    assert found.source == "the system folder system"


def test_the_places_are_searched_in_order(tmp_path, raw, store, make_parameters, web_folder, monkeypatch):
    web_folder.hold(raw)
    store(tmp_path / "keras" / "datasets" / "shapes", raw)
    store(tmp_path / "system", raw)
    store(tmp_path / "by_variable", raw)
    store(tmp_path / "by_parameter", raw)
    store(tmp_path / "raw", raw)
    monkeypatch.setenv("TEST_IMAGES", str(tmp_path / "by_variable"))
    chosen = {"source_folder": tmp_path / "by_parameter"}
    sources = []

    def find(**changes):
        sources.append(find_image_set(make_parameters(addresses=[web_folder.address], **changes)).source)

    find(**chosen)
    find()
    monkeypatch.setenv("TEST_IMAGES", "")
    find()
    find(raw_folder=tmp_path / "empty")
    find(raw_folder=tmp_path / "empty", system_folder=None)
    find(raw_folder=tmp_path / "empty", system_folder=None, keras_cache=None)

    assert sources == [
        "the folder by_parameter (data_ingestion.source_folder)",
        "the folder by_variable (TEST_IMAGES)",
        "the raw folder raw",
        "the system folder system",
        "Keras's cache shapes",
        f"the download from {web_folder.address}",
    ]


def test_other_images_of_the_chosen_folder_take_the_place_of_what_was_stored_which_is_said(
    tmp_path, raw, store, make_parameters, caplog
):
    store(tmp_path / "raw", inverted(raw))
    store(tmp_path / "mine", raw)
    chosen = make_parameters(False, source_folder=tmp_path / "mine")

    assert_same(find_image_set(chosen).raw, raw)
    said = f"{tmp_path / 'raw'} holds other images, which these replace"
    assert said in caplog.messages

    caplog.clear()
    store(tmp_path / "raw", raw)
    find_image_set(chosen)
    assert said not in caplog.messages


@pytest.mark.parametrize("verified", [True, False])
def test_a_chosen_folder_has_to_serve_also_where_the_images_are_stored(
    tmp_path, raw, store, make_parameters, verified
):
    store(tmp_path / "raw", raw)
    store(tmp_path / "mine", raw)
    change_a_pixel(tmp_path / "mine", raw)
    for folder, problem in (("mine", "train-images has another content"), ("typo", "it does not exist")):
        parameters = make_parameters(verified, source_folder=tmp_path / folder)
        if folder == "mine" and not verified:
            check_chosen_folder(parameters)
            continue
        for find in (find_image_set, check_chosen_folder):
            with pytest.raises(ImageSetError, match=f"/{folder} .data_ingestion.source_folder.: {problem}"):
                find(parameters)
    check_chosen_folder(make_parameters(verified))  # nobody has chosen one


def test_what_is_going_to_be_found_is_known_beforehand(tmp_path, raw, store, make_parameters):
    parameters = make_parameters()
    assert peek_train_images(parameters) is None
    assert peek_train_labels(parameters) is None
    store(tmp_path / "raw", raw._replace(train_labels=raw.train_labels[::-1]))  # as no checksum has it
    store(tmp_path / "system", raw)
    np.testing.assert_array_equal(peek_train_labels(parameters), raw.train_labels)
    images = peek_train_images(parameters)
    assert (images.shape, images.dtype, images.strides) == (raw.train_images.shape, np.uint8, (0, 0, 0))


def test_one_line_says_which_place_was_taken(tmp_path, raw, store, make_parameters, caplog):
    store(tmp_path / "system", raw)

    with caplog.at_level(logging.INFO, "fashion_nets"):
        find_image_set(make_parameters())

    (line,) = caplog.messages
    assert line == (
        f"Shapes taken from the system folder {tmp_path / 'system'}: "
        "6 training and 3 test images of 2 x 4 pixels"
    )


def test_what_was_stored_keeps_the_name_of_its_first_source(tmp_path, raw, store, make_parameters):
    store(tmp_path / "raw", raw)
    assert find_image_set(make_parameters()).source == "the raw folder raw"

    (tmp_path / "raw" / "source.txt").write_text("my camera")
    assert find_image_set(make_parameters()).source == "my camera"
    (tmp_path / "raw" / "source.txt").write_text("")  # as a kill may leave it
    assert find_image_set(make_parameters()).source == "the raw folder raw"


def test_a_damaged_place_is_passed_over_with_a_warning_and_left_as_it_was(
    tmp_path, raw, store, make_parameters, caplog
):
    store(tmp_path / "raw", raw)
    path = tmp_path / "raw" / "train-images.gz"
    path.write_bytes(path.read_bytes()[:-9])
    before = contents(tmp_path / "raw")
    store(tmp_path / "system", raw)

    found = find_image_set(make_parameters())

    assert_same(found.raw, raw)
    assert found.source.startswith("the system folder")
    (warning,) = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert warning.startswith(
        f"Passed over the raw folder {tmp_path / 'raw'}: train-images.gz: damaged gzip file"
    )
    assert contents(tmp_path / "raw") == before


def test_places_that_hold_nothing_cause_no_warning(tmp_path, raw, store, make_parameters, caplog):
    (tmp_path / "raw").mkdir()
    store(tmp_path / "keras" / "datasets" / "shapes", raw)

    find_image_set(make_parameters())

    assert not [record for record in caplog.records if record.levelname == "WARNING"]


def test_the_error_lists_every_place_with_its_reason_and_the_ways_out(
    tmp_path, raw, store, make_parameters, closed_address
):
    (tmp_path / "raw").mkdir()
    store(tmp_path / "system", raw)
    (tmp_path / "system" / "test-labels.gz").unlink()
    (tmp_path / "keras" / "datasets").mkdir(parents=True)
    (tmp_path / "keras" / "datasets" / "shapes").write_text("no folder")

    with pytest.raises(ImageSetError) as refusal:
        find_image_set(make_parameters(addresses=[closed_address]))

    no_connection = f"no connection: [Errno {errno.ECONNREFUSED}] {os.strerror(errno.ECONNREFUSED)}"
    assert str(refusal.value) == (
        "Shapes is in none of the places looked at:\n"
        f"  1. the raw folder {tmp_path / 'raw'}: it holds none of "
        "train-images, train-labels, test-images, test-labels, with or without .gz\n"
        f"  2. the system folder {tmp_path / 'system'}: it lacks test-labels, with or without .gz\n"
        f"  3. Keras's cache {tmp_path / 'keras' / 'datasets' / 'shapes'}: it is a file, expected a folder\n"
        f"  4. the download from {closed_address}: {closed_address}train-images.gz: {no_connection}\n"
        "Ways out:\n"
        "  - draw them yourself"
    )


def test_a_download_that_is_switched_off_is_said_to_be(make_parameters):
    with pytest.raises(ImageSetError, match=r"3\. .*\n  4\. the download: switched off by data_ingestion"):
        find_image_set(make_parameters(keras_cache="nothing"))


@pytest.mark.parametrize("verified", [True, False])
def test_nothing_takes_the_place_of_a_chosen_folder(
    tmp_path, raw, store, make_parameters, monkeypatch, verified
):
    store(tmp_path / "system", raw)
    monkeypatch.setenv("TEST_IMAGES", str(tmp_path / "typo"))

    with pytest.raises(ImageSetError) as refusal:
        find_image_set(make_parameters(verified))

    assert str(refusal.value) == (
        f"Shapes cannot be taken from the folder {tmp_path / 'typo'} (TEST_IMAGES): it does not exist. "
        "No other place was tried, because you chose this one: correct TEST_IMAGES, or leave it unset."
    )


def test_a_relative_or_home_folder_is_found_from_where_the_person_is(
    tmp_path, raw, store, make_parameters, monkeypatch
):
    store(tmp_path / "mine", raw)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))

    for name in ("mine", "~/mine"):
        source = find_image_set(make_parameters(source_folder=name)).source
        assert source == "the folder mine (data_ingestion.source_folder)"


# ---------------------------------------------------------------- bad files


def remove(folder, raw):
    (folder / "test-images.gz").unlink()


def truncate(folder, raw):
    (folder / "test-images.gz").write_bytes(gzip.compress(encode_idx(raw.test_images)[:-1]))


def swap_images_and_labels(folder, raw):
    write_idx(folder / "train-images.gz", raw.train_labels)
    write_idx(folder / "train-labels.gz", raw.train_images)


def swap_training_and_test_images(folder, raw):
    write_idx(folder / "train-images.gz", raw.test_images)
    write_idx(folder / "test-images.gz", raw.train_images)


def change_a_pixel(folder, raw):
    changed = raw.train_images.copy()
    changed[0, 0, 0] += 1
    write_idx(folder / "train-images.gz", changed)


def label_beyond_the_classes(folder, raw):
    write_idx(folder / "train-labels.gz", raw.train_labels + np.uint8(1))


def empty_a_class(folder, raw):
    write_idx(folder / "test-labels.gz", np.minimum(raw.test_labels, np.uint8(1)))


def drop_a_label(folder, raw):
    write_idx(folder / "test-labels.gz", raw.test_labels[:-1])


@pytest.mark.parametrize(
    ("damage", "verified", "message"),
    [
        (remove, True, "it lacks test-images, with or without .gz"),
        (
            truncate,
            True,
            r"test-images.gz: the file ends early: expected 40 bytes for shape \(3, 2, 4\), got 39",
        ),
        (swap_images_and_labels, True, "train-images has the content of train-labels; the files are swapped"),
        (
            swap_images_and_labels,
            False,
            r"training images must be uint8 of shape \(n, height, width\).*swapped",
        ),
        (swap_training_and_test_images, True, "train-images has the content of test-images"),
        (
            swap_training_and_test_images,
            False,
            "every image needs one label, got 3 training images and 6 training labels",
        ),
        (change_a_pixel, True, "train-images has another content: expected SHA-256 .* uncompressed, got"),
        (label_beyond_the_classes, True, "train-labels has another content"),
        (label_beyond_the_classes, False, "training labels must be 0 to 2.*got labels up to 3"),
        (empty_a_class, False, r"every class needs test images, got none of 2 \(star\)"),
        (drop_a_label, False, "every image needs one label, got 3 test images and 2 test labels"),
    ],
)
def test_bad_files_are_refused_and_what_is_stored_stays(
    tmp_path, raw, store, make_parameters, damage, verified, message
):
    folder = store(tmp_path / "mine", raw)
    damage(folder, raw)
    note = tmp_path / "raw" / "source.txt"
    note.parent.mkdir()
    note.write_text("stored earlier")

    with pytest.raises(UserError, match=f"cannot be taken from the folder .*: {message}"):
        find_image_set(make_parameters(verified, source_folder=folder))

    assert [path.name for path in note.parent.iterdir()] == ["source.txt"]
    assert note.read_text() == "stored earlier"


def test_the_pixel_that_is_refused_with_checksums_passes_without(tmp_path, raw, store, make_parameters):
    folder = store(tmp_path / "mine", raw)
    change_a_pixel(folder, raw)

    found = find_image_set(make_parameters(verified=False, source_folder=folder))

    assert found.raw.train_images[0, 0, 0] == raw.train_images[0, 0, 0] + 1


# ---------------------------------------------------------------- labels that do not start at 0


@pytest.mark.parametrize("verified", [True, False])
def test_labels_are_counted_from_zero_and_verified_as_published(
    tmp_path, raw, store, make_parameters, verified
):
    one = np.uint8(1)
    published = raw._replace(train_labels=raw.train_labels + one, test_labels=raw.test_labels + one)
    parameters = make_parameters(verified, published, first_label=1)
    store(tmp_path / "system", published)
    assert_same(find_image_set(parameters).raw, raw)

    store(tmp_path / "raw", raw)
    found = find_image_set(parameters)
    assert_same(found.raw, raw)
    assert found.source.startswith("the raw folder")


def test_labels_below_the_first_are_refused(tmp_path, raw, store, make_parameters):
    store(tmp_path / "mine", raw)

    with pytest.raises(
        ImageSetError, match="labels must start at 1, as data_ingestion.first_label says, got 0"
    ):
        find_image_set(make_parameters(False, first_label=1, source_folder=tmp_path / "mine"))


# ---------------------------------------------------------------- downloads


def test_a_download_is_verified_and_leaves_nothing_behind(
    tmp_path, raw, make_parameters, web_folder, monkeypatch
):
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    web_folder.hold(raw)
    web_folder.files["train-images.gz"] = gzip.compress(web_folder.files.pop("train-images"))

    found = find_image_set(make_parameters(addresses=[web_folder.address]))

    assert_same(found.raw, raw)
    assert found.source == f"the download from {web_folder.address}"
    assert web_folder.requests[:3] == ["train-images.gz", "train-labels.gz", "train-labels"]
    assert list(temporary.iterdir()) == []
    assert not (tmp_path / "raw").exists()


def test_a_download_with_other_content_is_refused_and_the_next_address_tried(
    raw, make_parameters, web_folder, closed_address
):
    web_folder.hold(inverted(raw))

    with pytest.raises(ImageSetError) as refusal:
        find_image_set(make_parameters(addresses=[web_folder.address, closed_address]))

    assert f"the download from {web_folder.address}: train-images has another content" in str(refusal.value)
    assert f"the download from {closed_address}: " in str(refusal.value)

    web_folder.hold(raw)
    assert_same(find_image_set(make_parameters(addresses=[closed_address, web_folder.address])).raw, raw)


def test_a_server_that_lacks_a_file_is_named(tmp_path, raw, make_parameters, web_folder):
    web_folder.hold(raw)
    del web_folder.files["test-labels"]

    with pytest.raises(ImageSetError, match="shapes/test-labels: the server says 404 Not Found"):
        find_image_set(make_parameters(addresses=[web_folder.address]))


# ---------------------------------------------------------------- parameters


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (("files", "train_images", "name"), "images.gz", "without .gz.*got 'images.gz'"),
        (("files", "train_images", "sha256"), "c59f", "'files.train_images.sha256' string should match"),
        (("download", "addresses"), ["ftp://example.org/"], "must begin with http:// or https://"),
        (("download", "timeout"), 0, "'download.timeout' should be greater than 0, got 0"),
        (("download", "attempts"), 0, "'download.attempts' should be greater than or equal to 1, got 0"),
        (("class_names",), ["coat", "dress", "coat"], "more than one coat"),
        (("class_names",), ["coat"], "'class_names'.*at least 2 items"),
        (("colour",), "red", "'colour' is not a parameter here"),
    ],
)
def test_wrong_parameters_are_refused(make_parameters, path, value, message):
    parameters = make_parameters().model_dump()
    group = parameters
    for key in path[:-1]:
        group = group[key]
    group[path[-1]] = value

    with pytest.raises(UserError, match=message):
        DataIngestionParams.model_validate(parameters)


def test_an_empty_source_folder_means_none(make_parameters):
    assert make_parameters(source_folder="").source_folder is None
