"""Insights: what a business's appointments add up to. Three statements, however many appointments."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from models.leases import uuid_of
from models.occupancy import LONGEST
from models.storage.client import Row
from models.storage.database import dialect, fetch
from rules.booking_states import BookingStatus
from rules.figures import Counted, Figures, added
from rules.wall_time import day_bounds, instant

_EPOCH = {"sqlite": "CAST(strftime('%s', {}) AS INTEGER)", "postgres": "CAST(extract(epoch FROM {}) AS bigint)"}
_MOMENT = {"sqlite": "${}", "postgres": "CAST(${} AS timestamptz)"}
_BETWEEN = {"sqlite": "MIN({0}, {2}) - MAX({1}, {3})", "postgres": "LEAST({0}, {2}) - GREATEST({1}, {3})"}
# Each row counts appointments that are alike. A shared session takes its time once, its bookings none of their own.
_SUMS = """
    SELECT {named}, b.status AS status, {currency} AS currency, COUNT(*) AS count,
      SUM(CASE WHEN b.group_session_id IS NULL THEN {seconds} / 60 ELSE 0 END) AS minutes,
      SUM(({starts} - {made}) / 60) AS lead_minutes, SUM({price}) AS price_minor
    FROM k JOIN booking b ON b.starts_at >= k.begins AND b.starts_at < k.ends {engaged}
    WHERE b.account_id = $1 {narrowed_b}
    GROUP BY {named}, b.status, {currency}
    UNION ALL
    SELECT {sessions}, NULL, NULL, 0, SUM(({session_ends} - {session_starts}) / 60), 0, 0
    FROM k JOIN group_session g ON g.starts_at >= k.begins AND g.starts_at < k.ends {taking}
    WHERE g.account_id = $1 AND g.taken > 0 {narrowed_g}
    GROUP BY {sessions}
"""
# Where calendars are asked about: those that a booking has, each with what it blocks of it (without buffers), and all
# of it where it blocks nothing; those that a session blocks.
_ENGAGED = "JOIN engagement e ON e.account_id = b.account_id AND e.booking_id = b.id"
_PART = """COALESCE((
      SELECT SUM({between}) FROM occupancy o
      WHERE o.account_id = e.account_id AND o.calendar_id = e.calendar_id AND o.booking_id = b.id
        AND o.starts < {ends} AND o.starts > {starts} - {longest}
    ), {ends} - {starts})"""
_TAKING = """
    JOIN occupancy o ON o.account_id = g.account_id AND o.group_session_id = g.id
    JOIN calendar e ON e.account_id = o.account_id AND e.id = o.calendar_id
"""
_OF_CALENDARS = frozenset({"staff_id", "resource_id"})


@dataclass(frozen=True, slots=True)
class Narrowed:
    """Which appointments count; None: whatever it is."""

    staff_id: UUID | None = None
    service_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Insights:
    """What they add up to: all together, in each bucket, and for each service and person."""

    total: Figures
    buckets: Sequence[Figures]
    by_service: Mapping[UUID, Figures] = field(default_factory=dict)
    by_staff: Mapping[UUID, Figures] = field(default_factory=dict)


async def insights(
    account_id: UUID, ranges: Sequence[tuple[date, date]], zone: ZoneInfo, narrowed: Narrowed
) -> Insights:
    """The figures of the dates in `ranges` as `zone` counts them; `ranges` follow one another without a gap."""
    bounds = moments_of(ranges, zone)
    whole = [(bounds[0][0], bounds[-1][1])]
    by_bucket = _by(await sums(account_id, ["n"], bounds, narrowed), "n")
    by_service = await sums(account_id, ["service_id"], whole, narrowed)
    # With whatever else it has: leaving that out here lets SQLite look through all engagements for each booking.
    by_staff = await sums(account_id, ["staff_id"], whole, narrowed)
    return Insights(
        added(counted(row) for row in by_service),
        [by_bucket.get(number) or Figures() for number in range(len(bounds))],
        {uuid_of(key): figures for key, figures in _by(by_service, "service_id").items()},
        {uuid_of(key): figures for key, figures in _by(by_staff, "staff_id").items() if key is not None},
    )


def moments_of(ranges: Sequence[tuple[date, date]], zone: ZoneInfo) -> list[tuple[datetime, datetime]]:
    """When each range of dates begins and ends."""
    return [(instant(day_bounds(first, zone)[0]), instant(day_bounds(last, zone)[1])) for first, last in ranges]


async def sums(
    account_id: UUID, keys: Sequence[str], bounds: Sequence[tuple[datetime, datetime]], narrowed: Narrowed
) -> list[Row]:
    """What adds up to figures, by `keys`: "n" (which of `bounds`), "service_id", "staff_id" and "resource_id".

    By the last two, each calendar counts with its part of an appointment, and the price is whose it is with.
    """
    values: list[Any] = [account_id]

    def given(value: Any, form: str = "${}") -> str:
        values.append(value)
        return form.format(len(values))

    moment, second = _MOMENT[dialect()], _EPOCH[dialect()].format
    rows = [f"({n}, {given(begin, moment)}, {given(end, moment)})" for n, (begin, end) in enumerate(bounds)]
    only = {name: given(value) for name in ("staff_id", "service_id") if (value := getattr(narrowed, name))}
    times = {"starts": second("b.starts_at"), "ends": second("b.ends_at")}
    told = _of_calendars(times) if _OF_CALENDARS & {*keys, *only} else _of_appointments(times)
    statement = _SUMS.format(
        **times, **told, named=_named("b", keys), sessions=_named("g", keys), made=second("b.created_at"),
        session_starts=second("g.starts_at"), session_ends=second("g.ends_at"),
        narrowed_b=_narrowing("b", only), narrowed_g=_narrowing("g", only),
    )  # fmt: skip
    return await fetch(f"WITH k (n, begins, ends) AS (VALUES {', '.join(rows)}) {statement}", *values)


def _of_appointments(times: Mapping[str, str]) -> dict[str, str]:
    return {
        "engaged": "", "taking": "", "seconds": "({ends} - {starts})".format(**times),
        "price": "COALESCE(b.price_minor, 0)", "currency": "b.currency",
    }  # fmt: skip


def _of_calendars(times: Mapping[str, str]) -> dict[str, str]:
    between = _BETWEEN[dialect()].format("o.ends", "o.starts", times["ends"], times["starts"])
    return {
        "engaged": _ENGAGED, "taking": _TAKING, "seconds": _PART.format(between=between, longest=LONGEST, **times),
        "price": "CASE WHEN e.staff_id = b.staff_id THEN COALESCE(b.price_minor, 0) ELSE 0 END",
        "currency": "CASE WHEN e.staff_id = b.staff_id THEN b.currency END",
    }  # fmt: skip


def _named(table: str, keys: Sequence[str]) -> str:
    return ", ".join(_of(table, key) for key in keys)


def _of(table: str, key: str) -> str:
    return "k.n" if key == "n" else f"{'e' if key in _OF_CALENDARS else table}.{key}"


def _narrowing(table: str, only: Mapping[str, str]) -> str:
    return " ".join(f" AND {_of(table, column)} = {place}" for column, place in only.items())


def counted(row: Row) -> Counted:
    """A row of `sums` as it is added."""
    status = row["status"]
    return Counted(
        None if status is None else BookingStatus(status), row["count"], int(row["minutes"]), int(row["lead_minutes"]),
        row["currency"], int(row["price_minor"]),
    )  # fmt: skip


def _by(rows: Sequence[Row], key: str) -> dict[Any, Figures]:
    found: defaultdict[Any, list[Counted]] = defaultdict(list)
    for row in rows:
        found[row[key]].append(counted(row))
    return {value: added(each) for value, each in found.items()}
