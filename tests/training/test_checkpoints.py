import json
import shutil

import numpy as np
import pytest

from fashion_nets.data.files import STAGING, replacement
from fashion_nets.training.checkpoints import NOT_KEPT, Checkpoints
from fashion_nets.training.states import TrainingState

MADE_FROM = {"seed": 1, "optimizer": {"name": "SGD"}, "initial weights": "a"}
STATE = TrainingState(
    made_from=MADE_FROM,
    epochs=3,
    stopped=False,
    history=[{"loss": 0.1 + 0.2, "val_loss": float("inf")}],
    weights=[np.arange(6, dtype=np.float32).reshape(2, 3), np.zeros(2, np.float32)],
    optimizer=[np.asarray(np.int64(7))],
    callbacks=[{}, {"best": None, "wait": 1, "best_weights": [np.ones(2, np.float32)]}],
)


@pytest.fixture
def checkpoints(tmp_path):
    return Checkpoints(tmp_path / "mlp", title="mlp")


def files(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_what_is_stored_comes_back_bit_for_bit(checkpoints):
    checkpoints.phase().save(STATE)
    found = checkpoints.phase().find(MADE_FROM, 3)
    assert found._replace(weights=[], optimizer=[], callbacks=[]) == STATE._replace(
        weights=[], optimizer=[], callbacks=[]
    )
    assert found.optimizer[0] == 7
    assert found.optimizer[0].dtype == np.int64
    assert found.callbacks[1]["wait"] == 1
    assert found.callbacks[1]["best"] is None
    np.testing.assert_array_equal(found.callbacks[1]["best_weights"], [[1, 1]])
    for array, expected in zip(found.weights, STATE.weights, strict=True):
        np.testing.assert_array_equal(array, expected)
        assert array.dtype == expected.dtype


def test_a_state_of_a_version_that_kept_no_account_is_gone_on_from(checkpoints, tmp_path):
    checkpoints.phase().save(STATE)
    file = tmp_path / "mlp" / "training.npz"
    with np.load(file) as stored:
        arrays = dict(stored)
    before = json.loads(arrays["state"].tobytes())
    del before["run"]
    np.savez(file, **arrays | {"state": np.frombuffer(json.dumps(before).encode(), np.uint8)})
    found = checkpoints.for_account(Account("second")).phase().find(MADE_FROM, 3)
    assert (found.run, found.history) == (None, STATE.history)


def test_no_epoch_is_left_where_the_training_stopped():
    assert STATE.next_epoch(3) == 1
    assert STATE._replace(stopped=True).next_epoch(3) == 3


class Account:
    """Whose own name for its run is given; remembers from which run a training goes on."""

    def __init__(self, run):
        self.run = run
        self.resumed = []

    def resumes(self, run):
        self.resumed.append(run)


def test_who_keeps_account_of_a_training_is_told_which_run_it_goes_on_from(checkpoints):
    first, second = Account("first"), Account("second")
    checkpoints.for_account(first).about(a=1).phase().save(STATE)
    assert checkpoints.for_account(second).phase().find({"other": "parameters"}, 3) is None
    assert second.resumed == []
    assert checkpoints.for_account(second).phase().find(MADE_FROM, 3).run == "first"
    assert (first.resumed, second.resumed) == ([], ["first"])


def test_a_state_of_which_nobody_kept_account_tells_nobody(checkpoints):
    account = Account("second")
    checkpoints.phase().save(STATE)
    assert checkpoints.for_account(account).of("trial", "trial").phase().find(MADE_FROM, 3) is None
    assert checkpoints.for_account(account).phase().find(MADE_FROM, 3) is not None
    assert account.resumed == []


@pytest.mark.parametrize("damage", ["empty", "half", "one byte", "text"])
def test_a_damaged_file_is_named_and_the_training_starts_anew(checkpoints, tmp_path, said, damage):
    checkpoints.phase().save(STATE)
    path = tmp_path / "mlp" / "training.npz"
    content = bytearray(path.read_bytes())
    content[content.index(STATE.weights[0].tobytes())] ^= 1
    damaged = {"empty": b"", "half": content[: len(content) // 2], "one byte": content, "text": b"nothing"}
    path.write_bytes(damaged[damage])
    assert checkpoints.phase().find(MADE_FROM, 3) is None
    (line,) = said()
    assert line.startswith(f"mlp starts anew: its checkpoint {path} is damaged (")


def test_a_file_that_may_not_be_read_is_not_called_damaged(checkpoints, tmp_path, said):
    (tmp_path / "mlp" / "training.npz").mkdir(parents=True)  # as root reads every file
    assert checkpoints.phase().find(MADE_FROM, 3) is None
    assert "cannot be read (Is a directory)" in said()[0]


def test_a_file_that_cannot_be_written_is_told_once_and_ends_nothing(tmp_path, said):
    (tmp_path / "mlp").write_text("in the way")
    checkpoint = Checkpoints(tmp_path / "mlp", title="mlp").phase()
    checkpoint.save(STATE)
    checkpoint.save(STATE)
    (line,) = said()
    assert line.startswith("mlp: ")
    assert "cannot be written (" in line


def test_what_follows_from_a_change_is_not_named_beside_it(checkpoints, said):
    checkpoints.phase().save(STATE)
    other = {**MADE_FROM, "initial weights": "b"}
    assert checkpoints.phase().find(other, 3) is None
    assert checkpoints.phase().find({**other, "seed": 2}, 3) is None
    assert said() == [
        "mlp starts anew: initial weights changed since its checkpoint",
        "mlp starts anew: seed changed since its checkpoint",
    ]


def test_a_run_that_ended_is_gone_on_from_for_more_epochs_alone(checkpoints, tmp_path, said):
    checkpoints.phase().save(STATE)
    checkpoints.end()
    assert files(tmp_path) == ["mlp/training.ended.npz"]
    assert checkpoints.phase().find({**MADE_FROM, "seed": 2}, 3) is None
    assert checkpoints.phase().find(MADE_FROM, 3) is None
    assert said() == []
    assert len(checkpoints.phase().find(MADE_FROM, 4).history) == 1
    assert files(tmp_path) == ["mlp/training.npz"]


def test_more_epochs_change_nothing_where_the_training_had_stopped(checkpoints, said):
    checkpoints.phase().save(STATE._replace(stopped=True))
    checkpoints.end()
    checkpoints.phase().find(MADE_FROM, 5)
    assert said() == ["mlp: stopped after epoch 1 of 3, so that more epochs change nothing; taken as it is"]


def test_at_the_end_of_a_run_only_what_it_trained_stays(checkpoints, tmp_path):
    checkpoints.phase("layer_1").save(STATE)
    checkpoints.phase("layer_2").save(STATE)
    checkpoints.end()
    checkpoints.phase("layer_1").save(STATE)
    checkpoints.of("my/trial", "a trial").phase().save(STATE)
    checkpoints.end()
    assert files(tmp_path) == ["mlp/layer_1.ended.npz"]
    checkpoints.end()  # of a run that trained nothing
    assert files(tmp_path) == ["mlp/layer_1.ended.npz"]


def test_trials_leave_nothing(checkpoints, tmp_path):
    trial = checkpoints.of("frozen/seed_1", "a trial")
    trial.phase().save(STATE)
    assert files(tmp_path) == ["mlp/frozen/seed_1/training.npz"]
    trial.remove()
    checkpoints.end()
    assert list(tmp_path.iterdir()) == []


def test_a_killed_write_leaves_nothing_for_long(checkpoints, tmp_path):
    checkpoints.phase().save(STATE)
    with replacement(tmp_path / "mlp" / "training.npz") as staged:
        staged.write_bytes(b"half")
        shutil.copytree(staged.parent.parent, tmp_path / "killed")
        staged.unlink()
    shutil.move(tmp_path / "killed", tmp_path / "mlp" / f"{STAGING}training.npz.123")
    assert len(files(tmp_path)) == 2
    assert checkpoints.phase().find(MADE_FROM, 3) is not None
    assert files(tmp_path) == ["mlp/training.npz"]


def test_phases_and_trials_have_titles_and_what_they_are_made_from(checkpoints, said):
    about = checkpoints.about(architecture={"units": 3})
    assert about.phase("stage_1", n_frozen=2).details == {"architecture": {"units": 3}, "n_frozen": 2}
    about.phase("stage_1").save(STATE._replace(stopped=True))
    about.phase("stage_1").find(MADE_FROM, 3)
    assert said() == ["mlp, stage_1: trained by the interrupted run, taken as it is"]


def test_nothing_is_kept_without_a_folder():
    assert NOT_KEPT.about(architecture={}).of("a/trial", "a trial").phase() is None
    NOT_KEPT.remove()
    NOT_KEPT.end()


def test_states_are_read_by_phase_but_for_those_of_runs_that_have_ended(checkpoints):
    assert checkpoints.states() == {}
    assert NOT_KEPT.states() is None
    for phase in ("layer_1", "layer_2"):
        checkpoints.phase(phase).save(STATE)
    checkpoints.of("trial", "another one").phase().save(STATE)
    assert {name: state.history for name, state in checkpoints.states().items()} == {
        "layer_1": STATE.history,
        "layer_2": STATE.history,
    }
    checkpoints.end()
    assert checkpoints.states() == {}


def test_only_another_run_is_told_of_as_one_that_a_training_goes_on_from(checkpoints):
    account = Account("second")
    for run in ("second", "first"):
        checkpoints.for_account(account).resumes(run)
    checkpoints.resumes("nobody keeps account")
    assert account.resumed == ["first"]
