"""FastAPI Users as its full example shows it: SQLAlchemy, a cookie, and tokens in the database."""

import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from uuid import UUID

from fastapi import Depends, FastAPI
from fastapi_users import BaseUserManager, FastAPIUsers, UUIDIDMixin, schemas
from fastapi_users.authentication import AuthenticationBackend, CookieTransport
from fastapi_users.authentication.strategy.db import AccessTokenDatabase, DatabaseStrategy
from fastapi_users.password import PasswordHelper
from fastapi_users_db_sqlalchemy import SQLAlchemyBaseUserTableUUID, SQLAlchemyUserDatabase
from fastapi_users_db_sqlalchemy.access_token import (
    SQLAlchemyAccessTokenDatabase,
    SQLAlchemyBaseAccessTokenTableUUID,
)
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase

# Cheap hashing, since the suite logs in hundreds of times; the default takes 64 MB for each.
hasher = PasswordHelper(PasswordHash((Argon2Hasher(time_cost=1, memory_cost=64, parallelism=1),)))
LIFETIME = int(os.environ["LIFETIME"])
engine = create_async_engine(os.environ["DATABASE_URL"], connect_args={"timeout": 10})
sessions = async_sessionmaker(engine, expire_on_commit=False)


class Base(DeclarativeBase):
    pass


class User(SQLAlchemyBaseUserTableUUID, Base):
    pass


class AccessToken(SQLAlchemyBaseAccessTokenTableUUID, Base):
    pass


class UserRead(schemas.BaseUser[UUID]):
    pass


class UserCreate(schemas.BaseUserCreate):
    pass


class UserUpdate(schemas.BaseUserUpdate):
    pass


class UserManager(UUIDIDMixin, BaseUserManager[User, UUID]):
    reset_password_token_secret = os.environ["SECRET_KEY"]
    verification_token_secret = os.environ["SECRET_KEY"]


async def get_session() -> AsyncGenerator[AsyncSession, None]:
    async with sessions() as session:
        yield session


async def get_manager(session: AsyncSession = Depends(get_session)):
    yield UserManager(SQLAlchemyUserDatabase(session, User), hasher)


async def get_tokens(session: AsyncSession = Depends(get_session)):
    yield SQLAlchemyAccessTokenDatabase(session, AccessToken)


def get_strategy(
    tokens: AccessTokenDatabase[AccessToken] = Depends(get_tokens),
) -> DatabaseStrategy:
    return DatabaseStrategy(tokens, lifetime_seconds=LIFETIME)


@asynccontextmanager
async def lifespan(_: FastAPI):
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    yield


# cookie_secure: plain http on 127.0.0.1; its default is True.
transport = CookieTransport(cookie_max_age=LIFETIME, cookie_secure=False)
backend = AuthenticationBackend("cookie", transport, get_strategy)
fastapi_users = FastAPIUsers[User, UUID](get_manager, [backend])

app = FastAPI(lifespan=lifespan)
app.include_router(fastapi_users.get_auth_router(backend), prefix="/auth/cookie")
app.include_router(fastapi_users.get_register_router(UserRead, UserCreate), prefix="/auth")
app.include_router(fastapi_users.get_users_router(UserRead, UserUpdate), prefix="/users")
