"""Rows that several people change at once: one of them is first, the others are told, and nothing is lost."""

from __future__ import annotations

import asyncio

import pytest

from models.event import Event
from models.location import Location
from models.storage.database import fetch
from rules.errors import NotFound, Refusal, VersionConflict
from tests.businesses import Business


async def place(business: Business) -> Location:
    return await Location.begin(business.act, name="Place", zone="UTC")


async def names_of_events(row: Location) -> list[str]:
    events = await Event.of(row.account_id).filter(subject_id=row.id).order_by("id")
    return [event.name for event in events]


async def test_of_many_changes_to_one_version_one_is_kept(salon: Business) -> None:
    row = await place(salon)
    others = [await Location.of(salon.account.id).get(id=row.id) for _ in range(8)]
    changes = [other.change(salon.act, 1, name=f"Name {at}") for at, other in enumerate(others)]
    done = await asyncio.gather(*changes, return_exceptions=True)
    refused = [result for result in done if result is not None]
    assert [getattr(refusal, "current_version", None) for refusal in refused] == [2] * 7
    now = await Location.of(salon.account.id).get(id=row.id)
    assert (now.version, now.name) == (2, f"Name {done.index(None)}")
    assert others[done.index(None)].version == 2
    assert await names_of_events(row) == ["location_created", "location_changed"]


@pytest.mark.parametrize("expected", [0, -1, 2, 2**31 - 1, -(2**31)])
async def test_a_version_that_never_was_is_a_conflict(salon: Business, expected: int) -> None:
    row = await place(salon)
    for attempt in (row.change(salon.act, expected, name="x"), row.archive(salon.act, expected)):
        with pytest.raises(VersionConflict) as refused:
            await attempt
        assert refused.value.current_version == 1
    assert row.name == "Place"
    assert await names_of_events(row) == ["location_created"]


async def test_a_row_that_went_meanwhile_is_not_found(salon: Business) -> None:
    row = await place(salon)
    stale = await Location.of(salon.account.id).get(id=row.id)
    await row.remove(salon.act, 1)
    for attempt in (stale.change(salon.act, 1, name="x"), stale.archive(salon.act, 1), stale.remove(salon.act, 1)):
        with pytest.raises(NotFound):
            await attempt


async def test_somebody_of_another_account_changes_nothing(salon: Business, rival: Business) -> None:
    row = await place(salon)
    for attempt in (row.change(rival.act, 1, name="x"), row.archive(rival.act, 1), row.remove(rival.act, 1)):
        with pytest.raises(Refusal):
            await attempt
    rows = await fetch("SELECT name, version FROM location WHERE name = 'x'")
    assert not rows
