"""The staircase of both packages: nothing points up, and few modules know a foreign library."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
Layers = tuple[tuple[str, str], ...]

# From bottom to top: what a layer is, and its modules (`.` is the package itself). A module imports
# only from the layers below its own, or from its own folder where that is one inside the package.
CONFORMANCE: Layers = (
    (
        "needs nothing of ours",
        ". reports model errors answers mishaps entropy setcookie spellings slots pace waiting "
        "distribution terminal limits threads jwt decodings timing",
    ),
    ("connections that bring answers", "connections"),
    (
        "words, files, cookies and URLs",
        "words yamltree running cookiestore cookiegrammar baseurl data likeness outcomes "
        "storability patterns htmlpages traces",
    ),
    ("one file of requirements, standards or rules", "requirements standards guide rules known"),
    ("what runs of the past came to", "reportfiles"),
    ("two of them compared", "differences"),
    ("many of them side by side", "matrix matrix.table matrix.runs"),
    ("the table as documents", "matrix.words"),
    ("the table as pages and values", "matrix.page matrix.markdown matrix.values"),
    ("who cites what", "citations"),
    (
        "words about times, tokens and requests",
        "changes durations paths claims shapes sendings returns insides newcomers guessing",
    ),
    ("requests over connections", "wire"),
    ("what is seen in answers", "origins readings signs jwtchanges"),
    ("a browser", "browser"),
    ("requests as a profile says them, and what answers mean", "composition recognition"),
    ("requests as other sites send them, or as forms are filled", "forgeries hiddenfields"),
    ("what is done by a profile", "actions serverprocess response"),
    ("values as files say where they stand", "profile_readings profile_users"),
    (
        "steps and actions as files say them",
        "steps profile_actions registration profile_inheritance profile_times profile_requests",
    ),
    ("scenarios, launches and needs", "scenarios launches needs"),
    ("all that is read, all servers of a target", "specification profiles process versions"),
    ("what a scenario plays on", "stage"),
    (
        "one word, one small function",
        "verbs verbs.account verbs.acting verbs.administration verbs.answers verbs.copies "
        "verbs.crowd verbs.csrftokens verbs.exact verbs.guessing verbs.limits verbs.listing "
        "verbs.login verbs.nested verbs.pages verbs.registering verbs.registry verbs.rotation "
        "verbs.server verbs.store verbs.strangers verbs.timing verbs.tokens expectations "
        "expectations.actions expectations.caching expectations.cookies expectations.guessing "
        "expectations.injection expectations.jwts expectations.leaks expectations.likeness "
        "expectations.limits expectations.listing expectations.meanings expectations.names "
        "expectations.origins expectations.pages expectations.refusals expectations.registry "
        "expectations.response expectations.setcookies expectations.store expectations.timing "
        "expectations.tokens",
    ),
    ("all words together", "vocabulary"),
    (
        "what editors read of files",
        "schemas schemas.parts schemas.conditions schemas.objects schemas.scenarios "
        "schemas.specification schemas.actions schemas.profiles",
    ),
    ("one scenario", "engine"),
    ("from clauses to scenarios", "crossreferences"),
    ("what users read of the specification", "explanations standards_page"),
    ("the specification as a document", "specification_page"),
    ("all documents", "documents"),
    ("what the doctor finds", "doctor doctor.findings"),
    ("whom the doctor examines, and what can be tried", "doctor.patient doctor.coverage"),
    (
        "one part of a profile",
        "doctor.pages doctor.nodes doctor.tokens doctor.cookies doctor.people",
    ),
    ("logins and accounts", "doctor.logins doctor.accounts"),
    ("sessions of an account", "doctor.sessions"),
    ("a whole profile", "doctor.checkup"),
    ("accounts for one scenario", "accounts"),
    ("one target", "target"),
    (
        "all scenarios, all results",
        "scheduler reports.layout reports.failures reports.text reports.junit reports.report_json "
        "reports.differences reports.diagnosis",
    ),
    (
        "many users at once",
        "load load.accountbook load.answers load.command load.journeys load.judgement "
        "load.knowledge load.nodes load.plan load.roaming load.summary load.swarm load.tally "
        "load.visitor",
    ),
    ("runs in the background and in processes", "background processes"),
    ("a run before somebody's eyes", "judging"),
    ("what is found out about a server", "init init.guesses init.markup init.telling init.har"),
    ("a server that is looked at", "init.forms init.site init.written"),
    ("ways in and out", "init.logins init.sessions init.logouts init.protected init.cookies"),
    ("all that is found out, as a profile", "init.survey init.recording"),
    ("that as a profile", "init.drafts init.interview init.offline"),
    ("what is told of it", "init.outcome init.command"),
    ("what the command line can do", "commands"),
    ("scenarios as items of pytest, and inside the tests of others", "items testing"),
    ("the edges", "cli plugin"),
    ("the command", "__main__ load.__main__"),
)
REFERENCE: Layers = (
    (
        "needs nothing of ours",
        ". models auth views clock passwords server migrations migrations.env"
        " migrations.versions migrations.versions.r0001_users_sessions_attempts",
    ),
    ("how a database is reached", "models.engines models.postgresql models.lookup"),
    (
        "what is stored, what is documented",
        "models.database models.migrations models.user models.session openapi",
    ),
    ("what the operator says", "settings"),
    (
        "who may do what",
        "auth.attempts auth.origins auth.cookie_auth auth.session_memory auth.session_auth"
        " auth.session_db_auth auth.auth auth.administration",
    ),
    (
        "what is answered",
        "views.body views.errors views.answers views.users views.sessions views.status"
        " views.administration",
    ),
    ("the parts put together", "app"),
    ("the command", "__main__"),
)
TABLES = {"conformance": CONFORMANCE, "reference_impl": REFERENCE}

# The foreign libraries that a module knows; the others know Python's own alone.
FOREIGN = {
    "conformance.wire": {"requests", "urllib3"},
    "conformance.connections": {"urllib3"},
    "conformance.htmlpages": {"bs4", "soupsieve"},
    "conformance.answers": {"urllib3"},
    "conformance.mishaps": {"urllib3"},
    "conformance.yamltree": {"yaml"},
    "conformance.plugin": {"pytest"},
    "conformance.items": {"pytest"},
    "conformance.testing": {"pytest"},
    "conformance.distribution": {"pytest", "xdist"},
    "conformance.load.__main__": {"gevent"},
    "conformance.load.swarm": {"gevent", "locust"},
    "reference_impl.app": {"flask", "werkzeug"},
    "reference_impl.passwords": {"werkzeug"},
    "reference_impl.server": {"flask", "gunicorn"},
    "reference_impl.settings": {"sqlalchemy", "werkzeug"},
    "reference_impl.auth.administration": {"flask", "werkzeug"},
    "reference_impl.auth.attempts": {"sqlalchemy"},
    "reference_impl.auth.auth": {"flask", "werkzeug"},
    "reference_impl.auth.cookie_auth": {"flask"},
    "reference_impl.auth.origins": {"flask", "werkzeug"},
    "reference_impl.auth.session_db_auth": {"sqlalchemy"},
    "reference_impl.migrations.env": {"alembic"},
    "reference_impl.migrations.versions.r0001_users_sessions_attempts": {"alembic", "sqlalchemy"},
    "reference_impl.models.database": {"sqlalchemy"},
    "reference_impl.models.engines": {"sqlalchemy"},
    "reference_impl.models.lookup": {"sqlalchemy"},
    "reference_impl.models.migrations": {"alembic", "sqlalchemy"},
    "reference_impl.models.postgresql": {"psycopg", "sqlalchemy"},
    "reference_impl.models.session": {"sqlalchemy"},
    "reference_impl.models.user": {"sqlalchemy"},
    "reference_impl.views.administration": {"flask", "werkzeug"},
    "reference_impl.views.answers": {"flask"},
    "reference_impl.views.body": {"flask", "werkzeug"},
    "reference_impl.views.errors": {"flask", "werkzeug"},
    "reference_impl.views.sessions": {"flask", "werkzeug"},
    "reference_impl.views.status": {"flask", "werkzeug"},
    "reference_impl.views.users": {"flask", "werkzeug"},
}

# What a view may know of the models: values, their rules and errors; nothing that stores.
SHOWN_TO_VIEWS = {
    "reference_impl.models.user.User",
    "reference_impl.models.user.EmailTaken",
    "reference_impl.models.user.is_email",
    "reference_impl.models.user.normalise_email",
    "reference_impl.models.database.DatabaseUnavailable",
}


# --- reading -------------------------------------------------------------------------------------


def sources_of(package: str) -> dict[str, str]:
    """Return the text of every module of a package; `a/__init__.py` is the module `a`."""
    texts = {}
    for path in (ROOT / package).rglob("*.py"):
        parts = path.relative_to(ROOT).with_suffix("").parts
        name = ".".join(parts).removesuffix(".__init__")
        texts[name] = path.read_text(encoding="utf-8")
    return texts


def names_in(module: str, text: str, modules: Iterable[str]) -> Iterator[str]:
    """Yield the full name of all that a module imports, wherever the import stands."""
    is_package = any(one.startswith(f"{module}.") for one in modules)
    folder = module.split(".") if is_package else module.split(".")[:-1]
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        if isinstance(node, ast.ImportFrom):
            here = folder[: len(folder) - node.level + 1] if node.level else []
            start = ".".join([*here, *([node.module] if node.module else [])])
            yield from (f"{start}.{alias.name}" for alias in node.names)


def module_of(name: str, modules: Iterable[str]) -> str:
    """Return the module of ours that a name is or is in; for others the first part of the name."""
    known = set(modules)
    parts = name.split(".")
    heads = (".".join(parts[:length]) for length in range(len(parts), 0, -1))
    return next((head for head in heads if head in known), parts[0])


def imports_of(sources: Mapping[str, str]) -> dict[str, set[str]]:
    """Return for each module the modules of ours and the libraries that it imports."""
    return {
        module: {module_of(name, sources) for name in names_in(module, text, sources)} - {module}
        for module, text in sources.items()
    }


def heights_in(layers: Layers, package: str) -> dict[str, int]:
    """Return how high each module of a table stands; no module stands twice."""
    heights: dict[str, int] = {}
    for height, (_, line) in enumerate(layers):
        for name in line.split():
            module = package if name == "." else f"{package}.{name}"
            assert module not in heights, f"{module} stands in two layers"
            heights[module] = height
    return heights


# --- judging -------------------------------------------------------------------------------------


def folder_of(module: str, modules: Iterable[str]) -> str:
    """Return the package that a module is in; a package is in itself."""
    is_package = any(one.startswith(f"{module}.") for one in modules)
    return module if is_package else module.rpartition(".")[0]


def pointing_up(imports: Mapping[str, set[str]], layers: Layers, package: str) -> list[str]:
    """Return every import that does not point down."""
    heights = heights_in(layers, package)
    wrong = []
    for module in sorted(imports):
        for other in sorted(imports[module] & imports.keys()):
            folder = folder_of(module, imports)
            together = folder != package and folder == folder_of(other, imports)
            level = heights[module] == heights[other] and together
            if heights[other] >= heights[module] and not level:
                wrong.append(f"{module} imports {other}, which does not stand below it")
    return wrong


def strangers(imports: Mapping[str, set[str]], allowed: Mapping[str, set[str]]) -> list[str]:
    """Return every import of something foreign that a module is not allowed to know."""
    own = {*imports, *sys.stdlib_module_names}
    return [
        f"{module} imports {name}"
        for module in sorted(imports)
        for name in sorted(imports[module] - own - allowed.get(module, set()))
    ]


def reached_from(module: str, imports: Mapping[str, set[str]]) -> set[str]:
    """Return all that a module imports, directly or through others of ours."""
    reached: set[str] = set()
    waiting = {module}
    while waiting:
        new = set().union(*(imports.get(one, set()) for one in waiting))
        waiting = new - reached
        reached |= new
    return reached


def storage_in_views(sources: Mapping[str, str]) -> list[str]:
    """Return what views import of the models although it is not for them."""
    return [
        f"{module} imports {name}"
        for module, text in sorted(sources.items())
        if module.startswith("reference_impl.views.")
        for name in sorted(names_in(module, text, sources))
        if name.startswith("reference_impl.models") and name not in SHOWN_TO_VIEWS
    ]


# --- the packages as they are --------------------------------------------------------------------

both = pytest.mark.parametrize("package", TABLES)


@both
def test_every_module_has_its_place_in_the_staircase(package: str) -> None:
    assert heights_in(TABLES[package], package).keys() == sources_of(package).keys()


@both
def test_imports_point_down(package: str) -> None:
    assert pointing_up(imports_of(sources_of(package)), TABLES[package], package) == []


@both
def test_imports_never_run_in_a_circle(package: str) -> None:
    TopologicalSorter(imports_of(sources_of(package))).prepare()


@both
def test_only_the_modules_of_the_table_know_foreign_libraries(package: str) -> None:
    assert strangers(imports_of(sources_of(package)), FOREIGN) == []


def test_the_table_of_foreign_libraries_names_modules_that_are_there() -> None:
    assert FOREIGN.keys() <= {*sources_of("conformance"), *sources_of("reference_impl")}


@pytest.mark.parametrize("module", ["errors", "model"])
def test_the_lowest_modules_import_nothing_of_ours(module: str) -> None:
    imports = imports_of(sources_of("conformance"))
    assert imports[f"conformance.{module}"] & imports.keys() == set()


@pytest.mark.parametrize(
    ("library", "knowing"),
    [
        ("requests", {"conformance.wire"}),
        (
            "urllib3",
            {f"conformance.{one}" for one in ("wire", "connections", "answers", "mishaps")},
        ),
        ("yaml", {"conformance.yamltree"}),
        (
            "pytest",
            {f"conformance.{one}" for one in ("plugin", "items", "distribution", "testing")},
        ),
        ("xdist", {"conformance.distribution"}),
    ],
)
def test_a_library_is_known_in_one_place(library: str, knowing: set[str]) -> None:
    imports = imports_of(sources_of("conformance"))
    assert {module for module in imports if library in imports[module]} == knowing


def test_the_engine_can_be_used_without_pytest() -> None:
    reached = reached_from("conformance.engine", imports_of(sources_of("conformance")))
    assert "conformance.browser" in reached
    assert "pytest" not in reached


def test_suite_and_reference_know_nothing_of_each_other() -> None:
    suite = reached_from("conformance.__main__", imports_of(sources_of("conformance")))
    reference = reached_from("reference_impl.__main__", imports_of(sources_of("reference_impl")))
    assert not suite & {"reference_impl", "flask", "django"}
    assert not reference & {"conformance", "django", "requests", "pytest"}


def test_views_ask_auth_and_never_touch_storage() -> None:
    assert storage_in_views(sources_of("reference_impl")) == []


# --- these tests can fail ------------------------------------------------------------------------

MADE_UP = {
    "house": "",
    "house.cellar": "import os\n",
    "house.door": "from house import cellar\n",
    "house.window": "from house.cellar import wine\n",
    "house.kitchen": "",
    "house.kitchen.stove": "import house.kitchen.pot as pot\n",
    "house.kitchen.pot": "from house.cellar import wine\n",
    "house.roof": "from house.kitchen import stove\nfrom house import door, cellar\n",
}
HOUSE: Layers = (
    ("below ground", ". kitchen cellar"),
    ("on the ground", "door window kitchen.stove kitchen.pot"),
    ("above", "roof"),
)
NOT_BELOW = "which does not stand below it"


def test_a_house_that_stands_is_left_alone() -> None:
    imports = imports_of(MADE_UP)
    assert heights_in(HOUSE, "house").keys() == MADE_UP.keys()
    assert pointing_up(imports, HOUSE, "house") == []
    assert strangers(imports, {}) == []
    assert imports["house.roof"] == {"house.kitchen.stove", "house.door", "house.cellar"}


WRONG = [
    ("house.cellar", "import house.roof\n", "house.roof"),
    ("house.cellar", "from house import roof\n", "house.roof"),
    ("house.cellar", "from house.roof import tile\n", "house.roof"),
    ("house.cellar", "from .roof import tile\n", "house.roof"),
    ("house.cellar", "from . import roof\n", "house.roof"),
    ("house.cellar", "def late():\n    import house.roof\n", "house.roof"),
    ("house.cellar", "if TYPE_CHECKING:\n    from house.roof import Tile\n", "house.roof"),
    ("house.cellar", "try:\n    import house.roof as r\nexcept ImportError: ...\n", "house.roof"),
    ("house.door", "from house.window import glass\n", "house.window"),
    ("house.door", "from house.kitchen.pot import lid\n", "house.kitchen.pot"),
    ("house.kitchen.pot", "from ..door import bell\n", "house.door"),
    ("house.kitchen.pot", "from ..roof import tile\n", "house.roof"),
    ("house.kitchen", "from .pot import lid\n", "house.kitchen.pot"),
    ("house", "from house.cellar import wine\n", "house.cellar"),
]


@pytest.mark.parametrize(("module", "text", "other"), WRONG)
def test_an_import_that_does_not_point_down_is_found(module: str, text: str, other: str) -> None:
    wrong = pointing_up(imports_of({**MADE_UP, module: text}), HOUSE, "house")
    assert wrong == [f"{module} imports {other}, {NOT_BELOW}"]


def test_a_circle_within_a_folder_is_found() -> None:
    circle = {"house.kitchen.pot": "from .stove import fire\n"}
    with pytest.raises(CycleError):
        TopologicalSorter(imports_of({**MADE_UP, **circle})).prepare()


@pytest.mark.parametrize(
    "text", ["import yaml.reader\n", "from yaml import load\n", "def f():\n    import yaml as y\n"]
)
def test_a_stranger_is_found_unless_the_table_knows_it(text: str) -> None:
    imports = imports_of({**MADE_UP, "house.cellar": text})
    assert strangers(imports, {}) == ["house.cellar imports yaml"]
    assert strangers(imports, {"house.door": {"yaml"}}) == ["house.cellar imports yaml"]
    assert strangers(imports, {"house.cellar": {"yaml"}}) == []


def test_a_stranger_is_found_behind_other_modules() -> None:
    imports = imports_of({**MADE_UP, "house.cellar": "import pytest\n"})
    assert "pytest" in reached_from("house.roof", imports)
    assert "pytest" not in reached_from("house.kitchen", imports)


def test_a_module_stands_in_one_layer() -> None:
    with pytest.raises(AssertionError, match=r"house\.door stands in two layers"):
        heights_in((("low", "door"), ("high", "door")), "house")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("from reference_impl.models.user import User, Users\n", "user.Users"),
        ("from reference_impl.models import database\n", "database"),
        ("import reference_impl.models.session\n", "session"),
        ("def late():\n    from ..models.database import Database\n", "database.Database"),
    ],
)
def test_a_view_that_touches_storage_is_found(text: str, name: str) -> None:
    view = "reference_impl.views.users"
    sources = {**sources_of("reference_impl"), view: text}
    assert storage_in_views(sources) == [f"{view} imports reference_impl.models.{name}"]
