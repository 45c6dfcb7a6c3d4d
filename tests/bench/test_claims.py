import json

import pandas as pd
import pytest

from bench.claims import OTHERS, find_ahead


def tell(tmp_path, experiment, **files):
    """What an experiment tells by the files of its results, tables or numbers."""
    for name, content in files.items():
        if isinstance(content, pd.DataFrame):
            content.to_csv(tmp_path / f"{name}.csv", index=False)
        else:
            (tmp_path / f"{name}.json").write_text(json.dumps(content))
    return dict(OTHERS[experiment](tmp_path).claims)


def ways(task, gains):
    """Rows of a way each, of three seeds whose gains deviate by 0.01: ± 0.0138 with 8 degrees of freedom."""
    rows = [
        {**task, "way": way, "test_gain_mean": gain, "test_gain_std": 0.01, "n_seeds": 3}
        for way, gain in {"scratch": 0.0, **gains}.items()
    ]
    return pd.DataFrame(rows)


@pytest.mark.parametrize(("gain", "outcome"), [(0.02, "holds"), (-0.02, "reversed"), (0.01, "open")])
def test_layers_help_where_they_gain_beyond_noise_with_the_fewest_labels(tmp_path, gain, outcome):
    few = ways({"n_images": 10}, {"frozen": gain, "unfrozen": 0.03})
    many = ways({"n_images": 200}, {"frozen": -0.5, "unfrozen": -0.5})
    assert tell(tmp_path, "transfer", comparison=pd.concat([many, few])) == {
        "frozen layers help where labels are few": outcome,
        "partly unfrozen ones do too": "holds",
    }


def test_pretraining_helps_where_it_gains_with_each_number_of_labels(tmp_path):
    tables = [
        ways({"autoencoder": name, "n_images": n_images}, {"frozen": frozen, "fine_tuned": tuned})
        for name, n_images, frozen, tuned in [
            ("stacked_autoencoder", 100, -0.05, 0.05),
            ("stacked_autoencoder", 1000, -0.05, 0.0),
            ("convolutional_autoencoder", 100, 0.0, 0.05),
            ("convolutional_autoencoder", 1000, 0.0, 0.05),
        ]
    ]
    assert tell(tmp_path, "pretraining", comparison=pd.concat(tables)) == {
        "pretraining gains accuracy": "open",
        "the frozen layers of the stacked encoder gain accuracy": "reversed",
    }


def test_errors_of_autoencoders_differ_from_that_of_pca_by_more_than_a_twentieth(tmp_path):
    methods = ("convolutional_autoencoder", "stacked_autoencoder", "pca")
    errors = pd.DataFrame(
        [
            {"method": method, "codings": codings, "mse": mse}
            for codings, values in {2: (0.048, 0.09, 0.05), 16: (1, 1, 1), 64: (0.02, 0.03, 0.01)}.items()
            for method, mse in zip(methods, values, strict=True)
        ]
    )
    assert tell(tmp_path, "coding_size", errors=errors) == {
        "with 2 codings the convolutional one is ahead of PCA": "open",
        "with 2 codings the stacked one is ahead of PCA": "reversed",
        "with 16 codings the convolutional one is ahead of PCA": "open",
        "with 16 codings the stacked one is ahead of PCA": "open",
        "with 64 codings the convolutional one is ahead of PCA": "reversed",
        "with 64 codings the stacked one is ahead of PCA": "reversed",
    }


def test_what_to_do_with_more_data_is_a_claim(tmp_path):
    # Deviations of 0.01 of two seeds each, with 3 degrees of freedom: ± 0.0318.
    errors = pd.DataFrame(
        {
            "n_images": [100, 200, 400],
            "test_error_mean": [0.3, 0.2, 0.1],
            "test_error_std": 0.01,
            "n_seeds": 2,
        }
    )
    told = tell(tmp_path, "gather_more_data", errors=errors, verdict={"verdict": "improve_training"})
    assert list(told.values()) == ["reversed", "holds", "holds"]
    verdict = {"verdict": "regularize_or_gather_more_data"}
    rising = errors.assign(test_error_mean=[0.1, 0.2, 0.05])
    told = tell(tmp_path, "gather_more_data", errors=rising, verdict=verdict)
    assert list(told.values()) == ["holds", "holds", "reversed"]
    flat = errors.assign(test_error_mean=[0.1, 0.08, 0.03])
    told = tell(tmp_path, "gather_more_data", errors=flat, verdict=verdict)
    assert list(told.values()) == ["holds", "holds", "open"]


@pytest.mark.parametrize(("accuracy", "outcome"), [(0.9, "holds"), (0.81, "open"), (0.7, "reversed")])
def test_architectures_are_compared_by_their_intervals(tmp_path, accuracy, outcome):
    table = pd.DataFrame({"architecture": ["lenet5", "resnet18"], "test_accuracy": [0.8, accuracy]})
    assert list(tell(tmp_path, "architectures", comparison=table).values()) == [outcome]


def test_what_is_ahead_by_means_and_deviations():
    # Deviations of 0.01 of three seeds each, with 6 degrees of freedom: ± 0.02.
    table = pd.DataFrame(
        {
            "variant": ["a", "b", "c"],
            "accuracy": [0.9, 0.885, 0.87],
            "deviation": 0.01,
            "n_seeds": 3,
            "n_images": 5000,
        }
    )
    assert find_ahead(table) == {"a": ["c"]}
    # Of one seed by the images alone: ± 0.0118 to 0.0128.
    assert find_ahead(table.assign(n_seeds=1)) == {"a": ["b", "c"], "b": ["c"]}
