"""Figures of a business's appointments, from counts of them. Pure arithmetic on what the database added up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from rules.booking_states import BookingStatus

_S = BookingStatus
# What took time of somebody, or will.
TAKING_PLACE = frozenset({_S.CONFIRMED, _S.COMPLETED, _S.NO_SHOW})
_ONE_DAY = timedelta(days=1)


class Span(StrEnum):
    """How long a bucket is."""

    DAY = "DAY"
    WEEK = "WEEK"
    MONTH = "MONTH"


@dataclass(frozen=True, slots=True)
class Counted:
    """Appointments that are alike: how many, how long they take together (a shared session counts once, with none of
    its bookings), how long ahead they were booked together, and what was promised for them."""

    status: BookingStatus | None
    count: int = 0
    minutes: int = 0
    lead_minutes: int = 0
    currency: str | None = None
    price_minor: int = 0


@dataclass(slots=True)
class Figures:
    """What some appointments add up to. Add `Counted`s; read the rest."""

    by_status: Counter[BookingStatus] = field(default_factory=Counter)
    booked_minutes: int = 0
    lead_minutes: int = 0
    earned: Counter[str] = field(default_factory=Counter)
    expected: Counter[str] = field(default_factory=Counter)
    open_minutes: int | None = None

    def add(self, one: Counted) -> None:
        """Count these in."""
        if one.status is None:
            self.booked_minutes += one.minutes
            return
        self.by_status[one.status] += one.count
        self.lead_minutes += one.lead_minutes
        if one.status in TAKING_PLACE:
            self.booked_minutes += one.minutes
        if one.currency is not None and one.status in (_S.COMPLETED, _S.CONFIRMED):
            sums = self.earned if one.status is _S.COMPLETED else self.expected
            sums[one.currency] += one.price_minor

    @property
    def bookings(self) -> int:
        """How many, in whatever state."""
        return self.by_status.total()

    @property
    def no_show_rate(self) -> float | None:
        """Of those whose outcome is known; None where there are none."""
        return share(self.by_status[_S.NO_SHOW], self.by_status[_S.NO_SHOW] + self.by_status[_S.COMPLETED])

    @property
    def cancellation_rate(self) -> float | None:
        """Of all that were made; None where there are none."""
        return share(self.by_status[_S.CANCELLED], self.bookings)

    @property
    def average_lead_minutes(self) -> int | None:
        """From booking to begin; None where there are none."""
        return self.lead_minutes // self.bookings if self.bookings else None

    @property
    def occupancy(self) -> float | None:
        """Booked time of open time; above 1 where people work outside their hours. None where nobody is open."""
        return None if self.open_minutes is None else share(self.booked_minutes, self.open_minutes)


def added(counted: Iterable[Counted]) -> Figures:
    """What they add up to."""
    figures = Figures()
    for one in counted:
        figures.add(one)
    return figures


def share(part: int, whole: int) -> float | None:
    """`part` of `whole`, to four digits; None of nothing."""
    return round(part / whole, 4) if whole else None


def buckets(span: Span, first: date, last: date) -> list[tuple[date, date]]:
    """The days, ISO weeks or months that `first` to `last` meet, cut to them: (first, last) of each, inclusive."""
    found = []
    begin = first
    while begin <= last:
        end = min(_end_of(span, begin), last)
        found.append((begin, end))
        begin = end + _ONE_DAY
    return found


def _end_of(span: Span, day: date) -> date:
    if span is Span.DAY:
        return day
    if span is Span.WEEK:
        return day + timedelta(days=7 - day.isoweekday())
    later = day.replace(day=28) + timedelta(days=4)
    return later.replace(day=1) - _ONE_DAY
