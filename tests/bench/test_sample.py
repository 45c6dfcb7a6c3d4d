import json

import pytest

from bench.claims import Told
from bench.experiments import STUDIES
from bench.sample import collect_sample, read_sample

TOLD = {"claims": {"it helps": "holds"}, "ahead": {"a": ["b"]}, "cannot_tell": None}


def measure(project, names, **further):
    """A project in which ``bench.verdicts`` has run these."""
    file = project / "bench" / "results" / "verdicts.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    runs = [{"experiment": name, "full": None, "sample": TOLD, "seconds": 61.25, **further} for name in names]
    about = {"command": "python -m bench.verdicts", "date": "2026-01-02", "machine": {"cores": 2}}
    file.write_text(json.dumps({**about, "targets": [], "table": [], "measurements": runs}))
    return project


def test_what_was_measured_of_the_sample_is_kept(tmp_path):
    collect_sample(measure(tmp_path, [*STUDIES, "transfer"]), tmp_path / "docs")
    compared, about = read_sample(tmp_path / "docs" / "results")
    assert [each.experiment for each in compared] == [*STUDIES, "transfer"]
    assert {each.seconds for each in compared} == {61.2}
    assert {each.full for each in compared} == {None}
    assert compared[0].sample == Told(**TOLD)
    assert about == {"command": "python -m bench.verdicts", "date": "2026-01-02", "machine": {"cores": 2}}


@pytest.mark.parametrize("change", [{"seconds": None}, {"sample": None}])
def test_what_was_not_run_is_asked_for(tmp_path, change):
    measure(tmp_path, STUDIES, **change)
    with pytest.raises(SystemExit, match=r"lacks runs of initializers, .*Run there first: python -m bench"):
        collect_sample(tmp_path, tmp_path / "docs")
    with pytest.raises(SystemExit, match="lacks runs of initializers"):
        collect_sample(tmp_path / "nowhere", tmp_path / "docs")
    with pytest.raises(SystemExit, match="is not there, but a page shows it"):
        read_sample(tmp_path / "docs" / "results")
