"""A small Flask application with a login, such as the one that you want to test."""

from flask import Flask, redirect, request, session

app = Flask(__name__)
app.secret_key = "of a test"
PASSWORDS = {"alice": "correct horse battery staple"}


@app.post("/login")
def login():
    name = request.form.get("name", "")
    if PASSWORDS.get(name, "") != request.form.get("password") or name not in PASSWORDS:
        return "Wrong name or password", 401
    session["name"] = name
    return redirect("/account")


@app.post("/logout")
def logout():
    session.clear()
    return redirect("/login")


@app.get("/account")
def account():
    return f"Hello {session['name']}" if "name" in session else ("Please log in", 401)
