import numpy as np
from tests.conftest import title_of

from fashion_nets.plotting.study_caption import (
    StudyCaption,
    new_study_figure,
    say_nothing_to_draw,
    variant_colours,
)
from fashion_nets.plotting.style import class_colours

CAPTION = StudyCaption(
    "Does depth help?", "MLP, 200 validation images: deep, 0.9", "MLP, 2 seeds", is_scale=False
)
VARIANTS = np.array(["flat", "deep", "deeper"])


def test_question_and_result_are_the_title_and_the_facts_are_below():
    figure = new_study_figure(CAPTION, width=6, height=3)
    assert title_of(figure) == "Does depth help? MLP, 200 validation images: deep, 0.9"
    assert figure.get_supxlabel() == "MLP, 2 seeds"
    assert figure.get_size_inches().tolist() == [6, 3]


def test_the_rest_of_the_answer_is_below_too_and_not_on_a_figure_of_something_else():
    caption = CAPTION._replace(further="behind it: flat (−0.1)")
    figure = new_study_figure(caption, width=6, height=3)
    assert title_of(figure) == "Does depth help? MLP, 200 validation images: deep, 0.9"
    assert figure.get_supxlabel() == "Behind it: flat (−0.1). MLP, 2 seeds"
    assert new_study_figure(caption.showing("losses"), width=6, height=3).get_supxlabel() == "MLP, 2 seeds"


def test_what_a_difference_means_is_said_where_one_is_told_and_nowhere_else():
    caption = CAPTION._replace(noise="± is half of an interval")
    figure = new_study_figure(caption, width=6, height=3)
    assert figure.get_supxlabel() == "MLP, 2 seeds; ± is half of an interval"
    assert new_study_figure(caption.showing("losses"), width=6, height=3).get_supxlabel() == "MLP, 2 seeds"


def test_a_figure_of_something_else_says_what_it_shows():
    figure = new_study_figure(CAPTION.showing("accuracy against parameters"), width=6, height=3)
    assert title_of(figure) == "Does depth help? MLP, 200 validation images: accuracy against parameters"


def test_variants_have_the_colours_of_classes():
    colours = variant_colours(VARIANTS, CAPTION)
    assert list(colours) == list(VARIANTS)
    np.testing.assert_array_equal(list(colours.values()), class_colours(3))


def test_variants_from_little_to_much_grow_brighter():
    colours = variant_colours(VARIANTS, CAPTION._replace(is_scale=True))
    brightness = [np.dot(colour[:3], [0.2126, 0.7152, 0.0722]) for colour in colours.values()]
    assert brightness == sorted(brightness)


def test_a_study_without_results_says_so():
    (axes,) = say_nothing_to_draw(CAPTION).axes
    assert [text.get_text() for text in axes.texts] == ["nothing was measured"]
