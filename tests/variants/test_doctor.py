"""The doctor finds nothing wrong with the profiles of servers that are right in other ways."""

from pathlib import Path

import pytest
from mutants.harness import running, unchanged

from conformance.doctor.checkup import examined
from conformance.doctor.findings import Grade
from conformance.profiles import key_places

from . import VARIANTS

pytestmark = pytest.mark.once  # `tox -e acceptance` tries them


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_doctor_blames_no_right_profile(variant: str, tmp_path: Path) -> None:
    with running(VARIANTS[variant], unchanged, tmp_path) as server:
        places = key_places(Path(server.profile.place.path))
        profile = server.nodes.of(server.profile)  # with each node running
        found = examined(profile, server.settings, places, [])
    assert not [(one.subject, one.seen, one.change) for one in found.graded(Grade.WRONG)]
