"""Fixtures of the product's tests: the running product, two businesses, and a visitor with no credential."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime

import pytest

from models.attempts import Attempts
from models.storage.reach import Reach, reaching
from tests import outgoing_guard
from tests.api import Caller
from tests.businesses import Business, make_business
from tests.partner_apps import PartnerApp, make_app
from tests.product import Product

outgoing_guard.install()

# A Monday, early in the morning in Chicago; far from any change of clocks.
NOW = datetime(2027, 1, 11, 12, 0, tzinfo=UTC)


# Files that take longest, often for few tests: begun last, one of them alone would set the end of a run.
LONG = (
    "program/test_serve", "isolation/", "walls/test_http", "test_demo", "test_exports", "test_worker", "test_mails",
    "rules/test_slots_against_oracle", "diary/", "hammer/", "test_seed_command", "house/test_readme", "test_import",
    "test_seed", "test_waitlist", "test_payments_online", "live/",
)  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The long files first; each stays together, and in its own order."""
    items.sort(key=lambda item: next((at for at, part in enumerate(LONG) if f"tests/{part}" in item.nodeid), len(LONG)))


@pytest.fixture(autouse=True)
async def _operator() -> AsyncIterator[None]:
    """What a test looks at by itself, it sees as an operator does. The product binds each request and job anew."""
    with reaching(Reach.OPERATOR):
        yield


@pytest.fixture(autouse=True)
def _no_raw_connection() -> Iterator[None]:
    """Whatever the product did with the exception, the test fails."""
    outgoing_guard.caught.clear()
    yield
    assert outgoing_guard.caught == []


@pytest.fixture(scope="session")
async def _product(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Product]:
    product = Product(tmp_path_factory.mktemp("product"))
    await product.database.make()
    yield product
    await product.stop()
    await product.database.drop()


@pytest.fixture
async def product(_product: Product) -> Product:
    """The running product, its clock at NOW."""
    await _product.start()
    _product.clock.stand_at(NOW)
    await Attempts.all().delete()  # all the tests come from one address
    return _product


@pytest.fixture
async def salon(product: Product) -> Business:
    """The business that acts."""
    return await make_business(product, "Salon")


@pytest.fixture
async def rival(product: Product) -> Business:
    """Another business on the same platform. Nothing of the salon's may reach it."""
    return await make_business(product, "Rival")


@pytest.fixture
async def app(rival: Business) -> PartnerApp:
    """An app that the rival develops. What others let it see, its developer must never learn from here."""
    return await make_app(rival)


@pytest.fixture
def visitor(product: Product) -> Caller:
    """Somebody without any credential."""
    return Caller(product.http())
