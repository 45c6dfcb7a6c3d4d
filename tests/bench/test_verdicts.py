import json
from itertools import product

import pandas as pd
import pytest
from kedro.framework.session import KedroSession
from kedro.framework.startup import bootstrap_project

from bench import verdicts
from bench.claims import OTHERS, Told, find_ahead
from bench.experiments import KEPT
from bench.experiments import STUDIES as STUDIES_OF_DOCS
from bench.places import load_parameters
from bench.verdicts import Comparison, compare, count_verdicts, read_earlier, read_old, read_told
from fashion_nets.pipelines.study.claims import join_signs

STUDY = {"sentence": "So it is.", "cannot_tell": None, "claims": {"it helps": "holds"}, "ahead": {"a": ["b"]}}


@pytest.mark.parametrize(
    ("full", "sample", "verdict"),
    [
        (Told({"it helps": "holds"}), Told({"it helps": "holds"}), "same"),
        (Told({"it helps": "open"}), Told({"it helps": "open"}), "same"),
        (Told({"it helps": "holds"}), Told({"it helps": "open"}), "DIFFERS"),
        (Told({"it helps": "holds"}), Told({"it helps": "reversed"}), "DIFFERS"),
        (Told({"it helps": "holds"}), Told({}), "DIFFERS"),
        (Told({"it helps": "holds"}), Told({"it helps": "open"}, cannot_tell="it is small"), "cannot tell"),
        (Told({}, {"a": ["b", "c"]}), Told({}, {"a": ["b"], "d": ["c"]}), "same"),
        (Told({}, {"a": ["b", "c"]}), Told({}, {"c": ["a"]}), "DIFFERS"),
        # That it cannot tell excuses no contradiction but the one that it names.
        (
            Told({"it helps": "holds"}),
            Told({"it helps": "reversed"}, cannot_tell="whether it helps, as it is small"),
            "cannot tell",
        ),
        (Told({"it helps": "holds"}), Told({"it helps": "reversed"}, cannot_tell="it is small"), "DIFFERS"),
        (Told({}, {"a": ["b"]}), Told({}, {"b": ["a"]}, cannot_tell="it is small"), "DIFFERS"),
        (None, Told({}), "not known"),
        (Told({}), None, "not known"),
    ],
)
def test_the_same_is_told_where_claims_agree_and_nothing_is_the_other_way_round(full, sample, verdict):
    assert Comparison("it", full, sample, None).verdict == verdict


def test_only_verdicts_that_are_the_same_count():
    same, other = Told({"it helps": "holds"}), Told({"it helps": "open"})
    compared = [Comparison(name, same, same, 1.0) for name in ("one", "two", "transfer")]
    compared += [Comparison("three", same, other, 1.0), Comparison("pretraining", same, None, None)]
    is_study = {"one": True, "two": True, "three": True, "transfer": False, "pretraining": False}
    assert [target.value for target in count_verdicts(compared, is_study)] == [2, 1]


@pytest.fixture
def results(tmp_path, monkeypatch):
    """Folders of results of a study and of an experiment, one on each side."""
    for place, claims in (("KEPT", {"it helps": "holds"}), ("SAMPLE", {"it helps": "open"})):
        folder = tmp_path / place.lower()
        monkeypatch.setattr(verdicts, place, folder)
        study = folder / "studies" / "losses" if place == "SAMPLE" else folder / "losses"
        study.mkdir(parents=True)
        (study / "conclusion.json").write_text(json.dumps({**STUDY, "claims": claims}))
    earlier = {"dropout": {"source": "a table", "claims": {"it helps": "holds"}}}
    (tmp_path / "kept" / "earlier.json").write_text(json.dumps(earlier))
    monkeypatch.setattr("bench.report.ROOT", tmp_path)
    monkeypatch.setattr("bench.report.RESULTS", tmp_path / "results")
    return tmp_path


def test_what_is_stored_is_set_side_by_side(results, run_here, capsys):
    with pytest.raises(SystemExit, match="The sample tells something else"):
        run_here("bench.verdicts", "--stored", "losses", "dropout")
    stored = json.loads((results / "results" / "verdicts.json").read_text())
    losses, dropout = stored["table"]
    assert losses["experiment"] == "losses"
    assert (losses["claim"], losses["full data"], losses["sample"]) == ("it helps", "holds", "open")
    assert losses["verdict"] == "DIFFERS"
    # Of dropout there is only what a table told earlier.
    assert (dropout["full data"], dropout["sample"], dropout["verdict"]) == ("holds", "", "not known")


def test_the_same_on_both_is_no_fault(results, run_here):
    told = json.dumps(STUDY)
    (results / "sample" / "studies" / "losses" / "conclusion.json").write_text(told)
    assert "losses: same" in run_here("bench.verdicts", "--stored", "losses")


def test_an_experiment_that_is_not_there_is_refused_with_those_that_are(run_here, capsys):
    with pytest.raises(SystemExit):
        run_here("bench.verdicts", "looses")
    told = capsys.readouterr().err
    assert "no such experiment: looses; there are initializers, activations" in told


def test_earlier_outcomes_are_of_claims_that_there_are():
    studies = load_parameters()["studies"]
    earlier = read_earlier()
    assert set(earlier) <= {*studies, *OTHERS}
    for name in set(earlier) & set(studies):
        assert list(earlier[name]["claims"]) == [claim["says"] for claim in studies[name]["claims"]]


def test_earlier_outcomes_of_accuracies_and_gaps_are_those_of_the_older_tables():
    studies, checked = load_parameters()["studies"], 0
    earlier = read_earlier()
    for name in set(earlier) & set(studies):
        table = pd.read_csv(KEPT / "earlier" / name / "comparison.csv")
        gaps = table.assign(accuracy=table["train_accuracy"] - table["accuracy"])
        for claim in studies[name]["claims"]:
            quantity = claim.get("quantity", "val")
            if claim["kind"] != "higher" or quantity == "train":
                continue
            ahead = find_ahead(gaps if quantity == "gap" else table)
            outcome = join_signs(
                (other in ahead.get(one, ())) - (one in ahead.get(other, ()))
                for one, other in product(claim["variants"], claim["than"])
            )
            assert earlier[name]["claims"][claim["says"]] == outcome, claim["says"]
            checked += 1
    assert checked > 10


def test_what_has_no_table_tells_nothing(tmp_path):
    # An interrupted run has left its folder.
    assert [read_told(name, False, tmp_path) for name in OTHERS] == [None] * len(OTHERS)


def test_older_tables_are_judged_like_new_ones():
    assert read_old("architectures", False) == Told({"ResNet-18 is ahead of LeNet-5": "holds"})
    told = read_old("coding_size", False)
    assert told.claims["with 16 codings the convolutional one is ahead of PCA"] == "holds"
    told = read_old("skip_connections", True)
    assert told.ahead == {one: ["plain_34"] for one in ("plain_18", "residual_18", "residual_34")}


def test_each_study_has_claims_and_is_one_that_docs_keep():
    studies = load_parameters()["studies"]
    assert all(study["claims"] for study in studies.values())
    assert set(studies) == set(STUDIES_OF_DOCS)


STUDIES = ("batch_normalization", "dropout", "gradient_clipping", "losses")
"""Cheap ones of four kinds: of speed, against the lecture, of divergence and of equality."""


@pytest.mark.slow  # 72 trainings on the sample
def test_four_studies_tell_on_the_sample_what_they_tell_on_the_full_data(untracked):
    bootstrap_project(untracked)
    with KedroSession.create(untracked, env="sample") as session:
        session.run(pipeline_names=["data_ingestion", "preprocessing"])
    for study in STUDIES:
        with KedroSession.create(
            untracked, env="sample", runtime_params={"study": {"name": study}}
        ) as session:
            session.run(pipeline_names=["study"])
        folder = untracked / "data" / "sample" / "08_reporting" / "studies" / study
        told = compare(study, True, {}, run=False)._replace(sample=read_told(study, True, folder))
        assert told.verdict == "same", told.rows()
