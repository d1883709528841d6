"""GroupSession: an appointment that several parties share. Its seats are taken and given back here, one statement each.

Whoever calls these has locked all calendars of the session; the table's CHECK has the last word.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from tortoise import fields

from models.act import Act
from models.personal import Why, plain, ref
from models.storage.client import Row
from models.storage.database import execute, fetch
from models.storage.instant import Instant
from models.tenancy import Owned

_TAKE = """
    UPDATE group_session SET taken = taken + $3 WHERE account_id = $1 AND id = $2 AND taken + $3 <= capacity
"""
_LEAVE = "UPDATE group_session SET taken = taken - $3 WHERE account_id = $1 AND id = $2"
_END = "DELETE FROM group_session WHERE account_id = $1 AND id = $2 AND taken = 0"
# The holds of seats that have ended by $3: of one service, or in one session.
_ENDED = """
    SELECT h.id, h.group_session_id, h.party_size FROM hold h
    WHERE h.account_id = $1 AND h.service_id = $2 AND h.group_session_id IS NOT NULL AND h.expires_at <= $3
"""
_ENDED_THERE = """
    SELECT h.id, h.group_session_id, h.party_size FROM hold h
    WHERE h.account_id = $1 AND h.group_session_id = $2 AND h.expires_at <= $3
"""


class GroupSession(Owned):
    """The parties that come for one service at one time to one staff member, or to those whom this one leads, half-open
    [starts_at, ends_at).

    `taken` of its `capacity` seats belong to bookings and to holds. It begins with the first and ends with the last.
    """

    service_id = ref("service")
    staff_id = ref("staff")
    starts_at: Instant[datetime] = plain(Instant(), Why.BUSINESS)
    ends_at: Instant[datetime] = plain(Instant(), Why.BUSINESS)
    capacity = plain(fields.IntField(), Why.SETTING)
    taken = plain(fields.IntField(), Why.STATE)

    class Meta:
        table = "group_session"

    @property
    def remaining(self) -> int:
        """Seats that nobody has."""
        return self.capacity - self.taken


async def take_seats(session: GroupSession, seats: int) -> bool:
    """Take seats of a session; False, and nothing is taken, where it has not that many."""
    return await execute(_TAKE, session.account_id, session.id, seats) == 1


async def leave(account_id: Any, session_id: Any, seats: int) -> None:
    """Give seats back. With the last ones the session ends, and its time is free at once.

    Keys are UUIDs, or as the engine has them.
    """
    await execute(_LEAVE, account_id, session_id, seats)
    await execute(_END, account_id, session_id)


async def clear_seats(act: Act, session_id: UUID) -> None:
    """Give back what ended holds still have of a session. Lock all of its calendars before."""
    await _clear(act, await fetch(_ENDED_THERE, act.account_id, session_id, act.at))


async def clear_seats_of(act: Act, service_id: UUID) -> None:
    """Give back what ended holds still have of a service's sessions."""
    await _clear(act, await fetch(_ENDED, act.account_id, service_id, act.at))


async def _clear(act: Act, ended: list[Row]) -> None:
    for row in ended:
        if await execute("DELETE FROM hold WHERE account_id = $1 AND id = $2", act.account_id, row["id"]):
            await leave(act.account_id, row["group_session_id"], row["party_size"])
