"""Four server processes for all tests of this folder."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from tests.businesses import Business, make_business
from tests.gateway import FakeGateway, gateway_running
from tests.hammer.servers import Servers, serving
from tests.product import Product

PROCESSES = 4


@pytest.fixture(scope="package")
async def gateway() -> AsyncIterator[FakeGateway]:
    """Where deposits are paid."""
    async with gateway_running() as running:
        yield running


@pytest.fixture(scope="package")
async def servers(_product: Product, gateway: FakeGateway) -> AsyncIterator[Servers]:
    """The processes have their own clock: the real one."""
    await _product.start()
    async with serving(_product, PROCESSES, gateway) as running:
        yield running


@pytest.fixture
async def shop(servers: Servers, product: Product) -> Business:
    """A business that lives now."""
    product.clock.stand_at(datetime.now(UTC))
    return await make_business(product, "Shop")
