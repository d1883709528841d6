"""`calendera seed` as a command: the same every time, never over other data, never in production."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from calendera.cli_start import Stop
from calendera.open_database import open_database
from calendera.seeding import demo, seed
from calendera.settings import Settings
from models import Account, Booking, Customer, Service, Staff, User
from models.storage.reach import Reach, reaching
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
        with reaching(Reach.OPERATOR):
            return [line for account in await Account.all().order_by("slug") for line in await told(account)]


async def test_made_twice_on_one_day_it_is_the_same_and_over_itself_it_makes_nothing(
    product: Product, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made: list[list[object]] = []
    for hour in (0, 23):
        async with fresh(product, tmp_path) as database:
            settings, clock = settings_for(tmp_path, database.url), FrozenClock(NOW.replace(hour=hour))
            await seed(settings, clock)
            made.append(await everything(settings))
            if hour == 23:
                first = capsys.readouterr().out
                await seed(settings, clock)
                assert capsys.readouterr().out == first, "how to get in is told again"
                made.append(await everything(settings))
            capsys.readouterr()
    assert len(made[0]) > 8000
    assert made[0] == made[1] == made[2]
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
