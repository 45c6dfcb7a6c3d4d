"""Benchmarks: how fast, how large and how exact, as ratios measured in one run.

``python -m bench`` measures everything; each part runs alone too: ``python -m bench.training``,
``bench.large_data``, ``bench.default_run`` and ``bench.accuracy``. All take ``--help``.
"""

import os

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"  # before TensorFlow is imported, which would chat otherwise
