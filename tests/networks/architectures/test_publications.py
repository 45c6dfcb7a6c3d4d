import pytest

from fashion_nets.networks.architectures.publications import PUBLICATIONS


def test_a_citation_names_authors_title_and_year():
    assert PUBLICATIONS["resnet50"].citation == (
        "K. He, X. Zhang, S. Ren, J. Sun: Deep Residual Learning for Image Recognition, 2015"
    )


@pytest.mark.parametrize(
    ("deeper", "shallower"),
    [("vgg19", "vgg16"), ("resnet152", "resnet101"), ("resnet101", "resnet50"), ("resnet34", "resnet18")],
)
def test_depths_of_one_architecture_share_a_paper_and_deeper_ones_have_more_parameters(deeper, shallower):
    assert PUBLICATIONS[deeper].citation == PUBLICATIONS[shallower].citation
    assert PUBLICATIONS[deeper].parameters > PUBLICATIONS[shallower].parameters


def test_architectures_come_in_the_order_of_the_lecture_each_with_its_year():
    first = ("lenet5", "alexnet", "googlenet", "vgg16", "resnet18", "xception")
    assert [name for name in PUBLICATIONS if name in first] == list(first)
    assert [PUBLICATIONS[name].year for name in first] == [1998, 2012, 2014, 2014, 2015, 2016]
