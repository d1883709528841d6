"""Invariants: what holds of an account's diary at every moment, asked of the rows themselves.

The database and the verbs keep these; this finds out whether they did. Each check is a statement that answers the rows
that break it, with `$1` the account.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from uuid import UUID

from models.leases import uuid_of
from models.storage.database import dialect, fetch

_LIVE = "('REQUESTED', 'CONFIRMED', 'COMPLETED', 'NO_SHOW')"
_SECONDS = {"sqlite": "CAST(strftime('%s', {}) AS INTEGER)", "postgres": "CAST(extract(epoch FROM {}) AS bigint)"}

_NOW = {name: sql.format(word) for (name, sql), word in zip(_SECONDS.items(), ("'now'", "now()"), strict=True)}

_MOMENTS = (
    "b.starts_at", "b.ends_at", "s.starts_at", "s.ends_at", "p.ends_at", "r.due_at", "w.offer_expires_at",
)  # fmt: skip

# What each says of the rows that it finds.
_CHECKS: Mapping[str, str] = MappingProxyType(
    {
        "two blocked ranges of one calendar overlap": """
            SELECT o.id FROM occupancy o JOIN occupancy p
              ON p.account_id = o.account_id AND p.calendar_id = o.calendar_id AND p.id > o.id
            WHERE o.account_id = $1 AND o.starts < p.ends AND o.ends > p.starts
              AND NOT o.overlapping AND NOT p.overlapping
        """,
        "a booking was put over another, and its history does not say so": """
            SELECT o.booking_id AS id FROM occupancy o
            WHERE o.account_id = $1 AND o.overlapping AND o.booking_id IS NOT NULL AND NOT EXISTS (
              SELECT 1 FROM event e WHERE e.account_id = o.account_id AND e.subject_id = o.booking_id
                AND CAST(e.data AS TEXT) LIKE '%"TAKEN"%')
        """,
        "a booking that counts does not have all of its time or seats": f"""
            SELECT DISTINCT b.id FROM booking b
            JOIN engagement e ON e.account_id = b.account_id AND e.booking_id = b.id
            WHERE b.account_id = $1 AND b.status IN {_LIVE}
              AND (b.status <> 'REQUESTED' OR b.requests_block) AND NOT EXISTS (
              SELECT 1 FROM occupancy o WHERE o.account_id = e.account_id AND o.calendar_id = e.calendar_id
                AND (o.booking_id = b.id OR o.group_session_id = b.group_session_id))
        """,
        "a booking that was called off still has its time or seats": f"""
            SELECT b.id FROM booking b LEFT JOIN occupancy o ON o.account_id = b.account_id AND o.booking_id = b.id
            WHERE b.account_id = $1 AND b.status NOT IN {_LIVE} AND (o.id IS NOT NULL OR b.group_session_id IS NOT NULL)
        """,
        "a request that waits without a time has one, or seats": """
            SELECT b.id FROM booking b LEFT JOIN occupancy o ON o.account_id = b.account_id AND o.booking_id = b.id
            WHERE b.account_id = $1 AND b.status = 'REQUESTED' AND NOT b.requests_block
              AND (o.id IS NOT NULL OR b.group_session_id IS NOT NULL)
        """,
        "a booking blocks another time than that of its services with their buffers": """
            SELECT o.booking_id AS id FROM occupancy o
            WHERE o.account_id = $1 AND o.booking_id IS NOT NULL AND NOT EXISTS (
              SELECT 1 FROM segment s WHERE s.account_id = o.account_id AND s.booking_id = o.booking_id
                AND s.place = o.place AND o.starts BETWEEN {s.starts_at} - s.before_minutes * 60 AND {s.starts_at}
                AND o.ends BETWEEN {s.ends_at} AND {s.ends_at} + s.after_minutes * 60)
        """,
        "a booking does not keep the buffers at its ends": """
            SELECT b.id FROM booking b JOIN occupancy o ON o.account_id = b.account_id AND o.booking_id = b.id
            WHERE b.account_id = $1
            GROUP BY b.account_id, b.id, b.starts_at, b.ends_at, b.before_minutes, b.after_minutes
            HAVING MIN(o.starts) > {b.starts_at} - b.before_minutes * 60
              OR MAX(o.ends) < {b.ends_at} + b.after_minutes * 60
        """,
        "a service of a visit that counts does not have the time of whom it is with": f"""
            SELECT b.id FROM segment s JOIN booking b ON b.account_id = s.account_id AND b.id = s.booking_id
            JOIN calendar c ON c.account_id = s.account_id AND c.staff_id = s.staff_id
            WHERE s.account_id = $1 AND b.title IS NOT NULL AND b.status IN {_LIVE}
              AND (b.status <> 'REQUESTED' OR b.requests_block) AND NOT EXISTS (
              SELECT 1 FROM occupancy o WHERE o.account_id = s.account_id AND o.booking_id = b.id
                AND o.place = s.place AND o.calendar_id = c.id)
        """,
        "a booking blocks a calendar that it does not have": """
            SELECT o.booking_id AS id FROM occupancy o
            WHERE o.account_id = $1 AND o.booking_id IS NOT NULL AND NOT EXISTS (
              SELECT 1 FROM engagement e
              WHERE e.account_id = o.account_id AND e.booking_id = o.booking_id AND e.calendar_id = o.calendar_id)
        """,
        "a booking does not have the calendar of whom it is with": """
            SELECT b.id FROM booking b
            WHERE b.account_id = $1 AND NOT EXISTS (
              SELECT 1 FROM engagement e JOIN calendar c ON c.account_id = e.account_id AND c.id = e.calendar_id
              WHERE e.account_id = b.account_id AND e.booking_id = b.id AND c.staff_id = b.staff_id)
        """,
        "a calendar is said to be somebody else's": """
            SELECT e.booking_id AS id FROM engagement e
            JOIN calendar c ON c.account_id = e.account_id AND c.id = e.calendar_id
            WHERE e.account_id = $1 AND NOT (
              COALESCE(c.staff_id = e.staff_id, false)
              OR COALESCE(c.resource_id = e.resource_id AND c.unit = e.unit, false))
        """,
        "what is still to come has a unit that there is not": """
            SELECT o.id FROM occupancy o
            JOIN calendar c ON c.account_id = o.account_id AND c.id = o.calendar_id
            JOIN resource r ON r.account_id = c.account_id AND r.id = c.resource_id
            WHERE o.account_id = $1 AND c.unit > r.quantity AND o.ends > {now}
              AND (o.expires IS NULL OR o.expires > {now})
        """,
        "a hold has neither its time nor seats": """
            SELECT h.id FROM hold h
            WHERE h.account_id = $1 AND h.group_session_id IS NULL AND NOT EXISTS (
              SELECT 1 FROM occupancy o WHERE o.account_id = h.account_id AND o.hold_id = h.id)
        """,
        "a group session counts other seats than its bookings and holds have": """
            SELECT g.id FROM group_session g
            WHERE g.account_id = $1 AND g.taken <> (
              SELECT COALESCE(SUM(b.party_size), 0) FROM booking b
              WHERE b.account_id = g.account_id AND b.group_session_id = g.id
            ) + (
              SELECT COALESCE(SUM(h.party_size), 0) FROM hold h
              WHERE h.account_id = g.account_id AND h.group_session_id = g.id
            )
        """,
        "a group session has more seats taken than it has": """
            SELECT g.id FROM group_session g WHERE g.account_id = $1 AND (g.taken > g.capacity OR g.taken < 1)
        """,
        "a group session does not have its time": """
            SELECT g.id FROM group_session g
            WHERE g.account_id = $1 AND NOT EXISTS (
              SELECT 1 FROM occupancy o WHERE o.account_id = g.account_id AND o.group_session_id = g.id)
        """,
        "a booking's price is not made of what it is for": """
            SELECT b.id FROM booking b
            WHERE b.account_id = $1 AND b.unit_price_minor IS NOT NULL AND b.price_minor <>
              b.unit_price_minor * CASE b.price_unit WHEN 'PERSON' THEN b.party_size ELSE 1 END + (
                SELECT COALESCE(SUM(COALESCE(a.unit_price_minor, 0) * a.quantity), 0) FROM booking_add_on a
                WHERE a.account_id = b.account_id AND a.booking_id = b.id)
        """,
        "a reminder is for another moment, or of a booking that does not stand": """
            SELECT r.id FROM reminder r JOIN booking b ON b.account_id = r.account_id AND b.id = r.booking_id
            WHERE r.account_id = $1 AND (b.status <> 'CONFIRMED' OR {r.due_at} <> {b.starts_at} - r.minutes_before * 60)
        """,
        "a series has other occurrences than 1 to its size": """
            SELECT s.id FROM booking_series s
            WHERE s.account_id = $1 AND s.size <> (
              SELECT CASE WHEN COUNT(*) = COALESCE(MAX(o.position), 0) THEN COUNT(*) ELSE 0 END
              FROM series_occurrence o WHERE o.account_id = s.account_id AND o.series_id = s.id)
        """,
        "a booking of a series is of another customer or service than the series": """
            SELECT b.id FROM series_occurrence o
            JOIN booking_series s ON s.account_id = o.account_id AND s.id = o.series_id
            JOIN booking b ON b.account_id = o.account_id AND b.id = o.booking_id
            WHERE o.account_id = $1 AND (b.customer_id <> s.customer_id OR b.service_id <> s.service_id)
        """,
        "an offer to somebody who waits has no hold that is kept as long": """
            SELECT w.id FROM waitlist_entry w
            WHERE w.account_id = $1 AND w.state = 'OFFERED' AND {w.offer_expires_at} > {now} AND NOT EXISTS (
              SELECT 1 FROM hold h WHERE h.account_id = w.account_id AND h.token_hash = w.hold_hash
                AND h.starts_at = w.offered_starts_at AND h.expires_at = w.offer_expires_at)
        """,
        "somebody who waited has booked, and there is no booking": """
            SELECT w.id FROM waitlist_entry w
            WHERE w.account_id = $1 AND w.state = 'BOOKED' AND w.booking_id IS NULL
        """,
        "the services of a visit do not follow each other as promised": """
            SELECT s.id FROM segment s
            WHERE s.account_id = $1 AND s.place > 0 AND NOT EXISTS (
              SELECT 1 FROM segment p WHERE p.account_id = s.account_id AND p.place = s.place - 1
                AND (p.booking_id = s.booking_id OR p.hold_id = s.hold_id)
                AND {s.starts_at} - {p.ends_at} BETWEEN p.gap_minutes * 60 AND (p.gap_minutes + p.wait_minutes) * 60)
        """,
        "a booking is not as long as its services, or of another one": """
            SELECT b.id FROM booking b
            WHERE b.account_id = $1 AND NOT EXISTS (
              SELECT 1 FROM segment f JOIN segment l ON l.account_id = f.account_id AND l.booking_id = f.booking_id
              WHERE f.account_id = b.account_id AND f.booking_id = b.id AND f.place = 0
                AND f.service_id = b.service_id AND f.staff_id = b.staff_id AND f.starts_at = b.starts_at
                AND l.ends_at = b.ends_at AND NOT EXISTS (
                  SELECT 1 FROM segment n
                  WHERE n.account_id = l.account_id AND n.booking_id = l.booking_id AND n.place > l.place))
        """,
        "a booking says another sum than its lines in the ledger": """
            SELECT b.id FROM booking b
            WHERE b.account_id = $1 AND b.paid_minor <> (
              SELECT COALESCE(SUM(e.amount_minor), 0) FROM payment_entry e
              WHERE e.account_id = b.account_id AND e.booking_id = b.id)
        """,
        "a payment's state is not what its lines in the ledger say": """
            SELECT p.id FROM payment p
            WHERE p.account_id = $1 AND (
              (p.state IN ('PENDING', 'FAILED', 'EXPIRED')) <> NOT EXISTS (
                SELECT 1 FROM payment_entry e WHERE e.account_id = p.account_id AND e.payment_id = p.id)
              OR p.refunded_minor <> (SELECT COALESCE(-SUM(e.amount_minor), 0) FROM payment_entry e
                WHERE e.account_id = p.account_id AND e.payment_id = p.id AND e.kind = 'REFUNDED')
              OR (p.state = 'REFUNDED') <> (p.refunded_minor = p.amount_minor)
              OR (p.state = 'PARTLY_REFUNDED') <> (p.refunded_minor > 0 AND p.refunded_minor < p.amount_minor)
            )
        """,
        "a payment promises back another sum than its refunds": """
            SELECT p.id FROM payment p
            WHERE p.account_id = $1 AND p.returning_minor <> (
              SELECT COALESCE(SUM(r.amount_minor), 0) FROM refund r
              WHERE r.account_id = p.account_id AND r.payment_id = p.id AND r.state <> 'FAILED')
        """,
        "a booking is not what its history says": """
            SELECT b.id FROM booking b JOIN booking_snapshot s ON s.account_id = b.account_id AND s.id = (
              SELECT l.id FROM booking_snapshot l WHERE l.account_id = b.account_id AND l.booking_id = b.id
              ORDER BY l.version DESC, l.id DESC LIMIT 1)
            WHERE b.account_id = $1 AND (
              s.status <> b.status OR s.customer_id <> b.customer_id OR s.staff_id <> b.staff_id
              OR s.starts_at <> b.starts_at OR s.ends_at <> b.ends_at OR s.local_start <> b.local_start
              OR s.party_size <> b.party_size OR s.paid_minor <> b.paid_minor
              OR COALESCE(s.price_minor, -1) <> COALESCE(b.price_minor, -1)
              OR (s.location_id IS NULL) <> (b.location_id IS NULL) OR s.location_id <> b.location_id
              OR EXISTS (SELECT 1 FROM engagement e WHERE e.account_id = b.account_id AND e.booking_id = b.id
                AND (e.staff_id IS NOT NULL AND CAST(s.people AS TEXT) NOT LIKE '%' || e.staff_id || '%'
                  OR e.resource_id IS NOT NULL
                    AND CAST(s.things AS TEXT) NOT LIKE '%' || e.resource_id || '/' || e.unit || '"%')))
        """,
        "a booking has no history": """
            SELECT b.id FROM booking b
            WHERE b.account_id = $1 AND NOT EXISTS (
              SELECT 1 FROM event e WHERE e.account_id = b.account_id AND e.subject = 'booking' AND e.subject_id = b.id)
        """,
    }
)


@dataclass(frozen=True, slots=True)
class Broken:
    """An invariant that does not hold, and the rows that break it: of bookings, holds, sessions or occupancies."""

    what: str
    ids: tuple[UUID, ...]


CHECKS = tuple(_CHECKS)


async def broken(account_id: UUID) -> list[Broken]:
    """Every invariant that does not hold in the account. Reads only."""
    found = []
    for what, sql in _CHECKS.items():
        rows = await fetch(_written(sql), account_id)
        if rows:
            found.append(Broken(what, tuple(uuid_of(row["id"]) for row in rows)))
    return found


def _written(sql: str) -> str:
    second = _SECONDS[dialect()].format
    for column in _MOMENTS:
        sql = sql.replace(f"{{{column}}}", second(column))
    return sql.replace("{now}", _NOW[dialect()])
