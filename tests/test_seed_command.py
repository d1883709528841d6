"""`calendera seed` as a command: the same every time, never over other data, never in production."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import socket
import sys
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from calendera.cli_start import Stop
from calendera.open_database import open_database
from calendera.seeding import demo, seed
from calendera.seeding.days import Days
from calendera.settings import Settings
from models import Account, Booking, Customer, Service, Staff, User
from tests.clock import FrozenClock
from tests.product import Product, TestDatabase, settings_for

ROOT = Path(__file__).parents[1]
PROGRAM = (sys.executable, "-c", "from calendera.cli import main; main()")
NOW = datetime(2027, 3, 25, 15, 30, tzinfo=UTC)


@asynccontextmanager
async def fresh(product: Product, folder: Path) -> AsyncIterator[TestDatabase]:
    """An empty, migrated database, while the product's own connection is closed."""
    await product.stop()
    database = TestDatabase(folder)
    await database.make()
    try:
        yield database
    finally:
        await database.drop()
        await product.start()


async def told(account: Account) -> list[object]:
    """What somebody sees of a business, in the order of the ids."""
    found: list[object] = [account.slug, account.created_at]
    found += await Staff.of(account.id).order_by("id").values_list("id", "name")
    found += await Service.of(account.id).order_by("id").values_list("id", "name")
    found += await Customer.of(account.id).order_by("id").values_list("id", "name", "email", "phone")
    columns = ("id", "reference", "starts_at", "status", "customer_id", "staff_id", "version", "updated_at")
    found += await Booking.of(account.id).order_by("id").values_list(*columns)
    return found


async def everything(settings: Settings) -> list[object]:
    async with open_database(settings):
        return [line for account in await Account.all().order_by("slug") for line in await told(account)]


async def test_made_twice_on_one_day_it_is_the_same(
    product: Product, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made: list[list[object]] = []
    for hour in (0, 23):
        async with fresh(product, tmp_path) as database:
            settings = settings_for(tmp_path, database.url)
            await seed(settings, FrozenClock(NOW.replace(hour=hour)))
            made.append(await everything(settings))
    assert len(made[0]) > 8000
    assert made[0] == made[1]


async def test_a_second_time_nothing_is_made_and_how_to_get_in_is_told_again(
    product: Product, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with fresh(product, tmp_path) as database:
        settings = settings_for(tmp_path, database.url)
        await seed(settings, FrozenClock(NOW))
        before, first = await everything(settings), capsys.readouterr().out
        await seed(settings, FrozenClock(NOW))
        assert capsys.readouterr().out == first
        assert await everything(settings) == before
    keys = demo.widget_key("austin-hair"), demo.partner_key("austin-hair")
    for words in (demo.PASSWORD, *keys, "auditor@", "curl -s"):
        assert words in first


async def test_a_database_with_other_accounts_is_left_alone(
    product: Product, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with fresh(product, tmp_path) as database:
        settings = settings_for(tmp_path, database.url)
        async with open_database(settings):
            at = datetime(2027, 1, 1, tzinfo=UTC)
            owner = await User.create(created_at=at, updated_at=at, email="a@example.com", name="A", password_hash="!")
            await Account.open(owner, at, name="Mine", slug="mine", zone="UTC", currency="EUR", locale="en")
        await seed(settings, FrozenClock(NOW))
        printed = capsys.readouterr().out
        assert printed == "The database has accounts already; it was left as it is.\n"
        async with open_database(settings):
            assert await Account.all().count() == 1


async def test_it_refuses_production_and_a_database_without_tables(product: Product, tmp_path: Path) -> None:
    await product.stop()
    live = product.settings.model_copy(update={"environment": "production"})
    with pytest.raises(Stop, match="does not run in production"):
        await seed(live, FrozenClock(NOW))
    bare = settings_for(tmp_path, f"sqlite:///{tmp_path}/bare.db")
    with pytest.raises(Stop, match="calendera migrate"):
        await seed(bare, FrozenClock(NOW))
    await product.start()


@asynccontextmanager
async def serving(environment: dict[str, str], url: str) -> AsyncIterator[None]:
    """The real server as a process of its own."""
    process = await asyncio.create_subprocess_exec(*PROGRAM, "serve", cwd=ROOT, env=environment, stderr=DEVNULL)
    try:
        transport = httpx.AsyncHTTPTransport(retries=8)  # tries to connect for some seconds, longer each time
        async with httpx.AsyncClient(transport=transport) as client:
            assert (await client.get(f"{url}/healthz", timeout=30)).status_code == 200
        yield
    finally:
        process.terminate()
        await process.wait()


async def output(*command: str, **more: Any) -> str:
    """What a command prints; it must succeed."""
    process = await asyncio.create_subprocess_exec(*command, stdout=PIPE, cwd=ROOT, **more)
    printed, _ = await process.communicate()
    assert process.returncode == 0, command
    return printed.decode()


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
async def test_the_first_query_works_as_it_is_printed(product: Product, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    async with fresh(product, tmp_path) as database:
        environment = {key: value for key, value in os.environ.items() if not key.startswith("CALENDERA_")}
        environment |= {
            "CALENDERA_DATA_DIR": str(tmp_path),
            "CALENDERA_DATABASE_URL": database.url,
            "CALENDERA_PORT": str(port),
            "CALENDERA_PASSWORD_PROFILE": "cheapest",
            "CALENDERA_RUN_WORKER": "false",
        }
        printed = await output(*PROGRAM, "seed", env=environment)
        assert f"http://127.0.0.1:{port}" in printed and str(tmp_path / "mail") in printed
        async with serving(environment, f"http://127.0.0.1:{port}"):
            answer = await output("sh", "-c", printed[printed.index("\ncurl ") :])
    bookings = json.loads(answer)["data"]["bookings"]
    assert bookings["totalCount"] >= 50
    assert len(bookings["nodes"]) == 5
    monday = Days.of(datetime.now(UTC)).monday
    starts = [date.fromisoformat(node["local"]["dateTime"][:10]) for node in bookings["nodes"]]
    assert all(monday <= day < monday + timedelta(days=7) for day in starts)
