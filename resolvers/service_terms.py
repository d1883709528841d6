"""What can be said about a service, with its limits. The words stand in the inputs and in the type that shows them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import strawberry

from models.service import Service
from resolvers.checking import Checks, between
from rules.alignment import clean_alignment
from rules.limits import MOST, Limit, Measure, Period, clean_limits
from rules.names import clean_name, clean_note, clean_slug
from rules.reminders import LEAST_MINUTES, MOST_MINUTES, clean_reminders
from rules.reminders import MOST as MOST_REMINDERS
from rules.seats import MOST_SEATS

A_DAY, A_YEAR = 1440, 525_600


@dataclass(frozen=True, slots=True)
class Term:
    """One whole number: from `least` to `most` of a unit, as the table's CHECK has it."""

    least: int
    most: int
    unit: str
    words: str

    @property
    def described(self) -> str:
        """The description of the field that holds it."""
        return f"{self.words} From {self.least} to {self.most} {self.unit}."


# The buffers' limits keep a blocked range within two days, which is what the database's guard looks back.
NUMBERS: Mapping[str, Term] = {
    "duration_minutes": Term(1, A_DAY, "minutes", "How long an appointment takes, without buffers."),
    "step_minutes": Term(1, A_DAY, "minutes", "How far apart the starts lie that are offered."),
    "before_minutes": Term(0, A_DAY // 2, "minutes", "Blocked before each appointment, also outside opening hours."),
    "after_minutes": Term(0, A_DAY // 2, "minutes", "Blocked after each appointment, also outside opening hours."),
    "gap_after_minutes": Term(
        0,
        A_DAY // 2,
        "minutes",
        "In a visit, how long the customer waits after this service until the next one begins, as while colour works. "
        "Whoever did it is free for others then.",
    ),
    "maximum_wait_minutes": Term(
        0,
        A_DAY // 2,
        "minutes",
        "In a visit, how much longer than `gapAfterMinutes` the customer may wait at most until the next service "
        "begins, where nobody can go on sooner. 0: not at all.",
    ),
    "notice_minutes": Term(0, A_YEAR, "minutes", "How long ahead one must book, at least; elapsed time."),
    "horizon_days": Term(0, 730, "days", "How far ahead one may book: until the end of that many days from today."),
    "capacity": Term(
        1,
        MOST_SEATS,
        "seats",
        "How many may come to one appointment. Above 1 it is a group session: bookings at the same start with the same "
        "person share it. Sessions to come follow a change, and none may have more seats taken.",
    ),
    "request_minutes": Term(1, 43_200, "minutes", "How long a request waits for an answer before it expires."),
    "waitlist_minutes": Term(
        5,
        A_DAY,
        "minutes",
        "How long a time that is offered to somebody who waits is kept; at most half of what is left until it begins.",
    ),
    "cancel_cutoff_minutes": Term(0, A_YEAR, "minutes", "How long before the start a customer may last cancel."),
    "reschedule_cutoff_minutes": Term(0, A_YEAR, "minutes", "How long before the start a customer may last move it."),
}


@strawberry.input(description="At most so much of a service in each period. Cancelled bookings do not count.")
class ServiceLimitInput:
    period: Period = strawberry.field(description="How long it counts before it begins anew.")
    measure: Measure = strawberry.field(description="What it counts.")
    maximum: int = strawberry.field(description=f"The most, inclusive; 1 to {MOST}. One of each period and measure.")


def _limits(limits: Sequence[ServiceLimitInput]) -> list[dict[str, Any]]:
    return clean_limits([Limit(one.period, one.measure, one.maximum) for one in limits])


def _most_active(most: int | None) -> int | None:
    return most if most is None else between(1, 1000, "bookings")(most)


WORDS: Mapping[str, str] = {
    "name": "What customers know it as; 1 to 120 characters.",
    "slug": "Part of its web address, unique in the account, archived ones included; 3 to 60 of a-z, 0-9 and hyphens.",
    "description": "For customers, in plain text with line breaks; up to 4000 characters.",
    "slot_mode": "Which starts are offered.",
    "alignment_minutes": "Offered starts are counted from the first multiple of so many minutes on the wall clock, "
    "from midnight in the schedule's zone: with 15, a window from 09:10 begins at 09:15. Anew in each window, and "
    "where the clocks change. A divisor of 1440, as 5, 15, 30 or 60; null: counted from the opening of each window.",
    "price": "What it costs; null where the price is not said.",
    "deposit_refund": "What becomes of a deposit when the customer cancels.",
    "deposit_provider": "How a deposit is paid.",
    "price_unit": "Whether the price is for a booking or for each person of the party.",
    "confirmation": "How a booking becomes binding.",
    "requests_block": "Whether a request keeps its time from others while it waits. If not, several may ask for the "
    "same time, and it is taken by the one that is confirmed.",
    "visibility": "Who can find and book it.",
    "assignment": "Who of those who offer it serves a booking.",
    "limits": "How much of it can be booked in a day, week, month or year, counted once over all its staff; empty: "
    "no limit.",
    "most_active_per_customer": "How many bookings of it to come one customer may have; null: any number. 1 to 1000.",
    "reminder_minutes": "How many minutes before the start its customers are reminded by mail, the earliest first; "
    f"at most {MOST_REMINDERS}, of {LEAST_MINUTES} to {MOST_MINUTES}; empty: not at all; null: as the account says.",
    **{name: term.described for name, term in NUMBERS.items()},
}


RULES: Mapping[str, Callable[[Any], Any]] = {
    "name": clean_name,
    "slug": clean_slug,
    "description": lambda text: clean_note(text, "description"),
    "slot_mode": lambda mode: mode,
    "price_unit": lambda unit: unit,
    "deposit_refund": lambda policy: policy,
    "deposit_provider": lambda provider: provider,
    "alignment_minutes": clean_alignment,
    "confirmation": lambda mode: mode,
    "requests_block": lambda blocks: blocks,
    "visibility": lambda who: who,
    "assignment": lambda who: who,
    "limits": _limits,
    "most_active_per_customer": _most_active,
    "reminder_minutes": lambda minutes: minutes if minutes is None else clean_reminders(minutes),
    **{name: between(term.least, term.most, term.unit) for name, term in NUMBERS.items()},
}


def term(column: str, **default: Any) -> Any:
    """The input field of a column."""
    return strawberry.field(description=WORDS[column], **default)


def stored(column: str) -> Any:
    """The input field of a column that has the model's default where it is left out."""
    return term(column, default=Service._meta.fields_map[column].default)


def check_reach(checks: Checks, notice_minutes: int, horizon_days: int) -> None:
    """Notice and horizon must leave something to book. Called with values that are within their limits."""
    if notice_minutes >= (horizon_days + 1) * A_DAY:
        checks.wrong("noticeMinutes", "must be shorter than the horizon, or nothing could ever be booked.")
