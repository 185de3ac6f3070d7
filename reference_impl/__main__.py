"""The command line: serve, bring the schema up to date, add a user, remove expired sessions."""

import argparse
import getpass
import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from reference_impl.app import create_app
from reference_impl.auth.session_db_auth import SessionDBAuth
from reference_impl.clock import utc_now
from reference_impl.models.database import Database, DatabaseUnavailable
from reference_impl.models.migrations import NEWEST, SchemaError, migrate
from reference_impl.models.user import EmailTaken, Users, is_email, normalise_email
from reference_impl.passwords import Hasher, password_problem
from reference_impl.settings import Settings, SettingsError


class CommandError(Exception):
    """The command can't do what was asked; the message is one line."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit code: 0, 1 (failed) or 2 (wrong settings)."""
    options = _parser().parse_args(arguments)
    try:
        settings = Settings.from_environment(os.environ)
        database = _open(settings, options.threads)
        command: Callable[[argparse.Namespace, Settings, Database], None] = options.command
        command(options, settings, database)
    except SettingsError as error:
        return _fail(str(error), 2)
    except (CommandError, SchemaError) as error:
        return _fail(str(error), 1)
    except DatabaseUnavailable:
        return _fail("the database is away (see DATABASE_URL)", 1)
    return 0


def serve(options: argparse.Namespace, settings: Settings, database: Database) -> None:
    """Serve until SIGTERM or SIGINT."""
    from reference_impl.server import Address, Server  # gunicorn is not needed to add a user

    if options.workers > 1 and settings.auth_type == "session_auth":
        raise SettingsError(
            "AUTH_TYPE='session_auth' keeps sessions in one process: use --workers 1"
        )
    if bool(options.certificate) != bool(options.key):
        raise SettingsError("--certificate and --key need each other")
    database.close()  # connections must not be shared by the processes about to be forked
    address = Address(
        options.host,
        options.port,
        options.workers,
        options.threads,
        options.certificate,
        options.key,
    )
    try:
        server = Server(
            lambda: create_app(settings, database=Database(settings.database_url, options.threads)),
            address,
        )
    except OSError as error:
        where = f"{options.host}:{options.port}"
        raise CommandError(f"can't serve {where}: {error.strerror or error}") from None
    server.run()


def show_schema(_options: argparse.Namespace, _settings: Settings, _database: Database) -> None:
    """Say which schema the database has, after what every command does first: to migrate."""
    sys.stdout.write(f"the schema is {NEWEST}\n")


def create_users(options: argparse.Namespace, settings: Settings, database: Database) -> None:
    """Add accounts; the passwords come from stdin, never from the command line."""
    hasher, users = Hasher(settings.password_method), Users(database)
    for email, password in zip(options.emails, _read_passwords(options.emails), strict=True):
        address = normalise_email(email)
        if not is_email(address):
            raise CommandError(f"{email!r} is not an email address")
        problem = password_problem(password)
        if problem:
            raise CommandError(problem)
        try:
            users.add(address, hasher.hash(password), utc_now())
        except EmailTaken:
            raise CommandError(f"{address} has an account already") from None


def purge_sessions(_options: argparse.Namespace, settings: Settings, database: Database) -> None:
    """Remove expired sessions, in batches that hold the write lock only for moments."""
    keeper = SessionDBAuth(settings, database, utc_now)
    batch, pause = settings.session_purge_batch, settings.session_purge_pause.total_seconds()
    removed = last = keeper.purge(batch)
    while last:  # a batch is smaller where a login removes the same rows
        time.sleep(pause)
        last = keeper.purge(batch)
        removed += last
    sys.stdout.write(f"{removed} expired sessions removed\n")


def _open(settings: Settings, threads: int) -> Database:
    try:
        database = Database(settings.database_url, threads)
    except ModuleNotFoundError as error:
        raise SettingsError(f"DATABASE_URL needs the package {error.name}") from None
    migrate(database)
    return database


def _read_passwords(emails: Sequence[str]) -> list[str]:
    """Ask for each password, or read them from stdin: a single one, or one in each line."""
    if sys.stdin.isatty():
        return [getpass.getpass(f"Password of {email}: ") for email in emails]
    try:
        given = sys.stdin.buffer.read().decode("utf-8").removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError:
        raise CommandError("the password is not UTF-8") from None
    passwords = [given] if len(emails) == 1 else given.splitlines()
    if len(passwords) != len(emails):
        raise CommandError(f"{len(emails)} accounts need as many lines, each with a password")
    return passwords


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m reference_impl", description=__doc__)
    parser.set_defaults(command=serve)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=_number(0, 65535), default=5000, help="0 takes a free one")
    parser.add_argument("--workers", type=_number(1, 64), default=1)
    parser.add_argument("--threads", type=_number(1, 256), default=8)
    parser.add_argument("--certificate", type=_file, help="PEM file; needs --key")
    parser.add_argument("--key", type=_file, help="PEM file of the certificate's key")
    commands = parser.add_subparsers(title="other commands")
    add = commands.add_parser(
        "create-user", help="add accounts; the passwords come from stdin, a line for each"
    )
    add.add_argument("emails", nargs="+", metavar="email")
    add.set_defaults(command=create_users)
    schema = commands.add_parser("migrate", help="bring the schema up to date, as a start does")
    schema.set_defaults(command=show_schema)
    purge = commands.add_parser("purge", help="remove expired sessions")
    purge.set_defaults(command=purge_sessions)
    return parser


def _number(lowest: int, highest: int) -> Callable[[str], int]:
    def number(text: str) -> int:
        if not text.isdecimal() or not lowest <= int(text) <= highest:
            raise argparse.ArgumentTypeError(f"a whole number from {lowest} to {highest}")
        return int(text)

    return number


def _file(text: str) -> Path:
    path = Path(text)
    if not path.is_file():
        raise argparse.ArgumentTypeError(f"{text!r} is not a file")
    return path


def _fail(message: str, code: int) -> int:
    sys.stderr.write(f"error: {message}\n")
    return code


if __name__ == "__main__":
    sys.exit(main())
