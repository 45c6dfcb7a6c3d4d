import gzip

import pytest
from tests.parameters import read_params

from fashion_nets.data.download import DownloadError, DownloadParams, download_files
from fashion_nets.errors import UserError

PATIENT = read_params(DownloadParams, timeout=5, attempts=3, backoff=0)


@pytest.fixture
def download(tmp_path, web_folder):
    """Download files from the folder on the web; give what then is stored, content by name."""

    def download_them(*names, parameters=PATIENT):
        download_files(web_folder.address, names, tmp_path / "stored", parameters)
        files = (path for path in (tmp_path / "stored").rglob("*") if path.is_file())
        return {str(path.relative_to(tmp_path / "stored")): path.read_bytes() for path in files}

    return download_them


def test_files_are_stored_under_the_names_they_have_there(download, web_folder):
    compressed = gzip.compress(b"images")
    web_folder.files = {"images.gz": compressed, "labels": b"labels"}

    assert download("images", "labels") == {"images.gz": compressed, "labels": b"labels"}
    assert web_folder.requests == ["images.gz", "labels.gz", "labels"]


def test_files_in_a_subfolder_of_the_address_keep_their_place(download, web_folder):
    web_folder.files = {"letters/images": b"images"}

    assert download("letters/images") == {"letters/images": b"images"}


def test_a_transfer_that_breaks_off_is_tried_again(download, web_folder):
    web_folder.files = {"images": b"0123456789"}
    web_folder.cut = [9, 1]

    assert download("images") == {"images": b"0123456789"}
    assert web_folder.requests.count("images") == 3


def test_a_transfer_that_keeps_breaking_off_is_given_up(download, web_folder):
    web_folder.files = {"images": b"0123456789"}
    web_folder.cut = [9, 4, 4]

    message = r"images: the transfer broke off after 6 of 10 bytes \(3 attempts\)"
    with pytest.raises(DownloadError, match=message):
        download("images")


def test_a_busy_server_is_asked_again(download, web_folder):
    web_folder.files = {"images.gz": b"images"}
    web_folder.statuses = [503, 429]

    assert download("images") == {"images.gz": b"images"}
    assert web_folder.requests == ["images.gz"] * 3


def test_a_server_that_refuses_is_asked_once(download, web_folder):
    web_folder.files = {"images.gz": b"images"}
    web_folder.statuses = [403]

    with pytest.raises(DownloadError, match=r"shapes/images.gz: the server says 403 Forbidden"):
        download("images")
    assert web_folder.requests == ["images.gz"]


def test_a_file_that_is_not_there_is_named(download, web_folder):
    web_folder.files = {"images": b"images"}

    with pytest.raises(DownloadError, match="shapes/labels: the server says 404 Not Found"):
        download("images", "labels")


def test_a_server_out_of_reach_is_not_waited_for(tmp_path, closed_address):
    parameters = read_params(
        DownloadParams, addresses=[closed_address], timeout=3_600, attempts=9, backoff=3_600
    )

    with pytest.raises(DownloadError, match="no connection"):
        download_files(closed_address, ["train-images"], tmp_path, parameters)


def test_each_further_attempt_waits_twice_as_long(download, web_folder, monkeypatch):
    pauses = []
    monkeypatch.setattr("time.sleep", pauses.append)
    web_folder.statuses = [503] * 4

    with pytest.raises(DownloadError, match=r"503 .*\(4 attempts\)"):
        download("images", parameters=read_params(DownloadParams, timeout=5, attempts=4, backoff=0.5))
    assert pauses == [0.5, 1, 2]


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        (
            "addresses",
            ["ftp://example.org/"],
            "must begin with http:// or https://, got 'ftp://example.org/'",
        ),
        ("timeout", 0, "'timeout' should be greater than 0, got 0"),
        ("attempts", 0, "'attempts' should be greater than or equal to 1, got 0"),
        ("backoff", -1, "'backoff' should be greater than or equal to 0, got -1"),
    ],
)
def test_wrong_parameters_are_refused(field, value, message):
    with pytest.raises(UserError, match=message):
        read_params(DownloadParams, **{field: value})
