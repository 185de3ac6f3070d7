"""`manage.py adduser NAME`: add a user whose password is read from standard input."""

import sys
from argparse import ArgumentParser

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError
from django.db import IntegrityError


class Command(BaseCommand):
    help = "Add a user. The password is read from standard input, where `ps` does not show it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")

    def handle(self, *, username: str, **_: object) -> None:
        password = sys.stdin.read().removesuffix("\n")
        if not password:
            raise CommandError("no password on standard input")
        try:
            User.objects.create_user(username, password=password)
        except IntegrityError:
            raise CommandError(f"user {username!r} exists already") from None
