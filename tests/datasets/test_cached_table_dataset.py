import pandas as pd
from kedro.io import AbstractDataset


def test_a_table_that_is_passed_on_shows_its_first_rows(tmp_path):
    stored = {"type": "pandas.ParquetDataset", "filepath": str(tmp_path / "codings.parquet")}
    config = {"type": "fashion_nets.datasets.CachedTableDataset", "copy_mode": "assign", "dataset": stored}
    dataset = AbstractDataset.from_config("codings", config)
    codings = pd.DataFrame({"c1": range(10)})
    dataset.save(codings)
    assert dataset.load() is codings
    shown = AbstractDataset.from_config("codings", config).preview(nrows=3)
    assert (shown["columns"], shown["data"]) == (["c1"], [[0], [1], [2]])
