"""What Flask-Session needs, for the two servers that stand on it."""

import os
from typing import Any

from flask import Flask
from flask_session import Session
from flask_sqlalchemy import SQLAlchemy

db = SQLAlchemy()


def create_app() -> Flask:
    """Return the app, with its tables created."""
    app = Flask(__name__, static_folder=None)
    app.config.update(
        SECRET_KEY="for-benchmarks-only",  # noqa: S106 (a throw-away server)
        SQLALCHEMY_DATABASE_URI=os.environ["BENCHMARK_DATABASE"],
        SESSION_TYPE="sqlalchemy",
        SESSION_SQLALCHEMY=db,
        SESSION_REFRESH_EACH_REQUEST=os.environ.get("BENCHMARK_REFRESH", "1") == "1",
    )
    db.init_app(app)
    Session(app)
    return app


def encoded(app: Flask, bag: dict[str, Any]) -> bytes:
    """Return what Flask-Session stores for a bag of session data."""
    data: bytes = app.session_interface.serializer.encode(bag)  # type: ignore[attr-defined]
    return data
