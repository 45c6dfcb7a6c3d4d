import numpy as np
from tests.trials.small import RECIPE

from fashion_nets.provenance.digests import digest_arrays, digest_weights


def test_arrays_are_told_apart_by_values_shapes_and_types():
    images, labels = np.zeros((3, 2, 2), np.float32), np.array([0, 1, 2], np.uint8)
    other_image, other_label = images.copy(), labels.copy()
    other_image[2, 1, 1], other_label[2] = 0.5, 1
    arrays = [
        (images, labels),
        (other_image, labels),
        (images, other_label),
        (images[:2], labels[:2]),
        (images.reshape(3, 4), labels),
        (images.astype(np.float64), labels),
    ]
    assert len({digest_arrays(*each) for each in arrays}) == len(arrays)
    assert digest_arrays(images, labels) == digest_arrays(images.copy(), labels.copy())
    assert digest_arrays(images[:, ::-1]) == digest_arrays(np.ascontiguousarray(images[:, ::-1]))


def test_weights_have_a_digest_of_their_values():
    network = RECIPE.build((28, 28), 3)
    before = digest_weights(network)
    assert digest_weights(network) == before
    kernel = network.get_layer("hidden_1").kernel
    kernel.assign(np.nextafter(np.asarray(kernel), np.float32(np.inf)))
    assert digest_weights(network) != before
