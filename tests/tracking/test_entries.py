"""Entries as lines of JSON, and which runs are open after some of them."""

import json
import math
import time

import numpy as np
import pytest

from fashion_nets.tracking import entries
from fashion_nets.tracking.entries import (
    Earlier,
    Entry,
    Input,
    begin,
    end,
    log_metrics,
    log_params,
    open_runs,
    set_tags,
)


@pytest.mark.parametrize(
    ("entry", "content"),
    [
        (
            begin("a", "mlp", {"seed": 7}),
            {"name": "mlp", "tags": {"seed": "7"}, "parent": None, "earlier": None},
        ),
        (
            begin("b", "é", {}, parent="a", earlier=Earlier({"seed": 7}, goes_on=True)),
            {"name": "é", "tags": {}, "parent": "a", "earlier": {"tags": {"seed": "7"}, "goes_on": True}},
        ),
        (entries.describe("a", "*mlp*"), {"tags": {"mlflow.note.content": "*mlp*"}}),
        (
            entries.log_inputs("a", [Input("train_set", "training", "c0ffee", "data/train_set", {"n": 3})]),
            {
                "inputs": [
                    {
                        "name": "train_set",
                        "context": "training",
                        "digest": "c0ffee",
                        "source": "data/train_set",
                        "profile": {"n": 3},
                    }
                ]
            },
        ),
        (set_tags("a", {"dirty": True}), {"tags": {"dirty": "True"}}),
        (log_params("a", {"units": [300, 100]}), {"params": {"units": "[300, 100]"}}),
        (
            log_metrics("a", {"loss": 1}, step=3),
            {"metrics": {"loss": 1.0}, "step": 3, "model": None, "dataset": None},
        ),
        (entries.log_file("a", "/data/a.png", "figures"), {"file": "/data/a.png", "folder": "figures"}),
        (entries.log_model("a", "mlp", "/saved"), {"name": "mlp", "folder": "/saved"}),
        (end("a", "KILLED"), {"status": "KILLED"}),
    ],
    ids=lambda value: value.kind if isinstance(value, Entry) else "",
)
def test_an_entry_is_one_line_and_read_again_the_same(entry, content):
    assert entry.content == content
    line = entry.to_line()
    assert "\n" not in line
    assert json.loads(line)["kind"] == entry.kind
    assert Entry.from_line(line) == entry


def test_numbers_of_any_library_are_kept_even_those_that_are_none():
    metrics = {"loss": np.float32(0.5), "val_loss": float("nan"), "gradient": float("inf")}
    again = Entry.from_line(log_metrics("a", metrics).to_line()).content["metrics"]
    assert again["loss"] == 0.5
    assert math.isnan(again["val_loss"])
    assert again["gradient"] == math.inf


def test_an_entry_has_the_time_at_which_it_was_told_in_milliseconds():
    before = time.time() * 1000
    told = set_tags("a", {}).time
    assert before - 1 <= told <= time.time() * 1000


def test_runs_that_have_begun_and_not_ended_are_open_the_latest_first():
    told = [begin("a", "parent", {}), begin("b", "first", {}, "a"), begin("c", "second", {}, "a")]
    assert open_runs(told) == ["c", "b", "a"]
    assert open_runs([*told, end("b", "FINISHED"), set_tags("b", {})]) == ["c", "a"]
    assert open_runs([*told, *(end(run, "FAILED") for run in "abc")]) == []
