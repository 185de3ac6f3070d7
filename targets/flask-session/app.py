"""The app of targets/flask-login with Flask-Session: the session's data in a database."""

import os
from datetime import timedelta

import users
from flask import Flask, redirect, request, session, url_for
from flask_session import Session
from flask_sqlalchemy import SQLAlchemy
from markupsafe import escape

app = Flask(__name__)
app.config.update(
    SQLALCHEMY_DATABASE_URI=os.environ["DATABASE_URL"],
    SESSION_TYPE="sqlalchemy",
    PERMANENT_SESSION_LIFETIME=timedelta(seconds=int(os.environ["LIFETIME"])),
)
app.config["SESSION_SQLALCHEMY"] = SQLAlchemy(app)
Session(app)

FORM = """<form method="post"><input name="username"><input name="password" type="password">
<button>Go</button></form>"""


@app.route("/login", methods=["GET", "POST"])
def login():
    if request.method == "GET":
        return FORM
    name = request.form.get("username", "")
    if not users.verify(name, request.form.get("password", "")):
        return "Wrong name or password." + FORM
    session["name"] = name
    return redirect(url_for("me"))


@app.post("/logout")
def logout():
    session.pop("name", None)
    return redirect(url_for("login"))


@app.get("/me")
def me():
    if "name" not in session:
        return redirect(url_for("login"))
    return f"Signed in as {escape(session['name'])}."


@app.post("/register")
def register():
    added = users.add(request.form.get("username", ""), request.form.get("password", ""))
    return redirect(url_for("login")) if added else ("This name or password can't be used.", 400)
