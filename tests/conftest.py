"""Fixtures of the product's tests: the running product, two businesses, and a visitor with no credential."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from tests.api import Caller
from tests.businesses import Business, make_business
from tests.product import Product

# A Monday, early in the morning in Chicago; far from any change of clocks.
NOW = datetime(2027, 1, 11, 12, 0, tzinfo=UTC)


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
def visitor(product: Product) -> Caller:
    """Somebody without any credential."""
    return Caller(product.http())
