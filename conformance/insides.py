"""What an answer says of the program behind it: traces, paths of files, queries."""

from __future__ import annotations

import re

# What kind of thing it is, and how it looks.
_PATTERNS: tuple[tuple[str, str], ...] = (
    ("a Python traceback", r"Traceback \(most recent call last\)"),
    ("a debugger of Werkzeug", r"Werkzeug Debugger|__debugger__"),
    ("a debug page of Django", r"because you have <code>DEBUG = True|Exception Location:"),
    ("a Java stack trace", r"\bat [\w$.<>]+\([\w$]+\.(java|kt|scala):\d+\)"),
    ("a Java exception", r"\b(java|javax|jakarta|org\.springframework)\.[\w.]+(Exception|Error)\b"),
    ("a .NET stack trace", r"\bat [\w.`<>]+\(.*\) in .+:line \d+|Server Error in '.*' Application"),
    ("a JavaScript stack trace", r"\bat [^\n<]*\(?(/|file:|[A-Z]:\\|node:)[^\s<)]*:\d+:\d+\)?"),
    ("a PHP error", r"(Fatal error|Warning|Notice|Parse error)\b.{0,300} on line (<b>)?\d+"),
    ("a PHP stack trace", r"Stack trace:\s*(<br ?/?>)?\s*#0 "),
    ("a Ruby stack trace", r"[\w/.-]+\.rb:\d+:in [`']"),
    ("a Go stack trace", r"goroutine \d+ \[running\]|panic: runtime error"),
    ("a Rust panic", r"thread '[\w-]+' panicked at"),
    ("an error of a database", r"You have an error in your SQL syntax|SQLSTATE\[|ORA-\d{5}"),
    ("an error of a database", r"(sqlite3|psycopg2?|pymysql|MySQLdb)\.[\w.]*(Error|Exception)"),
    ("an error of a database", r"syntax error at or near|Unclosed quotation mark after"),
    ("an error of a database", r"unrecognized token: |no such (table|column): |PG::\w+Error"),
    ("an error of a database", r"sqlalchemy\.exc\.|MongoServerError|MongoError|ER_PARSE_ERROR"),
    ("a query", r"\bSELECT\b[^<>\n]{1,200}\bFROM\b[^<>\n]{1,200}\bWHERE\b"),
    (
        "a path of the server",
        r"/(usr/(local/)?lib|var/www|home/[\w.-]+|opt/[\w.-]+|srv|app)/[\w./-]+",
    ),
    ("a path of the server", r"\b[A-Z]:\\(inetpub|Users|Program Files|www|sites)\\"),
)
_COMPILED = tuple((kind, re.compile(pattern, re.DOTALL)) for kind, pattern in _PATTERNS)


def inside_of(text: str) -> str | None:
    """Return what kind of thing a text tells of the program's inside, or None."""
    return next((kind for kind, pattern in _COMPILED if pattern.search(text)), None)
