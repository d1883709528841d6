"""Who and what serves a booking: staff members, alone or as a team, and the units of resources that a service needs."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson

from models.hours import hours_of
from rules.opening import Schedule
from rules.stays import Stay, in_force


@dataclass(frozen=True, slots=True)
class Place:
    """One calendar that a booking has: that of a staff member, or of one unit of a resource."""

    calendar_id: UUID
    staff_id: UUID | None = None
    resource_id: UUID | None = None
    unit: int | None = None


@dataclass(frozen=True, slots=True)
class Provider:
    """A staff member who can be booked for a service, with the place where they would do it and their hours there.

    `itinerary` are their stays in turn where they travel; then `stay` is the one at home, and `at` says where they are.
    """

    staff_id: UUID
    calendar_id: UUID
    weight: int
    stay: Stay
    itinerary: tuple[Stay, ...] = ()

    @property
    def place(self) -> Place:
        """Their calendar."""
        return Place(self.calendar_id, staff_id=self.staff_id)

    @property
    def location_id(self) -> UUID | None:
        """Where they would do it."""
        return self.stay.location_id

    @property
    def zone(self) -> ZoneInfo:
        """That of the place where they would do it."""
        return self.stay.zone

    def at(self, start: int) -> Provider:
        """The same person where they are at an epoch second."""
        if not self.itinerary:
            return self
        return Provider(self.staff_id, self.calendar_id, self.weight, in_force(self.itinerary, start))


@dataclass(frozen=True, slots=True)
class Team:
    """Those who serve a booking together: one, or all who offer a collective service. The first of them leads."""

    members: tuple[Provider, ...]

    @property
    def lead(self) -> Provider:
        """With whom the booking is, where only one can be named."""
        return self.members[0]

    @property
    def zone(self) -> ZoneInfo:
        """That of the place where they would do it."""
        return self.lead.zone

    @property
    def place_archived(self) -> bool:
        """Whether that place is out of use for one of them."""
        return any(one.stay.place_archived for one in self.members)

    def at(self, start: int) -> Team:
        """The same people where they are at an epoch second."""
        return Team(tuple(one.at(start) for one in self.members)) if self._travels else self

    def in_turn(self) -> Sequence[Team]:
        """The same people at each place where they are in turn; as they are where none of them travels."""
        if not self._travels:
            return (self,)
        return [self.at(since) for since in sorted({stay.arrives for one in self.members for stay in one.itinerary})]

    @property
    def _travels(self) -> bool:
        return any(one.itinerary for one in self.members)


@dataclass(frozen=True, slots=True)
class Unit:
    """One of the interchangeable things of a resource. `hours` None: it is always there."""

    calendar_id: UUID
    resource_id: UUID
    number: int
    name: str
    hours: Schedule | None

    @property
    def place(self) -> Place:
        """Its calendar."""
        return Place(self.calendar_id, resource_id=self.resource_id, unit=self.number)


@dataclass(frozen=True, slots=True)
class Need:
    """What a service needs beside its people: `count` of these units, the first by name that are free."""

    units: tuple[Unit, ...]
    count: int

    def preferring(self, held: Collection[UUID]) -> Need:
        """The same, with the units of these calendars first: what is held already stays where it can."""
        return replace(self, units=tuple(sorted(self.units, key=lambda unit: unit.calendar_id not in held)))


@dataclass(frozen=True, slots=True)
class Block:
    """What is taken of one calendar for the segment at a place, buffers included: epoch seconds."""

    calendar_id: UUID
    place: int
    starts: int
    ends: int


@lru_cache(maxsize=1024)
def needs_of(stored: str) -> tuple[Need, ...]:
    """The needs of a service from the text that the statement of its offer makes. Keyed by that text, so never stale.

    All of a group is one need for each of its resources, any of a group is one for all of them.
    """
    groups: dict[tuple[int, str], tuple[int, list[list[Any]]]] = {}
    for row in sorted(orjson.loads(stored), key=lambda row: (row[0], row[2], row[3], row[6])):
        place, count, _, resource_id, *_ = row
        key = (place, "" if count is not None else resource_id)
        groups.setdefault(key, (count or 1, []))[1].append(row)
    return tuple(Need(tuple(_units(rows)), count) for count, rows in groups.values())


def _units(rows: Sequence[list[Any]]) -> Iterable[Unit]:
    for _, _, _, resource_id, name, calendar_id, number, zone_name, weekly, overrides in rows:
        if calendar_id is None:
            continue  # out of use since: the need stands, and nothing meets it
        hours = None
        if zone_name is not None:
            hours = hours_of(zone_name, orjson.dumps(weekly).decode(), orjson.dumps(overrides).decode())
        yield Unit(UUID(calendar_id), UUID(resource_id), number, name, hours)
