import subprocess
import sys

import pytest

from fashion_nets import datasets


def test_each_dataset_is_found_by_its_name():
    assert dir(datasets) == sorted(datasets._MODULES)
    for name in dir(datasets):
        assert getattr(datasets, name).__name__ == name


def test_an_unknown_name_is_an_error_as_of_any_module():
    with pytest.raises(AttributeError, match=r"'fashion_nets.datasets' has no attribute 'TextDataset'"):
        _ = datasets.TextDataset


def test_a_dataset_is_imported_at_its_first_use_and_none_imports_tensorflow():
    code = (
        "import sys; from fashion_nets import datasets; "
        "assert not [name for name in sys.modules if name.startswith('fashion_nets.datasets.')]; "
        "[getattr(datasets, name) for name in dir(datasets)]; "
        "assert 'tensorflow' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
