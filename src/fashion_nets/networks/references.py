"""How a network is named that is used: one that a run has stored, or one that MLflow has."""

import re

REGISTERED_MODEL = "fashion-classifier"
"""The model in MLflow's registry whose versions are the classifiers that were registered."""
CHAMPION, CHALLENGER = "champion", "challenger"
"""The aliases of its versions: the one to use, and the last one that was not better."""
_VERSION, _RUN = re.compile(r"\d{1,9}"), re.compile(r"[0-9a-f]{32}")


def is_tracked(reference: str) -> bool:
    """Whether a reference names a network that MLflow has, rather than a stored one by its name.

    Args:
        reference: ``champion``, ``challenger``, a version of the registered model such as ``3``, or the id of
            a run; or the name of a stored network such as ``cnn``.
    """
    return reference in (CHAMPION, CHALLENGER) or is_version(reference) or is_run(reference)


def is_version(reference: str) -> bool:
    """Whether it is the number of a version of the registered model."""
    return _VERSION.fullmatch(reference) is not None


def is_run(reference: str) -> bool:
    """Whether it is the id of a run in MLflow."""
    return _RUN.fullmatch(reference) is not None
