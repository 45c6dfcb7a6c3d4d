"""What a person's settings for other projects would change here."""

import json
import sys

from fashion_nets.errors import UserError
from fashion_nets.home import keras_home

KERAS = {"floatx": "float32", "epsilon": 1e-7, "image_data_format": "channels_last"}
"""What networks are computed with, as Keras has it where nobody says otherwise."""


def check_keras() -> None:
    """Refuse settings of Keras with which networks would give other results, or none.

    Raises:
        UserError: Names the file or the backend, the setting and the ways out.
    """
    keras = sys.modules.get("keras")
    if keras is not None and (backend := keras.config.backend()) != "tensorflow":
        raise UserError(
            f"Keras was imported with the backend '{backend}' before, and this project needs 'tensorflow'. "
            "Start anew, with the variable KERAS_BACKEND unset."
        )
    file = keras_home() / "keras.json"
    try:
        settings = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):  # there is none, or Keras passes over it too
        return
    if not isinstance(settings, dict):  # Keras itself fails on it
        raise UserError(
            f"{file}: expected settings by name, got {settings!r:.80}. Remove that file: Keras makes it anew."
        )
    for name, expected in KERAS.items():
        if (value := settings.get(name, expected)) != expected:
            raise UserError(
                f"{file}: '{name}' is {value!r}, and the networks of this project need {expected!r}. "
                "Change it there, or set KERAS_HOME to a folder without that file."
            )
