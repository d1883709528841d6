"""Moments: one instant in every offset, to the microsecond, in the order of time."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta, timezone

import pytest

from models.storage.database import execute, fetch
from models.storage.instant import as_text, from_database
from tests.storage.shelves import Shelf, add_shelf

pytestmark = pytest.mark.usefixtures("store")

NOON = datetime(2026, 3, 29, 12, tzinfo=UTC)
TOKYO = timezone(timedelta(hours=9))


async def test_a_moment_comes_back_the_same_and_in_utc() -> None:
    for moment in (NOON, NOON.astimezone(TOKYO), NOON + timedelta(microseconds=1), datetime(999, 1, 1, tzinfo=UTC)):
        made = await Shelf.create(name=str(moment), at=moment)
        read = await Shelf.get(id=made.id)
        assert read.at == made.at == moment
        assert read.at is not None and made.at is not None
        assert read.at.tzinfo is made.at.tzinfo is UTC


async def test_the_order_in_the_database_is_the_order_of_time() -> None:
    chance = random.Random(1)
    moments = [
        (
            NOON + timedelta(microseconds=chance.choice([0, 1, 10, 999_999, 1_000_000, 86_400_000_000]) * sign)
        ).astimezone(timezone(timedelta(minutes=chance.randrange(-720, 840, 15))))
        for sign in (-1, 1)
        for _ in range(40)
    ]
    await Shelf.bulk_create([Shelf(name=str(number), at=moment) for number, moment in enumerate(moments)])
    assert [shelf.at for shelf in await Shelf.all().order_by("at")] == sorted(moments)
    for border in moments[::7]:
        assert await Shelf.filter(at__lt=border).count() == sum(moment < border for moment in moments)
        assert await Shelf.filter(at__in=[border]).count() == moments.count(border)
        [row] = await fetch("SELECT count(*) FROM shelf WHERE at >= $1", border)
        assert row[0] == sum(moment >= border for moment in moments)


async def test_every_way_to_write_a_moment_makes_it_utc() -> None:
    in_tokyo = NOON.astimezone(TOKYO)
    shelf = await Shelf.get(id=await add_shelf("one"))
    await Shelf.filter(id=shelf.id).update(at=in_tokyo)
    assert (await Shelf.get(at=NOON)).id == shelf.id
    shelf.at = in_tokyo + timedelta(hours=1)
    await shelf.save()
    assert (await Shelf.get(at=NOON + timedelta(hours=1))).id == shelf.id
    shelf.at = in_tokyo + timedelta(hours=2)
    await Shelf.bulk_update([shelf], fields=["at"])
    assert (await Shelf.get(at=NOON + timedelta(hours=2))).id == shelf.id
    await execute("UPDATE shelf SET at = $1", in_tokyo)
    assert [from_database(row["at"]) for row in await fetch("SELECT at FROM shelf")] == [NOON]
    assert await Shelf.filter(at__isnull=False).values_list("at", flat=True) == [NOON]


async def test_a_naive_datetime_is_refused_everywhere() -> None:
    naive = datetime(2026, 3, 29, 12)
    shelf = await Shelf.get(id=await add_shelf("one"))
    with pytest.raises(ValueError, match="offset"):
        Shelf(name="two", at=naive)
    with pytest.raises(ValueError, match="offset"):
        await Shelf.filter(at__gt=naive)
    with pytest.raises(ValueError, match="offset"):
        await Shelf.filter(id=shelf.id).update(at=naive)
    with pytest.raises(ValueError, match="offset"):
        await fetch("SELECT 1 FROM shelf WHERE at > $1", naive)
    shelf.at = naive
    with pytest.raises(ValueError, match="offset"):
        await Shelf.bulk_update([shelf], fields=["at"])
    with pytest.raises(TypeError):
        await Shelf.filter(at="2026-03-29 12:00")


def test_the_text_has_a_fixed_width() -> None:
    assert as_text(NOON.astimezone(TOKYO)) == "2026-03-29 12:00:00.000000+00:00"
    assert {len(as_text(moment)) for moment in (NOON, datetime(1, 1, 1, 0, 0, 0, 7, tzinfo=UTC))} == {32}
