"""Print the address of a PostgreSQL in which the tests may make databases; exit 1 when there is none.

CALENDERA_TEST_POSTGRES_URL if set (then it must answer), else a server on this machine that lets us in.
"""

import asyncio
import getpass
import os
import sys

import asyncpg

MAY_CREATE = "SELECT rolsuper OR rolcreatedb FROM pg_roles WHERE rolname = current_user"


async def usable(url: str) -> bool:
    """Whether the server answers and we may create databases there."""
    try:
        connection = await asyncpg.connect(url, timeout=5)
    except (OSError, TimeoutError, asyncpg.PostgresError):
        return False
    try:
        return bool(await connection.fetchval(MAY_CREATE))
    finally:
        await connection.close()


def candidates() -> list[str]:
    """The given address, or the usual ones of this machine."""
    given = os.environ.get("CALENDERA_TEST_POSTGRES_URL")
    if given:
        return [given]
    users = dict.fromkeys([os.environ.get("PGUSER") or getpass.getuser(), "postgres"])
    return [f"postgresql://{user}@127.0.0.1:{os.environ.get('PGPORT', '5432')}/postgres" for user in users]


async def main() -> int:
    """Print the first that works."""
    for url in candidates():
        if await usable(url):
            print(url)
            return 0
    return 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
