"""What the mails say. Plain text only; every value from a row is put on one line first, whatever it holds.

A link's secret stands after `#`: browsers keep that part to themselves, so it reaches no server's log. It is also
written alone, for programs that send it as `Authorization: Bearer …` or in an input.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from rules.ics_writing import Entry
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
class CalendarFile:
    """Appointments for the reader's calendar, what is asked of it, and the business that tells of them."""

    entries: tuple[Entry, ...]
    method: str
    business: str


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail's subject and its text, and what is attached for calendars."""

    subject: str
    text: str
    calendar: CalendarFile | None = None


@dataclass(frozen=True, slots=True)
class Appointment:
    """What a mail about a booking tells. `place` is None where the service has none; zones are IANA names. `parts` are
    the services of a visit, each in a line."""

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
    parts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Offered:
    """A time that is kept for somebody who waits. Zones are IANA names."""

    business: str
    service: str
    staff: str
    customer: str
    starts_at: datetime
    ends_at: datetime
    zone: str
    customer_zone: str | None
    until: datetime
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
    return day_of(there.date_time.date())


def day_of(day: date) -> str:
    """`Monday, 11 January 2027`."""
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
    lines += [f"What:      {one_line(about.service)}", *(f"           {part}" for part in about.parts)]
    lines.append(f"With:      {one_line(about.staff)}")
    if about.place:
        lines.append(f"Where:     {one_line(about.place)}")
    return "\n".join([*lines, *([f"Reference: {about.reference}"] if about.reference else [])])


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


def booking_asked(about: Appointment) -> Letter:
    """Somebody has still to confirm the appointment, and others may ask for the same time."""
    words = "Your request has arrived. The time is yours once it is confirmed; you will hear when that is decided."
    return _booking(about, "Requested", words, manage=True)


def booking_declined(about: Appointment) -> Letter:
    """A request was declined."""
    return _booking(about, "Declined", "Your request could not be accepted. The time is free again.", manage=False)


def booking_expired(about: Appointment) -> Letter:
    """A request was not answered in time."""
    words = "Your request was not answered in time, so the time is free again. You can ask for another one."
    return _booking(about, "Not confirmed", words, manage=False)


def booking_unpaid(about: Appointment) -> Letter:
    """A deposit was not paid in time."""
    words = "The payment did not arrive in time, so the time is free again. If it still comes, you get it back."
    return _booking(about, "Not booked", words, manage=False)


def booking_rescheduled(about: Appointment) -> Letter:
    """An appointment has another time."""
    return _booking(about, "Moved", "Your appointment was moved. This is the time that counts now:", manage=True)


def booking_reminder(about: Appointment) -> Letter:
    """An appointment comes near."""
    return _booking(about, "Reminder", "This is to remind you of your appointment:", manage=True)


def to_attendee(about: Appointment, subject: str, sentence: str) -> Letter:
    """What whoever comes along is told of an appointment; nothing in it was typed by who booked."""
    business = one_line(about.business)
    why = (
        "Whoever booked it gave this address, so that you hear of it. If you do not know what it is about, do nothing, "
        f"or ask {business} to take your address out."
    )
    title = f"{subject}: {one_line(about.service)} at {business}"
    return _letter(title, "Hello,", sentence, _facts(about), why, f"{business}, by Calendera")


def several(
    *, business: str, service: str, customer: str, subject: str, sentence: str,
    times: Sequence[tuple[datetime, datetime, str, str, str, str | None]], calendar: CalendarFile | None,
) -> Letter:  # fmt: skip
    """Several appointments of one series: each with begin, end, zone, with whom, its reference and its link."""
    lines = [
        f"- {when(begin, end, zone)}\n  with {one_line(staff)}, reference {reference}" + (f"\n  {link}" if link else "")
        for begin, end, zone, staff, reference, link in times
    ]
    shown = one_line(business)
    managed = ["See, move or cancel each by its link. Whoever has a link can do so."] if times[0][-1] else []
    title = f"{subject}: {one_line(service)} at {shown}, {len(times)} appointment{'s' if len(times) > 1 else ''}"
    letter = _letter(title, _hello(customer), sentence, "\n".join(lines), *managed, f"{shown}, by Calendera")
    return replace(letter, calendar=calendar)


def booking_cancelled(about: Appointment) -> Letter:
    """An appointment is cancelled."""
    return _booking(about, "Cancelled", "This appointment is cancelled:", manage=False)


def waitlist_joined(business: str, service: str, link: str, token: str) -> Letter:
    """Somebody, who may have typed anybody's address, waits for a free time. It says no more than they typed."""
    return _letter(
        f"You are on the waitlist of {one_line(business)}",
        f"Hello,\n\nsomebody, probably you, wants a free time for {one_line(service)} at {one_line(business)}. As "
        "soon as one that suits becomes free, it is kept for you for a while and you get another mail.",
        _link("If you wait no longer, or if it was not you, leave the list here:", link, token),
        f"{one_line(business)}, by Calendera",
    )


def waitlist_offer(about: Offered) -> Letter:
    """A time has become free for somebody who waits."""
    business = one_line(about.business)
    lines = [f"When:      {when(about.starts_at, about.ends_at, about.zone)}"]
    if about.customer_zone and about.customer_zone != about.zone:
        lines.append(f"           which is {when(about.starts_at, about.ends_at, about.customer_zone)}")
    lines += [f"What:      {one_line(about.service)}", f"With:      {one_line(about.staff)}"]
    return _letter(
        f"A time is free: {one_line(about.service)} at {business}",
        _hello(about.customer),
        "a time that you wait for has become free. It is kept for you, and not yet booked:",
        "\n".join(lines),
        _link(f"Take it or leave it here, until {until(about.until, about.zone)}:", about.link, about.token),
        "If you do not answer until then, it goes to the next who waits, and you wait no longer.",
        f"{business}, by Calendera",
    )


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


def new_device(name: str, device: str, when: str, link: str, token: str) -> Letter:
    """Somebody signed in as this person, on a device they had not used."""
    return _letter(
        "New sign-in to your Calendera account",
        _hello(name),
        f"somebody signed in to your Calendera account on a device that is new: {device}, on {when}.",
        "If it was you, there is nothing to do.",
        _link("If it was not, sign that browser out here, and choose a new password:", link, token),
    )


def sign_in_changed(name: str, what: str, when: str, link: str) -> Letter:
    """Something about how the person signs in was changed, by them or by somebody in their browser."""
    return _letter(
        f"{what} your Calendera account",
        _hello(name),
        f"{what} your Calendera account on {when}.",
        "If it was you, there is nothing to do.",
        f"If it was not, choose a new password at once; that signs every browser out:\n{link}",
    )


def support_asked(business: str, reason: str, id: str) -> Letter:
    """Support asks an owner to be let in."""
    return _letter(
        f"Calendera's support asks to look into {one_line(business)}",
        f"Hello,\n\nsupport asks to be let into the Calendera account of {one_line(business)}, for this reason:",
        one_line(reason),
        f"You decide what they see and for how long, at most four hours: `grantSupportAccess` with the request {id}. "
        "You see everything that they read, and can put them out at any time.",
        "If you do nothing, nobody is let in.",
    )


def break_glass_asked(slug: str, reason: str, id: str) -> Letter:
    """Somebody of the platform needs a second person."""
    return _letter(
        f"Break-glass for {slug} needs a second person",
        f"Hello,\n\na colleague asks to enter the account {slug} without its owner, for this reason:",
        one_line(reason),
        f"If it is right, approve it within an hour: `approveBreakGlass` with the id {id}. The owners are told. "
        "Afterwards review what was done, with `reviewBreakGlass`.",
    )


def glass_broken(business: str, reason: str, expires: str) -> Letter:
    """Somebody of the platform was let in without the owner."""
    return _letter(
        f"Calendera's support entered {one_line(business)}",
        f"Hello,\n\ntwo people of Calendera decided that one of them may look into the account of "
        f"{one_line(business)} until {expires}, without having asked you. The reason:",
        one_line(reason),
        "Everything that is read is recorded; `platformAccesses` and `platformUses` show it to you, for as long as the "
        "account exists. If you think that this is wrong, answer this mail.",
    )


def customer_link(business: str, expires: str, link: str, token: str) -> Letter:
    """A customer asked for the page of their own bookings."""
    return _letter(
        f"Your bookings at {one_line(business)}",
        f"Hello,\n\nsomebody, probably you, asked to see your bookings at {one_line(business)}.",
        _link(f"Open them here, once, until {expires}:", link, token),
        "If it was not you, do nothing: without the link nobody sees them.",
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


def security_event(business: str, message: str, since: str) -> Letter:
    """Something that looks like an attack on an account."""
    return _letter(
        f"Please look: security of {one_line(business)}",
        f"Hello,\n\nCalendera watches over the account of {one_line(business)} and noticed this since {since}:",
        message,
        "You find it under `securityEvents`, with which credential it was. More of the same is added there without "
        "another mail, until somebody acknowledges it.",
    )


def platform_alert(message: str, since: str) -> Letter:
    """Something that looks like an attack on the server as a whole."""
    return _letter(
        "Please look: security of your Calendera server",
        f"Hello,\n\nsince {since} your server noticed this:",
        message,
        "`calendera alerts` lists what waits. More of the same is added to it without another mail, until "
        "`calendera alerts --acknowledge`.",
    )
