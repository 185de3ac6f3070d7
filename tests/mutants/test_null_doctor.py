"""The doctor calls no profile right at a server that answers everything alike."""

from pathlib import Path

import pytest

from conformance.doctor.checkup import examined
from conformance.errors import TargetError

from .harness import Site, running
from .nulls import NULLS, TARGETS, NullControl


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("name", NULLS)
def test_the_doctor_finds_a_server_that_always_answers_wrong(
    name: str, target: str, tmp_path: Path
) -> None:
    control = NullControl(target, Site)
    null = NULLS[name]
    app = null.app(control.profile.session_cookies)
    with running(control, lambda _: app, tmp_path, null.patience) as server:
        try:
            found = examined(server.profile, server.settings, {}, [])
        except TargetError:
            return  # it is told that the target does not answer
    assert found.is_wrong
