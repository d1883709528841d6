"""From a diary's entries to bookings that could be made, matched with the business but not yet with its calendars."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from calendera.imports.business import Business
from calendera.imports.diary import Diary
from models import Service, Staff
from models.act import Act
from models.teams import Place
from rules.booking_states import BookingStatus
from rules.contacts import clean_email
from rules.csv_customers import identity
from rules.diary_matching import ical_uid
from rules.ics_entries import Entry, Refused
from rules.ics_recurrence import occurrences
from rules.ics_values import Person
from rules.import_remarks import Fate, Remark
from rules.names import clean_name
from rules.searching import search_key
from rules.wall_time import epoch, instant

# A series without an end is brought in for as long as people plan.
AHEAD = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Draft:
    """A booking as the file has it: `starts` and `ends` in epoch seconds; `number` counts a series' occurrences,
    `things` are the keys of the rooms and things that it needs, `places` the units that it gets."""

    row: int
    number: int | None
    uid: str
    service: Service
    staff: Staff
    name: str
    email: str | None
    starts: int
    ends: int
    status: BookingStatus
    note: str
    things: tuple[str, ...] = ()
    places: tuple[Place, ...] = ()

    @property
    def customer(self) -> tuple[str, ...]:
        """What makes two entries the same customer's."""
        return identity(self.email, None, search_key(self.name))

    def remark(self, column: str, sentence: str, fate: Fate = Fate.REFUSED) -> Remark:
        """A remark about this occurrence."""
        words = sentence if self.number is None else f"Occurrence {self.number}: {sentence}"
        return Remark(self.row, fate, column, words)


@dataclass(slots=True)
class Drafts:
    """All that could be booked, remarks about what could not, and what was cancelled there: (row, UID)."""

    bookings: list[Draft]
    remarks: list[Remark]
    cancelled: list[tuple[int, str]]


def drafts_of(diary: Diary, business: Business, act: Act) -> Drafts:
    """Match every entry with a service, a staff member and a customer."""
    found = Drafts([], list(diary.remarks), [])
    for entry in diary.entries:
        if entry.cancelled:
            found.cancelled.append((entry.row, _uid(entry)))
            continue
        try:
            for draft in _of_entry(entry, business, act, diary.replaced.get(entry.uid, set())):
                late = draft.status is BookingStatus.REQUESTED and draft.ends <= epoch(act.at)
                if late:
                    found.remarks.append(draft.remark("STATUS", "Tentative there, and over: nobody confirmed it."))
                else:
                    found.bookings.append(draft)
        except Refused as refused:
            found.remarks.append(Remark(entry.row, refused.fate, refused.column, refused.sentence))
    return found


def _uid(entry: Entry) -> str:
    return ical_uid(entry.uid, None if entry.replaces is None else instant(entry.replaces))


def _of_entry(entry: Entry, business: Business, act: Act, replaced: set[int]) -> Iterator[Draft]:
    service, rest = business.service_of(entry.title)
    if service is None:
        raise Refused("SUMMARY", "The title begins with no service's name; --service NAME takes such entries.")
    staff = business.staff_of([person.email.lower() for person in _people(entry)])
    if staff is None:
        raise Refused("ATTENDEE", "No staff member has one of the addresses; --staff NAME takes such entries.")
    name, email = _customer(entry, business, rest)
    things = _things(entry, business)
    now = epoch(act.at)
    own = entry.replaces is not None
    for number, (starts, repeats) in enumerate(occurrences(entry, epoch(act.at + AHEAD)), 1):
        if not own and starts in replaced:
            continue
        open_status = BookingStatus.REQUESTED if entry.tentative else BookingStatus.CONFIRMED
        over = starts + entry.seconds <= now and not entry.tentative
        yield Draft(
            row=entry.row,
            number=number if repeats else None,
            uid=ical_uid(entry.uid, instant(starts)) if repeats else _uid(entry),
            service=service,
            staff=staff,
            name=name,
            email=email,
            starts=starts,
            ends=starts + entry.seconds,
            status=BookingStatus.COMPLETED if over else open_status,
            note=entry.note,
            things=things,
        )


def _things(entry: Entry, business: Business) -> tuple[str, ...]:
    for name in entry.resources:
        if search_key(name) not in business.things:
            raise Refused(
                "RESOURCES", "It names a room or thing that is not here in use: enter that first, or take it out there."
            )
    return tuple(dict.fromkeys(search_key(name) for name in entry.resources))


def _people(entry: Entry) -> list[Person]:
    return [*entry.attendees, *([entry.organizer] if entry.organizer else [])]


def _customer(entry: Entry, business: Business, rest: str) -> tuple[str, str | None]:
    """The first attendee who neither works here nor organised it, else an organiser from outside, else the title."""
    organizer = entry.organizer.email.lower() if entry.organizer else ""
    guests = [one for one in entry.attendees if one.email and one.email.lower() != organizer]
    outside = [one for one in (*guests, *_people(entry)) if one.email and one.email.lower() not in business.ours]
    try:
        if outside:
            person = outside[0]
            email = clean_email(person.email)
            return clean_name(person.name or rest or email.partition("@")[0]), email
    except ValueError as problem:
        raise Refused("ATTENDEE", str(problem)) from None
    try:
        return clean_name(rest, "customer in the title"), None
    except ValueError as problem:
        raise Refused("SUMMARY", str(problem)) from None
