"""What the datasets of the report are called in the catalog."""

FACTS = "report_facts"
PART = "report_part"
PAGE = "report"
DATA = "data"
DATA_PART = "data_part"
STUDY = "study"
"""The namespace of every study: their folders tell them apart."""
SWEEP = "sweep"
"""The namespace of every sweep, likewise."""


def part_dataset(name: str) -> str:
    """The dataset of a part.

    Args:
        name: Of the network or the experiment; ``data`` for that of the images.
    """
    return DATA_PART if name == DATA else f"{name}.{PART}"


def page_dataset(experiment: str) -> str:
    """The dataset of the page of an experiment."""
    return f"{experiment}.{PAGE}"
