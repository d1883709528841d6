"""What can be said about a service, with its limits. The words stand in the inputs and in the type that shows them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import strawberry

from models.service import Service
from resolvers.checking import Checks, between
from rules.names import clean_name, clean_note, clean_slug
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
    "step_minutes": Term(1, A_DAY, "minutes", "How far apart the starts lie that are offered, counted from opening."),
    "before_minutes": Term(0, A_DAY // 2, "minutes", "Blocked before each appointment, also outside opening hours."),
    "after_minutes": Term(0, A_DAY // 2, "minutes", "Blocked after each appointment, also outside opening hours."),
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
    "cancel_cutoff_minutes": Term(0, A_YEAR, "minutes", "How long before the start a customer may last cancel."),
    "reschedule_cutoff_minutes": Term(0, A_YEAR, "minutes", "How long before the start a customer may last move it."),
}

WORDS: Mapping[str, str] = {
    "name": "What customers know it as; 1 to 120 characters.",
    "slug": "Part of its web address, unique in the account, archived ones included; 3 to 60 of a-z, 0-9 and hyphens.",
    "description": "For customers, in plain text with line breaks; up to 4000 characters.",
    "slot_mode": "Which starts are offered.",
    "price": "What it costs; null where the price is not said.",
    "confirmation": "How a booking becomes binding.",
    "visibility": "Who can find and book it.",
    **{name: term.described for name, term in NUMBERS.items()},
}


RULES: Mapping[str, Callable[[Any], Any]] = {
    "name": clean_name,
    "slug": clean_slug,
    "description": lambda text: clean_note(text, "description"),
    "slot_mode": lambda mode: mode,
    "confirmation": lambda mode: mode,
    "visibility": lambda who: who,
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
