from pathlib import Path

import numpy as np
import pytest
from kedro.config import OmegaConfigLoader
from matplotlib.figure import Figure

from fashion_nets.data.image_set import RawImageSet, fingerprint
from fashion_nets.data.source_params import DataIngestionParams
from fashion_nets.pipelines.data_ingestion import create_pipeline
from fashion_nets.pipelines.data_ingestion.nodes import (
    describe_image_set,
    obtain_image_set,
    plot_class_examples,
)

ROOT = Path(__file__).parents[3]


def parameters_of(env):
    """The parameters as a run in this environment gets them."""
    loader = OmegaConfigLoader(
        str(ROOT / "conf"),
        env=env,
        base_env="base",
        default_run_env="base",
        merge_strategy={"parameters": "soft", "globals": "soft"},
        custom_resolvers={"project_root": ROOT.as_posix},
    )
    return loader["parameters"]["data_ingestion"]


@pytest.fixture
def sample_parameters(tmp_path):
    """Those of --env=sample, with nothing stored yet."""
    return DataIngestionParams.model_validate({**parameters_of("sample"), "raw_folder": tmp_path / "raw"})


@pytest.fixture
def obtained(sample_parameters):
    return obtain_image_set(sample_parameters)


def test_fashion_mnist_is_looked_for_under_the_project_wherever_the_run_starts():
    parameters = DataIngestionParams.model_validate(parameters_of("base"))

    assert parameters.raw_folder == ROOT / "data" / "01_raw" / "fashion_mnist"
    assert parameters.download.enabled
    assert all(file.sha256 for file in parameters.files.by_part().values())


def test_the_sample_is_kept_apart_and_never_downloaded():
    parameters = DataIngestionParams.model_validate(parameters_of("sample"))

    assert parameters.raw_folder == ROOT / "data" / "sample" / "01_raw" / "fashion_mnist"
    assert not parameters.download.enabled


def test_the_sample_is_obtained(obtained):
    *arrays, class_names, source = obtained

    assert [array.shape for array in arrays] == [(5000, 28, 28), (5000,), (1000, 28, 28), (1000,)]
    assert {array.dtype for array in arrays} == {np.dtype("uint8")}
    assert class_names[0] == "T-shirt/top"
    assert source == "the folder data/01_raw/fashion_mnist_sample (data_ingestion.source_folder)"


def test_the_data_card_describes_what_was_obtained(obtained):
    card = describe_image_set(*obtained)

    assert card["fingerprint"] == fingerprint(RawImageSet(*obtained[:4]))
    assert card["train"]["images_per_class"] == dict.fromkeys(obtained[4], 500)
    assert card["test"]["n_images"] == 1000
    assert card["source"] == obtained[5]


def test_the_figure_names_every_class(obtained, sample_parameters):
    figure = plot_class_examples(42, obtained[0], obtained[1], obtained[4], sample_parameters)

    assert isinstance(figure, Figure)
    drawn = "\n".join(
        text.get_text() for axes in figure.axes for text in (*axes.texts, *axes.get_yticklabels())
    )
    assert all(name in drawn for name in obtained[4])


def test_the_pipeline_needs_nothing_but_parameters():
    pipeline = create_pipeline()

    assert pipeline.inputs() == {"params:data_ingestion", "params:seed"}
    assert {"data_card", "class_examples"} <= pipeline.outputs()
