"""The command `session-conformance` and all that one can ask it for, such as run and check."""

from __future__ import annotations

import argparse
import os
import sys
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from conformance import __version__
from conformance.data import target_names
from conformance.errors import SuiteError, own_defect
from conformance.limits import MOST_AT_ONCE, parse_count, parse_rate, parse_seconds

_INCOMPLETE = 2
_MOST_PROCESSES = 64
_MOST_USERS = 10_000
_SCHEMAS = ("scenario", "requirements", "profile", "standard", "guide")
_WRONG_INPUT = 3  # the exit code when files or the command line are wrong
_INTERRUPTED = 130  # what a shell expects after Ctrl-C
_NO_READER = 141  # and of a program whose output nobody reads any more

_EXIT_CODES = """exit codes:
  0  conformant
  1  not conformant: a must requirement failed (with --strict also a should)
  2  incomplete: a must requirement could not be proved (inconclusive or error)
  3  the files or the command line are wrong
"""

_DOCTOR_EXIT_CODES = """exit codes:
  0  the profile is fine, perhaps with warnings
  2  the target can't be reached or started
  3  something is wrong with the profile, another file or the command line
"""
_INIT_EXIT_CODES = """exit codes:
  0  the profile is written and ready to run
  2  the server can't be reached, or no login was found
  3  the profile is written and something in it has to be corrected by hand, or the command line,
     the HAR file or an option is wrong
"""
_LOAD_EXIT_CODES = """exit codes:
  0  no answer was wrong
  1  an answer was wrong: another user's data, an ended session served, a live one refused
  2  incomplete: too little could be judged, or an answer was not understood
  3  the profile or the command line is wrong
"""
_MATRIX_EXIT_CODES = """exit codes:
  0  the comparison is drawn, whatever came of the targets
  3  a file is no report, or the command line is wrong
"""
_DIFF_EXIT_CODES = """exit codes:
  0  nothing got worse
  1  something got worse
  3  a file is no report, or the command line is wrong
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit code (see `session-conformance run --help`)."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    given = list(sys.argv[1:] if arguments is None else arguments)
    options = _parser().parse_args(given, Namespace(arguments=given))
    try:
        from conformance import commands  # only now: --help and --version need none of that

        return int(getattr(commands, options.command)(options))
    except SuiteError as error:
        sys.stderr.write(f"{error}\n")
        return _WRONG_INPUT
    except KeyboardInterrupt:
        sys.stderr.write("interrupted\n")
        return _INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has gone: nobody is left to be told, also by Python at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _NO_READER
    except Exception as defect:  # a user gets a sentence, never a traceback
        sys.stderr.write(f"{own_defect(defect)}\n")
        return _INCOMPLETE


class _Parser(argparse.ArgumentParser):
    """Ends with exit code 3 for a wrong command line, as 2 means an incomplete run."""

    def error(self, message: str) -> NoReturn:
        self.exit(_WRONG_INPUT, f"{self.format_usage()}{self.prog}: {message}\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="session-conformance",
        description="An executable specification of session authentication.",
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    commands_ = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_run(commands_)
    _add_check(commands_)
    _add_list(commands_)
    _add_explain(commands_)
    _add_init(commands_)
    _add_doctor(commands_)
    _add_load(commands_)
    _add_diff(commands_)
    _add_matrix(commands_)
    _add_schema(commands_)
    return parser


def _add_run(commands_: argparse._SubParsersAction[_Parser]) -> None:
    run = commands_.add_parser(
        "run",
        help="run the scenarios against a target and write the reports",
        description="Run the scenarios against a target. Without URL and --target, the reference "
        "is started and everything is run against it.",
        epilog=_EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    run.set_defaults(command="run")
    _add_target(run)
    run.add_argument("--area", action="append", default=[], metavar="A", help="only this area")
    run.add_argument(
        "-k", dest="words", default="", metavar="EXPR", help="only names or ids with these words"
    )
    run.add_argument(
        "-n",
        "--concurrency",
        type=_count,
        default=8,
        metavar="N",
        help="scenarios at work at once (default: 8); those that wait don't count",
    )
    run.add_argument(
        "--processes",
        type=_processes,
        default=1,
        metavar="N",
        help="processes that share the work, each with its own --concurrency (default: 1)",
    )
    run.add_argument(
        "--shuffle",
        type=int,
        metavar="SEED",
        help="start the scenarios in a random order: the same for the same seed",
    )
    run.add_argument(
        "--max-wait", type=_seconds, default=60.0, metavar="60s", help="longest wait of a scenario"
    )
    _add_report_dir(run, "report.json and junit.xml go")
    run.add_argument("--strict", action="store_true", help="judge should like must")


def _add_check(commands_: argparse._SubParsersAction[_Parser]) -> None:
    check = commands_.add_parser(
        "check", help="check scenarios, requirements and profiles without any network"
    )
    check.set_defaults(command="check")
    check.add_argument(
        "paths",
        nargs="*",
        type=Path,
        metavar="PATH",
        help="folders of scenarios, or profiles (default: all that is shipped)",
    )


def _add_list(commands_: argparse._SubParsersAction[_Parser]) -> None:
    list_ = commands_.add_parser("list", help="list requirements, scenarios, targets or standards")
    list_.set_defaults(command="list_")
    kinds = ("requirements", "scenarios", "targets", "standards")
    what = list_.add_mutually_exclusive_group()
    what.add_argument("kind", nargs="?", choices=kinds, default="requirements")
    what.add_argument(
        "--standard", metavar="NAME", help="each clause of a standard, such as asvs, and its proof"
    )


def _add_explain(commands_: argparse._SubParsersAction[_Parser]) -> None:
    explain = commands_.add_parser(
        "explain", help="explain a requirement, a scenario, a word of the vocabulary or a clause"
    )
    explain.set_defaults(command="explain")
    explain.add_argument(
        "name", metavar="ID|NAME", help="such as LOGOUT-1, logout/twice or WSTG-SESS-06"
    )


def _add_init(commands_: argparse._SubParsersAction[_Parser]) -> None:
    init = commands_.add_parser(
        "init",
        help="write a profile for your server, from its URL and a user or a recorded login",
        description="Write a profile: find the login, the session cookie, a protected page, the\n"
        "logout and the signs by trying them, and have the doctor look at the result. Passwords\n"
        "are asked for or taken from the environment, and never written down.",
        epilog=_INIT_EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    init.set_defaults(command="init")
    init.add_argument(
        "url", nargs="?", type=_url, metavar="URL", help="the server, best its login page"
    )
    init.add_argument("--har", type=Path, metavar="FILE", help="a login recorded by a browser")
    init.add_argument(
        "--offline", action="store_true", help="with --har: don't try the guesses at the server"
    )
    init.add_argument("--user", default="", metavar="NAME", help="who can log in there")
    init.add_argument("--user2", default="", metavar="NAME", help="a second user, who plays bob")
    for option, role in (("--password", "alice"), ("--password2", "bob")):
        init.add_argument(
            f"{option}-from-environment",
            default="",
            metavar="VAR",
            help=f"the variable with the password (default: {role.upper()}_PASSWORD, or asked for)",
        )
    init.add_argument("--page", default="", metavar="/PATH", help="a page that only users see")
    init.add_argument("--login", default="", metavar="REQUEST", help='such as "POST /auth/login"')
    init.add_argument("--name-field", default="username", metavar="NAME", help="of that login")
    init.add_argument("--password-field", default="password", metavar="NAME", help="of that login")
    init.add_argument("--body", choices=("json", "form"), default="json", help="of that login")
    init.add_argument(
        "--output", type=Path, default=Path("profile.yaml"), metavar="FILE", help="where it goes"
    )
    init.add_argument("--force", action="store_true", help="replace the file if it is there")
    init.add_argument("--ca-file", default="", metavar="FILE", help="certificate authorities")
    init.add_argument("--max-rps", type=_rate, default=0.0, metavar="R", help="requests a second")


def _add_doctor(commands_: argparse._SubParsersAction[_Parser]) -> None:
    doctor = commands_.add_parser(
        "doctor",
        help="prove a profile at its server before any verdict, and tell what to change",
        description="Try each sign and each action of a profile where it has to hold and where\n"
        "it must not. A server that the profile can start is started, and stopped at the end.",
        epilog=_DOCTOR_EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    doctor.set_defaults(command="doctor")
    _add_target(doctor)
    doctor.add_argument(
        "--max-wait", type=_seconds, default=60.0, metavar="60s", help="as it will be for the run"
    )
    doctor.add_argument("--json", action="store_true", help="as JSON, for programs")


def _add_target(command: _Parser) -> None:
    """Add what says which target is meant, and how it is treated."""
    _add_url_and_target(command)
    _add_max_rps(command, 0.0, "any number")
    command.add_argument(
        "--scenarios", type=Path, metavar="DIR", help="another specification than the one shipped"
    )


def _add_url_and_target(command: _Parser) -> None:
    url_help = "a server that runs already"
    command.add_argument("url", nargs="?", type=_url, metavar="URL", help=url_help)
    command.add_argument(
        "--target",
        metavar="PROFILE|NAME",
        default="reference",
        help=f"a profile, or one of: {', '.join(target_names())} (default: reference)",
    )


def _add_max_rps(command: _Parser, default: float, shown: str) -> None:
    command.add_argument(
        "--max-rps",
        type=_rate,
        default=default,
        metavar="R",
        help=f"requests that may start in a second (default: {shown})",
    )


def _add_report_dir(command: _Parser, what: str) -> None:
    command.add_argument(
        "--report-dir",
        type=Path,
        default=Path("session-conformance-report"),
        metavar="DIR",
        help=f"where {what} (default: session-conformance-report)",
    )


def _add_load(commands_: argparse._SubParsersAction[_Parser]) -> None:
    load = commands_.add_parser(
        "load",
        help="let many users work at once and judge every answer (needs Locust)",
        description="Let many users log in, visit, log out and present what has ended, and judge\n"
        "every answer: nobody sees another's data, no ended session is served, no live one\n"
        "refused. Each visit, login and logout goes to any of the profile's nodes.",
        epilog=_LOAD_EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    load.set_defaults(command="load_")
    _add_url_and_target(load)
    load.add_argument("--users", type=_users, default=10, metavar="N", help="default: 10")
    load.add_argument(
        "--duration", type=_seconds, default=30.0, metavar="T", help="such as 90s (default: 30s)"
    )
    _add_max_rps(load, 100.0, "100; 0: any number")
    load.add_argument(
        "--kill-nodes",
        type=_users,
        default=0,
        metavar="N",
        help="how often a node that was started is killed and started again (default: 0)",
    )
    _add_report_dir(load, "load-report.json goes")
    load.add_argument(
        "--i-may-load-this-target",
        action="store_true",
        help="for another machine: more than 50 users, 100 requests a second or 10 minutes",
    )
    machines = load.add_argument_group("many machines")
    machines.add_argument("--master", action="store_true", help="let workers be the users")
    machines.add_argument("--expect-workers", type=_users, default=1, metavar="N")
    machines.add_argument(
        "--bind", default="127.0.0.1", metavar="HOST", help="where workers find the master"
    )
    machines.add_argument("--worker", action="store_true", help="be users for a master")
    machines.add_argument("--master-host", default="127.0.0.1", metavar="HOST")
    machines.add_argument("--master-port", type=int, default=5557, metavar="PORT")


def _add_diff(commands_: argparse._SubParsersAction[_Parser]) -> None:
    diff = commands_.add_parser(
        "diff",
        help="tell what changed from one report to another",
        description="Tell what changed from one report.json to another: two versions of one "
        "server, or two servers.",
        epilog=_DIFF_EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    diff.set_defaults(command="diff")
    diff.add_argument("before", type=Path, metavar="A.json", help="the earlier report")
    diff.add_argument("after", type=Path, metavar="B.json", help="the later report")
    diff.add_argument("--json", action="store_true", help="as JSON, for programs")


def _add_matrix(commands_: argparse._SubParsersAction[_Parser]) -> None:
    matrix = commands_.add_parser(
        "matrix",
        help="run many targets and draw them side by side",
        description="Run many targets, each as 'run' would, or take reports that are there, and "
        "draw requirements x targets as matrix.html, matrix.md and matrix.json.",
        epilog=_MATRIX_EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    matrix.set_defaults(command="matrix")
    matrix.add_argument(
        "targets",
        nargs="*",
        metavar="TARGET",
        help="profiles, names, or folders with a profile.yaml (default: all that is shipped)",
    )
    matrix.add_argument(
        "--reports", nargs="+", type=Path, default=[], metavar="FILE", help="these reports, no runs"
    )
    matrix.add_argument(
        "--jobs", type=_processes, default=1, metavar="N", help="targets at a time (default: 1)"
    )
    matrix.add_argument(
        "--time-limit", type=_seconds, default=600.0, metavar="10m", help="longest run of a target"
    )
    matrix.add_argument("--area", action="append", default=[], metavar="A", help="only this area")
    matrix.add_argument(
        "-n", "--concurrency", type=_count, default=8, metavar="N", help="as of run"
    )
    matrix.add_argument("--max-wait", type=_seconds, default=60.0, metavar="60s", help="as of run")
    matrix.add_argument(
        "--report-dir",
        type=Path,
        default=Path("session-conformance-matrix"),
        metavar="DIR",
        help="where all of it goes (default: session-conformance-matrix)",
    )


def _add_schema(commands_: argparse._SubParsersAction[_Parser]) -> None:
    schema = commands_.add_parser(
        "schema",
        help="print the JSON Schema of a kind of file, for an editor",
        description="Print the JSON Schema of a kind of file. An editor that reads the line "
        "'# yaml-language-server: $schema=PATH' at the top of a file completes and checks it.",
    )
    schema.set_defaults(command="schema")
    schema.add_argument("kind", choices=_SCHEMAS)


def _url(text: str) -> str:
    from conformance.baseurl import is_base_url

    if not is_base_url(text):
        raise argparse.ArgumentTypeError(f"'{text}' is not a URL such as https://staging.example")
    return text


def _count(text: str) -> int:
    count = parse_count(text)
    if count is None:
        raise argparse.ArgumentTypeError(f"'{text}' is not a number from 0 to {MOST_AT_ONCE}")
    return count


def _users(text: str) -> int:
    if not text.isdecimal() or int(text) > _MOST_USERS:
        raise argparse.ArgumentTypeError(f"'{text}' is not a number up to {_MOST_USERS}")
    return int(text)


def _processes(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= _MOST_PROCESSES:
        raise argparse.ArgumentTypeError(f"'{text}' is not a number from 1 to {_MOST_PROCESSES}")
    return int(text)


def _rate(text: str) -> float:
    rate = parse_rate(text)
    if rate is None:
        raise argparse.ArgumentTypeError(f"'{text}' is not a number of requests such as 20 or 0.5")
    return rate


def _seconds(text: str) -> float:
    seconds = parse_seconds(text)
    if seconds is None:
        raise argparse.ArgumentTypeError(f"'{text}' is not a time such as 60s, 35m or 8h")
    return seconds
