import json
import os
import subprocess
import sys

import pytest
from tests.conftest import ROOT

from fashion_nets.errors import UserError
from fashion_nets.hooks.surroundings import check_keras


@pytest.fixture
def say_in_file(tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    return lambda **settings: (tmp_path / "keras.json").write_text(json.dumps(settings))


@pytest.mark.parametrize(
    ("setting", "value", "needed"),
    [
        ("image_data_format", "channels_first", "'channels_last'"),
        ("floatx", "float16", "'float32'"),
        ("epsilon", 0.001, "1e-07"),
    ],
)
def test_a_file_of_keras_with_another_setting_is_named(setting, value, needed, say_in_file):
    say_in_file(**{setting: value, "backend": "tensorflow"})
    with pytest.raises(UserError) as raised:
        check_keras()
    said = str(raised.value)
    assert f"keras.json: '{setting}' is {value!r}, and the networks of this project need {needed}. " in said
    assert said.endswith("or set KERAS_HOME to a folder without that file.")
    assert "\n" not in said


def test_what_keras_writes_by_itself_and_no_file_or_a_damaged_one_pass(say_in_file, tmp_path):
    check_keras()
    say_in_file(floatx="float32", epsilon=1e-07, backend="jax", image_data_format="channels_last")
    check_keras()
    (tmp_path / "keras.json").write_text("{")
    check_keras()


def test_a_file_of_keras_without_settings_by_name_is_named(tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    (tmp_path / "keras.json").write_text('["floatx"]')
    with pytest.raises(UserError, match=r"keras.json: expected settings by name, got \['floatx'\]. Remove"):
        check_keras()


@pytest.mark.slow  # a process that imports TensorFlow
def test_another_backend_in_the_environment_changes_nothing():
    """In a process of its own, as Keras chooses its backend when it is imported."""
    code = "import fashion_nets.settings, keras; print(keras.config.backend())"
    environment = {**os.environ, "KERAS_BACKEND": "jax", "PYTHONPATH": str(ROOT / "src")}
    done = subprocess.run(  # noqa: PLW1510
        [sys.executable, "-c", code], env=environment, cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    assert done.stdout.strip() == "tensorflow", done.stderr
