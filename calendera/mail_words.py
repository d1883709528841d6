"""What the mails say. Plain text only; every value from a row is put on one line first, whatever it holds.

A link's secret stands after `#`: browsers keep that part to themselves, so it reaches no server's log. It is also
written alone, for programs that send it as `Authorization: Bearer …` or in an input.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime

from rules.wall_time import Local, local
from rules.zones import zone as zone_of

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip

# What a mail program may make a link of: a scheme, an address, or a dot between two words.
_CLICKABLE = re.compile(r"://|@|\w\.\w{2}")


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail's subject and its text."""

    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class Appointment:
    """What a mail about a booking tells. `place` is None where the service has none; zones are IANA names."""

    business: str
    service: str
    staff: str
    customer: str
    place: str | None
    reference: str
    starts_at: datetime
    ends_at: datetime
    zone: str
    customer_zone: str | None
    link: str
    token: str


def one_line(value: str) -> str:
    """The text without line breaks, controls and runs of spaces, so that it can neither begin a header nor a line."""
    shown = "".join(" " if unicodedata.category(char) in ("Cc", "Zl", "Zp") else char for char in value)
    return " ".join(shown.split())


def typed(value: str, instead: str) -> str:
    """What somebody unknown typed into a form, for the mailbox of anybody: on one line, and nothing to click on."""
    shown = one_line(value)
    return instead if _CLICKABLE.search(shown) else shown


def _hello(name: str) -> str:
    shown = typed(name, "")
    return f"Hello {shown}," if shown else "Hello,"


def when(starts_at: datetime, ends_at: datetime, zone: str) -> str:
    """`Monday, 11 January 2027, 10:00 to 11:00 (America/Chicago, UTC-06:00)`; the end with its date if another."""
    begin, end = local(starts_at, zone_of(zone)), local(ends_at, zone_of(zone))
    until = _clock(end) if begin.date_time.date() == end.date_time.date() else f"{_day(end)}, {_clock(end)}"
    return f"{_day(begin)}, {_clock(begin)} to {until} ({zone}, UTC{begin.offset})"


def until(at: datetime, zone: str = "UTC") -> str:
    """`Monday, 11 January 2027, 10:00 (America/Chicago, UTC-06:00)`."""
    there = local(at, zone_of(zone))
    return f"{_day(there)}, {_clock(there)} ({zone}, UTC{there.offset})"


def _day(there: Local) -> str:
    day = there.date_time
    return f"{_DAYS[day.weekday()]}, {day.day} {_MONTHS[day.month - 1]} {day.year}"


def _clock(there: Local) -> str:
    return f"{there.date_time:%H:%M}"


def _letter(subject: str, *paragraphs: str) -> Letter:
    return Letter(one_line(subject), "\n\n".join(paragraphs) + "\n")


def _link(what: str, link: str, token: str) -> str:
    return f"{what}\n{link}\n\nFor programs, the token alone:\n{token}"


def _facts(about: Appointment) -> str:
    lines = [f"When:      {when(about.starts_at, about.ends_at, about.zone)}"]
    if about.customer_zone and about.customer_zone != about.zone:
        lines.append(f"           which is {when(about.starts_at, about.ends_at, about.customer_zone)}")
    lines += [f"What:      {one_line(about.service)}", f"With:      {one_line(about.staff)}"]
    if about.place:
        lines.append(f"Where:     {one_line(about.place)}")
    return "\n".join([*lines, f"Reference: {about.reference}"])


def _booking(about: Appointment, subject: str, sentence: str, *, manage: bool) -> Letter:
    business = one_line(about.business)
    ending = [_link("See, move or cancel it here. Whoever has this link can do so:", about.link, about.token)]
    greeting = _hello(about.customer)
    closing = f"{business}, by Calendera"
    title = f"{subject}: {one_line(about.service)} at {business}"
    return _letter(title, greeting, sentence, _facts(about), *(ending if manage else []), closing)


def booking_confirmed(about: Appointment) -> Letter:
    """An appointment is binding."""
    return _booking(about, "Confirmed", "Your appointment is confirmed.", manage=True)


def booking_requested(about: Appointment) -> Letter:
    """Somebody has still to confirm the appointment."""
    words = "Your request has arrived. The time is kept for you; you will hear as soon as it is confirmed or declined."
    return _booking(about, "Requested", words, manage=True)


def booking_declined(about: Appointment) -> Letter:
    """A request was declined."""
    return _booking(about, "Declined", "Your request could not be accepted. The time is free again.", manage=False)


def booking_expired(about: Appointment) -> Letter:
    """A request was not answered in time."""
    words = "Your request was not answered in time, so the time is free again. You can ask for another one."
    return _booking(about, "Not confirmed", words, manage=False)


def booking_rescheduled(about: Appointment) -> Letter:
    """An appointment has another time."""
    return _booking(about, "Moved", "Your appointment was moved. This is the time that counts now:", manage=True)


def booking_cancelled(about: Appointment) -> Letter:
    """An appointment is cancelled."""
    return _booking(about, "Cancelled", "This appointment is cancelled:", manage=False)


def sign_up(name: str, business: str, expires: str, link: str, token: str) -> Letter:
    """Somebody asked for an account with this address."""
    opened = typed(business, "your business")
    return _letter(
        "Confirm your Calendera account",
        _hello(name),
        f"you asked for a Calendera account for {opened}. It is made as soon as you confirm it:",
        _link(f"Until {expires}:", link, token),
        "If it was not you, do nothing: without the link no account is made, and what was typed is deleted.",
    )


def sign_up_existing(business: str, expires: str, link: str, token: str) -> Letter:
    """The same, where the address belongs to somebody who signs in already."""
    opened = typed(business, "a business")
    return _letter(
        "You already have a Calendera account",
        f"Hello,\n\nsomebody, perhaps you, asked for a Calendera account for {opened} with this address. "
        "You can sign in with it already, and your password stays as it is.",
        _link(f"If you want to add this business to what you work in, until {expires}:", link, token),
        "If it was not you, do nothing: without the link nothing changes.",
    )


def password_reset(name: str, expires: str, link: str, token: str) -> Letter:
    """Somebody asked for a new password."""
    return _letter(
        "Choose a new password for Calendera",
        _hello(name),
        "somebody, probably you, asked for a new password for your Calendera account.",
        _link(f"Choose it here, once, until {expires}:", link, token),
        "If it was not you, do nothing: your password stays as it is.",
    )


def invitation(business: str, inviter: str | None, role: str, expires: str, link: str, token: str) -> Letter:
    """Somebody is invited to work in an account."""
    who = one_line(inviter) if inviter else "A colleague"
    return _letter(
        f"Invitation to {one_line(business)}",
        f"Hello,\n\n{who} invites you to work in the Calendera account of {one_line(business)}, as {role.lower()}.",
        _link(f"Accept it here, once, until {expires}:", link, token),
        "If you do not know the business, do nothing.",
    )
