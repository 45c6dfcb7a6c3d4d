"""Trials of a study of three variants, for the tests of its figures: one learns slowly, one diverges."""

import math

import pandas as pd

from fashion_nets.plotting.study_caption import StudyCaption

CAPTION = StudyCaption("Which one?", "MLP: fast one, 0.9", "MLP, 800 training images, 2 seeds", False)
TRIALS = pd.DataFrame(
    {
        "variant": ["slow", "slow", "fast_one", "fast_one", "wild", "wild"],
        "seed": [1, 2, 1, 2, 1, 2],
        "diverged": [False, False, False, False, True, True],
        "val_accuracy": [0.84, 0.86, 0.89, 0.91, math.nan, math.nan],
        "train_accuracy": [0.85, 0.87, 0.95, 0.97, math.nan, math.nan],
        "parameters": [100, 100, 1000, 1000, math.nan, math.nan],
        "epochs": [2, 2, 2, 2, 1, 1],
    }
)
