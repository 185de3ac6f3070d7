"""The command `init`: finds out, writes the profile, and has the doctor look at it."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from conformance.data import folder
from conformance.doctor.checkup import examined
from conformance.doctor.findings import Diagnosis
from conformance.errors import TargetError, Unreachable, UsageError
from conformance.init.drafts import Person, draft_of
from conformance.init.guesses import Draft, Guess
from conformance.init.har import read_har
from conformance.init.interview import person
from conformance.init.logins import Way, way_as_told
from conformance.init.markup import path_of
from conformance.init.offline import recorded_draft
from conformance.init.outcome import left_to_do, summary
from conformance.init.recording import recorded_login
from conformance.init.sessions import Account
from conformance.init.site import Site
from conformance.init.survey import Told, surveyed
from conformance.init.written import profile_text
from conformance.limits import Limits
from conformance.model import User
from conformance.pace import Pace
from conformance.profiles import key_places, read_profile
from conformance.specification import load
from conformance.target import opened
from conformance.vocabulary import VOCABULARY
from conformance.wire import Wire

READY, NOT_READY = 0, 3


def initialise(options: Namespace, tell: Callable[[str], None]) -> int:
    """Write the profile that the options ask for; 3 where something is left to be corrected."""
    output: Path = options.output
    if output.exists() and not options.force:
        raise UsageError(f"{output} is there already; to replace it: --force")
    draft = _draft(options, tell)
    _write(output, profile_text(draft))
    tell(f"\n{output} is written")
    tell(summary(draft))
    tell("\nasking the doctor about it")
    try:
        diagnosis = _examined(output, options.max_rps)
    except TargetError as error:
        raise TargetError(f"the doctor can't tell whether it is right: {error}") from None
    tell("\n" + left_to_do(draft, diagnosis))
    if not diagnosis.is_wrong:
        tell(f"\nnext: session-conformance run --target {output}")
    return NOT_READY if diagnosis.is_wrong else READY


def _draft(options: Namespace, tell: Callable[[str], None]) -> Draft:
    if options.har:
        draft = _from_har(options, tell)
    elif options.url:
        draft = _from_url(options, tell)
    else:
        raise UsageError("init needs the URL of a server, or a recorded login: --har FILE")
    return draft.with_guess(Guess("ca file", options.ca_file)) if options.ca_file else draft


def _from_url(options: Namespace, tell: Callable[[str], None]) -> Draft:
    alice, user = person("alice", options.user, options.password_from_environment)
    people = [alice, *_second(options)]
    told = Told(options.page, _told_way(options))
    return _surveyed(_site(options, options.url), path_of(options.url), (user, told), people, tell)


def _from_har(options: Namespace, tell: Callable[[str], None]) -> Draft:
    """Take login, pages and logout from the recording, and try them where its server answers."""
    entries = read_har(options.har)
    whose = options.user or "the recorded user"
    alice, user = person("alice", whose, options.password_from_environment)
    found = recorded_login(entries, str(options.har), user.password, options.user)
    user = replace(user, username=found.username)
    people = [replace(alice, username=found.username), *_second(options)]
    tell(f"the login was recorded as {found.login.exchange.method} {found.way.login_path}")
    site = _site(options, options.url or found.origin)
    if options.offline or not _answers(site):
        tell("its server is not asked" if options.offline else f"{site.origin} does not answer")
        return recorded_draft(found, Account(site, user, found.way), people, str(options.har))
    told = Told(options.page, found.way, found.pages, found.exit)
    return _surveyed(site, found.way.page or "/", (user, told), people, tell)


def _site(options: Namespace, url: str) -> Site:
    return Site(url, Wire(options.ca_file, pace=Pace(options.max_rps)))


def _second(options: Namespace) -> list[Person]:
    if not options.user2:
        return []
    bob, _ = person("bob", options.user2, options.password2_from_environment)
    return [bob]


def _answers(site: Site) -> bool:
    try:
        site.get("/")
    except Unreachable:
        return False
    return True


def _surveyed(
    site: Site,
    start: str,
    known: tuple[User, Told],
    people: list[Person],
    tell: Callable[[str], None],
) -> Draft:
    found = surveyed(site, start, *known, tell)
    tell(f"{site.requests} requests, {site.logins} of them logins")
    return draft_of(found, people)


def _told_way(options: Namespace) -> Way | None:
    if not options.login:
        return None
    parts = options.login.split()
    if len(parts) != 2 or not parts[1].startswith("/"):
        raise UsageError(f"'{options.login}' is not a request such as \"POST /auth/login\"")
    fields = {options.name_field: "{username}", options.password_field: "{password}"}
    return way_as_told(options.login, fields, is_json=options.body == "json")


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"can't write {path}: {error.strerror}") from None


def _examined(path: Path, max_rps: float) -> Diagnosis:
    """Have the doctor look at the profile; what is wrong with the file itself is our defect."""
    profile = read_profile(path)
    scenarios = load(folder("scenarios"), VOCABULARY).scenarios
    with opened(profile, Limits(max_rps=max_rps), is_tried=False) as target:
        if target.trouble:
            raise TargetError(target.trouble)
        return examined(target.profile, target.settings, key_places(path), scenarios)
