"""Benchmarks: how fast, how large and how exact, as ratios measured in one run.

``python -m bench`` measures everything; each part runs alone too: ``python -m bench.training``,
``bench.arithmetic``, ``bench.large_data``, ``bench.memory``, ``bench.accuracy`` and ``bench.default_run``.
All take ``--help``. ``bench.faults`` runs by itself alone: it kills trainings, which have to go on bit for
bit.
"""

import os

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"  # before TensorFlow is imported, which would chat otherwise
