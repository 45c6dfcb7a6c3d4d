from fashion_nets.parameters import Parameters
from fashion_nets.tracking import flatten_parameters


class Noise(Parameters):
    kind: str
    strength: float


def test_each_value_has_the_path_to_it_as_its_name():
    parameters = {"mlp": {"noise": Noise(kind="dropout", strength=0.5), "units": [300, 100]}, "seed": 42}
    assert flatten_parameters(parameters) == {
        "mlp.noise.kind": "dropout",
        "mlp.noise.strength": 0.5,
        "mlp.units": [300, 100],
        "seed": 42,
    }


def test_an_empty_group_is_a_value():
    assert flatten_parameters({"optimizer": {}, "schedule": None}) == {"optimizer": {}, "schedule": None}
