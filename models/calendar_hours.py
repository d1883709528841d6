"""Hours of calendars: every calendar in use with when it is open in some dates. One statement, however many."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

import orjson

from models.hours import closed_of, hours_of
from models.leases import uuid_of
from models.offer import key_or_none
from models.storage.client import Row
from models.storage.database import dialect, fetch
from models.storage.instant import from_database
from models.travel import travels_of, travels_text
from rules.diary_pages import within
from rules.intervals import Window, remaining
from rules.opening import Schedule, windows_between
from rules.stays import Stay, itinerary
from rules.wall_time import day_bounds, epoch, epoch_ceiling, instant, local_date
from rules.zones import zone

_ONE_DAY = timedelta(days=1)
_MARGIN = timedelta(days=4)

# Those in use, by name, people before things. From $4 on it narrows; the nil key to none.
_CALENDARS = """
    SELECT c.id, c.staff_id, c.resource_id, c.unit, h.zone AS schedule_zone, h.weekly, {overrides} AS overrides,
      COALESCE(l.zone, a.zone) AS place_zone, {closed} AS closed, l.id AS location_id,
      CASE WHEN row_number() OVER (ORDER BY c.id) = 1 THEN {travels} END AS travels
    FROM calendar c
    JOIN account a ON a.id = c.account_id
    LEFT JOIN staff f ON f.account_id = c.account_id AND f.id = c.staff_id AND f.archived_at IS NULL
    LEFT JOIN resource r ON r.account_id = c.account_id AND r.id = c.resource_id AND r.archived_at IS NULL
      AND c.unit <= r.quantity
    LEFT JOIN location l ON l.account_id = c.account_id AND l.id = COALESCE(f.location_id, r.location_id)
    LEFT JOIN schedule h ON h.account_id = c.account_id AND h.id = COALESCE(f.schedule_id, r.schedule_id)
    WHERE c.account_id = $1 AND (f.id IS NOT NULL OR r.id IS NOT NULL) {narrowed}
    ORDER BY CASE WHEN f.id IS NULL THEN 1 ELSE 0 END, COALESCE(f.search_name, r.search_name),
      COALESCE(f.id, r.id), c.unit
"""
_FROM_OVERRIDES = """
    FROM schedule_override v
    WHERE v.account_id = h.account_id AND v.schedule_id = h.id AND v.on_date >= $2 AND v.on_date <= $3
"""
_CLOSURE = "d.on_date, d.start_minute, d.end_minute"
_FROM_CLOSED = """
    FROM closed_day d WHERE d.account_id = c.account_id AND d.location_id = l.id AND d.on_date >= $2 AND d.on_date <= $3
"""
# Whoever travels to a place is at it as well.
_AT_PLACE = """AND (l.id = {place} OR EXISTS (
      SELECT 1 FROM travel t WHERE t.account_id = c.account_id AND t.staff_id = f.id AND t.location_id = {place}
        AND t.last_on >= $2 AND t.first_on <= $3))"""
_JSON = {
    "sqlite": {
        "travels": travels_text("sqlite", "$2", "$3"),
        "overrides": f"(SELECT json_group_array(json_array(v.on_date, json(v.windows))) {_FROM_OVERRIDES})",
        "closed": f"(SELECT json_group_array(json_array({_CLOSURE})) {_FROM_CLOSED})",
    },
    "postgres": {
        "travels": travels_text("postgres", "$2", "$3"),
        "overrides": f"""
          (SELECT COALESCE(json_agg(json_build_array(v.on_date, v.windows)), '[]') {_FROM_OVERRIDES})::text
        """,
        "closed": f"(SELECT COALESCE(json_agg(json_build_array({_CLOSURE})), '[]') {_FROM_CLOSED})::text",
    },
}

_LONGEST_TIME_OFF = timedelta(days=367)
_AMONG = {"sqlite": "IN (SELECT value FROM json_each($2))", "postgres": "= ANY($2::uuid[])"}
_AWAY = """
    SELECT c.id, t.starts_at, t.ends_at
    FROM time_off t
    LEFT JOIN calendar c ON c.account_id = t.account_id AND c.id {among}
      AND (c.staff_id = t.staff_id OR c.resource_id = t.resource_id)
    WHERE t.account_id = $1 AND t.starts_at < $4 AND t.starts_at > $5 AND t.ends_at > $3
      AND (c.id IS NOT NULL OR (t.staff_id IS NULL AND t.resource_id IS NULL))
"""


@dataclass(frozen=True, slots=True)
class Narrowed:
    """Whose calendars; None: everybody's and everything's."""

    staff_id: UUID | None = None
    resource_id: UUID | None = None
    location_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class CalendarHours:
    """One calendar: of a person, or of the `unit`-th unit of a resource. `open_hours` None: always open.
    `turns` is where a person works when, one stay for whoever does not travel."""

    calendar_id: UUID
    staff_id: UUID | None
    resource_id: UUID | None
    unit: int | None
    open_hours: list[Window] | None
    turns: Sequence[Stay] = ()


def span_of(first: date, last: date, zone_name: str) -> Window:
    """The dates `first` to `last` as the zone counts them, in epoch seconds."""
    return day_bounds(first, zone(zone_name))[0], day_bounds(last, zone(zone_name))[1]


async def calendar_hours(
    account_id: UUID, first: date, last: date, zone_name: str, narrowed: Narrowed
) -> list[CalendarHours]:
    """The calendars in use on the dates `first` to `last` as the zone counts them: people by name, then things."""
    only, values = _narrowing(narrowed)
    text = _CALENDARS.format(**_JSON[dialect()], narrowed=only)
    rows = await fetch(text, account_id, first - _MARGIN, last + _MARGIN, *values)
    span = span_of(first, last, zone_name)
    travels = travels_of(next((row["travels"] for row in rows if row["travels"] is not None), "[]"))
    found = (_hours(row, span, travels, narrowed.location_id) for row in rows)
    return [one for one in found if one is not None]


async def away_of(account_id: UUID, keys: Sequence[UUID], span: Window) -> Mapping[UUID | None, list[Window]]:
    """Time off in `span` (epoch seconds) of each of these calendars; under None that of the whole business."""
    begin, end = instant(span[0]), instant(span[1])
    text = _AWAY.format(among=_AMONG[dialect()])
    found: defaultdict[UUID | None, list[Window]] = defaultdict(list)
    for row in await fetch(text, account_id, list(keys), begin, end, begin - _LONGEST_TIME_OFF):
        away = epoch(from_database(row["starts_at"])), epoch_ceiling(from_database(row["ends_at"]))
        found[key_or_none(row["id"])].append(away)
    return found


def _narrowing(narrowed: Narrowed) -> tuple[str, Sequence[UUID]]:
    given = {
        "AND c.staff_id = {place}": narrowed.staff_id, "AND c.resource_id = {place}": narrowed.resource_id,
        _AT_PLACE: narrowed.location_id,
    }  # fmt: skip
    wanted = [(text, value) for text, value in given.items() if value is not None]
    text = " ".join(text.format(place=f"${place}") for place, (text, _) in enumerate(wanted, 4))
    return text, [value for _, value in wanted]


def _hours(
    row: Row, span: Window, travels: Mapping[UUID, tuple[Stay, ...]], location_id: UUID | None
) -> CalendarHours | None:  # fmt: skip
    """None where the place was asked for and whoever travels there does so on other days."""
    staff_id, resource_id = key_or_none(row["staff_id"]), key_or_none(row["resource_id"])
    closed = closed_of(row["place_zone"], row["closed"])
    home = Stay(zone(row["place_zone"]), key_or_none(row["location_id"]), _schedule(row), closed)
    theirs = travels.get(staff_id, ()) if staff_id else ()
    turns = itinerary(home, theirs) if theirs else (home,)
    there = [stay for stay in turns if location_id in (None, stay.location_id)]
    if location_id not in (None, home.location_id) and not any(_meets(stay, span) for stay in there):
        return None
    # Somebody without a schedule takes no bookings; a thing without one is always there.
    always = staff_id is None and home.hours is None
    open_hours = None if always else sorted(window for stay in there for window in _open(stay, span))
    return CalendarHours(uuid_of(row["id"]), staff_id, resource_id, row["unit"], open_hours, turns)


def _schedule(row: Row) -> Schedule | None:
    if row["schedule_zone"] is None:
        return None
    weekly = row["weekly"] if isinstance(row["weekly"], str) else orjson.dumps(row["weekly"]).decode()
    return hours_of(row["schedule_zone"], weekly, row["overrides"])


def _meets(stay: Stay, span: Window) -> bool:
    return stay.begun is None or (stay.begun[0] < span[1] and stay.begun[1] > span[0])


def _open(stay: Stay, span: Window) -> list[Window]:
    if stay.hours is None:
        return []
    first, last = (local_date(moment, stay.hours.zone) for moment in (span[0], span[1] - 1))
    found = within(windows_between(stay.hours, first - _ONE_DAY, last + _ONE_DAY, stay.begun), *span)
    return remaining(found, stay.closed)
