"""Used: how much of a service's limits is booked on each date, and on which dates they are full. One statement."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID

from models.busy import NOTHING, Ignoring
from models.offer import NOBODY, Offer
from models.storage.client import Row
from models.storage.database import dialect, fetch, lock
from rules.limits import Limit, Used, dates_to_count, full_dates, period_bounds
from rules.wall_time import day_start, instant, local_date

# A place may lie in another zone than the business: its dates begin at most a day apart.
_MARGIN = timedelta(days=1)

# Segments of bookings by the date that was promised; each service of a visit counts on the date on which the visit
# begins. In place of the date the second at which they begin have those that were promised in another zone than the one
# that counts ($8), and live holds, one by one.
_USED = """
    SELECT MIN(d.day) AS day, COUNT(*) AS count, SUM(d.minutes) AS minutes, d.begins
    FROM (
      SELECT CASE WHEN b.zone = $8 THEN substr(b.local_start, 1, 10) END AS day,
        CASE WHEN b.zone <> $8 THEN {epoch_b} END AS begins, {minutes_s} AS minutes
      FROM segment s JOIN booking b ON b.account_id = s.account_id AND b.id = s.booking_id
      WHERE s.account_id = $1 AND s.service_id = $2 AND s.starts_at >= $3 AND {counts}
    ) d
    GROUP BY d.day, d.begins
    UNION ALL
    SELECT NULL, 1, {minutes_s}, {epoch_h}
    FROM segment s JOIN hold h ON h.account_id = s.account_id AND h.id = s.hold_id
    WHERE s.account_id = $1 AND s.service_id = $2 AND {held}
"""
_COUNTS = """b.starts_at >= $3 AND b.starts_at < $4 AND b.id <> $5
        AND (b.status IN ('CONFIRMED', 'COMPLETED', 'NO_SHOW')
          OR (b.status = 'REQUESTED' AND b.requests_block AND b.request_expires_at > $6))"""
_HELD = "h.starts_at >= $3 AND h.starts_at < $4 AND h.expires_at > $6 AND h.token_hash <> $7"
_EPOCH = {
    "sqlite": "CAST(strftime('%s', {}) AS INTEGER)",
    "postgres": "CAST(extract(epoch FROM {}) AS bigint)",
}


def _statement(engine: str) -> str:
    second = _EPOCH[engine].format
    return _USED.format(
        minutes_s=f"({second('s.ends_at')} - {second('s.starts_at')}) / 60", epoch_b=second("b.starts_at"),
        epoch_h=second("h.starts_at"), counts=_COUNTS, held=_HELD,
    )  # fmt: skip


_STATEMENTS = {engine: _statement(engine) for engine in _EPOCH}


async def full_days(
    account_id: UUID, offer: Offer, first: date, last: date, now: datetime, ignoring: Ignoring
) -> set[date]:
    """Those of the dates `first` to `last`, as the offer's zone counts them, that take no further booking.

    Nothing is asked of services without limits; of a visit, each of its services counts.
    """
    found: set[date] = set()
    for part in offer.services:
        if part.limits:
            used = await used_days(account_id, part, first, last, now, ignoring)
            found |= full_dates(part.limits, used, part.terms.duration // 60, first, last)
    return found


async def limit_reached(account_id: UUID, offer: Offer, day: date, now: datetime, ignoring: Ignoring) -> Limit | None:
    """The limit by which the date takes no further booking; of several the one that counts longest."""
    found: list[Limit] = []
    for part in offer.services:
        if part.limits:
            used = await used_days(account_id, part, day, day, now, ignoring)
            minutes = part.terms.duration // 60
            found += [limit for limit in part.limits if full_dates([limit], used, minutes, day, day)]
    return max(found, key=lambda limit: period_bounds(day, limit.period)[1], default=None)


async def used_days(
    account_id: UUID, offer: Offer, first: date, last: date, now: datetime, ignoring: Ignoring = NOTHING
) -> dict[date, Used]:
    """What is booked of a service on each date that has to be counted to judge the dates `first` to `last`."""
    begin, end = dates_to_count(offer.limits, first, last)
    rows = await fetch(
        _STATEMENTS[dialect()], account_id, offer.service_id, instant(day_start(begin - _MARGIN, offer.zone)),
        instant(day_start(end + 2 * _MARGIN, offer.zone)), ignoring.booking_id or NOBODY, now, ignoring.hold_hash or "",
        offer.zone.key,
    )  # fmt: skip
    return _by_date(rows, offer)


def _by_date(rows: list[Row], offer: Offer) -> dict[date, Used]:
    found: dict[date, Used] = {}
    for row in rows:
        day = date.fromisoformat(row["day"]) if row["day"] else local_date(row["begins"], offer.zone)
        before = found.get(day, Used(0, 0))
        found[day] = Used(before.count + row["count"], before.minutes + int(row["minutes"]))
    return found


async def lock_limits(account_id: UUID, offer: Offer) -> None:
    """Until the transaction ends, nobody else counts what is left of this service. Before any calendar is locked.

    Its people have calendars of their own: without this, two of them could each give away the last place.
    """
    limited = [part.service_id for part in offer.services if part.limits]
    if limited:
        await lock([f"{account_id}/limits/{service_id}" for service_id in limited])
