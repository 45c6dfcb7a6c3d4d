import pytest
from tests.pipelines.sweep.conf import read, result
from tests.pipelines.sweep.test_search import by_rate

from fashion_nets.errors import UserError
from fashion_nets.pipelines.sweep.definition import COLUMNS
from fashion_nets.pipelines.sweep.nodes import collect_finals, collect_sweep, plan_finals
from fashion_nets.pipelines.sweep.search import Search, trial_of


def records_of(sweep, score):
    """What a run of the sweep would have stored, where a score is a function of what was chosen."""
    search, records = Search(sweep), {}
    while parts := search.next_step():
        for part in parts:
            found = result(score(part.values, part.job.rung), epochs=sweep.rungs[part.job.rung - 1])
            record = {**found._asdict(), "history": {}, "measurements": {}}
            records[trial_of(sweep, part).key] = lambda record=record: record
            search.tell(part, found)
    return records


def test_every_part_is_a_row_that_says_what_became_of_it():
    sweep = read()
    parts, stored, winner = collect_sweep(sweep, records_of(sweep, by_rate))
    assert stored is parts
    assert parts["outcome"].value_counts().to_dict() == {"promoted": 4, "ended early": 8, "finished": 1}
    assert parts["epochs"].map({1: 1, 2: 2, 4: 3}).to_list() == parts["rung"].to_list()
    (best,) = parts[parts["outcome"] == "finished"].to_dict("records")
    assert winner["trial"] == best["trial"]
    assert winner["value"] == best["val_accuracy"]
    assert winner["values"]["optimizer.learning_rate"] == pytest.approx(
        best["optimizer.learning_rate"], rel=1e-3
    )
    assert list(parts.columns) == [*COLUMNS, *sweep.definition.space]


def test_what_diverged_says_so():
    sweep = read()
    parts, _, _ = collect_sweep(
        sweep,
        records_of(
            sweep,
            lambda values, rung: (
                by_rate(values, rung) if rung > 1 or values["optimizer.schedule"] == "none" else None
            ),
        ),
    )
    diverged = parts[parts["outcome"] == "diverged"]
    assert set(diverged["optimizer.schedule"]) == {"cosine"}
    assert diverged["val_accuracy"].isna().all()


@pytest.mark.parametrize("last_rung", [0, 1, 2])
def test_a_sweep_whose_trials_all_diverged_says_what_to_do(last_rung):
    sweep = read()
    records = records_of(sweep, lambda values, rung: by_rate(values, rung) if rung <= last_rung else None)
    with pytest.raises(UserError, match="^Sweep mine: every trial diverged, .* lower its range in conf/"):
        collect_sweep(sweep, records)


def test_the_winner_is_trained_with_seeds_that_no_trial_had_and_alone_is_tested(train_set, class_names):
    sweep = read()
    _, _, winner = collect_sweep(sweep, records_of(sweep, by_rate))
    plan = plan_finals(sweep, winner, train_set, class_names)
    assert [trial.seed for trial in plan.trials] == [43, 44]
    assert {trial.scored_on for trial in plan.trials} == {("train", "val", "test")}
    assert {trial.pause_after for trial in plan.trials} == {None}
    recipe, chosen = plan.trials[0].recipe, sweep.recipe(winner["values"])
    resolved = {"precision": recipe.training.precision, "engine": recipe.training.engine}
    assert recipe == chosen._replace(training=chosen.training.model_copy(update=resolved))
    found = {
        "diverged": None,
        "numbers": {"test_accuracy": 0.9},
        "history": {},
        "measurements": {},
        "versions": {},
    }
    finals = collect_finals(plan, {trial.key: lambda: found for trial in plan.trials})
    assert finals["seed"].to_list() == [43, 44]
    assert finals["test_accuracy"].to_list() == [0.9, 0.9]
