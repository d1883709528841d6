"""Travel: some days on which a staff member works elsewhere. From the first date on they are offered there alone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any, Self
from uuid import UUID

import orjson
from tortoise import fields
from tortoise.queryset import QuerySet

from models.act import Act
from models.hours import closed_of, hours_of
from models.kept import Kept
from models.location import Location
from models.personal import Purpose, Subject, personal, ref
from models.storage.database import dialect, fetch, lock, transaction
from rules.errors import FieldProblem, ValidationFailed
from rules.intervals import Window
from rules.retention import RetentionClass
from rules.stays import Stay, Trip, days_of
from rules.travel_errors import TravelsOverlap
from rules.zones import zone

LONGEST_TRAVEL = timedelta(days=366)
MOST_TRAVELS = 100

# Every travel that meets the dates {first} to {last}, of everybody, as one JSON text: part of another statement, not
# one more. The hours are those of its own schedule or else the person's.
_ROW = """
    t.staff_id, t.first_on, t.last_on, t.location_id, COALESCE(l.zone, t.zone), l.name,
    CASE WHEN l.archived_at IS NULL THEN 0 ELSE 1 END, f.name
"""
_FROM = """
    FROM travel t
    JOIN staff f ON f.account_id = t.account_id AND f.id = t.staff_id
    LEFT JOIN location l ON l.account_id = t.account_id AND l.id = t.location_id
    LEFT JOIN schedule h ON h.account_id = t.account_id AND h.id = COALESCE(t.schedule_id, f.schedule_id)
    WHERE t.account_id = $1 AND t.last_on >= {first} AND t.first_on <= {last}
"""
_FROM_OVERRIDES = """
    FROM schedule_override v
    WHERE v.account_id = h.account_id AND v.schedule_id = h.id AND v.on_date >= {first} AND v.on_date <= {last}
"""
_CLOSURE = "d.on_date, d.start_minute, d.end_minute"
_FROM_CLOSED = """
    FROM closed_day d
    WHERE d.account_id = l.account_id AND d.location_id = l.id AND d.on_date >= {first} AND d.on_date <= {last}
"""
_TRAVELS = {
    "sqlite": f"""
      (SELECT json_group_array(json_array({_ROW}, json(h.weekly),
        json((SELECT json_group_array(json_array(v.on_date, json(v.windows))) {_FROM_OVERRIDES})),
        json((SELECT json_group_array(json_array({_CLOSURE})) {_FROM_CLOSED})))) {_FROM})
    """,
    "postgres": f"""
      (SELECT COALESCE(json_agg(json_build_array({_ROW}, h.weekly,
        (SELECT COALESCE(json_agg(json_build_array(v.on_date, v.windows)), '[]') {_FROM_OVERRIDES}),
        (SELECT COALESCE(json_agg(json_build_array({_CLOSURE})), '[]') {_FROM_CLOSED}))), '[]') {_FROM})::text
    """,
}


class Travel(Kept):
    """From `first_on` to `last_on`, both inclusive, on the clocks of its place: a location's, or those of `zone` alone.
    `schedule_id` None: the hours of whoever travels, on those clocks."""

    staff_id = ref("staff")
    location_id = ref("location", null=True)
    zone = personal(
        fields.CharField(max_length=64, null=True), "user.location", Subject.STAFF, Purpose.SERVICE,
        RetentionClass.BOOKING,
    )  # fmt: skip
    schedule_id = ref("schedule", null=True)
    first_on = personal(fields.DateField(), "user.behavior", Subject.STAFF, Purpose.SERVICE, RetentionClass.BOOKING)
    last_on = personal(fields.DateField(), "user.behavior", Subject.STAFF, Purpose.SERVICE, RetentionClass.BOOKING)

    class Meta:
        table = "travel"

    @property
    def place(self) -> dict[str, Any]:
        """Where it goes and when, by column."""
        return {name: getattr(self, name) for name in ("location_id", "zone", "first_on", "last_on")}

    @classmethod
    async def enter(cls, act: Act, **values: Any) -> Self:
        """Enter a travel. TravelsOverlap; ValidationFailed where somebody has 100 to come."""
        async with transaction():
            await _in_turn(act, values["staff_id"])
            if await coming(act.account_id, act.at).filter(staff_id=values["staff_id"]).count() >= MOST_TRAVELS:
                message = f"Somebody has {MOST_TRAVELS} travels to come at most. Remove one first."
                raise ValidationFailed(FieldProblem("staffId", message))
            await _refuse_overlap(act, None, values)
            return await super().begin(act, **values)

    async def alter(self, act: Act, expected_version: int, **values: Any) -> None:
        """Change it. TravelsOverlap, VersionConflict, NotFound."""
        async with transaction():
            await _in_turn(act, self.staff_id)
            await _refuse_overlap(act, self.id, {"staff_id": self.staff_id} | self.place | values)
            await self.change(act, expected_version, **values)


async def _in_turn(act: Act, staff_id: UUID) -> None:
    """Whoever changes the travels of the same person waits, so that no two overlap."""
    await lock([f"{act.account_id}/travels of/{staff_id}"])


async def _refuse_overlap(act: Act, id_: UUID | None, values: dict[str, Any]) -> None:
    """By instants, not by dates: a day in Tokyo begins while it is the day before in Honolulu."""
    begin, end = await span_of(act.account_id, values)
    near = Travel.of(act.account_id).filter(
        staff_id=values["staff_id"], last_on__gte=values["first_on"] - timedelta(days=2),
        first_on__lte=values["last_on"] + timedelta(days=2),
    )  # fmt: skip
    for other in await near.order_by("first_on"):
        starts, ends = await span_of(act.account_id, other.place)
        if other.id != id_ and starts < end and ends > begin:
            raise TravelsOverlap(other.id, other.first_on, other.last_on)


async def span_of(account_id: UUID, place: Mapping[str, Any]) -> Window:
    """When a travel to a `place` lasts."""
    name = place["zone"]
    if place["location_id"] is not None:
        name = (await Location.of(account_id).get(id=place["location_id"])).zone
    return days_of(place["first_on"], place["last_on"], zone(name))


def coming(account_id: UUID, at: datetime) -> QuerySet[Travel]:
    """Those that are not over everywhere on earth: where it is latest, today is UTC's yesterday."""
    return Travel.of(account_id).filter(last_on__gte=at.date() - timedelta(days=1))


def travels_text(engine: str, first: str, last: str) -> str:
    """What to select for `travels_of`, in a statement whose $1 is the account; `first` and `last` are its dates."""
    return _TRAVELS[engine].format(first=first, last=last)


@lru_cache(maxsize=1024)
def travels_of(stored: str) -> dict[UUID, tuple[Stay, ...]]:
    """The stays of everybody's travels from what `travels_text` selects. Keyed by that text, so never stale."""
    found: dict[UUID, tuple[Stay, ...]] = {}
    for staff_id, *row in orjson.loads(stored):
        found[UUID(staff_id)] = (*found.get(UUID(staff_id), ()), _stay(row))
    return found


def _stay(row: list[Any]) -> Stay:
    first_on, last_on, location_id, zone_name, place, archived, who, weekly, overrides, closed = row
    first, last, there = date.fromisoformat(first_on), date.fromisoformat(last_on), zone(zone_name)
    hours = None
    if weekly is not None and not archived:
        hours = hours_of(zone_name, orjson.dumps(weekly).decode(), orjson.dumps(overrides).decode())
    where = f"at {place}" if place else f"in {zone_name.rpartition('/')[2].replace('_', ' ')}"
    return Stay(
        there, UUID(location_id) if location_id else None, hours, closed_of(zone_name, orjson.dumps(closed).decode()),
        bool(archived), days_of(first, last, there), trip=Trip(who, where, first, last),
    )  # fmt: skip


async def travels_on(account_id: UUID, first: date, last: date) -> dict[UUID, tuple[Stay, ...]]:
    """The stays of everybody's travels that meet some dates."""
    rows = await fetch(f"SELECT {travels_text(dialect(), '$2', '$3')} AS travels", account_id, first, last)
    return travels_of(rows[0]["travels"])
