import json

import numpy as np
import pandas as pd

from fashion_nets.trials.result import TrialResult


def test_a_result_survives_being_stored_as_json():
    result = TrialResult(
        diverged=None,
        numbers={"val_accuracy": 0.1 + 0.2, "epochs": 2},
        history=pd.DataFrame({"epoch": [1, 2], "loss": [1 / 3, np.inf], "val_loss": [0.5, 0.25]}),
        measurements={"sparsity": pd.DataFrame({"layer": ["a", "b"], "sparsity": [0.5, 2 / 3]})},
        processor="AMD EPYC",
    )
    again = TrialResult.from_record(json.loads(json.dumps(result.to_record(), allow_nan=False)))
    assert (again.diverged, again.numbers) == (result.diverged, result.numbers)
    assert again.processor == "AMD EPYC"
    pd.testing.assert_frame_equal(again.history, result.history.replace(np.inf, np.nan), check_exact=True)
    pd.testing.assert_frame_equal(
        again.measurements["sparsity"], result.measurements["sparsity"], check_exact=True
    )
