import gzip
import hashlib
import os
import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as st_numpy
from tests.data.idx_content import encode_idx

from fashion_nets.data.idx import IdxError, idx_digest, parse_idx, read_idx, write_idx

TWO_BY_THREE = np.array([[1, 2, 3], [4, 5, 6]], dtype=np.uint8)
TWO_BY_THREE_CONTENT = bytes([0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6])

ARRAYS = st_numpy.arrays(np.uint8, st_numpy.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=6))
HEADERS = st.builds(
    lambda type_code, axes: (
        bytes([0, 0, type_code, len(axes)]) + b"".join(n.to_bytes(4, "big") for n in axes)
    ),
    st.sampled_from([0x08, 0x08, 0x09, 0x0D, 0x42]),
    st.lists(st.one_of(st.integers(0, 3), st.integers(0, 2**32 - 1)), max_size=70),
)


def test_parse_reads_sizes_as_big_endian_and_values_by_row():
    array = parse_idx(TWO_BY_THREE_CONTENT)

    assert array.dtype == np.uint8
    np.testing.assert_array_equal(array, TWO_BY_THREE)


@pytest.mark.parametrize("array", [TWO_BY_THREE, np.asfortranarray(TWO_BY_THREE)], ids=["rows", "columns"])
def test_a_file_has_the_documented_bytes(tmp_path, array):
    write_idx(tmp_path / "images", array)
    assert (tmp_path / "images").read_bytes() == encode_idx(TWO_BY_THREE) == TWO_BY_THREE_CONTENT


@given(ARRAYS)
def test_encoded_arrays_are_parsed_back(array):
    parsed = parse_idx(encode_idx(array))

    assert parsed.shape == array.shape
    np.testing.assert_array_equal(parsed, array)


@given(ARRAYS)
def test_the_digest_is_that_of_the_uncompressed_file(array):
    assert idx_digest(array) == hashlib.sha256(encode_idx(array)).hexdigest()


def test_the_digest_does_not_depend_on_the_order_in_memory():
    transposed = np.ascontiguousarray(TWO_BY_THREE.T).T

    assert idx_digest(transposed) == idx_digest(TWO_BY_THREE)


@given(st.one_of(st.binary(), st.tuples(HEADERS, st.binary()).map(b"".join)))
def test_any_bytes_are_an_array_or_a_clear_error(content):
    try:
        array = parse_idx(content)
    except IdxError:
        return
    assert encode_idx(array) == content


@given(ARRAYS, st.data())
def test_a_file_cut_at_any_point_is_refused(array, data):
    content = encode_idx(array)
    cut = data.draw(st.integers(0, len(content) - 1))

    with pytest.raises(IdxError):
        parse_idx(content[:cut])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "not an IDX file.*got nothing"),
        (b"\x89PNG\r\n", "not an IDX file.*got 89 50 4e 47"),
        (bytes([0, 0, 0x0D, 1, 0, 0, 0, 0]), "expected 8-bit unsigned.*got 32-bit floats"),
        (bytes([0, 0, 0x42, 1, 0, 0, 0, 0]), "an unknown type .type 0x42"),
        (TWO_BY_THREE_CONTENT[:9], "ends within its header: expected 12 bytes for 2 axes, got 9"),
        (TWO_BY_THREE_CONTENT[:-1], r"ends early: expected 18 bytes for shape \(2, 3\), got 17"),
        (TWO_BY_THREE_CONTENT + b"\0", r"surplus bytes: expected 18 bytes for shape \(2, 3\), got 19"),
    ],
)
def test_bad_content_is_refused_with_expected_and_got(content, message):
    with pytest.raises(IdxError, match=message):
        parse_idx(content)


def test_parsed_arrays_share_the_memory_of_the_content_and_cannot_change_it():
    content = bytearray(TWO_BY_THREE_CONTENT)
    array = parse_idx(content)

    with pytest.raises(ValueError, match="read-only"):
        array[0, 0] = 9
    content[-1] = 7
    assert array[1, 2] == 7


def test_other_types_have_no_digest_and_are_not_written(tmp_path):
    array = TWO_BY_THREE.astype("float32")
    with pytest.raises(IdxError, match="expected a uint8 array.*got float32 of shape"):
        idx_digest(array)
    with pytest.raises(IdxError, match="expected a uint8 array.*got float32 of shape"):
        write_idx(tmp_path / "images", array)
    assert not (tmp_path / "images").exists()


@pytest.mark.parametrize("name", ["images", "images.gz"])
@pytest.mark.parametrize(
    "content", [TWO_BY_THREE_CONTENT, gzip.compress(TWO_BY_THREE_CONTENT)], ids=["plain", "compressed"]
)
def test_compression_is_told_by_content_not_by_name(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content)

    np.testing.assert_array_equal(read_idx(path), TWO_BY_THREE)


def test_a_compressed_file_cut_at_any_point_is_refused(tmp_path):
    path = tmp_path / "images.gz"
    content = gzip.compress(TWO_BY_THREE_CONTENT)

    for cut in range(len(content)):
        path.write_bytes(content[:cut])
        with pytest.raises(IdxError, match=r"images\.gz: "):
            read_idx(path)


def test_a_damaged_byte_in_a_compressed_file_never_changes_the_array(tmp_path):
    path = tmp_path / "images.gz"
    content = gzip.compress(TWO_BY_THREE_CONTENT)
    refused = 0

    for position in range(len(content)):
        damaged = bytearray(content)
        damaged[position] ^= 0xFF
        path.write_bytes(damaged)
        try:
            array = read_idx(path)
        except IdxError:
            refused += 1
        else:
            np.testing.assert_array_equal(array, TWO_BY_THREE)

    assert refused >= len(TWO_BY_THREE_CONTENT)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda path: None, "cannot be read: No such file"),
        (lambda path: path.mkdir(), "cannot be read: Is a directory"),
    ],
)
def test_a_file_that_is_not_there_is_named(tmp_path, make, message):
    path = tmp_path / "images.gz"
    make(path)

    with pytest.raises(IdxError, match=rf"images\.gz: {message}"):
        read_idx(path)


@pytest.mark.parametrize(("name", "magic"), [("images", b"\0\0"), ("images.gz", b"\x1f\x8b")])
def test_written_files_are_read_back(tmp_path, name, magic):
    path = tmp_path / "new" / "folder" / name

    write_idx(path, TWO_BY_THREE)

    assert path.read_bytes()[:2] == magic
    np.testing.assert_array_equal(read_idx(path), TWO_BY_THREE)
    assert list(path.parent.iterdir()) == [path]


def test_the_same_array_gives_the_same_compressed_bytes(tmp_path):
    write_idx(tmp_path / "one.gz", TWO_BY_THREE)
    write_idx(tmp_path / "another.gz", TWO_BY_THREE)

    content = (tmp_path / "one.gz").read_bytes()
    assert content == (tmp_path / "another.gz").read_bytes()
    assert content[4:8] == bytes(4), "the header holds a time"


def test_a_file_that_holds_the_array_already_is_left_alone(tmp_path):
    path = tmp_path / "images.gz"
    path.write_bytes(gzip.compress(TWO_BY_THREE_CONTENT, compresslevel=9))
    os.utime(path, ns=(1, 1))

    write_idx(path, TWO_BY_THREE)
    assert path.stat().st_mtime_ns == 1

    write_idx(path, TWO_BY_THREE + np.uint8(1))
    np.testing.assert_array_equal(read_idx(path), TWO_BY_THREE + 1)


def test_a_damaged_file_is_replaced(tmp_path):
    path = tmp_path / "images.gz"
    path.write_bytes(b"\x1f\x8bdamaged")

    write_idx(path, TWO_BY_THREE)

    np.testing.assert_array_equal(read_idx(path), TWO_BY_THREE)


def test_a_target_that_cannot_be_replaced_is_left_as_it_was(tmp_path):
    path = tmp_path / "images.gz"
    path.mkdir()
    (path / "note").write_text("mine")

    with pytest.raises(IdxError, match=r"images\.gz: cannot be written, and is as it was: Is a directory"):
        write_idx(path, TWO_BY_THREE)

    assert (path / "note").read_text() == "mine"
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_in_the_place_of_a_folder_is_refused(tmp_path):
    (tmp_path / "folder").write_text("mine")

    with pytest.raises(IdxError, match="cannot be written"):
        write_idx(tmp_path / "folder" / "images.gz", TWO_BY_THREE)

    assert (tmp_path / "folder").read_text() == "mine"


@pytest.mark.skipif(os.geteuid() == 0, reason="permissions do not bind root")
def test_a_folder_without_write_permission_is_refused(tmp_path):
    path = tmp_path / "images.gz"
    write_idx(path, TWO_BY_THREE)
    tmp_path.chmod(0o500)

    with pytest.raises(IdxError, match="cannot be written, and is as it was: Permission denied"):
        write_idx(path, TWO_BY_THREE + np.uint8(1))

    tmp_path.chmod(0o700)
    np.testing.assert_array_equal(read_idx(path), TWO_BY_THREE)


def header_of(*shape):
    return bytes([0, 0, 8, len(shape)]) + b"".join(length.to_bytes(4, "big") for length in shape)


def memory_to_refuse(path, message):
    """The bytes that are in use at most until a file is refused."""
    tracemalloc.start()
    try:
        with pytest.raises(IdxError, match=message):
            read_idx(path)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("compress", [bytes, gzip.compress])
def test_a_header_that_claims_more_than_the_file_can_hold_takes_no_memory(compress, tmp_path):
    path = tmp_path / "images"
    path.write_bytes(compress(header_of(1_000_000, 1_000_000) + bytes(100)))
    assert memory_to_refuse(path, r"ends early: expected 1,000,000,000,012 bytes for shape") < 5_000_000


def test_of_a_file_that_unpacks_to_more_than_it_announces_little_is_read(tmp_path):
    """200 MB of zeros in 200 kB, of which the header announces 100 bytes."""
    path = tmp_path / "images.gz"
    path.write_bytes(gzip.compress(header_of(10, 10) + bytes(200_000_000), compresslevel=1))
    assert memory_to_refuse(path, r"has surplus bytes: expected 112 bytes for shape \(10, 10\)") < 10_000_000
