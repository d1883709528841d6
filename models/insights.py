"""Insights: what a business's appointments add up to. Two statements, however many appointments."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from models.leases import uuid_of
from models.storage.client import Row
from models.storage.database import dialect, fetch
from rules.booking_states import BookingStatus
from rules.figures import Counted, Figures, added
from rules.wall_time import day_bounds, instant

_EPOCH = {"sqlite": "CAST(strftime('%s', {}) AS INTEGER)", "postgres": "CAST(extract(epoch FROM {}) AS bigint)"}
_MOMENT = {"sqlite": "${}", "postgres": "CAST(${} AS timestamptz)"}
# Each row counts appointments that are alike. A shared session takes its time once, its bookings none of their own.
_SUMS = """
    SELECT {named}, b.status AS status, b.currency AS currency, COUNT(*) AS count,
      SUM(CASE WHEN b.group_session_id IS NULL THEN ({ends} - {starts}) / 60 ELSE 0 END) AS minutes,
      SUM(({starts} - {made}) / 60) AS lead_minutes, SUM(COALESCE(b.price_minor, 0)) AS price_minor
    FROM k JOIN booking b ON b.starts_at >= k.begins AND b.starts_at < k.ends
    WHERE b.account_id = $1 {narrowed_b}
    GROUP BY {grouped}, b.status, b.currency
    UNION ALL
    SELECT {sessions}, NULL, NULL, 0, SUM(({session_ends} - {session_starts}) / 60), 0, 0
    FROM k JOIN group_session g ON g.starts_at >= k.begins AND g.starts_at < k.ends
    WHERE g.account_id = $1 AND g.taken > 0 {narrowed_g}
    GROUP BY {sessions}
"""


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
    bounds = [(instant(day_bounds(a, zone)[0]), instant(day_bounds(b, zone)[1])) for a, b in ranges]
    each = await _sums(account_id, ["n"], bounds, narrowed)
    whole = await _sums(account_id, ["service_id", "staff_id"], [(bounds[0][0], bounds[-1][1])], narrowed)
    by_bucket: defaultdict[Any, list[Counted]] = defaultdict(list)
    for row in each:
        by_bucket[row["n"]].append(_counted(row))
    return Insights(
        added(_counted(row) for row in whole),
        [added(by_bucket[number]) for number in range(len(bounds))],
        _by(whole, "service_id"),
        _by(whole, "staff_id"),
    )


async def _sums(
    account_id: UUID, keys: Sequence[str], bounds: Sequence[tuple[datetime, datetime]], narrowed: Narrowed
) -> list[Row]:
    values: list[Any] = [account_id]

    def given(value: Any, form: str = "${}") -> str:
        values.append(value)
        return form.format(len(values))

    moment, second = _MOMENT[dialect()], _EPOCH[dialect()].format
    rows = [f"({n}, {given(begin, moment)}, {given(end, moment)})" for n, (begin, end) in enumerate(bounds)]
    only = {name: given(value) for name in ("staff_id", "service_id") if (value := getattr(narrowed, name))}
    statement = _SUMS.format(
        named=", ".join(f"{_of('b', key)} AS {key}" for key in keys),
        grouped=", ".join(_of("b", key) for key in keys), sessions=", ".join(_of("g", key) for key in keys),
        starts=second("b.starts_at"), ends=second("b.ends_at"), made=second("b.created_at"),
        session_starts=second("g.starts_at"), session_ends=second("g.ends_at"),
        narrowed_b=_narrowing("b", only), narrowed_g=_narrowing("g", only),
    )  # fmt: skip
    return await fetch(f"WITH k (n, begins, ends) AS (VALUES {', '.join(rows)}) {statement}", *values)


def _of(table: str, key: str) -> str:
    return "k.n" if key == "n" else f"{table}.{key}"


def _narrowing(table: str, only: Mapping[str, str]) -> str:
    return " ".join(f"AND {table}.{column} = {place}" for column, place in only.items())


def _counted(row: Row) -> Counted:
    status = row["status"]
    return Counted(
        None if status is None else BookingStatus(status), row["count"], int(row["minutes"]), int(row["lead_minutes"]),
        row["currency"], int(row["price_minor"]),
    )  # fmt: skip


def _by(rows: Sequence[Row], key: str) -> dict[UUID, Figures]:
    found: defaultdict[UUID, list[Counted]] = defaultdict(list)
    for row in rows:
        found[uuid_of(row[key])].append(_counted(row))
    return {id_: added(counted) for id_, counted in found.items()}
