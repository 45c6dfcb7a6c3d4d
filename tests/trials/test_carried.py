import numpy as np
import pytest
from tests.trials.small import Account

from fashion_nets.training.states import TrainingState
from fashion_nets.trials.carried import CarriedCheckpoints

MADE_FROM = {"seed": 1}
STATE = TrainingState(MADE_FROM, 3, False, [{"loss": 1.0}], [np.zeros(2)], [np.ones(1)], [], "before")


@pytest.fixture
def account():
    return Account()


@pytest.fixture
def sent():
    return []


@pytest.fixture
def checkpoints(sent, account):
    return CarriedCheckpoints({"stage_2": STATE}, lambda *left: sent.append(left), "my trial", account)


def test_what_was_carried_is_gone_on_from_and_said(checkpoints, account, said):
    assert checkpoints.phase("stage_1").find(MADE_FROM, 3) is None
    assert checkpoints.phase("stage_2").find(MADE_FROM, 3) is STATE
    assert account.resumed == ["before"]
    assert said() == ["my trial, stage_2 goes on at epoch 2 of 3"]


def test_what_was_made_from_something_else_is_not(checkpoints, account, said):
    assert checkpoints.phase("stage_2").find({"seed": 2}, 3) is None
    assert account.resumed == []
    assert said() == ["my trial, stage_2 starts anew: seed changed since its checkpoint"]


def test_states_are_sent_and_not_written(checkpoints, sent, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    checkpoints.about(architecture="small").phase("stage_2").save(STATE)
    ((phase, state),) = sent
    assert phase == "stage_2"
    assert state == STATE._replace(run=None)  # whoever stores it knows the run
    assert list(tmp_path.iterdir()) == []


def test_details_and_a_pause_reach_the_training(checkpoints):
    phase = checkpoints.about(architecture="small").pausing_after(2).phase(n_frozen=1)
    assert phase.details == {"architecture": "small", "n_frozen": 1}
    assert phase.pause_after == 2
