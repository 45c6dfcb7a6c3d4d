import logging

import numpy as np
import pandas as pd
import pytest
from tests.trials.small import TRIAL, Account, labels_alone

from fashion_nets.errors import UserError
from fashion_nets.training.checkpoints import NOT_KEPT, Checkpoints
from fashion_nets.training.states import TrainingState
from fashion_nets.trials.desk import Desk, ElsewhereError
from fashion_nets.trials.images import TrialSets
from fashion_nets.trials.result import TrialResult
from fashion_nets.trials.runner import LostTrialsError, Request
from fashion_nets.trials.work import Begun, Done, EpochEnded, Failed, Machine, Resumed, Said, StateLeft

MACHINE = Machine({"device": "CPU", "threads": 1}, has_bfloat16=False, versions={"keras": "3.0"})
STATE = TrainingState({"seed": 1}, 3, False, [{"loss": 1.0}], [np.zeros(2)], [np.ones(1)], [])
OTHER = TRIAL._replace(seed=43)
SETS = TrialSets(labels_alone(), labels_alone(), [])
RESULT = TrialResult(None, {}, pd.DataFrame(), {})


class Observer:
    """Notes what it is told."""

    def __init__(self):
        self.told = []

    def begin(self, trial):
        self.told.append("begin")

    def epoch(self, trial, number, metrics):
        self.told.append((number, metrics))

    def lose(self, trial, reason):
        self.told.append(reason)


@pytest.fixture
def observer():
    return Observer()


@pytest.fixture
def account():
    return Account("mine")


@pytest.fixture
def desk(observer, account, tmp_path):
    checkpoints = Checkpoints(tmp_path / "trial", "my trial").for_account(account)
    kept = {TRIAL.key: checkpoints, OTHER.key: NOT_KEPT}
    return Desk(MACHINE, Request([TRIAL, OTHER], SETS, {}, observer, kept))


def test_a_job_says_what_to_compute_with_and_from_where_to_go_on(desk):
    job = desk.next_job()
    assert (job.trial, job.machine, job.title, job.states) == (TRIAL, MACHINE, "my trial", {})
    assert desk.next_job().states is None
    desk.take(TRIAL, StateLeft("stage_1", STATE))
    desk.lose(TRIAL, "was killed")
    (state,) = desk.next_job().states.values()
    assert state.run == "mine"
    assert state.history == STATE.history
    np.testing.assert_array_equal(state.weights[0], STATE.weights[0])


def test_a_desk_is_open_until_the_last_result_was_given(desk):
    assert [desk.next_job().trial, desk.next_job().trial] == [TRIAL, OTHER]
    assert not desk.has_waiting
    desk.take(OTHER, Done(RESULT))
    assert list(desk.results()) == [(OTHER, RESULT)]
    assert list(desk.results()) == []
    assert desk.is_open
    desk.take(TRIAL, Done(RESULT))
    assert desk.is_open
    assert list(desk.results()) == [(TRIAL, RESULT)]
    assert not desk.is_open
    desk.close()


def test_a_trial_that_is_tried_again_is_told_as_if_nothing_had_been(desk, observer):
    desk.next_job()
    for message in (Begun(), EpochEnded(1, {"loss": 2.0}), EpochEnded(2, {"loss": 1.0})):
        desk.take(TRIAL, message)
    desk.lose(TRIAL, "was killed")
    assert desk.next_job().trial == TRIAL  # before the others
    for message in (Begun(), EpochEnded(1, {"loss": 2.0}), EpochEnded(2, {"loss": 1.0}), EpochEnded(3, {})):
        desk.take(TRIAL, message)
    assert observer.told == ["begin", (1, {"loss": 2.0}), (2, {"loss": 1.0}), (3, {})]
    desk.close()


def test_a_trial_that_is_lost_twice_is_told_once_all_others_are_done(desk, observer, said):
    desk.next_job()
    desk.take(TRIAL, Begun())
    desk.lose(TRIAL, "was killed")
    desk.next_job()
    desk.lose(TRIAL, "ended with 3")
    assert observer.told == ["begin", "ended with 3"]
    assert desk.next_job().trial == OTHER
    desk.take(OTHER, Done(RESULT))
    assert list(desk.results()) == [(OTHER, RESULT)]
    assert not desk.is_open
    with pytest.raises(
        LostTrialsError, match=r"^1 trial failed, .*: sgd, seed 42 \(ended with 3\)\. All others are"
    ):
        desk.close()
    assert said() == [
        "my trial: what trained it was killed; it is tried once more",
        "my trial failed: what trained it ended with 3, once more",
    ]


def test_where_not_one_trial_begins_no_other_is_tried(desk):
    desk.next_job()
    desk.next_job()
    desk.lose(TRIAL, "ended with 1")
    desk.next_job()
    with pytest.raises(
        UserError, match=r"^No trial begins: what was to train my trial ended with 1, twice\."
    ):
        desk.lose(TRIAL, "ended with 1")


def test_only_another_run_is_one_that_a_trial_goes_on_from(desk, account):
    desk.take(TRIAL, Resumed("mine"))
    desk.take(TRIAL, Resumed("before"))
    assert account.resumed == ["before"]


def test_what_fails_elsewhere_fails_here_and_says_where(desk):
    with pytest.raises(UserError, match="^too few images$") as failed:
        desk.take(TRIAL, Failed(UserError("too few images"), "Traceback: there"))
    assert isinstance(failed.value.__cause__, ElsewhereError)
    assert str(failed.value.__cause__) == "Traceback: there"


def test_lines_are_said_here(desk, caplog):
    desk.take(TRIAL, Said("some.library", logging.WARNING, "100 % slow"))
    assert caplog.record_tuples == [("some.library", logging.WARNING, "100 % slow")]
