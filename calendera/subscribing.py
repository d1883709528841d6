"""The worker's part of subscriptions: asks calendars elsewhere when people are busy."""

from __future__ import annotations

import asyncio
from datetime import timedelta, tzinfo

from calendera.clock import Clock
from calendera.egress import Egress, EgressRefused
from calendera.logs import log
from calendera.outgoing import Answered, NotAnswered, Outgoing, host_of
from models.calendar_subscription import CalendarSubscription
from models.mail_parcels import ASKING
from models.storage.reach import bound
from rules.errors import ValidationFailed
from rules.ics_busy import busy_times
from rules.intervals import Window
from rules.sharing import Channel
from rules.wall_time import epoch

MOST_BYTES = 5_000_000
# What is told is kept for a while after it is over, and read as far ahead as the longest horizon of a service.
BEHIND, AHEAD = timedelta(days=1), timedelta(days=400)
OUR_UIDS = "@calendera"
_OURS = "This server could not ask. Subscribe anew, or ask whoever runs it."
_GONE = frozenset({401, 403, 404, 410})


class Subscribing:
    """The job `fetch_one`. Any number of workers may run it at once."""

    def __init__(self, clock: Clock, outgoing: Outgoing, egress: Egress) -> None:
        self.clock = clock
        self.outgoing = outgoing
        self.egress = egress

    async def fetch_one(self) -> int:
        """Ask the calendar that has been due longest; how many were dealt with (0 or 1)."""
        found = await CalendarSubscription.take(self.clock.now())
        if found is None:
            return 0
        with bound(found.account_id):
            try:
                state = await self._fetch(found)
            except (NotAnswered, EgressRefused) as problem:
                state = "failed"
                await found.failed(self.clock.now(), _said(problem))
            except Exception as error:
                state = "failed"
                log.error("calendar put off", job="calendars", job_id=found.id, exc_info=error)
                await found.failed(self.clock.now(), _OURS)
        log.info("calendar asked", job="calendars", job_id=found.id, account_id=found.account_id, state=state)
        return 1

    async def _fetch(self, found: CalendarSubscription) -> str:
        now = self.clock.now()
        headers = {"Accept": "text/calendar", **found.known(now)}
        async with self.egress.leaving(Channel.CALENDARS, host_of(found.address), ASKING):
            answered = await self.outgoing.get(found.address, most_bytes=MOST_BYTES, headers=headers)
        if answered.status == 304 and len(headers) > 1:
            return "unchanged" if await found.unchanged(now) else "taken over"
        _refuse(answered)
        span = (epoch(now - BEHIND), epoch(now + AHEAD))
        zone = await found.zone()
        try:
            busy, unread = await asyncio.to_thread(_read, answered.body, zone, span)
            told = await found.was_read(
                now, span, busy, problem=_words(unread), tag=_header(answered, "etag", 300),
                modified=_header(answered, "last-modified", 100),
            )  # fmt: skip
        except ValidationFailed:
            raise NotAnswered("The calendar holds more busy times than are taken in; end old series there.") from None
        except ValueError as problem:
            raise NotAnswered(str(problem)) from None
        return "read" if told else "taken over"


def _said(problem: NotAnswered | EgressRefused) -> str:
    return f"This server may not ask there: {problem}." if isinstance(problem, EgressRefused) else str(problem)


def _read(body: bytes, zone: tzinfo, span: Window) -> tuple[list[Window], int]:
    return busy_times(body.decode("utf-8", "replace").split("\n"), zone, span, OUR_UIDS)


def _refuse(answered: Answered) -> None:
    if answered.status in _GONE:
        raise NotAnswered(f"The other server answered {answered.status}: the address was taken back, or is mistyped.")
    if answered.status != 200:
        raise NotAnswered(f"The other server answered {answered.status}.")


def _words(unread: int) -> str | None:
    if not unread:
        return None
    return f"{unread} of its events cannot be read and are not counted as busy; the others are."


def _header(answered: Answered, name: str, longest: int) -> str | None:
    value = answered.headers.get(name, "")
    return value if value.isascii() and value.isprintable() and 0 < len(value) <= longest else None
