"""The outcomes of claims, of evidence that is worked out by hand."""

import pandas as pd
import pytest
from tests.pipelines.study.test_conclusions import evidence

from fashion_nets.errors import UserError
from fashion_nets.pipelines.study.claims import ClaimParams, judge_claims, list_orderings


def judge(what, **claim):
    outcomes = judge_claims(what, [ClaimParams.model_validate({"says": "so", **claim})])
    assert list(outcomes) == ["so"]
    return outcomes["so"]


# Of 1,000 images with two like seeds: 100 images are more than noise, 1 is not; guessing gets 100 right.
WHAT = evidence(["wild"], best=800, alike=799, low=700, stuck=102)


@pytest.mark.parametrize(
    ("variants", "than", "outcome"),
    [
        (["best", "alike"], ["low"], "holds"),
        (["low"], ["best", "stuck"], "reversed"),
        (["best", "low"], ["alike"], "reversed"),
        (["best"], ["alike"], "open"),
        (["best"], ["alike", "low"], "open"),
        (["stuck"], ["wild"], "holds"),  # what diverged is behind all
        (["wild"], ["stuck"], "reversed"),
    ],
)
def test_each_is_higher_than_each_of_the_others(variants, than, outcome):
    assert judge(WHAT, kind="higher", variants=variants, than=than) == outcome


def test_what_is_compared_may_be_accuracy_on_training_images_or_the_gap():
    what = evidence(none=(800, 1000), dropped=(800, 850))
    claim = {"kind": "higher", "variants": ["none"], "than": ["dropped"]}
    assert judge(what, **claim) == "open"
    assert judge(what, **claim, quantity="train") == "holds"
    assert judge(what, **claim, quantity="gap") == "holds"


def test_an_order_holds_where_each_pair_does():
    assert judge(WHAT, kind="order", variants=["best", "low", "stuck"]) == "holds"
    assert judge(WHAT, kind="order", variants=["best", "alike", "low"]) == "open"
    assert judge(WHAT, kind="order", variants=["low", "best", "alike"]) == "reversed"


def test_learning_is_more_than_guessing():
    assert judge(WHAT, kind="learn", variants=["best", "low"]) == "holds"
    assert judge(WHAT, kind="learn", variants=["best", "stuck"]) == "open"
    assert judge(WHAT, kind="learn", variants=["stuck", "wild"]) == "reversed"
    assert judge(WHAT, kind="guess", variants=["stuck", "wild"]) == "holds"
    assert judge(WHAT, kind="guess", variants=["best"]) == "reversed"


def test_where_every_trial_diverged_nothing_is_learned_and_nothing_compared():
    assert judge(None, kind="guess", variants=["wild"]) == "holds"
    assert judge(None, kind="learn", variants=["wild"]) == "reversed"
    assert judge(None, kind="higher", variants=["wild"], than=["stuck"]) == "open"
    assert judge(None, kind="cheapest", variants=["wild"], quantity="epochs") == "open"


def test_the_same_is_the_same_in_every_seed():
    what = evidence(["wild"], one=800, two=800, three=799)
    assert judge(what, kind="same", variants=["one", "two"]) == "holds"
    assert judge(what, kind="same", variants=["one", "three"]) == "reversed"
    assert judge(what, kind="same", variants=["one", "wild"]) == "reversed"


def test_costs_are_compared_as_they_are():
    what = evidence(tiny=600, small=799, large=800)  # with 10, 20 and 30 parameters
    claim = {"kind": "less", "quantity": "parameters"}
    assert judge(what, **claim, variants=["tiny", "small"], than=["large"]) == "holds"
    assert judge(what, **claim, variants=["tiny", "large"], than=["small"]) == "reversed"
    assert judge(what, **claim, variants=["tiny"], than=["tiny"]) == "open"
    cheapest = {"kind": "cheapest", "quantity": "parameters"}
    assert judge(what, **cheapest, variants=["small"]) == "holds"
    assert judge(what, **cheapest, variants=["tiny"]) == "reversed"


def test_weights_can_be_spared_where_every_seed_says_so():
    rows = [
        (variant, seed, sparsity, 0.8 if sparsity <= most else 0.1)
        for variant, shares in {"none": (0.5, 0.6), "l1": (0.9, 0.9), "l2": (0.6, 0.9)}.items()
        for seed, most in enumerate(shares)
        for sparsity in (0.0, 0.5, 0.6, 0.9)
    ]
    what = evidence(
        ["wild"], pd.DataFrame(rows, columns=["variant", "seed", "sparsity", "accuracy"]), none=800
    )
    assert judge(what, kind="spare", variants=["l1"], than=["none", "wild"]) == "holds"
    assert judge(what, kind="spare", variants=["l2"], than=["none"]) == "open"
    assert judge(what, kind="spare", variants=["none"], than=["l1"]) == "reversed"


def test_what_is_ahead_of_what_beyond_noise():
    assert list_orderings(WHAT) == {
        "best": ["wild", "low", "stuck"],
        "alike": ["wild", "low", "stuck"],
        "low": ["wild", "stuck"],
        "stuck": ["wild"],
    }
    assert list_orderings(evidence(one=800, two=800)) == {}


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"kind": "higer"}, "there is no kind of claim 'higer'; did you mean 'higher'"),
        ({"kind": "higher"}, "'than' of a claim of kind higher should name variants"),
        ({"kind": "learn", "than": ["two"]}, "'than' of a claim of kind learn should be left out"),
        (
            {"kind": "less", "than": ["two"]},
            "'quantity' of a claim of kind less should be one of parameters, multiplications, epochs, sec",
        ),
        ({"kind": "learn", "quantity": "val"}, "'quantity' of a claim of kind learn should be left out"),
    ],
)
def test_a_claim_that_is_wrong_in_itself_is_refused(wrong, told):
    with pytest.raises(UserError, match=told):
        ClaimParams.model_validate({"says": "so", "variants": ["one"], **wrong})
