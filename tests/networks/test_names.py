import pytest

from fashion_nets.networks.names import display_name


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("mlp", "MLP"),
        ("cnn", "CNN"),
        ("stacked_autoencoder", "stacked autoencoder"),
        ("cnn_autoencoder", "CNN autoencoder"),
        ("hidden_1000_300_100", "hidden 1000-300-100"),
        ("hidden_2000", "hidden 2000"),
        ("l1_0.001", "l1 0.001"),
        ("l1_5", "l1 5"),
    ],
)
def test_a_name_is_written_as_people_write_it(name, written):
    assert display_name(name) == written
