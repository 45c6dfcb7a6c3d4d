"""GoogLeNet (lecture, "GoogleNet (2014)")."""

from typing import Literal, NamedTuple

from fashion_nets.networks.architectures.blocks import (
    Width,
    begin_with_grey_images,
    convolve,
    end_with_probabilities,
    scale_filters,
)
from fashion_nets.networks.head import add_head
from fashion_nets.networks.parameters import ArchitectureParams, DropoutRate
from fashion_nets.networks.types import KerasModel, KerasTensor


class InceptionFilters(NamedTuple):
    """The six numbers of filters of an inception module.

    Attributes:
        ones: 1 x 1 filters of the first branch.
        reduce_threes: 1 x 1 filters before the 3 x 3 filters.
        threes: 3 x 3 filters.
        reduce_fives: 1 x 1 filters before the 5 x 5 filters.
        fives: 5 x 5 filters.
        pooled: 1 x 1 filters behind the pooling.
    """

    ones: int
    reduce_threes: int
    threes: int
    reduce_fives: int
    fives: int
    pooled: int

    def scale(self, width: float) -> "InceptionFilters":
        """All of them at a width."""
        return InceptionFilters(*(scale_filters(filters, width) for filters in self))


STAGES = {
    3: {"a": InceptionFilters(64, 96, 128, 16, 32, 32), "b": InceptionFilters(128, 128, 192, 32, 96, 64)},
    4: {
        "a": InceptionFilters(192, 96, 208, 16, 48, 64),
        "b": InceptionFilters(160, 112, 224, 24, 64, 64),
        "c": InceptionFilters(128, 128, 256, 24, 64, 64),
        "d": InceptionFilters(112, 144, 288, 32, 64, 64),
        "e": InceptionFilters(256, 160, 320, 32, 128, 128),
    },
    5: {
        "a": InceptionFilters(256, 160, 320, 32, 128, 128),
        "b": InceptionFilters(384, 192, 384, 48, 128, 128),
    },
}
"""The modules of each stage, by the names and numbers of table 1 of the paper."""

AUXILIARY_MODULES = ("stage_4_module_a", "stage_4_module_d")


class GoogLeNetParams(ArchitectureParams):
    """What the small GoogLeNet looks like.

    Attributes:
        width: Multiplies the numbers of filters.
        batch_normalization: Whether each convolution has one, before its relu; the paper has none.
        dropout: Fraction of the averaged feature maps that is dropped.
    """

    name: Literal["googlenet"]
    width: Width
    batch_normalization: bool
    dropout: DropoutRate


def build_googlenet(
    architecture: GoogLeNetParams, image_shape: tuple[int, ...], n_outputs: int, name: str
) -> KerasModel:
    """Build GoogLeNet for small images.

    Its first convolution has 3 x 3 filters and stride 1, and the second pooling is left out, so that the
    modules see half of each side, a quarter and an eighth. Without auxiliary heads: batch normalization does
    what they were for.

    Reference:
        Ioffe and Szegedy, "Batch Normalization: Accelerating Deep Network Training by Reducing Internal
        Covariate Shift", 2015, trains a GoogLeNet with batch normalization.
    """
    width, normalize = architecture.width, architecture.batch_normalization
    images, x = begin_with_grey_images(image_shape)
    x = convolve(x, scale_filters(64, width), 3, "stem_1", batch_normalization=normalize)
    x = _pool(x, "stem_1_pooling")
    x = convolve(x, scale_filters(64, width), 1, "stem_2", batch_normalization=normalize)
    x = convolve(x, scale_filters(192, width), 3, "stem_3", batch_normalization=normalize)
    x, _ = _add_stages(x, width, normalize)
    return end_with_probabilities(images, x, n_outputs, name, architecture.dropout)


def build_original_googlenet(name: str, n_classes: int, auxiliary_heads: bool = False) -> KerasModel:
    """Build GoogLeNet as published, but without the normalization by neighbouring maps.

    It takes images (n, 224, 224, 3). With auxiliary heads its outputs are the probabilities of the main head,
    of the lower and of the upper auxiliary head, which come from the middle of the network; compile it with
    loss weights 1, 0.3 and 0.3 as in the paper.
    """
    import keras

    images = keras.Input((224, 224, 3), name="images")
    x = convolve(images, 64, 7, "stem_1", strides=2, batch_normalization=False)
    x = _pool(x, "stem_1_pooling")
    x = convolve(x, 64, 1, "stem_2", batch_normalization=False)
    x = convolve(x, 192, 3, "stem_3", batch_normalization=False)
    x = _pool(x, "stem_3_pooling")
    x, modules = _add_stages(x, width=1.0, batch_normalization=False)
    model = end_with_probabilities(images, x, n_classes, name, dropout=0.4)
    if not auxiliary_heads:
        return model
    heads = [
        _add_auxiliary_head(modules[module], n_classes, f"auxiliary_{number}")
        for number, module in enumerate(AUXILIARY_MODULES, start=1)
    ]
    return keras.Model(images, [model.output, *heads], name=name)


def add_inception_module(
    x: KerasTensor, filters: InceptionFilters, name: str, batch_normalization: bool
) -> KerasTensor:
    """Look at feature maps with filters of three sizes and by pooling, side by side.

    All strides are 1, so that the four branches have one size and can be stacked.

    Args:
        x: Feature maps, shape (n, height, width, channels).
        filters: The six numbers of filters.
        name: Begins the names of the layers.
        batch_normalization: Whether each convolution has one.

    Returns:
        Shape (n, height, width, ones + threes + fives + pooled).
    """
    import keras

    def add(x: KerasTensor, filters: int, kernel_size: int, place: str) -> KerasTensor:
        layer = f"{name}_branch_{place}"
        return convolve(x, filters, kernel_size, layer, batch_normalization=batch_normalization)

    pooled = keras.layers.MaxPooling2D(3, 1, padding="same", name=f"{name}_branch_4_pooling")(x)
    branches = [
        add(x, filters.ones, 1, "1"),
        add(add(x, filters.reduce_threes, 1, "2_layer_1"), filters.threes, 3, "2_layer_2"),
        add(add(x, filters.reduce_fives, 1, "3_layer_1"), filters.fives, 5, "3_layer_2"),
        add(pooled, filters.pooled, 1, "4"),
    ]
    return keras.layers.Concatenate(name=f"{name}_stack")(branches)


def _add_stages(
    x: KerasTensor, width: float, batch_normalization: bool
) -> tuple[KerasTensor, dict[str, KerasTensor]]:
    """All modules, a pooling between stages; and what each module puts out, by name."""
    outputs = {}
    for stage, modules in STAGES.items():
        for letter, filters in modules.items():
            name = f"stage_{stage}_module_{letter}"
            x = outputs[name] = add_inception_module(x, filters.scale(width), name, batch_normalization)
        if stage != max(STAGES):
            x = _pool(x, f"stage_{stage}_pooling")
    return x, outputs


def _add_auxiliary_head(x: KerasTensor, n_classes: int, name: str) -> KerasTensor:
    import keras

    x = keras.layers.AveragePooling2D(5, 3, name=f"{name}_pooling")(x)
    x = convolve(x, 128, 1, name, batch_normalization=False)
    x = keras.layers.Flatten(name=f"{name}_flatten")(x)
    x = keras.layers.Dense(1024, activation="relu", kernel_initializer="he_normal", name=f"{name}_hidden")(x)
    return add_head(x, n_classes, dropout=0.7, name=f"{name}_probabilities")


def _pool(x: KerasTensor, name: str) -> KerasTensor:
    import keras

    return keras.layers.MaxPooling2D(3, 2, padding="same", name=name)(x)
