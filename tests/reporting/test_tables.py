import pytest

from fashion_nets.reporting.tables import Cell, label_of, make_cell, make_numbers, make_table


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (True, "yes"),
        (1234, "1,234"),
        (3.0, "3"),
        (0.891234, "0.8912"),
        (0.000123456, "0.0001235"),
        (123456.7, "123,457"),
        (12.3456, "12.35"),
        ("T-shirt/top", "T-shirt/top"),
    ],
)
def test_values_are_written_as_people_do(value, text):
    assert make_cell(value).text == text


def test_a_cell_knows_by_what_it_is_sorted():
    assert make_cell(1234) == Cell("1,234", 1234, True)
    assert make_cell("a") == Cell("a", "a", False)
    assert make_cell(True).is_number is False


def test_the_ends_of_an_interval_stand_beside_what_it_is_about():
    columns = ["network", "accuracy", "accuracy_low", "accuracy_high", "depth_low"]
    table = make_table(columns, [["mlp", 0.5, 0.4, 0.6, 1], ["cnn", 0.7, None, None, 2]], n_rows=5)
    assert table.columns == ["network", "accuracy", "depth low"]
    assert [[cell.text for cell in row] for row in table.rows] == [
        ["mlp", "0.5 (0.4 to 0.6)", "1"],
        ["cnn", "0.7", "2"],
    ]
    assert table.rows[0][1].value == 0.5
    assert table.n_hidden == 3


def test_a_deviation_stands_behind_its_mean():
    table = make_table(["way", "gain_mean", "gain_std"], [["frozen", 0.5, 0.125], ["scratch", 0.25, None]])
    assert table.columns == ["way", "gain"]
    assert [row[1].text for row in table.rows] == ["0.5 ± 0.125", "0.25"]


def test_numbers_have_their_names_in_words():
    values = {"test_accuracy": 0.5, "test_accuracy_low": 0.25, "test_accuracy_high": 0.75, "lost": None}
    assert make_numbers(values) == [("test accuracy", "0.5 (0.25 to 0.75)")]
    assert make_numbers({}) == []


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("training_seconds", "training (s)"),
        ("units", "units"),
        ("n_images", "images"),
        ("val_accuracy_mean", "validation accuracy"),
        ("val_error", "validation error"),
        ("quality.duplicates_in_train", "quality: duplicates in train"),
    ],
)
def test_names_become_words(name, label):
    assert label_of(name) == label
