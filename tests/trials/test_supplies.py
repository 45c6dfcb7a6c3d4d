import numpy as np
import pytest
from tests.trials.small import RECIPE

from fashion_nets.data.image_set import LabelledImages
from fashion_nets.datasets.labelled_images_dataset import LabelledImagesDataset
from fashion_nets.errors import UserError
from fashion_nets.provenance.digests import digest_weights
from fashion_nets.trials.supplies import Supplies


@pytest.fixture
def stored(tmp_path, sets):
    """The sets as the catalog gives them: the training set is mapped, of the validation set a part."""
    datasets = {
        name: LabelledImagesDataset(filepath=str(tmp_path / name)) for name in ("train", "validation")
    }
    for name, dataset in datasets.items():
        dataset.save(getattr(sets, name))
    validation = datasets["validation"].load()
    part = LabelledImages(validation.images[50:], validation.labels[50:])
    return sets._replace(train=datasets["train"].load(), validation=part, test=None)


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "files"
    folder.mkdir()
    return folder


def test_stored_sets_are_mapped_and_only_what_is_no_file_is_written(stored, folder, tmp_path):
    supplies = Supplies.put_down(stored, {}, folder)
    assert supplies.sets["train"][0].path == tmp_path / "train" / "images.npy"
    assert {path.name for path in folder.iterdir()} == {"validation_images.npy", "validation_labels.npy"}
    sets, bases = supplies.take_up()
    assert bases == {}
    assert sets.test is None
    assert sets.class_names == stored.class_names
    assert sets.digests() == stored.digests()
    assert isinstance(sets.train.images, np.memmap)
    assert not sets.train.images.flags.writeable


def test_a_set_that_was_replaced_is_noticed(stored, folder, sets, tmp_path):
    supplies = Supplies.put_down(stored, {}, folder)
    backwards = LabelledImages(sets.train.images[::-1], sets.train.labels[::-1])
    LabelledImagesDataset(filepath=str(tmp_path / "train")).save(backwards)
    with pytest.raises(UserError, match="were replaced while trials were trained"):
        supplies.take_up()


def test_bases_come_with_their_weights(sets, folder):
    base = RECIPE.build((28, 28), 10)
    _, bases = Supplies.put_down(sets, {"my_base": base}, folder).take_up()
    assert digest_weights(bases["my_base"]) == digest_weights(base)
