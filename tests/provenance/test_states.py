"""A chain of three outputs, stored with records: how each stands after something has changed."""

import os

import pytest

from fashion_nets.provenance import records
from fashion_nets.provenance.content import Stored
from fashion_nets.provenance.records import FORMAT, Contents, Record, read_record, record_path, write_record
from fashion_nets.provenance.states import Output, State, States


class Chain:
    """raw.csv -> set.csv (parameter size) -> model.bin (parameter epochs)."""

    def __init__(self, folder):
        self.stored = {name: Stored(name, folder / name) for name in ("raw.csv", "set.csv", "model.bin")}
        self.parameters = {"set.csv": {"split.size": 5}, "model.bin": {"mlp.training": {"epochs": 10}}}
        self.inputs = {"set.csv": ["raw.csv"], "model.bin": ["set.csv"]}
        for name, stored in self.stored.items():
            stored.path.write_text(name)
        for name in self.inputs:
            self.record(name)

    def record(self, name):
        inputs = {each: Contents().describe(self.stored[each])["digest"] for each in self.inputs[name]}
        record = {
            **{name: {} for name in Record.__required_keys__},
            "format": FORMAT,
            "parameters": self.parameters[name],
            "inputs": inputs,
            "machine": {"threads": 2},
            "content": Contents().describe(self.stored[name]),
        }
        write_record(self.stored[name].path, record)

    def states(self, threads=None, **parameters):
        found = self.finder(threads, **parameters)
        return {name: found.of(name) for name in self.inputs}

    def finder(self, threads=None, without=(), find_damage=lambda path: None, **parameters):
        now = self.parameters | parameters
        outputs = {
            name: Output(
                self.stored[name],
                name,
                "all",
                now[name],
                tuple(self.stored[each] for each in inputs),
                threads if name == "model.bin" else None,
                frozenset(without),
            )
            for name, inputs in self.inputs.items()
        }
        return States(outputs, find_damage=find_damage)


@pytest.fixture
def chain(tmp_path):
    return Chain(tmp_path)


CURRENT = State("current")


def test_what_is_replaced_all_the_time_has_changed(chain, monkeypatch):
    def vanished(files, folder):
        raise FileNotFoundError(folder)

    monkeypatch.setattr(records, "describe_files", vanished)
    assert {name: state.kind for name, state in chain.states().items()} == {
        "set.csv": "stale",
        "model.bin": "stale",
    }


def test_what_would_be_made_as_it_is_is_current(chain):
    assert chain.states() == {"set.csv": CURRENT, "model.bin": CURRENT}


def test_a_file_that_was_only_touched_or_copied_is_as_it_was(chain):
    for stored in chain.stored.values():
        os.utime(stored.path, ns=(1, 1))
    assert set(chain.states().values()) == {CURRENT}


def test_a_parameter_makes_stale_what_it_made_and_what_was_made_of_that(chain):
    reason = ("split.size 5 -> 6",)
    stale = State("stale", reason)
    assert chain.states(**{"set.csv": {"split.size": 6}}) == {"set.csv": stale, "model.bin": stale}
    states = chain.states(**{"model.bin": {"mlp.training": {"epochs": 20}}})
    assert states == {"set.csv": CURRENT, "model.bin": State("stale", ("mlp.training.epochs 10 -> 20",))}


def test_what_is_to_be_trained_with_other_threads_is_stale(chain):
    assert chain.states(threads=2)["model.bin"] == CURRENT
    assert chain.states(threads=1)["model.bin"] == State("stale", ("threads 2 -> 1",))


def test_other_data_makes_stale_by_name(chain):
    chain.stored["raw.csv"].path.write_text("others")
    stale = State("stale", ("raw.csv has changed",))
    assert chain.states() == {"set.csv": stale, "model.bin": stale}


def test_an_input_made_anew_with_other_content_is_named(chain):
    chain.stored["set.csv"].path.write_text("another split")
    chain.record("set.csv")
    assert chain.states() == {"set.csv": CURRENT, "model.bin": State("stale", ("set.csv has changed",))}


def test_a_record_that_does_not_belong_to_its_file_is_told(chain):
    chain.stored["model.bin"].path.write_text("half")
    ((kind, (reason,)),) = {chain.states()["model.bin"]}
    assert kind == "stale"
    assert reason.startswith("model.bin was changed after it was stored")


def test_what_is_damaged_is_said_to_be(chain):
    chain.stored["set.csv"].path.write_text("half")
    finder = chain.finder(find_damage=lambda path: "damaged: half" if path.read_text() == "half" else None)
    reason = ("set.csv is damaged: half",)
    assert finder.of("set.csv") == State("stale", reason)
    assert finder.of("model.bin") == State("stale", reason)


def test_a_parameter_that_does_not_count_any_more_is_passed_over_in_earlier_records(chain):
    now = {"set.csv": {}}
    assert chain.states(**now)["set.csv"] == State("stale", ("split.size 5 -> none",))
    assert chain.finder(without=["split.size"], **now).of("set.csv") == CURRENT


def test_what_is_missing_is_no_reason_to_make_the_rest_again(chain):
    chain.stored["set.csv"].path.unlink()
    assert chain.states() == {"set.csv": State("missing"), "model.bin": CURRENT}


def test_what_is_missing_and_would_differ_is_one(chain):
    chain.stored["set.csv"].path.unlink()
    states = chain.states(**{"set.csv": {"split.size": 6}})
    assert states["set.csv"].kind == "missing"
    assert states["model.bin"] == State("stale", ("split.size 5 -> 6",))


@pytest.mark.parametrize("content", [None, "", "[1, 2]", '{"settings": {}, "weights": "abc"}'])
def test_what_an_earlier_version_stored_is_recognized(chain, content):
    path = record_path(chain.stored["model.bin"].path)
    path.unlink()
    if content is not None:
        path.write_text(content)
    assert read_record(chain.stored["model.bin"].path) is None
    assert chain.states()["model.bin"].kind == "unknown"
    states = chain.states(
        **{"set.csv": {"split.size": 6}}
    )  # what it was made of tells that it is out of date
    assert states["model.bin"] == State("stale", ("split.size 5 -> 6",))


def test_an_output_that_takes_more_than_it_did_is_stale(chain):
    chain.inputs["model.bin"] = ["set.csv", "raw.csv"]
    assert chain.states()["model.bin"] == State("stale", ("model.bin with raw.csv",))
    chain.inputs["model.bin"] = []
    assert chain.states()["model.bin"] == State("stale", ("model.bin without set.csv",))


def test_content_of_own_inputs_comes_first_and_what_makes_these_stale_is_not_told_of_it(chain):
    chain.stored["set.csv"].path.write_text("another split")
    chain.parameters["set.csv"] = {"split.size": 6}
    chain.record("set.csv")
    states = chain.states(**{"set.csv": {"split.size": 5}, "model.bin": {"mlp.training": {"epochs": 20}}})
    assert states["set.csv"] == State("stale", ("split.size 6 -> 5",))
    assert states["model.bin"] == State("stale", ("set.csv has changed", "mlp.training.epochs 10 -> 20"))


def test_an_input_that_was_and_is_missing_has_not_changed(chain):
    optional = Stored("metrics.json", chain.stored["set.csv"].path.with_name("metrics.json"))
    chain.stored["metrics.json"] = optional
    chain.inputs["model.bin"].append("metrics.json")
    chain.record("model.bin")
    assert chain.states()["model.bin"] == CURRENT
    assert chain.finder().made_without("model.bin") == {"metrics.json"}
    optional.path.write_text("{}")
    assert chain.states()["model.bin"] == State("stale", ("metrics.json has changed",))


def test_what_an_output_was_made_of_and_is_replaced(chain):
    assert chain.finder().replaced("model.bin") == set()
    chain.stored["set.csv"].path.write_text("another")
    assert chain.finder().replaced("model.bin") == {"set.csv"}
    chain.stored["set.csv"].path.unlink()
    assert chain.finder().replaced("model.bin") == set()


def test_what_was_made_of_other_content_than_an_input_has_now(chain):
    chain.stored["figure.png"] = Stored("figure.png", chain.stored["set.csv"].path.with_name("figure.png"))
    chain.stored["figure.png"].path.write_text("figure.png")
    chain.parameters["figure.png"] = {}
    chain.inputs["figure.png"] = ["model.bin"]
    chain.record("figure.png")
    other = {"set.csv": {"split.size": 6}}

    def behind(*names):
        return chain.finder(**other).made_of_other_content(names)

    assert behind("raw.csv", "set.csv", "model.bin") == set()  # parameters do not count
    chain.stored["set.csv"].path.write_text("another split")
    chain.record("set.csv")
    assert behind("set.csv") == {"model.bin", "figure.png"}
    assert behind("raw.csv", "model.bin") == set()  # others than these have changed
    chain.stored["model.bin"].path.unlink()
    assert behind("set.csv") == {"figure.png"}
    record_path(chain.stored["model.bin"].path).unlink()
    assert behind("set.csv") == set()
