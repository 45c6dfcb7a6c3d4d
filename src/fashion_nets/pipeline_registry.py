"""The pipelines by name.

The pipelines' modules are imported when the registry is asked for, and none of them imports
TensorFlow before a node runs that needs it.
"""

from kedro.pipeline import Pipeline

CLASSIFIERS = ("mlp", "cnn")
AUTOENCODERS = ("linear_autoencoder", "stacked_autoencoder")


def register_pipelines() -> dict[str, Pipeline]:
    """Register the project's pipelines.

    Returns:
        One entry for each step, one for each experiment on the stored sets, the chains ``mlp``, ``cnn``
        and ``autoencoders`` from raw data to evaluated networks, and ``__default__``, which is all steps.
    """
    from fashion_nets.pipelines import (
        data_ingestion,
        embed_and_project,
        evaluate,
        explain,
        filters,
        gather_more_data,
        preprocessing,
        study,
        train_autoencoders,
        train_cnn,
        train_mlp,
        transfer,
    )

    steps = {
        "data_ingestion": data_ingestion.create_pipeline(),
        "preprocessing": preprocessing.create_pipeline(),
        "train_mlp": train_mlp.create_pipeline(),
        "train_cnn": train_cnn.create_pipeline(),
        "train_autoencoders": train_autoencoders.create_pipeline(AUTOENCODERS),
        "evaluate": evaluate.create_pipeline(CLASSIFIERS, AUTOENCODERS),
        "embed_and_project": embed_and_project.create_pipeline(AUTOENCODERS),
    }
    experiments = {
        "study": study.create_pipeline(),
        "transfer": transfer.create_pipeline(),
        "gather_more_data": gather_more_data.create_pipeline(),
        "filters": filters.create_pipeline(),
        "explain": explain.create_pipeline(),
    }
    sets = steps["data_ingestion"] + steps["preprocessing"]
    return {
        **steps,
        **experiments,
        "mlp": sets + steps["train_mlp"] + evaluate.create_classifier_pipeline("mlp"),
        "cnn": sets + steps["train_cnn"] + evaluate.create_classifier_pipeline("cnn"),
        "autoencoders": (
            sets
            + steps["train_autoencoders"]
            + evaluate.create_autoencoders_pipeline(AUTOENCODERS)
            + steps["embed_and_project"]
        ),
        "__default__": sum(steps.values(), Pipeline([])),
    }
