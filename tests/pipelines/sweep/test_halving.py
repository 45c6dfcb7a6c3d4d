from fashion_nets.pipelines.sweep.halving import LOST, Job, find_last_chance, find_promoted, rank


def test_one_in_so_many_of_those_that_came_so_far_goes_on():
    first = {1: 0.5, 2: 0.8, 3: 0.6, 4: 0.7, 5: 0.9, 6: 0.4, 7: 0.3}
    assert find_promoted([first, {}, {}], 3) == [Job(5, 2), Job(2, 2)]  # 7 // 3
    assert find_promoted([first, {5: 0.95}, {}], 3) == [Job(2, 2)]  # 5 has gone on
    assert find_promoted([dict(list(first.items())[:2]), {}, {}], 3) == []


def test_a_higher_rung_comes_first():
    first, second = {1: 0.5, 2: 0.8, 3: 0.6, 4: 0.7}, {1: 0.6, 2: 0.9}
    assert find_promoted([first, second, {}], 2) == [Job(2, 3), Job(4, 2)]


def test_what_diverged_counts_but_never_goes_on():
    first = {1: LOST, 2: LOST, 3: 0.1, 4: LOST}
    assert find_promoted([first, {}], 2) == [Job(3, 2)]


def test_of_equal_ones_the_earlier_goes_on():
    assert rank({2: 0.5, 1: 0.5, 3: 0.6}) == [3, 1, 2]


def test_a_sweep_too_small_for_halving_trains_its_best_to_the_end():
    assert find_last_chance([{1: 0.5, 2: 0.6}, {}, {}]) == [Job(2, 2)]
    assert find_last_chance([{1: 0.5, 2: 0.6}, {2: 0.7}, {}]) == [Job(2, 3)]
    assert find_last_chance([{1: 0.5, 2: 0.6}, {2: LOST}, {}]) == [Job(1, 2)]
    assert find_last_chance([{1: 0.5}, {1: 0.7}, {1: 0.8}]) == []
    assert find_last_chance([{1: LOST}, {}, {}]) == []
