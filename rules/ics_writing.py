"""Appointments as iCalendar (RFC 5545), for calendars elsewhere. Times are UTC, so that no program needs zone rules.

Nobody is an attendee, and whose appointment it is stands nowhere: a calendar is shared more easily than a mail.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from icalendar import Calendar, Event, vCalAddress

from rules.booking_states import BookingStatus

S = BookingStatus
_STANDING = {S.REQUESTED: "TENTATIVE", S.CANCELLED: "CANCELLED", S.DECLINED: "CANCELLED", S.EXPIRED: "CANCELLED"}
_END = b"END:VCALENDAR\r\n"


@dataclass(frozen=True, slots=True)
class Entry:
    """An appointment for a calendar. `changed_at` is when it last was another; `uid` never changes, and of two with
    the same one the higher `sequence` counts. Without `blocks` the time stays free there."""

    uid: str
    sequence: int
    status: BookingStatus
    starts_at: datetime
    ends_at: datetime
    changed_at: datetime
    summary: str
    place: str = ""
    words: str = ""
    blocks: bool = True


def calendar_text(entries: Iterable[Entry], method: str = "", organizer: tuple[str, str] | None = None) -> str:
    """A calendar of a few appointments. `method` is what a mail asks for; `organizer` a name and an address."""
    return (beginning(method=method) + b"".join(event(entry, organizer) for entry in entries) + _END).decode()


def appointment_entry(
    row: Entry, *, service: str, business: str, staff: str, place: Iterable[str | None], reference: str,
    parts: Iterable[str] = (),
) -> Entry:  # fmt: skip
    """The same appointment in the words of who goes there; of a visit with its `parts` line by line; without a
    reference for whoever only comes along."""
    where = ", ".join(part for part in place if part)
    words = "\n".join([*parts, f"With: {staff}", *([f"Reference: {reference}"] if reference else [])])
    return Entry(
        row.uid, row.sequence, row.status, row.starts_at, row.ends_at, row.changed_at, f"{service} at {business}",
        where, words,
    )  # fmt: skip


def beginning(*, method: str = "", name: str = "") -> bytes:
    """What stands before the first appointment."""
    calendar = Calendar()
    calendar.add("prodid", "-//Calendera//Calendera//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    if method:
        calendar.add("method", method)
    if name:
        calendar.add("x-wr-calname", _shown(name))
    return bytes(calendar.to_ical()).removesuffix(_END)


def ending() -> bytes:
    """What stands after the last one."""
    return _END


def event(entry: Entry, organizer: tuple[str, str] | None = None) -> bytes:
    """One appointment. The library escapes what would end a line or a value, and folds what is long."""
    made = Event()
    made.add("uid", _shown(entry.uid))
    made.add("sequence", entry.sequence)
    made.add("dtstamp", entry.changed_at.astimezone(UTC))
    made.add("last-modified", entry.changed_at.astimezone(UTC))
    made.add("dtstart", entry.starts_at.astimezone(UTC))
    made.add("dtend", entry.ends_at.astimezone(UTC))
    made.add("status", _STANDING.get(entry.status, "CONFIRMED"))
    called_off = _STANDING.get(entry.status) == "CANCELLED"
    made.add("transp", "TRANSPARENT" if called_off or not entry.blocks else "OPAQUE")
    made.add("class", "PRIVATE")
    made.add("summary", _shown(entry.summary))
    if entry.place:
        made.add("location", _shown(entry.place))
    if entry.words:
        made.add("description", _shown(entry.words))
    if organizer is not None:
        name, address = organizer
        who = vCalAddress(f"mailto:{_shown(address)}")
        who.params["CN"] = _shown(name).replace("\n", " ").replace('"', "'")
        made.add("organizer", who)
    return bytes(made.to_ical())


def _shown(text: str) -> str:
    # No rule lets controls into a text; RFC 5545 has no way to write them, so a row that has one does no harm.
    return "".join(" " if unicodedata.category(one) in ("Cc", "Zl", "Zp") and one != "\n" else one for one in text)
