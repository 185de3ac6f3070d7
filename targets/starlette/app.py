"""Starlette's SessionMiddleware as its documentation shows it: in a signed cookie."""

import os

import users
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route


async def login(request: Request) -> Response:
    async with request.form() as form:
        name, password = str(form.get("username", "")), str(form.get("password", ""))
    if not users.verify(name, password):
        return JSONResponse({"error": "wrong name or password"}, 401)
    request.session["name"] = name
    return JSONResponse({"name": name})


async def logout(request: Request) -> Response:
    request.session.clear()
    return JSONResponse({})


async def me(request: Request) -> Response:
    if "name" not in request.session:
        return JSONResponse({"error": "not signed in"}, 401)
    return JSONResponse({"name": request.session["name"]})


async def register(request: Request) -> Response:
    async with request.form() as form:
        added = users.add(str(form.get("username", "")), str(form.get("password", "")))
    return JSONResponse({}, 201 if added else 400)


app = Starlette(
    routes=[
        Route("/login", login, methods=["POST"]),
        Route("/logout", logout, methods=["POST"]),
        Route("/me", me),
        Route("/register", register, methods=["POST"]),
    ],
    middleware=[
        Middleware(
            SessionMiddleware,
            secret_key=os.environ["SECRET_KEY"],
            max_age=int(os.environ["LIFETIME"]),
        )
    ],
)
