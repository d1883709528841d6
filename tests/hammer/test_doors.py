"""Every door to a calendar, hammered: whoever may win wins, everybody else is refused, and nothing is lost or double.

The same with two hundred at once is `python -m bench.hammer`.
"""

from __future__ import annotations

import pytest

from tests.businesses import Business
from tests.gateway import FakeGateway
from tests.hammer.doors import DOORS
from tests.hammer.hammering import Floor, hammer
from tests.hammer.servers import Servers

AT_ONCE = 24


@pytest.mark.parametrize("door", DOORS)
async def test_a_door_is_hammered(shop: Business, servers: Servers, gateway: FakeGateway, door: str) -> None:
    outcome = await hammer(Floor(shop, servers, AT_ONCE, gateway), DOORS[door], rounds=2)
    assert outcome.problems == []
    assert (outcome.faults, outcome.attempts) == (0, 2 * AT_ONCE)
