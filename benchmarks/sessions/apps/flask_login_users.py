"""Flask-Login on Flask-Session: the session names the user, who is read from the database."""

from flask import Response, jsonify
from flask_login import LoginManager, UserMixin, current_user, login_required

from benchmarks.sessions.apps.flask_session_base import create_app, db


class User(UserMixin, db.Model):  # type: ignore[misc, name-defined]
    """An account."""

    __tablename__ = "users"
    id = db.Column(db.Integer, primary_key=True)
    email = db.Column(db.String(254), unique=True, nullable=False)


app = create_app()
login_manager = LoginManager(app)


@login_manager.user_loader  # type: ignore[untyped-decorator]
def load_user(user_id: str) -> User | None:
    """Return the account with this id."""
    return db.session.get(User, int(user_id))


@app.get("/me")
@login_required  # type: ignore[untyped-decorator]
def me() -> Response:
    """Answer the name of the user."""
    return jsonify(email=current_user.email)
