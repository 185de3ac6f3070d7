"""Flask-Session over SQLAlchemy; `BENCHMARK_REFRESH=0` leaves the rows as they are when read."""

from flask import Response, abort, jsonify, session

from benchmarks.sessions.apps.flask_session_base import create_app

app = create_app()


@app.get("/me")
def me() -> Response:
    """Answer the name that the login has put into the session."""
    if "email" not in session:
        abort(401)
    return jsonify(email=session["email"])
