import json

import pytest

from bench.experiments import EXPERIMENTS, KEPT, read_result
from bench.places import ROOT
from bench.tables import BLOCK, END, OVERVIEWS, PAGES, main, rewrite

ABOUT = {
    "command": "kedro run --pipelines=study --params=study.name=losses",
    "seeds": [42, 43],
    "date": "2026-01-02",
    "minutes": 3.4,
    "commit": "0123456789abcdef",
    "machine": {"processor": "AMD EPYC", "threads": 1, "device": "CPU"},
}
MACHINE = {"processor": "AMD EPYC", "cores": 2}
CONCLUSION = json.dumps(
    {"sentence": "Are both the same? MLP: yes", "claims": {"both are the same": "holds", "it helps": "open"}}
)
COMPARISON = """\
variant,n_seeds,n_diverged,parameters,val_accuracy_mean,val_accuracy_std,train_accuracy_mean,epochs_mean,compared_with,difference,difference_95
two,2,0,266610,0.88,0.001,0.9,10.0,one,0.0005,0.0004
one,2,0,7850,0.8795,0.0004,0.8912,7.5,one,,
three,2,2,7850,,,,1.0,one,,
four,2,0,7850,0.8,0.01,0.81,2.0,one,-0.0795,0.0051
"""


def keep(folder, name, about, **files):
    (folder / name).mkdir(parents=True)
    (folder / name / "result.json").write_text(json.dumps(about))
    for file, content in files.items():
        ending = "json" if content.startswith("{") else "csv"
        (folder / name / f"{file}.{ending}").write_text(content)


def test_a_study_is_written_with_its_answer_its_table_and_what_made_it(tmp_path):
    keep(tmp_path, "losses", ABOUT, comparison=COMPARISON, conclusion=CONCLUSION)
    page = f"before\n\n<!-- results: losses parameters epochs -->\nold\n{END}\n\nbehind\n"
    assert rewrite(page, tmp_path) == (
        "before\n"
        "\n"
        "<!-- results: losses parameters epochs -->\n"
        "> Are both the same? MLP: yes\n"
        "\n"
        "- Both are the same: yes.\n"
        "- It helps: open.\n"
        "\n"
        "| variant | validation accuracy | difference from one, 95 % | on training images | parameters "
        "| epochs |\n"
        "|---|---|---|---|---|---|\n"
        "| two | 0.8800 ± 0.0010 | +0.0005 ± 0.0004 | 0.9000 | 266,610 | 10.0 |\n"
        "| one | 0.8795 ± 0.0004 | – | 0.8912 | 7,850 | 7.5 |\n"
        "| three | diverged | – | – | 7,850 | 1.0 |\n"
        "| four | 0.8000 ± 0.0100 | −0.0795 ± 0.0051 | 0.8100 | 7,850 | 2.0 |\n"
        "\n"
        "`kedro run --pipelines=study --params=study.name=losses`, seeds 42 and 43, trained with one thread "
        "each in 3 min on an AMD EPYC, 2026-01-02, commit 0123456.\n"
        f"{END}\n"
        "\n"
        "behind\n"
    )


def test_minutes_of_a_run_that_went_on_say_what_they_leave_out(tmp_path):
    about = {**ABOUT, "finished_earlier": 12}
    keep(tmp_path, "losses", about, comparison=COMPARISON, conclusion=CONCLUSION)
    written = rewrite(f"<!-- results: losses -->\n{END}\n", tmp_path)
    assert "in 3 min, but for 12 trials that an earlier run has trained, on an AMD EPYC" in written


def test_what_was_rewritten_stays_as_it_is(tmp_path):
    keep(tmp_path, "losses", ABOUT, comparison=COMPARISON, conclusion=CONCLUSION)
    once = rewrite(f"<!-- results: losses -->\n{END}\n", tmp_path)
    assert rewrite(once, tmp_path) == once


def test_the_claims_of_all_studies_that_are_kept_are_one_table(tmp_path):
    keep(tmp_path, "losses", ABOUT, comparison=COMPARISON, conclusion=CONCLUSION)
    other = json.dumps({"sentence": "", "claims": {"which is best": "reversed"}})
    keep(tmp_path, "optimizers", {**ABOUT, "minutes": 12.6}, comparison=COMPARISON, conclusion=other)
    written = rewrite(f"<!-- results: studies -->\n{END}\n", tmp_path)
    assert [line for line in written.splitlines() if line.startswith("| ")] == [
        "| study | claim | held here? | minutes |",
        "| [optimizers](#optimizers) | which is best | **no** | 13 |",
        "| [losses](#losses) | both are the same | yes | 3 |",
        "|  | it helps | open |  |",
    ]


def test_what_older_tables_tell_is_shown_until_the_study_is_measured_anew(tmp_path):
    told = {"source": "a table", "minutes": 11, "claims": {"dropout helps": "reversed", "much": "open"}}
    earlier = dict.fromkeys(("dropout_overfitting", "losses"), told)
    (tmp_path / "earlier.json").write_text(json.dumps(earlier))
    page = f"<!-- results: earlier -->\n{END}\n"
    assert [line for line in rewrite(page, tmp_path).splitlines() if line.startswith("| ")] == [
        "| study | claim | held then? | minutes |",
        "| [dropout_overfitting](#dropout) | dropout helps | **no** | 11 |",
        "|  | much | open |  |",
        "| [losses](#losses) | dropout helps | **no** | 11 |",
        "|  | much | open |  |",
    ]
    keep(tmp_path, "losses", ABOUT, comparison=COMPARISON, conclusion=CONCLUSION)
    assert "losses" not in rewrite(page, tmp_path)
    keep(tmp_path, "dropout_overfitting", ABOUT, comparison=COMPARISON, conclusion=CONCLUSION)
    assert rewrite(page, tmp_path) == page


def test_the_sample_stands_beside_the_full_data(tmp_path):
    claims = {"both are the same": "holds", "it helps": "holds"}
    doubt = "whether it helps, as it is small"
    losses = {"claims": claims, "ahead": {}, "cannot_tell": doubt, "seconds": 61.6}
    transfer = {"claims": {"frozen layers help": "open"}, "ahead": {}, "cannot_tell": None, "seconds": 9.0}
    about = {"command": "python -m bench.verdicts", "date": "2026-01-02", "machine": MACHINE}
    experiments = {"losses": losses, "transfer": transfer}
    (tmp_path / "sample.json").write_text(json.dumps({**about, "experiments": experiments}))
    conclusion = json.dumps({**json.loads(CONCLUSION), "ahead": {}, "cannot_tell": None})
    keep(tmp_path, "losses", ABOUT, comparison=COMPARISON, conclusion=conclusion)
    assert rewrite(f"<!-- results: sample -->\n{END}\n", tmp_path) == (
        "<!-- results: sample -->\n"
        "| experiment | claim | full data | sample | the sample tells | seconds |\n"
        "|---|---|---|---|---|---|\n"
        "| losses | both are the same | holds | holds | that it cannot tell | 62 |\n"
        "|  | it helps | open | holds |  |  |\n"
        "| transfer | frozen layers help |  | open | not known | 9 |\n"
        "\n"
        "Of the 1 studies 0 tell the same, 1 that they cannot tell, 0 something else.\n"
        "Of the 1 other experiments 0 tell the same, 0 that they cannot tell, 0 something else.\n"
        "\n"
        "`python -m bench.verdicts`, seed 42 and those after it, 2 cores of an AMD EPYC, 2026-01-02.\n"
        f"{END}\n"
    )


def test_networks_have_the_measure_that_they_are_trained_by(tmp_path):
    comparison = (
        "network,parameters,epochs,training_seconds,val_accuracy,test_accuracy,test_accuracy_low,"
        "test_accuracy_high,val_mse,val_binary_crossentropy,test_mse,test_binary_crossentropy\n"
        "cnn,1036490,5,166.4,0.9122,0.9021,0.8961,0.9078,,,,\n"
        "mlp,266610,10,10.5,0.8802,0.8649,0.8581,0.8715,,,,\n"
        "stacked_autoencoder,163814,10,5.7,,,,,0.014,0.2822,0.0142,0.2869\n"
        "linear_autoencoder,3922,20,3.4,,,,,0.04684,0.3893,0.04637,0.3927\n"
    )
    keep(tmp_path, "default", {**ABOUT, "seeds": [42], "minutes": 6.8}, comparison=comparison)
    written = rewrite(f"<!-- results: default networks -->\n{END}\n", tmp_path)
    assert [line for line in written.splitlines() if line.startswith("| ")][1:] == [
        (
            "| MLP | 266,610 | 10 | accuracy 0.8772 | accuracy 0.8802 "
            "| accuracy 0.8649 (95 %: 0.8581 to 0.8715) | 10 s |"
        ),
        (
            "| CNN | 1,036,490 | 5 |  | accuracy 0.9122 "
            "| accuracy 0.9021 (95 %: 0.8961 to 0.9078) | 2 min 46 s |"
        ),
        "| linear autoencoder | 3,922 | 20 | MSE 0.0469 | MSE 0.0468 | MSE 0.0464 | 3 s |",
        (
            "| stacked autoencoder | 163,814 | 10 | cross-entropy 0.2834 "
            "| cross-entropy 0.2822 | cross-entropy 0.2869 | 6 s |"
        ),
    ]
    assert "seed 42, trained with one thread each in 7 min" in written


def test_ways_stand_side_by_side_for_each_number_of_images(tmp_path):
    comparison = (
        "n_images,way,test_accuracy_mean,test_accuracy_std\n"
        "10,scratch,0.9778,0.008\n10,frozen,0.9953,0.001\n200,scratch,0.9947,0.0024\n200,frozen,0.9977,0.0012\n"
    )
    keep(tmp_path, "transfer", ABOUT, comparison=comparison)
    written = rewrite(f"<!-- results: transfer -->\n{END}\n", tmp_path)
    assert "| labelled images | from scratch | reused, frozen |\n" in written
    assert (
        "| 10 | 0.9778 ± 0.0080 | 0.9953 ± 0.0010 |\n| 200 | 0.9947 ± 0.0024 | 0.9977 ± 0.0012 |\n" in written
    )


def test_errors_are_written_in_percent_with_the_law_that_they_follow(tmp_path):
    errors = (
        "n_images,train_error_mean,train_error_std,val_error_mean,val_error_std,"
        "test_error_mean,test_error_std,epochs_mean\n55000,0.0731,0.0094,0.107,0.005,0.1168,0.0041,41.3\n"
    )
    verdict = json.dumps({"sentence": "mlp gets 7.3 % wrong", "power_law": {"a": 0.6, "b": 0.152, "c": 0.0}})
    keep(tmp_path, "gather_more_data", ABOUT, errors=errors, verdict=verdict)
    written = rewrite(f"<!-- results: gather_more_data -->\n{END}\n", tmp_path)
    assert "| 55,000 | 7.3 ± 0.9 % | 10.7 ± 0.5 % | 11.7 ± 0.4 % | 41 |\n" in written
    assert "The test error follows 0.60 n^−0.15." in written


def test_a_sweep_shows_its_winner_and_what_mattered(tmp_path):
    verdict = json.dumps({"sentence": "MLP: 0.9", "chosen": {"rate": 0.01, "optimizer": "adam"}})
    trials = "trial,rung,outcome\n1,1,ended early\n2,1,promoted\n3,1,ended early\n2,2,finished\n"
    importance = "parameter,importance\nrate,0.8123\n"
    keep(tmp_path, "mlp_accuracy", ABOUT, importance=importance, trials=trials, verdict=verdict)
    written = rewrite(f"<!-- results: mlp_accuracy -->\n{END}\n", tmp_path)
    assert "> MLP: 0.9\n" in written
    assert "| `rate` | 0.01 | 81 % |\n| `optimizer` | adam | – |\n" in written
    assert "2 ended early, 1 promoted, 1 finished." in written


def test_a_mark_without_results_is_refused(tmp_path):
    with pytest.raises(SystemExit, match="docs/results/losses is not there"):
        rewrite(f"<!-- results: losses -->\n{END}\n", tmp_path)


def test_no_number_in_the_tables_of_docs_is_typed(capsys):
    """``python -m bench.tables`` has been run since docs/results or the pages were changed."""
    main(["--check"])
    assert capsys.readouterr().out == "Nothing differs\n"


def test_all_results_that_are_kept_are_shown():
    shown = {
        found["words"].split()[0]
        for page in PAGES
        for found in BLOCK.finditer((ROOT / page).read_text(encoding="utf-8"))
    }
    assert shown - set(OVERVIEWS) == {folder.parent.name for folder in KEPT.glob("*/result.json")}


@pytest.mark.parametrize("name", sorted(path.parent.name for path in KEPT.glob("*/result.json")))
def test_what_is_kept_says_what_made_it(name):
    result = read_result(name)
    assert set(result.about) >= {"command", "seeds", "date", "minutes", "commit", "machine", "versions"}
    assert result.about["command"].startswith("kedro run")
    kept = {path.name for path in (KEPT / name).iterdir()} - {"result.json"}
    assert kept == set(EXPERIMENTS[name].tables)
