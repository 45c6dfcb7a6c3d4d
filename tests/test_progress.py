import pytest

from fashion_nets.progress import Pace, Training, Trainings, current_trainings, follow, follow_no_more


def test_something_is_said_every_few_seconds_and_first_after_so_many(clock):
    clock.now = 100.0
    pace = Pace(5, clock)
    said = []
    for clock.now in (102.0, 105.0, 109.0, 111.0):
        said.append(pace.is_due())
    assert said == [False, True, False, True]
    pace.begin_anew()
    clock.now = 115.0
    assert not pace.is_due()


def test_what_is_left_of_a_training_follows_from_its_epochs():
    training = Training(epochs=5)
    assert training.seconds_left() is None
    for seconds in (10.0, 40.0, 20.0):
        training.end_epoch(seconds)
    assert training.seconds_left() == 2 * 20  # the median, which one slow epoch does not change


def test_a_training_that_nobody_has_seen_yet_takes_as_long_as_the_last_time():
    training = Training(epochs=5, expected=100.0)
    assert training.seconds_left() == 100
    training.end_epoch(30.0)
    assert training.seconds_left() == 4 * 30


def test_a_training_alone_tells_of_its_own_time():
    trainings = Trainings()
    trainings.begin("cnn", 5).end_epoch(30.0)
    assert trainings.tell("cnn") == "about 2 min left"
    trainings.end("cnn")
    assert trainings.tell("cnn") == ""


def test_less_than_a_second_is_told_as_one():
    trainings = Trainings()
    trainings.begin("mlp", 3).end_epoch(0.1)
    assert trainings.tell("mlp") == "about 1 s left"


def test_what_may_stop_early_has_an_upper_bound():
    trainings = Trainings()
    trainings.begin("cnn", 100, may_stop_early=True).end_epoch(30.0)
    assert trainings.tell("cnn") == "at most about 50 min left"  # 99 epochs of half a minute


def test_of_several_networks_each_has_its_number_and_the_time_of_what_is_known():
    trainings = Trainings({"cnn": None, "mlp": None})
    cnn = trainings.begin("cnn", 5)
    assert trainings.tell("cnn") == "network 1 of 2"  # nothing is known
    cnn.end_epoch(10.0)
    assert trainings.tell("cnn") == "network 1 of 2, about 40 s left of cnn"  # nothing of mlp
    trainings.end("cnn")
    assert trainings.tell("cnn") == "network 1 of 2"
    trainings.begin("mlp", 3).end_epoch(7.0)
    assert trainings.tell("mlp") == "network 2 of 2, about 14 s left"


def test_networks_that_were_trained_before_in_the_same_way_tell_how_long_all_of_them_take():
    trainings = Trainings({"cnn": 50.0, "mlp": 5.0, "tied": 25.0})
    cnn = trainings.begin("cnn", 5)
    assert trainings.tell("cnn") == "network 1 of 3, about 1 min of training left"  # 50 + 5 + 25 s
    cnn.end_epoch(100.0)  # the machine is busier than it was
    assert trainings.tell("cnn") == "network 1 of 3, about 7 min of training left"  # 400 + 5 + 25 s
    trainings.end("cnn")
    assert trainings.tell("cnn") == "network 1 of 3, about 30 s of training left"


# Two threads take half of the sum, 84 s or 64 s, and never less than the longest, 100 s.
@pytest.mark.parametrize(("first", "left"), [(40.0, "42 s"), (20.0, "32 s"), (100.0, "2 min")])
def test_networks_that_are_trained_at_the_same_time_share_what_is_left(first, left):
    trainings = Trainings({"one": None, "two": None, "three": 24.0})
    one, two = trainings.begin("one", 2), trainings.begin("two", 2)
    one.end_epoch(first)
    two.end_epoch(20.0)
    assert trainings.tell("two") == f"network 2 of 3, about {left} of training left"


def test_a_network_that_the_run_did_not_announce_has_no_number():
    trainings = Trainings({"cnn": None, "mlp": None})
    trainings.begin("base", 2).end_epoch(3.0)
    assert trainings.tell("base") == "about 3 s left of base"


def test_a_run_is_followed_until_it_has_ended():
    trainings = Trainings({"cnn": 1.0})
    follow(trainings)
    try:
        assert current_trainings() is trainings
    finally:
        follow_no_more()
    assert current_trainings() is not trainings
    assert current_trainings() is not current_trainings()
