import json

import numpy as np
import pandas as pd
import pytest
from tests.reporting.pages import network_part, plain_picture

from fashion_nets.reporting.parts import FORMAT, MOST_ROWS, answer_of, is_empty, make_part, read_part


def only_item(value):
    (item,) = json.loads(json.dumps(make_part("mlp", "network", {"mlp.what": value}), allow_nan=False))[
        "items"
    ]
    assert item.pop("dataset") == "mlp.what"
    return item


def test_a_table_keeps_its_values_and_loses_what_json_cannot_hold():
    table = pd.DataFrame(
        {
            "layer": ["dense", None],
            "units": np.array([300, 10], np.int64),
            "share": [0.5, float("inf")],
            "trained": [True, False],
            "parameters": pd.array([None, 5], "Int64"),
        }
    )
    assert only_item(table) == {
        "type": "table",
        "columns": ["layer", "units", "share", "trained", "parameters"],
        "rows": [["dense", 300, 0.5, True, None], [None, 10, None, False, 5]],
        "n_rows": 2,
    }


def test_a_long_table_is_cut_and_says_how_long_it_was():
    item = only_item(pd.DataFrame({"number": range(MOST_ROWS + 5)}))
    assert (len(item["rows"]), item["n_rows"]) == (MOST_ROWS, MOST_ROWS + 5)


def test_numbers_in_groups_are_named_by_their_path():
    values = {"law": {"exponent": np.float32(0.5), "bounds": [1, 2]}, "sentence": "so", "none": float("nan")}
    assert only_item(values) == {
        "type": "numbers",
        "values": {"law.exponent": 0.5, "law.bounds": "1, 2", "sentence": "so", "none": None},
    }


def test_pictures_are_in_the_part():
    item = only_item(plain_picture(size=(30, 20), title="red"))
    (image,) = item["images"]
    assert item["type"] == "figures"
    assert (image["file"], image["width"], image["height"]) == ("class_examples.png", 30, 20)
    assert image["description"] == "red"
    assert image["source"].startswith("data:image/")
    both = only_item({"a.png": plain_picture(), "b.png": plain_picture("blue")})
    assert len(both["images"]) == 2


@pytest.mark.parametrize(("value", "kind"), [(None, "missing"), ("<html>", "file")])
def test_what_is_not_stored_is_missing_and_a_text_is_a_file(value, kind):
    assert only_item(value) == {"type": kind}


def test_there_may_be_no_figures_in_a_folder():
    part = make_part("study", "experiment", {"study.further_figures": {}})
    assert part["items"] == [{"dataset": "study.further_figures", "type": "figures", "images": []}]
    assert is_empty(part)


def test_the_answer_is_the_sentence_of_a_verdict_or_the_title_of_the_first_figure():
    contents = {"e.tables": None, "e.answer": plain_picture(title="it is"), "e.verdict": {"sentence": "So."}}
    assert answer_of(make_part("e", "experiment", contents)) == "So."
    del contents["e.verdict"]
    assert answer_of(make_part("e", "experiment", contents)) == "it is"
    assert answer_of(make_part("e", "experiment", {"e.tables": None})) == ""


OTHER_VERSION = {"name": "mlp", "kind": "network", "items": [{"dataset": "mlp.metrics", "type": "table"}]}


@pytest.mark.parametrize("found", [[], {}, "part", OTHER_VERSION, {**OTHER_VERSION, "format": FORMAT + 1}])
def test_what_is_no_part_counts_as_none(found):
    assert read_part(found, "mlp", "network") is None


def stored_part():
    return json.loads(json.dumps(network_part("mlp")))


def test_a_part_is_read_as_it_was_stored():
    assert read_part(stored_part(), "mlp", "network") == stored_part()
    assert read_part(stored_part(), "cnn", "network") is None
    assert read_part(stored_part(), "mlp", "experiment") is None


def places_in(value, place=()):
    """All that is in a part: keys of mappings and places in lists."""
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
        yield (*place, key)
        if isinstance(inner, dict | list):
            yield from places_in(inner, (*place, key))


def change(part, place, to):
    *outer, last = place
    for key in outer:
        part = part[key]
    if to == "nothing":
        del part[last]
    else:
        part[last] = to


NAMED = [place for place in places_in(stored_part()) if isinstance(place[-1], str) and "values" not in place]


@pytest.mark.parametrize("to", ["nothing", None, [[]], {"more": 1}])
@pytest.mark.parametrize("place", NAMED, ids=str)
def test_a_part_without_one_of_its_fields_or_with_something_else_in_it_counts_as_none(place, to):
    part = stored_part()
    change(part, place, to)
    assert read_part(part, "mlp", "network") is None


@pytest.mark.parametrize(
    ("place", "to"),
    [
        (("more",), 1),
        (("items", 0, "more"), 1),
        (("items", 0, "images"), []),
        (("items", 0, "values", "test_accuracy"), []),
        (("items", 1, "images", 0, "source"), "javascript:alert(1)"),
        (("items", 1, "images", 0, "width"), 0),
        (("items", 1, "dataset"), "mlp.metrics"),
        (("items", 2, "rows", 0), [1]),
        (("items", 2, "rows", 0, 0), {}),
        (("items", 2, "n_rows"), 1),
        (("items", 2, "columns"), ["epoch"]),
    ],
)
def test_what_does_not_fit_together_counts_as_none(place, to):
    part = stored_part()
    change(part, place, to)
    assert read_part(part, "mlp", "network") is None


def test_a_part_of_which_nothing_is_stored_is_empty():
    assert is_empty(make_part("mlp", "network", {"mlp.metrics": None, "mlp.layers": {}}))
    assert not is_empty(make_part("mlp", "network", {"mlp.metrics": {"loss": 1.0}, "mlp.layers": None}))
