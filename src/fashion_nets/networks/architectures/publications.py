"""Where the classical architectures come from."""

from functools import partial
from typing import NamedTuple


class Publication(NamedTuple):
    """The paper that an architecture was published in.

    Attributes:
        authors: All of them, in its order.
        title: Its title.
        year: When it appeared first.
        parameters: Of the architecture as published, as :func:`build_original` builds it; the moving averages
            of batch normalization count too.
    """

    authors: str
    title: str
    year: int
    parameters: int

    @property
    def citation(self) -> str:
        """Authors, title and year in one line."""
        return f"{self.authors}: {self.title}, {self.year}"


_vgg = partial(
    Publication,
    "K. Simonyan, A. Zisserman",
    "Very Deep Convolutional Networks for Large-Scale Image Recognition",
    2014,
)
_resnet = partial(
    Publication, "K. He, X. Zhang, S. Ren, J. Sun", "Deep Residual Learning for Image Recognition", 2015
)

PUBLICATIONS: dict[str, Publication] = {
    "lenet5": Publication(
        "Y. LeCun, L. Bottou, Y. Bengio, P. Haffner",
        "Gradient-Based Learning Applied to Document Recognition",
        1998,
        61_706,
    ),
    "alexnet": Publication(
        "A. Krizhevsky, I. Sutskever, G. E. Hinton",
        "ImageNet Classification with Deep Convolutional Neural Networks",
        2012,
        62_378_344,
    ),
    "googlenet": Publication(
        "C. Szegedy, W. Liu, Y. Jia, P. Sermanet, S. Reed, D. Anguelov, D. Erhan, V. Vanhoucke, "
        "A. Rabinovich",
        "Going Deeper with Convolutions",
        2014,
        6_998_552,
    ),
    "vgg16": _vgg(138_357_544),
    "vgg19": _vgg(143_667_240),
    "resnet18": _resnet(11_699_112),
    "resnet34": _resnet(21_814_696),
    "resnet50": _resnet(25_636_712),
    "resnet101": _resnet(44_707_176),
    "resnet152": _resnet(60_419_944),
    "xception": Publication(
        "F. Chollet", "Xception: Deep Learning with Depthwise Separable Convolutions", 2016, 22_910_480
    ),
}
"""By the name of the architecture, in the order of the lecture."""
