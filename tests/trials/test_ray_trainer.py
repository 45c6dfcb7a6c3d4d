"""What a trainer of Ray sends, and how seldom."""

from types import SimpleNamespace

import pytest

from fashion_nets.trials.ray_trainer import StatesNowAndThen
from fashion_nets.trials.work import Begun, Done, StateLeft


@pytest.mark.parametrize(("with_last", "expected"), [(False, [60]), (True, [60, 119])])
def test_one_state_a_minute_travels_and_the_last_one_where_something_goes_on_from_it(with_last, expected):
    time, sent = SimpleNamespace(now=0.0), []
    send = StatesNowAndThen(sent.append, 60.0, with_last, clock=lambda: time.now)
    send(Begun())
    for time.now in (1, 59, 60, 61, 119):
        send(StateLeft("training", time.now))
    send(Done(None))
    assert sent == [Begun(), *(StateLeft("training", second) for second in expected), Done(None)]


def test_a_state_that_has_travelled_is_not_sent_again():
    sent = []
    send = StatesNowAndThen(sent.append, 0.0, with_last=True, clock=lambda: 0.0)
    send(StateLeft("training", 1))
    send(Done(None))
    assert sent == [StateLeft("training", 1), Done(None)]
