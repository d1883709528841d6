"""The waitlist: which free times suit somebody who waits, and for how long one of them is kept for them."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum
from zoneinfo import ZoneInfo

from rules.errors import Refusal, RefusalCode
from rules.wall_time import instant, local

# Nobody reads a mail and decides in less; what is nearer is left to those who look for free times.
SHORTEST_OFFER = timedelta(minutes=5)
MOST_WAITING = 5
LONGEST_WISH = timedelta(days=92)
A_DAY = 1440


class WaitlistState(Enum):
    """Where somebody who waits stands."""

    WAITING = "WAITING"
    OFFERED = "OFFERED"
    BOOKED = "BOOKED"
    PASSED = "PASSED"
    EXPIRED = "EXPIRED"
    LEFT = "LEFT"
    REMOVED = "REMOVED"


LIVE = (WaitlistState.WAITING, WaitlistState.OFFERED)


@dataclass(frozen=True, slots=True)
class Wished:
    """Dates of the place, both inclusive, minutes of its day [from, until), and ISO weekdays; none means any."""

    from_date: date
    until_date: date
    from_minute: int = 0
    until_minute: int = A_DAY
    weekdays: tuple[int, ...] = ()

    def suits(self, start: int, zone: ZoneInfo) -> bool:
        """Whether an appointment that begins then (epoch seconds) is what is wished for."""
        wall = local(instant(start), zone).date_time
        minute = wall.hour * 60 + wall.minute
        return (
            self.from_date <= wall.date() <= self.until_date
            and self.from_minute <= minute < self.until_minute
            and (not self.weekdays or wall.isoweekday() in self.weekdays)
        )


def check_wished(wished: Wished, today: date) -> None:
    """Raises ValueError for a wish that no time can meet, and for one that is too long."""
    if wished.until_date < wished.from_date:
        raise ValueError("The last day must not be before the first.")
    if wished.until_date < today:
        raise ValueError("These days are over. Choose days to come.")
    if wished.until_date - today > LONGEST_WISH:
        raise ValueError(f"One can wait for {LONGEST_WISH.days} days at most.")
    if not 0 <= wished.from_minute < wished.until_minute <= A_DAY:
        raise ValueError(f"Give minutes of a day, the first before the last: 0 to {A_DAY}.")
    if not set(wished.weekdays) <= set(range(1, 8)):
        raise ValueError("Weekdays are numbers from 1 (Monday) to 7 (Sunday).")


def offer_until(now: datetime, starts_at: datetime, minutes: int) -> datetime | None:
    """Until when an offered time is kept: so many minutes, and never beyond half of what is left until it begins.

    A whole second. None where that is too short to answer.
    """
    kept = min(timedelta(minutes=minutes), (starts_at - now) / 2)
    return (now + kept).replace(microsecond=0) if kept >= SHORTEST_OFFER else None


class OfferOver(Refusal):
    code = RefusalCode.OFFER_OVER

    def __init__(self) -> None:
        super().__init__("This time is not kept for you any more. Choose another one, or join the waitlist again.")


class TooManyWaiting(Refusal):
    code = RefusalCode.TOO_MANY_WAITING

    def __init__(self, limit: int) -> None:
        super().__init__(f"A customer may wait for {limit} things at a time. Take one off the waitlist first.")
        self.limit = limit
