from pathlib import Path

import pytest

from fashion_nets.datasets.local_dataset import LocalDataset


class TextDataset(LocalDataset[str, str]):
    """A text, for the tests of what it is derived from."""

    def load(self):
        return self._filepath.read_text()

    def save(self, data):
        self._filepath.write_text(data)


@pytest.fixture
def text(tmp_path):
    return TextDataset(str(tmp_path / "text"), metadata={"mlflow": {"artifact": True}})


def test_a_dataset_is_a_place_and_what_other_tools_are_told(text, tmp_path):
    text.save("said")
    assert (tmp_path / "text").read_text() == text.load() == "said"
    assert text.metadata == {"mlflow": {"artifact": True}}


def test_messages_name_the_place(text, tmp_path):
    assert str(tmp_path / "text") in str(text)
    assert text._describe() == {"filepath": Path(tmp_path / "text")}


def test_what_is_not_there_does_not_exist(text):
    assert not text.exists()
    text.save("said")
    assert text.exists()
