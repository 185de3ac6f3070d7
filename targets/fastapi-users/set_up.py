"""Make the tables and an account: `set_up.py NAME < password`."""

import asyncio
import sys
from contextlib import asynccontextmanager

from app import UserCreate, app, get_manager, get_session, lifespan
from fastapi_users.exceptions import UserAlreadyExists


async def main(name: str, password: str) -> None:
    manager_for = asynccontextmanager(get_manager)
    async with (
        lifespan(app),
        asynccontextmanager(get_session)() as session,
        manager_for(session) as manager,
    ):
        await manager.create(UserCreate(email=name, password=password))


if __name__ == "__main__":
    try:
        asyncio.run(main(sys.argv[1], sys.stdin.read()))
    except UserAlreadyExists:
        sys.exit("this account is there already")
