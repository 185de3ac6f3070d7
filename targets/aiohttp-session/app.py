"""aiohttp-session as its documentation shows it: an encrypted cookie holds the session."""

import asyncio
import os

import users
from aiohttp import web
from aiohttp_session import get_session, new_session, setup
from aiohttp_session.cookie_storage import EncryptedCookieStorage

routes = web.RouteTableDef()


@routes.post("/login")
async def login(request: web.Request) -> web.Response:
    form = await request.post()
    name, password = str(form.get("username", "")), str(form.get("password", ""))
    if not users.verify(name, password):
        return web.Response(status=401, text="Wrong name or password.")
    session = await new_session(request)
    session["name"] = name
    raise web.HTTPFound("/me")


@routes.post("/logout")
async def logout(request: web.Request) -> web.Response:
    session = await get_session(request)
    session.invalidate()
    raise web.HTTPFound("/login")


@routes.get("/me")
async def me(request: web.Request) -> web.Response:
    session = await get_session(request)
    if "name" not in session:
        return web.Response(status=401, text="Not signed in.")
    return web.Response(text=f"Signed in as {session['name']}.")


@routes.post("/register")
async def register(request: web.Request) -> web.Response:
    form = await request.post()
    added = users.add(str(form.get("username", "")), str(form.get("password", "")))
    return web.Response(status=201 if added else 400)


async def make_app() -> web.Application:
    app = web.Application()
    key = os.environ["SECRET_KEY"]  # 32 url-safe base64-encoded bytes, as Fernet wants them
    setup(app, EncryptedCookieStorage(key, max_age=int(os.environ["LIFETIME"])))
    app.add_routes(routes)
    return app


if __name__ == "__main__":
    where = {"host": "127.0.0.1", "port": int(os.environ["PORT"]), "keepalive_timeout": 60}
    web.run_app(make_app(), shutdown_timeout=1, print=None, loop=asyncio.new_event_loop(), **where)
