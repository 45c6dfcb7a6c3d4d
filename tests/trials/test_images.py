import numpy as np
import pytest

from fashion_nets.data.image_set import ImageSetError, LabelledImages
from fashion_nets.data.subsets import draw_balanced_images, draw_images
from fashion_nets.trials.images import ImageChoice, TrialSets


def equal(one, other):
    return all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


def test_without_a_choice_all_images_come_as_they_are(sets):
    chosen = ImageChoice().choose(sets, seed=1)
    assert equal(chosen.fitted, sets.train)
    assert equal(chosen.drawn, sets.train)
    assert equal(chosen.watched, sets.validation)
    assert equal(chosen.validation, sets.validation)
    assert equal(chosen.test, sets.test)
    assert chosen.class_names == list(sets.class_names)


def test_the_first_images_are_taken_and_repeated_to_a_whole_epoch(sets):
    choice = ImageChoice(n_images=3, min_images_per_epoch=7)
    chosen = choice.choose(sets, seed=1)
    assert equal(chosen.drawn, [part[:3] for part in sets.train])
    assert equal(chosen.fitted, [part[[0, 1, 2, 0, 1, 2, 0]] for part in sets.train])
    assert choice.count_fitted(sets.train.labels, seed=1) == 7


@pytest.mark.parametrize(
    ("draw", "function"), [("in_proportion", draw_images), ("balanced", draw_balanced_images)]
)
def test_images_are_drawn_by_the_seed_of_the_trial(draw, function, sets):
    choice = ImageChoice(n_images=40, draw=draw)
    assert equal(choice.choose(sets, seed=7).fitted, function(sets.train, 40, 7))
    assert not equal(choice.choose(sets, seed=7).fitted, choice.choose(sets, seed=8).fitted)


def test_some_classes_are_kept_in_every_set_and_numbered_anew(sets):
    choice = ImageChoice(classes=(6, 5))
    chosen = choice.choose(sets, seed=1)
    assert choice.count_classes(sets.class_names) == 2
    assert chosen.class_names == ["Shirt", "Sandal"]
    for part, whole in (
        (chosen.fitted, sets.train),
        (chosen.validation, sets.validation),
        (chosen.test, sets.test),
    ):
        kept = np.isin(whole.labels, [5, 6])
        assert np.array_equal(part.images, whole.images[kept])
        assert part.labels.tolist() == [{6: 0, 5: 1}[label] for label in whole.labels[kept]]


def test_few_validation_images_are_watched_and_all_are_measured_on(sets):
    chosen = ImageChoice(n_watched=10).choose(sets, seed=1)
    assert equal(chosen.watched, [part[:10] for part in sets.validation])
    assert equal(chosen.validation, sets.validation)


@pytest.mark.parametrize(
    "choice",
    [
        ImageChoice(n_images=801, draw="in_proportion"),
        ImageChoice(n_images=15, draw="balanced"),
        ImageChoice((11,)),
    ],
)
def test_what_cannot_be_drawn_is_refused_without_any_image(choice, sets):
    with pytest.raises(ImageSetError):
        choice.count_fitted(sets.train.labels, seed=1)


def test_sets_have_a_digest_each_by_name(sets):
    digests = sets.digests()
    assert list(digests) == ["train", "validation", "test"]
    assert sets._replace(test=None).digests() == {name: digests[name] for name in ("train", "validation")}
    backwards = LabelledImages(sets.validation.images[::-1], sets.validation.labels[::-1])
    changed = TrialSets(sets.train, backwards, sets.class_names, sets.test).digests()
    assert [name for name in digests if changed[name] != digests[name]] == ["validation"]
