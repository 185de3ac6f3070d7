"""Flask-Login as its documentation shows it: a user loader, a login view, a protected view."""

import os
from datetime import timedelta

import users
from flask import Flask, redirect, request, session, url_for
from flask_login import (
    LoginManager,
    UserMixin,
    current_user,
    login_required,
    login_user,
    logout_user,
)
from markupsafe import escape

app = Flask(__name__)
app.secret_key = os.environ["SECRET_KEY"]
app.permanent_session_lifetime = timedelta(seconds=int(os.environ["LIFETIME"]))
login_manager = LoginManager(app)
login_manager.login_view = "login"

FORM = """<form method="post"><input name="username"><input name="password" type="password">
<button>Go</button></form>"""


class User(UserMixin):
    def __init__(self, name: str) -> None:
        self.id = name


@login_manager.user_loader
def load_user(user_id: str) -> User | None:
    return User(user_id) if users.known(user_id) else None


@app.route("/login", methods=["GET", "POST"])
def login():
    if request.method == "GET":
        return FORM
    name, password = request.form.get("username", ""), request.form.get("password", "")
    if not users.verify(name, password):
        return "Wrong name or password." + FORM
    session.permanent = True  # so that the session has the lifetime of the settings
    login_user(User(name))
    return redirect(url_for("me"))


@app.post("/logout")
@login_required
def logout():
    logout_user()
    return redirect(url_for("login"))


@app.get("/me")
@login_required
def me():
    return f"Signed in as {escape(current_user.id)}."


@app.post("/register")
def register():
    added = users.add(request.form.get("username", ""), request.form.get("password", ""))
    return redirect(url_for("login")) if added else ("This name or password can't be used.", 400)
