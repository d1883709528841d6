"""One of three servers is killed amid bookings."""

from __future__ import annotations

from tests.businesses import Business
from tests.hammer.killing import kill_amid

SLOTS = 48


async def test_what_was_acknowledged_outlives_its_server(shop: Business) -> None:
    await kill_amid(shop, SLOTS)
