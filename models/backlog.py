"""Backlog: what there is to do for each job of the worker, what is late, and what it could not do. Counts and moments
alone; nothing of whom it is about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from models import calendar_subscription, export, mail, paying, refunding
from models.clearing import CLEARINGS, Clearing
from models.setback import READY, with_setbacks
from models.storage.database import Row, fetch
from models.storage.instant import from_database
from models.storage.reach import Reach, reaching

# What was given up is told for as long.
_TOLD = timedelta(days=30)
_FREE = "(q.lease_until IS NULL OR q.lease_until <= $1)"
_SETBACK = ("x.given_up_at IS NULL AND x.retry_at > $1", "x.retry_at", "x.given_up_at")


@dataclass(frozen=True, slots=True)
class _Queue:
    """Conditions and columns of the rows `q` that a job looks at, on `$1`, the present moment."""

    job: str
    rows: str
    due: str
    since: str
    again: str
    again_at: str
    given_up_at: str
    leases: bool = False


def _leased(job: str, table: str, due: str, again: str, given_up_at: str, since: str = "q.due_at") -> _Queue:
    """Of a job that takes one row at a time under a lease."""
    rows = f"{table} q"
    return _Queue(job, rows, due, since, f"{again} AND q.due_at > $1 AND {_FREE}", "q.due_at", given_up_at, True)


def _batched(job: str, rows: str, subject: str, due: str, since: str) -> _Queue:
    """Of a job that takes many, and puts off the single one."""
    return _Queue(job, f"{rows} q {with_setbacks(job, subject)}", f"{due} AND {READY}", since, *_SETBACK)


# Offers are made when something becomes free: nothing says that one is late, but what failed is known.
_WAITING = """(
    SELECT s.* FROM setback s WHERE s.job = 'waitlist' AND EXISTS (
      SELECT 1 FROM waitlist_entry w WHERE w.state = 'WAITING' AND (w.id = s.subject_id OR w.service_id = s.subject_id))
  ) x"""
_LIVE = "((q.state = 'OFFERED' AND q.offer_expires_at <= $1) OR (q.state = 'WAITING' AND q.ends_at <= $1))"
_ENDS = "CASE q.state WHEN 'OFFERED' THEN q.offer_expires_at ELSE q.ends_at END"
_QUEUES: Sequence[_Queue] = (
    _batched("reminders", "reminder", "q.booking_id", "q.due_at <= $1", "q.due_at"),
    _leased("mail", "mail", mail.DUE, "q.dead_at IS NULL AND q.attempts > 0", "q.dead_at"),
    _Queue("waitlist", _WAITING, READY, "x.retry_at", *_SETBACK),
    _batched("expired waitlist", "waitlist_entry", "q.id", _LIVE, _ENDS),
    _batched("expired holds", "hold", "q.id", "q.expires_at <= $1", "q.expires_at"),
    _batched(
        "expired requests", "booking", "q.id", "q.status = 'REQUESTED' AND q.request_expires_at <= $1",
        "q.request_expires_at",
    ),
    _leased("payments", "payment", paying.DUE, "q.state = 'PENDING' AND q.attempts > 0", "NULLIF(q.due_at, q.due_at)"),
    _leased(
        "refunds", "refund", refunding.DUE, "q.state = 'PENDING' AND q.attempts > 0",
        "CASE WHEN q.state = 'FAILED' THEN q.settled_at END",
    ),
    _Queue(
        "export", "export q", export.DUE, "q.created_at", "q.attempts < 0", "q.lease_until",
        "CASE WHEN q.status = 'FAILED' THEN q.finished_at END", True,
    ),
    _leased(
        "calendars", "calendar_subscription", calendar_subscription.DUE, "q.failures > 0 AND q.ended_at IS NULL",
        "q.ended_at",
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Backlog:
    """Of one job. `due`: its turn has come; `overdue`: so long ago; `again`: it failed, and is tried again later."""

    job: str
    due: int
    overdue: int
    due_since: datetime | None = None
    leased: int = 0
    leased_until: datetime | None = None
    again: int = 0
    again_at: datetime | None = None
    given_up: int = 0
    given_up_since: datetime | None = None


async def backlog(now: datetime, patience: timedelta) -> list[Backlog]:
    """Of every job; `patience`: how long something may be due before it is overdue."""
    with reaching(Reach.ROUNDS):
        found = [_told(one.job, *await fetch(_counting(one), now, now - patience, now - _TOLD)) for one in _QUEUES]
        return [*found, *[await _clearing(one, now, patience) for one in CLEARINGS]]


def _counting(one: _Queue) -> str:
    leased = f"q.lease_until > $1 AND NOT ({one.due})" if one.leases else "1 = 0"
    until = "q.lease_until" if one.leases else one.again_at
    columns = (
        ("due", one.due, one.since), ("overdue", f"({one.due}) AND {one.since} <= $2", one.since),
        ("leased", leased, until), ("again", one.again, one.again_at),
        ("given_up", f"{one.given_up_at} > $3", one.given_up_at),
    )  # fmt: skip
    asked = ", ".join(
        f"COUNT(CASE WHEN {when} THEN 1 END) AS {name}, "
        f"{'MAX' if name == 'leased' else 'MIN'}(CASE WHEN {when} THEN {at} END) AS {name}_at"
        for name, when, at in columns
    )
    return f"SELECT {asked} FROM {one.rows}"


def _told(job: str, row: Row) -> Backlog:
    def at(name: str) -> datetime | None:
        return from_database(row[f"{name}_at"]) if row[f"{name}_at"] else None

    return Backlog(
        job, row["due"], row["overdue"], at("due"), row["leased"], at("leased"), row["again"], at("again"),
        row["given_up"], at("given_up"),
    )  # fmt: skip


async def _clearing(one: Clearing, now: datetime, patience: timedelta) -> Backlog:
    counted = f"SELECT COUNT(*) AS n FROM {one.table} WHERE {one.gone}"
    due, overdue = [(await fetch(counted, one.before(at)))[0]["n"] for at in (now, now - patience)]
    return Backlog(f"clear {one.table}", due, overdue)
