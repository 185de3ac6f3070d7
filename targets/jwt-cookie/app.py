"""Flask-JWT-Extended with JWTs in cookies, as its documentation shows it."""

import os
from datetime import timedelta

import users
from flask import Flask, jsonify, request
from flask_jwt_extended import (
    JWTManager,
    create_access_token,
    get_jwt_identity,
    jwt_required,
    set_access_cookies,
    unset_jwt_cookies,
)

app = Flask(__name__)
app.config.update(
    JWT_TOKEN_LOCATION=["cookies"],
    JWT_COOKIE_SECURE=False,  # plain http on 127.0.0.1; the documentation says True in production
    JWT_SECRET_KEY=os.environ["SECRET_KEY"],
    JWT_ACCESS_TOKEN_EXPIRES=timedelta(seconds=int(os.environ["LIFETIME"])),
)
jwt = JWTManager(app)


@app.post("/login")
def login():
    name = request.form.get("username", "")
    if not users.verify(name, request.form.get("password", "")):
        return jsonify(error="wrong name or password"), 401
    response = jsonify(name=name)
    set_access_cookies(response, create_access_token(identity=name))
    return response


@app.post("/logout")
def logout():
    response = jsonify({})
    unset_jwt_cookies(response)
    return response


@app.get("/me")
@jwt_required()
def me():
    return jsonify(name=get_jwt_identity())


@app.post("/register")
def register():
    added = users.add(request.form.get("username", ""), request.form.get("password", ""))
    return jsonify({}), 201 if added else 400
