"""`init` writes profiles of right servers that nobody has described to it."""

from argparse import Namespace
from pathlib import Path

import pytest
from mutants.harness import CONTROLS, running, unchanged

from conformance.init.command import READY, initialise
from conformance.profiles import read_profile

from . import VARIANTS

pytestmark = pytest.mark.once  # `tox -e acceptance` tries them


# One for each thing that has to be found out; the others take as long and tell no more.
SOME = (
    "sqlite",
    "classic",
    "html",
    "html-200",
    "html-404",
    "bodiless",
    "path-prefix",
    "two-cookies",
    "cookie-name-pattern",
    "csrf-session-token",
    "csrf-double-submit",
    "csrf-double-submit-form",
    "everything",
)
# A login page that shows a form which the login does not take; a session that no cookie holds.
NOT_FOUND = ("two-step-login", "bearer")
OTHERS = [name for name in VARIANTS if name not in (*SOME, *NOT_FOUND)]


def profile_of(variant: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[int, str]:
    """Write a profile from the variant's URL and its users alone; return the exit code too."""
    output = folder / "profile.yaml"
    with running(CONTROLS[variant], unchanged, folder) as server:
        users = server.profile.users
        for role, user in users.items():
            monkeypatch.setenv(f"{role.upper()}_PASSWORD", user.password)
        trusted = server.settings.wire._verify
        options = Namespace(
            har=None,
            url=f"{server.profile.base_url}/",
            user=users["alice"].username,
            user2=users["bob"].username if "bob" in users else "",
            password_from_environment="",
            password2_from_environment="",
            page="",
            login="",
            name_field="username",
            password_field="password",
            body="json",
            output=output,
            force=False,
            ca_file=trusted if isinstance(trusted, str) else "",
            max_rps=0.0,
        )
        said: list[str] = []
        code = initialise(options, said.append)
        text = output.read_text(encoding="utf-8")
        for user in users.values():
            assert user.password not in text + "\n".join(said)
        found = read_profile(output)
    names = server.profile.session_cookies
    assert found.session_cookies == names or server.profile.cookie_patterns
    return code, text


@pytest.mark.parametrize("variant", SOME)
def test_a_url_and_a_user_are_enough_for_a_profile_that_is_ready(
    variant: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, text = profile_of(variant, tmp_path, monkeypatch)
    assert (code, "unsure" in text.partition("name:")[2]) == (READY, False)


@pytest.mark.heavy
@pytest.mark.parametrize("variant", OTHERS)
def test_every_other_variant_is_found_out_too(
    variant: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, _ = profile_of(variant, tmp_path, monkeypatch)
    assert code == READY
