"""Where somebody works when: against a slow second opinion that paints every five minutes with its place."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from random import Random
from zoneinfo import ZoneInfo

import pytest

from rules.intervals import coalesce, remaining
from rules.opening import Schedule, WeeklyRule, windows_between
from rules.stays import Stay, days_of, in_force, itinerary
from rules.wall_time import day_bounds, epoch, instant
from rules.zones import zone
from tests.rules import oracle
from tests.rules.questions import CHANGES, schedule

_DAY = timedelta(days=1)


@dataclass
class Travelling:
    """A travel as somebody would say it: where, from which day to which, with which hours, closed on which days."""

    zone: ZoneInfo
    first: date
    last: date
    hours: Schedule
    closed: frozenset[date]


def painted(home: Travelling, travels: list[Travelling]) -> list[set[datetime]]:
    """The open ticks of each stay in turn: home, a travel, home, a travel, home; no home between two that touch."""
    edges = [datetime.min.replace(tzinfo=UTC)]
    for one in travels:
        edges += [oracle.utc_of(datetime.combine(day, time()), one.zone) for day in (one.first, one.last + _DAY)]
    edges.append(datetime.max.replace(tzinfo=UTC))
    found: list[set[datetime]] = []
    there = edges[0]
    for at, (begin, end) in enumerate(pairwise(edges)):
        if begin == end:
            continue
        one = travels[at // 2] if at % 2 else home
        windows = [
            window
            for offset in range((home.last - home.first).days + 1)
            for window in joined(oracle.windows_starting_on(one.hours, home.first + offset * _DAY))
            if begin <= window[0] < end
        ]
        mine = {tick for window in windows for tick in oracle.ticks(*window) if tick >= there}
        mine = {tick for tick in mine if tick.astimezone(one.zone).date() not in one.closed}
        there = max([there, *(tick + oracle.TICK for tick in mine)])
        found.append(mine)
    return found


def joined(windows: list[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    """The windows of one date; what overlaps or touches is one."""
    found: list[tuple[datetime, datetime]] = []
    for start, end in sorted(windows):
        if found and start <= found[-1][1]:
            start, end = found[-1][0], max(end, found.pop()[1])
        found.append((start, end))
    return found


def as_stay(one: Travelling) -> Stay:
    closed = tuple(coalesce(day_bounds(day, one.zone) for day in one.closed))
    return Stay(one.zone, None, one.hours, closed, begun=days_of(one.first, one.last, one.zone))


def random_journey(rnd: Random) -> tuple[Travelling, list[Travelling]]:
    zone_name, change = rnd.choice([one for one in CHANGES if one[1].year > 2011])

    def somewhere(name: str, first: date, last: date) -> Travelling:
        closed = frozenset(first + timedelta(days=day) for day in range(-1, 3) if rnd.random() < 0.1)
        return Travelling(zone(name), first, last, schedule(rnd, name, change), closed)

    home = somewhere(zone_name, change - 9 * _DAY, change + 16 * _DAY)
    travels: list[Travelling] = []
    day = change + timedelta(days=rnd.randint(-2, 1))
    for _ in range(rnd.choice([1, 1, 2, 3])):
        last = day + timedelta(days=rnd.choice([0, 0, 1, 2]))
        one = somewhere(rnd.choice([*(name for name, _ in CHANGES), "Pacific/Honolulu", "Asia/Tokyo"]), day, last)
        if not travels or days_of(day, last, one.zone)[0] >= lasts(travels[-1])[1]:
            travels.append(one)
        day = last + timedelta(days=rnd.choice([1, 1, 2]))
    return home, travels


def lasts(one: Travelling) -> tuple[int, int]:
    return days_of(one.first, one.last, one.zone)


@pytest.mark.parametrize("chunk", range(4))
def test_everybody_is_at_one_place_at_a_time_and_finishes_what_was_begun(chunk: int) -> None:
    rnd = Random(f"stays {chunk}")
    for _ in range(60):
        home, travels = random_journey(rnd)
        mixed = [as_stay(one) for one in rnd.sample(travels, len(travels))]
        turns = itinerary(replace(as_stay(home), begun=None), mixed)
        sure = datetime.combine(home.first + 4 * _DAY, time(), UTC), datetime.combine(home.last - 4 * _DAY, time(), UTC)
        for stay, ticks in zip(turns, painted(home, travels), strict=True):
            assert stay.hours is not None
            windows = remaining(windows_between(stay.hours, home.first, home.last, stay.begun), stay.closed)
            found = {tick for start, end in windows for tick in oracle.ticks(instant(start), instant(end))}
            assert {one for one in found if sure[0] <= one < sure[1]} == {
                one for one in ticks if sure[0] <= one < sure[1]
            }
            assert all(in_force(turns, epoch(tick)) is stay for tick in found)


def test_the_day_that_is_lived_twice_and_the_one_that_is_not_lived() -> None:
    """Over the date line: from Tokyo to Honolulu the tenth is worked at both, and on the way back a day is lost."""
    nine_to_five = tuple(WeeklyRule(day, 540, 1020) for day in range(1, 8))
    tokyo, honolulu = (Schedule(zone(name), nine_to_five) for name in ("Asia/Tokyo", "Pacific/Honolulu"))
    first, last = date(2027, 6, 10), date(2027, 6, 11)
    there = Stay(honolulu.zone, None, honolulu, begun=days_of(first, last, honolulu.zone))
    turns = itinerary(Stay(tokyo.zone, None, tokyo), [there])
    found = [
        f"{instant(start):%dT%H}"
        for stay in turns
        for start, _ in windows_between(stay.hours or tokyo, date(2027, 6, 9), date(2027, 6, 14), stay.begun)
    ]
    # 09:00 in Tokyo is midnight UTC, 09:00 in Honolulu is 19:00 UTC. On the twelfth in Tokyo it is the eleventh there.
    assert found == ["09T00", "10T00", "10T19", "11T19", "13T00", "14T00"]
