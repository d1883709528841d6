"""What a diary must do, as a receptionist with a sheet of paper would do it: minute by minute, in memory, slowly.

Nothing here is taken from `rules/` but names of states and reasons. Times are whole minutes since 1970, UTC.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from rules.booking_states import BookingStatus
from rules.slot_checks import Unfit

ZONE = ZoneInfo("America/New_York")
PENDING = {BookingStatus.REQUESTED, BookingStatus.CONFIRMED}
BLOCKING = PENDING | {BookingStatus.COMPLETED, BookingStatus.NO_SHOW}
Span = tuple[int, int]


@dataclass
class Terms:
    """What a service asks for, in minutes; `who` are the numbers of those who offer it."""

    who: list[int]
    duration: int
    step: int
    before: int = 0
    after: int = 0
    packed: bool = False
    notice: int = 0
    horizon: int = 60
    waits: int | None = None
    cancel_cutoff: int = 0
    move_cutoff: int = 0


@dataclass
class Appointment:
    """A booking or a hold, with what was promised when it was made. `ends_by` (seconds): of a hold or a request."""

    service: int
    staff: int
    start: int
    duration: int
    before: int
    after: int
    status: BookingStatus = BookingStatus.CONFIRMED
    ends_by: float | None = None
    cancel_cutoff: int = 0
    move_cutoff: int = 0
    version: int = 1
    sequence: int = 0

    @property
    def blocked(self) -> Span:
        return self.start - self.before, self.start + self.duration + self.after


def minutes(day: date, minute: int) -> int:
    """A wall time, clocks read as people read them: the first of two, and past a gap."""
    wall = datetime(day.year, day.month, day.day, tzinfo=ZONE) + timedelta(minutes=minute)
    return int(wall.replace(fold=0).timestamp()) // 60


@dataclass
class Diary:
    """Everything of one business. `now` is in seconds."""

    services: list[Terms]
    days: dict[date, list[Span]]  # the windows of each date, in local minutes
    now: float
    bookings: dict[UUID, Appointment] = field(default_factory=dict)
    holds: dict[str, Appointment] = field(default_factory=dict)
    time_off: list[tuple[int | None, Span]] = field(default_factory=list)

    def live_holds(self) -> Iterator[tuple[str, Appointment]]:
        """The holds that still count, with their tokens."""
        for token, hold in self.holds.items():
            if hold.ends_by is not None and hold.ends_by > self.now:
                yield token, hold

    def taken(self, staff: int, ignoring: object = None) -> list[Span]:
        """When somebody cannot be booked; `ignoring` is the id or the token of what is not in the way."""
        found = [b.blocked for key, b in self.bookings.items() if self._in_the_way(b, staff) and key != ignoring]
        found += [h.blocked for token, h in self.live_holds() if h.staff == staff and token != ignoring]
        return found + [span for who, span in self.time_off if who in (None, staff)]

    def _in_the_way(self, booking: Appointment, staff: int) -> bool:
        return booking.staff == staff and booking.status in BLOCKING and not self.overdue(booking)

    def overdue(self, booking: Appointment) -> bool:
        """Whether it is a request that should have been answered by now."""
        waits = booking.status is BookingStatus.REQUESTED
        return waits and booking.ends_by is not None and booking.ends_by <= self.now

    def starts(self, terms: Terms, staff: int, ignoring: object = None) -> dict[int, Unfit | None]:
        """Every minute at which the appointment would lie inside the hours: None where it may, or what is wrong."""
        bad: set[int] = set()
        for begin, end in self.taken(staff, ignoring):
            bad.update(range(begin - terms.duration - terms.after + 1, end + terms.before))
        found: dict[int, Unfit | None] = {}
        for anchors, close in self._windows():
            base = anchors[0]
            for minute in range(anchors[0], close - terms.duration + 1):
                if minute in anchors or (terms.packed and minute - 1 in bad):
                    base = minute
                off_grid = Unfit.NOT_ON_GRID if (minute - base) % terms.step else None
                found[minute] = Unfit.TAKEN if minute in bad else off_grid
        return found

    def _windows(self) -> Iterator[tuple[list[int], int]]:
        """The open windows: where the grid begins anew in each, which is once a day, and when it closes."""
        spans = sorted(span for day in self.days for span in self._open_on(day))
        anchors: list[int] = []
        close = 0
        for begin, end in spans:
            if anchors and begin > close:
                yield anchors, close
                anchors = []
            anchors, close = [*anchors, begin], max(close, end) if anchors else end
        if anchors:
            yield anchors, close

    def _open_on(self, day: date) -> list[Span]:
        """The windows that begin on a date; those that touch are one."""
        joined: list[Span] = []
        for begin, end in sorted((minutes(day, a), minutes(day, b)) for a, b in self.days[day]):
            if joined and begin <= joined[-1][1]:
                joined[-1] = (joined[-1][0], end)
            else:
                joined.append((begin, end))
        return joined

    def reach(self, terms: Terms) -> Span:
        """The first second that may be booked, and the first that may not be any more."""
        today = datetime.fromtimestamp(self.now, ZONE).date()
        return int(self.now) + terms.notice * 60, minutes(today + timedelta(days=terms.horizon + 1), 0) * 60

    def why_not(self, terms: Terms, staff: int, start: int, ignoring: object = None) -> list[Unfit]:
        """Everything that stands against a start, in the order in which it is told."""
        earliest, until = self.reach(terms)
        inside = self.starts(terms, staff, ignoring)
        blocked = any(
            begin < start + terms.duration + terms.after and end > start - terms.before
            for begin, end in self.taken(staff, ignoring)
        )
        found = {
            Unfit.IN_THE_PAST: start * 60 < self.now,
            Unfit.TOO_SOON: start * 60 < earliest,
            Unfit.TOO_FAR: start * 60 >= until,
            Unfit.OUTSIDE_OPENING_HOURS: start not in inside,
            Unfit.TAKEN: blocked,
            Unfit.NOT_ON_GRID: inside.get(start) is Unfit.NOT_ON_GRID,
        }
        return [reason for reason, holds in found.items() if holds]

    def free(self, terms: Terms, people: list[int], day: date, ignoring: object = None) -> dict[int, set[int]]:
        """The free starts of a date, with who is free then."""
        earliest, until = self.reach(terms)
        begin, end = minutes(day, 0), minutes(day + timedelta(days=1), 0)
        found: dict[int, set[int]] = {}
        for person in people:
            for start, wrong in self.starts(terms, person, ignoring).items():
                if wrong is None and begin <= start < end and earliest <= start * 60 < until:
                    found.setdefault(start, set()).add(person)
        return found

    @staticmethod
    def day_of(start: int) -> date:
        return datetime.fromtimestamp(start * 60, UTC).astimezone(ZONE).date()
