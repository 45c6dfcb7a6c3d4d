"""What refuses to train a trial that it would compute otherwise than planned."""

import pytest
from tests.trials.small import TRIAL

from fashion_nets.provenance.machine import computing_versions
from fashion_nets.trials.work import Failed, Job, UnsuitedWorkerError, this_machine, train_for


@pytest.mark.parametrize("library", ["keras", "tensorflow", "numpy"])
def test_a_machine_with_another_version_of_a_library_refuses_and_names_both(library):
    here = this_machine()
    planned = here._replace(versions={**here.versions, library: "1.0"})
    told = []
    train_for(Job(TRIAL, planned, "my trial", None), None, {}, told.append)
    (failed,) = told
    assert isinstance(failed, Failed)
    assert isinstance(failed.error, UnsuitedWorkerError)
    planned_words, _, here_words = str(failed.error).partition(" and would be trained with ")
    assert f"{library} 1.0" in planned_words
    assert f"{library} {computing_versions()[library]}" in here_words
