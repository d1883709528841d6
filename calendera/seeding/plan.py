"""What a business of the seed is described with: plain values, no rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

from models import Confirmation, Role, Visibility
from models.service import Assignment
from rules.intake import DataCategory, QuestionType
from rules.slots import SlotMode

Windows = tuple[tuple[int, int], ...]  # minutes since local midnight


def hours(*spans: tuple[float, float]) -> Windows:
    """Windows given as hours of the day: (9, 17.5) is 09:00 to 17:30."""
    return tuple((int(start * 60), int(end * 60)) for start, end in spans)


def words(text: str) -> tuple[str, ...]:
    """Names without spaces in them, written one after the other."""
    return tuple(text.split())


@dataclass(frozen=True, slots=True)
class QuestionPlan:
    """What a service asks whoever books it."""

    label: str
    type: QuestionType
    category: DataCategory
    help: str = ""
    options: tuple[str, ...] = ()
    required: bool = False
    kept_days: int | None = None


@dataclass(frozen=True, slots=True)
class AddOnPlan:
    """What can be chosen beside services; the price in minor units, the minutes that it takes."""

    name: str
    description: str
    price: int
    minutes: int


@dataclass(frozen=True, slots=True)
class ServicePlan:
    """Minutes, and the price in minor units. `popular` is its share of the bookings; `by` are who offers it.

    `or_minutes` are other lengths with their prices, `needs` the resource of which a booking has one unit.
    """

    name: str
    slug: str
    description: str
    minutes: int
    price: int | None
    by: tuple[str, ...]
    popular: float = 1.0
    step: int = 15
    before: int = 0
    after: int = 0
    notice: int = 120
    horizon: int = 90
    cutoff: int = 1440
    mode: SlotMode = SlotMode.GRID
    confirmation: Confirmation = Confirmation.AUTO
    visibility: Visibility = Visibility.PUBLIC
    archived: bool = False
    capacity: int = 1
    assignment: Assignment = Assignment.ROUND_ROBIN
    or_minutes: tuple[tuple[int, int], ...] = ()
    deposit_percent: int | None = None
    needs: str | None = None
    add_ons: tuple[str, ...] = ()
    questions: tuple[QuestionPlan, ...] = ()


@dataclass(frozen=True, slots=True)
class StaffPlan:
    """`busy` is how full the diary is where it is fullest, 0 to 1."""

    name: str
    title: str
    email: str
    location: str
    schedule: str
    busy: float = 0.7


@dataclass(frozen=True, slots=True)
class TimeOffPlan:
    """Whole days, from `day` days after this week's Monday. `staff` None: everybody."""

    staff: str | None
    day: int
    days: int
    reason: str


@dataclass(frozen=True, slots=True)
class TravelPlan:
    """Days on the clocks of a zone, from `day` days after this week's Monday."""

    staff: str
    day: int
    days: int
    zone: str

    def dates(self, monday: date) -> tuple[date, date]:
        """The first and the last of them."""
        return monday + timedelta(days=self.day), monday + timedelta(days=self.day + self.days - 1)


@dataclass(frozen=True, slots=True)
class MemberPlan:
    """Somebody who signs in; `staff` where they are one of the staff."""

    name: str
    email: str
    role: Role
    staff: str | None = None


@dataclass(frozen=True, slots=True)
class PeoplePlan:
    """What customers are made of. `unusual` are whole names that test a product: long, right to left, emoji.

    `phones` are patterns of numbers that are kept free for fiction; each # becomes a digit.
    """

    first: tuple[str, ...]
    last: tuple[str, ...]
    unusual: tuple[str, ...]
    domain: str
    phones: tuple[str, ...]
    count: int
    tags: tuple[str, ...]
    wishes: tuple[str, ...]
    remarks: tuple[str, ...]
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BusinessPlan:
    """A business. `closed` and `short` are (month, day) of every year; `special` are days after this week's Monday;
    `resources` are rooms and things with how many there are of each."""

    slug: str
    name: str
    zone: str
    currency: str
    locale: str
    locations: dict[str, str]
    schedules: dict[str, dict[int, Windows]]
    staff: tuple[StaffPlan, ...]
    services: tuple[ServicePlan, ...]
    members: tuple[MemberPlan, ...]
    people: PeoplePlan
    closed: tuple[tuple[int, int], ...] = ()
    short: dict[tuple[int, int], Windows] = field(default_factory=dict)
    special: dict[int, Windows] = field(default_factory=dict)
    time_off: tuple[TimeOffPlan, ...] = ()
    resources: dict[str, int] = field(default_factory=dict)
    add_ons: tuple[AddOnPlan, ...] = ()
    travels: tuple[TravelPlan, ...] = ()
    notice: str = ""
