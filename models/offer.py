"""Offer: a service as it can be booked, by whom and at which hours. Read with one statement, however many people."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson

from models.service import Confirmation, Visibility
from models.storage.client import Row
from models.storage.database import dialect, fetch
from rules.opening import Override, Schedule, WeeklyRule
from rules.slots import SlotMode, Terms
from rules.zones import zone

NOBODY = UUID(int=0)

# The hours that decide about a date may be kept in a zone where it is another date, and run past midnight.
_MARGIN = timedelta(days=4)

# $3 is somebody who counts although they may not offer it any more: the staff member of a booking that is being moved.
_SERVICE = """
    SELECT s.id, s.archived_at, s.visibility, s.confirmation, s.request_minutes, s.duration_minutes, s.step_minutes,
      s.slot_mode, s.before_minutes, s.after_minutes, s.notice_minutes, s.horizon_days, s.capacity, s.price_minor,
      s.currency, s.cancel_cutoff_minutes, s.reschedule_cutoff_minutes,
      f.id AS staff_id, c.id AS calendar_id, o.weight, COALESCE(s.location_id, f.location_id) AS location_id,
      COALESCE(ls.zone, lf.zone, a.zone) AS zone, COALESCE(ls.zone, a.zone) AS place_zone,
      f.schedule_id, h.zone AS schedule_zone, h.weekly, {overrides} AS overrides
    FROM service s
    JOIN account a ON a.id = s.account_id
    LEFT JOIN location ls ON ls.account_id = s.account_id AND ls.id = s.location_id
    LEFT JOIN staff f ON f.account_id = s.account_id AND f.archived_at IS NULL AND (f.id = $3 OR EXISTS (
      SELECT 1 FROM offering x WHERE x.account_id = f.account_id AND x.service_id = s.id AND x.staff_id = f.id
    ))
    LEFT JOIN offering o ON o.account_id = f.account_id AND o.service_id = s.id AND o.staff_id = f.id
    LEFT JOIN calendar c ON c.account_id = f.account_id AND c.staff_id = f.id
    LEFT JOIN location lf ON lf.account_id = f.account_id AND lf.id = f.location_id
    LEFT JOIN schedule h ON h.account_id = f.account_id AND h.id = f.schedule_id
    WHERE s.account_id = $1 AND s.id = $2
    ORDER BY f.search_name, f.id
"""
# The overrides of a schedule from $4 to $5 as one JSON text, [[date, windows], …]: part of the statement, not one more.
_OVERRIDES = {
    "sqlite": """(SELECT json_group_array(json_array(v.on_date, json(v.windows))) {from_overrides})""",
    "postgres": """(SELECT COALESCE(json_agg(json_build_array(v.on_date, v.windows)), '[]') {from_overrides})::text""",
}
_FROM_OVERRIDES = """
    FROM schedule_override v
    WHERE v.account_id = f.account_id AND v.schedule_id = f.schedule_id AND v.on_date >= $4 AND v.on_date <= $5
"""
_STATEMENTS = {
    engine: _SERVICE.format(overrides=text.format(from_overrides=_FROM_OVERRIDES))
    for engine, text in _OVERRIDES.items()
}


@dataclass(frozen=True, slots=True)
class Provider:
    """A staff member who can be booked for a service. `zone` is that of the place where they would do it."""

    staff_id: UUID
    calendar_id: UUID
    location_id: UUID | None
    zone: ZoneInfo
    weight: int
    hours: Schedule | None


@dataclass(frozen=True, slots=True)
class Offer:
    """A service with everyone who offers it. `promised` are the columns that a booking keeps as they are now.

    `zone` is that of its place, or the business's.
    """

    service_id: UUID
    zone: ZoneInfo
    archived: bool
    visibility: Visibility
    confirmation: Confirmation
    request_minutes: int
    terms: Terms
    notice_minutes: int
    horizon_days: int
    capacity: int
    promised: dict[str, Any]
    providers: tuple[Provider, ...]

    @property
    def shared(self) -> bool:
        """Whether several parties may come at once: then a session has the time, and they have seats in it."""
        return self.capacity > 1

    def provider(self, staff_id: UUID) -> Provider | None:
        """The provider with this staff id, if there is one."""
        return next((person for person in self.providers if person.staff_id == staff_id), None)


_PROMISED = (
    "before_minutes", "after_minutes", "price_minor", "currency", "cancel_cutoff_minutes", "reschedule_cutoff_minutes",
)  # fmt: skip


async def read_offer(
    account_id: UUID, service_id: UUID, first: date, last: date, *, also: UUID | None = None
) -> Offer | None:
    """The offer of a service, with the hours of its people on the dates `first` to `last`; None for an unknown id."""
    somebody = also or NOBODY
    begin, end = first - _MARGIN, last + _MARGIN
    rows = await fetch(_STATEMENTS[dialect()], account_id, service_id, somebody, begin, end)
    return _offer(rows) if rows else None


def _offer(rows: list[Row]) -> Offer:
    row = rows[0]
    return Offer(
        service_id=_key(row["id"]),
        zone=zone(row["place_zone"]),
        archived=row["archived_at"] is not None,
        visibility=Visibility(row["visibility"]),
        confirmation=Confirmation(row["confirmation"]),
        request_minutes=row["request_minutes"],
        terms=Terms(
            duration=row["duration_minutes"] * 60,
            step=row["step_minutes"] * 60,
            before=row["before_minutes"] * 60,
            after=row["after_minutes"] * 60,
            mode=SlotMode(row["slot_mode"]),
        ),
        notice_minutes=row["notice_minutes"],
        horizon_days=row["horizon_days"],
        capacity=row["capacity"],
        promised={column: row[column] for column in _PROMISED},
        providers=tuple(_provider(one) for one in rows if one["calendar_id"] is not None),
    )


def _provider(row: Row) -> Provider:
    hours = None
    if row["schedule_id"] is not None:
        hours = _hours(row["schedule_zone"], _text(row["weekly"]), row["overrides"])
    return Provider(
        staff_id=_key(row["staff_id"]),
        calendar_id=_key(row["calendar_id"]),
        location_id=key_or_none(row["location_id"]),
        zone=zone(row["zone"]),
        weight=row["weight"] or 1,
        hours=hours,
    )


@lru_cache(maxsize=1024)
def _hours(zone_name: str, weekly: str, overrides: str) -> Schedule:
    """Keyed by the stored text itself, so that people who share a schedule share its expansion, and none is stale."""
    return Schedule(zone(zone_name), tuple(_rules(orjson.loads(weekly))), tuple(_days(orjson.loads(overrides))))


def _rules(weekly: list[dict[str, Any]]) -> Iterable[WeeklyRule]:
    for rule in weekly:
        begins, ends = rule.get("valid_from"), rule.get("valid_until")
        yield WeeklyRule(
            rule["weekday"], rule["start_minute"], rule["end_minute"],
            date.fromisoformat(begins) if begins else None, date.fromisoformat(ends) if ends else None,
        )  # fmt: skip


def _days(overrides: list[tuple[str, list[tuple[int, int]]]]) -> Iterable[Override]:
    for on_date, windows in overrides:
        yield Override(date.fromisoformat(on_date), tuple((start, end) for start, end in windows))


def key_or_none(value: Any) -> UUID | None:
    """A key as a row of either engine has it."""
    return None if value is None else _key(value)


def _key(value: Any) -> UUID:
    return value if isinstance(value, UUID) else UUID(value)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else orjson.dumps(value).decode()
