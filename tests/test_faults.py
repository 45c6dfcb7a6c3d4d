"""Files of conf/ that cannot be read, each named with its line."""

import pytest
import yaml
from omegaconf import OmegaConf
from omegaconf.errors import InterpolationKeyError

from fashion_nets.faults import describe_fault

WHATEVER = ValueError("which tells nothing")


@pytest.fixture
def folders(tmp_path):
    """Two environments, as they are read, with a file that is right."""
    (tmp_path / "base").mkdir()
    (tmp_path / "local").mkdir()
    (tmp_path / "base" / "parameters.yml").write_text("seed: 42\n")
    return [tmp_path / "base", tmp_path / "local"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"seed: 1\nmlp: [1\n", ", line 3: not valid YAML: "),
        (b"seed: 1\nseed: 2\n", ", line 2: not valid YAML: found duplicate key seed"),
        (b"name: caf\xe9\n", ": not valid YAML in UTF-8: "),
        (b"- seed\n", ": expected lines such as 'NAME: VALUE', got a list."),
        (b"42\n", ": "),
    ],
)
def test_the_file_and_the_line_are_named(content, message, folders):
    (folders[1] / "catalog.yaml").write_bytes(content)
    fault = describe_fault(folders, WHATEVER)
    assert fault.startswith(f"conf/local/catalog.yaml{message}")
    assert fault.endswith(".")
    assert "\n" not in fault


def test_where_several_are_wrong_the_first_of_the_base_is_named(folders):
    for folder in folders:
        (folder / "catalog.yml").write_text("[\n")
    assert describe_fault(folders, WHATEVER).startswith("conf/base/catalog.yml, line 2: ")


def test_where_the_files_are_right_the_error_tells_the_parameter(folders):
    with pytest.raises(InterpolationKeyError) as raised:
        _ = OmegaConf.create({"mlp": {"epochs": "${sed}"}}).mlp.epochs
    assert describe_fault(folders, raised.value) == (
        "conf/, at 'mlp.epochs': Interpolation key 'sed' not found."
    )


def test_an_error_of_yaml_elsewhere_is_told_and_others_are_not_about_conf(folders):
    (folders[1] / "empty.yml").touch()  # nothing is stated, which is allowed
    assert describe_fault(folders, yaml.YAMLError("cut off")) == "conf/: cut off"
    assert describe_fault(folders, WHATEVER) is None
