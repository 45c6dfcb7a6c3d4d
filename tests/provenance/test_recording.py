import sys
from pathlib import Path

from fashion_nets.provenance.content import Stored
from fashion_nets.provenance.recording import Circumstances, fingerprints_behind, make_record, sets_behind
from fashion_nets.provenance.records import Record, read_record, write_record
from fashion_nets.provenance.states import Output


def record_of(**entries):
    return {name: {} for name in Record.__required_keys__} | entries


def test_a_record_has_all_that_made_an_output_and_can_be_read_back(tmp_path):
    output = Output(Stored("mlp.model", tmp_path / "model"), "train", "mlp", {"seed": 42}, ())
    circumstances = Circumstances(Path(__file__).parent)
    content = {"digest": "abc", "files": {}}
    record = make_record(
        output, content, {"train_set": "1"}, {"train_set": "1"}, ["f"], {}, circumstances, None
    )
    assert (record["output"], record["node"], record["parameters"]) == ("mlp.model", "train", {"seed": 42})
    assert record["machine"].items() >= {"threads": circumstances.machine()["threads"]}.items()
    assert record["versions"]["keras"]
    write_record(output.stored.path, record)
    assert read_record(output.stored.path) == record


def test_what_two_records_of_one_run_have_in_common_is_found_out_once(tmp_path):
    circumstances = Circumstances(tmp_path)
    assert circumstances.commit == {}  # no checkout
    assert circumstances.versions is circumstances.versions


def test_the_device_is_told_only_where_a_network_may_be_at_work(monkeypatch):
    monkeypatch.delitem(sys.modules, "tensorflow", raising=False)
    assert set(Circumstances(Path()).machine()) == {"processor", "threads"}


def test_own_sets_go_before_those_of_the_inputs():
    inputs = {"model": record_of(sets={"train_set": "old", "validation_set": "v"}), "train_set": None}
    assert sets_behind({"model": "m", "train_set": "new"}, inputs, ("train_set", "test_set")) == {
        "train_set": "new",
        "validation_set": "v",
    }


def test_fingerprints_are_named_once_in_order():
    records = {"a": record_of(fingerprints=["2", "1"]), "b": None, "c": record_of(fingerprints=["1"])}
    assert fingerprints_behind(records) == ["1", "2"]
