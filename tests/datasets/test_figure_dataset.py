import base64
import io

import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from fashion_nets.datasets import FigureDataset
from fashion_nets.datasets.errors import StoredDataError
from fashion_nets.plotting.style import new_figure


@pytest.fixture
def dataset(tmp_path):
    return FigureDataset(filepath=str(tmp_path / "mlp" / "costs.png"), save_args={"dpi": 50})


def drawn(title="MLP: what each layer costs"):
    figure = new_figure(title, 3, 2)
    figure.add_subplot().plot([1, 2, 4])
    return figure


def test_a_picture_is_what_the_file_holds_and_says_the_title_as_one_line(dataset, tmp_path):
    assert not dataset.exists()
    title = "Stacked autoencoder, validation codings by LDA: 10-NN accuracy 0.78"
    dataset.save(drawn(title))
    assert dataset.exists()
    file = tmp_path / "mlp" / "costs.png"
    assert dataset.load() == (file, file.read_bytes(), title)


def test_the_text_changes_no_pixel(dataset):
    dataset.save(drawn())
    plain = io.BytesIO()
    drawn().savefig(plain, dpi=50)
    with Image.open(plain) as expected, Image.open(io.BytesIO(dataset.load().png)) as stored:
        assert expected.size == (150, 100)
        assert np.array_equal(np.asarray(expected), np.asarray(stored))


@pytest.mark.parametrize("name", ["Hemd & <b>Hose</b>", "рубашка → €", "cost: $5, $x^2$", 'a "dress"'])
def test_a_title_may_hold_any_character(name, dataset):
    dataset.save(drawn(name))
    assert dataset.load().description == name


def test_a_figure_without_a_title_is_called_by_those_of_its_axes(dataset):
    figure = Figure()
    left, _, right = figure.subplots(1, 3)
    left.set_title("Loss")
    right.set_title("Accuracy\nof both")
    dataset.save(figure)
    assert dataset.load().description == "Loss; Accuracy of both"


def test_a_picture_of_an_earlier_version_says_nothing(dataset, tmp_path):
    (tmp_path / "mlp").mkdir()
    drawn().savefig(tmp_path / "mlp" / "costs.png")
    assert dataset.load().description == ""


def test_kedro_viz_shows_the_file(dataset):
    dataset.save(drawn())
    assert base64.b64decode(dataset.preview()) == dataset.load().png


def test_what_is_missing_is_a_file_not_found_and_what_is_no_picture_is_said(dataset, tmp_path):
    with pytest.raises(Exception, match="No such file"):
        dataset.load()
    (tmp_path / "mlp").mkdir()
    (tmp_path / "mlp" / "costs.png").write_bytes(b"a letter")
    with pytest.raises(StoredDataError, match=r"costs.png is no picture"):
        dataset.load()


def test_another_format_is_refused_before_anything_is_written(tmp_path):
    with pytest.raises(StoredDataError, match=r"costs.pdf should end in .png"):
        FigureDataset(filepath=str(tmp_path / "costs.pdf")).save(drawn())
    assert list(tmp_path.iterdir()) == []
