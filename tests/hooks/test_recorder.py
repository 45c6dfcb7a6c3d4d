"""Records of a small graph on real files: a card of an input, and a table piece by piece from it."""

import json

import pytest
from kedro.framework.startup import bootstrap_project
from kedro.io import DataCatalog
from kedro.pipeline import Pipeline, node

from fashion_nets.hooks.lineage import Lineage
from fashion_nets.hooks.recorder import Recorder
from fashion_nets.provenance.records import read_record, record_path


def make_card(numbers, seed):
    return numbers, seed


def make_table(card, epochs):
    yield card, epochs


def draw(table):
    return table


CARD = node(make_card, ["numbers", "params:seed"], "card", name="make_card")
TABLE = node(make_table, ["card", "params:epochs"], "table", name="make_table")
FIGURE = node(draw, "table", "figure", name="draw")
REGISTERED = {"cards": Pipeline([CARD]), "tables": Pipeline([TABLE]), "figures": Pipeline([FIGURE])}


@pytest.fixture
def make(project):
    """A recorder of a run of some nodes, as a new process has it."""
    bootstrap_project(project)
    names = ("numbers", "card", "table", "figure")
    config = {
        name: {"type": "json.JSONDataset", "filepath": str(project / "stored" / f"{name}.json")}
        for name in names
    }

    def make_recorder(*nodes, seed=42, epochs=10):
        catalog = DataCatalog.from_config(config)
        parameters = {"seed": seed, "epochs": epochs, "threads": None}
        pipeline = Pipeline(nodes)
        return Recorder(Lineage(REGISTERED, catalog, parameters, project), pipeline, catalog, project)

    return make_recorder


@pytest.fixture
def stored(project):
    """Write the file of a dataset, and give its path."""

    def write(name, content):
        path = project / "stored" / f"{name}.json"
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(content))
        return path

    return write


def run_both(make, stored, seed=42):
    """Store and record all of it, as two runs."""
    stored("numbers", [1])
    card = stored("card", {"seed": seed})
    make(CARD, seed=seed).record("card")
    table = stored("table", [10])
    make(TABLE, seed=seed).record("table")
    return card, table


def test_a_record_says_what_made_an_output(make, stored):
    card, table = run_both(make, stored)
    of_card, of_table = read_record(card), read_record(table)
    assert (of_card["output"], of_card["node"]) == ("card", "make_card")
    assert of_card["parameters"] == {"seed": 42}
    assert list(of_card["inputs"]) == ["numbers"]
    assert of_table["inputs"] == {"card": of_card["content"]["digest"]}
    assert list(of_table["content"]["files"]) == ["table.json"]
    assert of_table["stale_inputs"] == {}
    assert of_table["run"] is None


def test_equal_parameters_have_one_digest_and_others_another(make, stored):
    digests = []
    for seed in (42, 42, 7):
        card, _ = run_both(make, stored, seed)
        digests.append(read_record(card)["parameters_digest"])
    assert digests[0] == digests[1] != digests[2]


def test_a_stale_input_is_told_with_reason_and_command_and_stays_in_the_record(make, stored, said):
    _, table = run_both(make, stored)
    recorder = make(TABLE, seed=7)
    recorder.warn_of_stale_inputs()
    (warning,) = said()
    assert warning.startswith(
        "This run takes what is stored and out of date: card (seed 42 -> 7). To make it again: kedro run "
    )
    assert warning.endswith("--only-missing-outputs --pipelines=cards")
    assert recorder.tags()["stale_inputs"] == "card"
    recorder.record("table")
    assert read_record(table)["stale_inputs"] == {"card": "seed 42 -> 7"}


def test_a_stale_input_stays_in_the_records_of_all_that_a_run_makes_from_it(make, stored):
    _, table = run_both(make, stored)
    recorder = make(TABLE, FIGURE, seed=7)
    recorder.warn_of_stale_inputs()
    recorder.record("table")
    figure = stored("figure", "drawn")
    recorder.record("figure")
    assert read_record(table)["stale_inputs"] == {"card": "seed 42 -> 7"}
    assert read_record(figure)["stale_inputs"] == {"card": "seed 42 -> 7"}
    assert list(read_record(figure)["inputs"]) == ["table"]


def test_where_all_is_current_nothing_is_told(make, stored, said):
    run_both(make, stored)
    recorder = make(TABLE)
    recorder.warn_of_stale_inputs()
    recorder.tell_what_is_out_of_date()
    assert said() == []
    assert "stale_inputs" not in recorder.tags()


def test_stale_outputs_are_made_again_and_others_are_not(make, stored, said):
    run_both(make, stored)
    assert make(CARD, TABLE, seed=7).find_stale_outputs() == {"card", "table"}
    assert said() == ["Out of date, and made again: card, table (seed 42 -> 7)"]
    assert make(CARD, TABLE, epochs=3).find_stale_outputs() == {"table"}
    assert make(CARD, TABLE).find_stale_outputs() == set()


def test_without_a_record_what_is_piecewise_is_finished_and_other_things_are_taken(make, stored, said):
    for path in run_both(make, stored):
        record_path(path).unlink()
    assert make(CARD, TABLE).find_stale_outputs() == {"table"}
    assert said() == ["Stored by an earlier version, and taken as it is: card"]


def test_what_a_run_has_made_out_of_date_is_told_at_its_end(make, stored, said):
    run_both(make, stored)
    recorder = make(CARD)
    recorder.warn_of_stale_inputs()
    stored("card", {"seed": 42, "more": 1})
    recorder.record("card")
    recorder.tell_what_is_out_of_date()
    (line,) = said()
    assert line.startswith("Out of date by this run: table. To make it again: kedro run ")
    assert line.endswith("--pipelines=tables")


def test_of_what_comes_piece_by_piece_nothing_says_what_made_it_until_it_is_whole(make, stored):
    _, table = run_both(make, stored)
    recorder = make(TABLE, epochs=3)
    recorder.expect(["table"])
    recorder.begin("table")
    assert read_record(table) is None
    recorder.finish(["card"])  # of another node
    assert read_record(table) is None
    recorder.finish(["table"])
    assert read_record(table)["parameters"] == {"epochs": 3}
    recorder.begin("table")
    recorder.finish(["table"])  # nobody expects it any more
    assert read_record(table) is None


def test_a_record_that_cannot_be_written_is_a_warning(make, stored, said, project):
    card, _ = run_both(make, stored)
    record_path(card).unlink()
    folder = record_path(card).parent
    for file in folder.iterdir():
        file.unlink()
    folder.rmdir()
    folder.touch()
    make(CARD).record("card")
    (line,) = said()
    assert line.startswith("What made card could not be recorded: ")


def test_what_nothing_makes_has_no_record(make, stored):
    path = stored("numbers", [1])
    make(CARD).record("numbers")
    assert read_record(path) is None
