import pytest

from fashion_nets.networks.names import display_name


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("mlp", "MLP"),
        ("cnn", "CNN"),
        ("stacked_autoencoder", "stacked autoencoder"),
        ("cnn_autoencoder", "CNN autoencoder"),
    ],
)
def test_a_name_is_written_as_people_write_it(name, written):
    assert display_name(name) == written
