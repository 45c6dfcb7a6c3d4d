"""Benchmarks: how fast, how large and how exact, as ratios measured in one run.

``python -m bench`` measures everything; each part runs alone too: ``python -m bench.training``,
``bench.arithmetic``, ``bench.large_data``, ``bench.memory``, ``bench.accuracy``, ``bench.order`` and
``bench.default_run``. All take ``--help``. Two run by themselves alone: ``bench.faults`` kills trainings,
which have to go on bit for bit, and ``bench.checkpoints`` tells what it takes that they can.
"""

import os

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"  # before TensorFlow is imported, which would chat otherwise
