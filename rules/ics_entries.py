"""From a VEVENT to an entry of a diary, or to the reason why it is none."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from rules.ics_lines import LONGEST, Component
from rules.ics_values import Moment, Person, Property, Zones, read_length, read_person, read_property
from rules.import_remarks import Fate, Remark
from rules.names import clean_note
from rules.text import clean_line

_ONCE = frozenset({"UID", "DTSTART", "DTEND", "DURATION", "RRULE", "RECURRENCE-ID", "STATUS", "TRANSP", "SUMMARY"})
_LONGEST_VISIT = 86_400
_TITLE_LENGTH = 500
_FLOATING = "The time names no zone; it was read in the business's."


class Refused(ValueError):
    """The entry cannot be brought in, because of this property."""

    def __init__(self, column: str, sentence: str, fate: Fate = Fate.REFUSED) -> None:
        super().__init__(sentence)
        self.column, self.sentence, self.fate = column, sentence, fate


@dataclass(frozen=True, slots=True)
class Entry:
    """An event that may be an appointment. `seconds` is its length; `replaces` the epoch of the occurrence that it
    stands for, `rule` how it repeats, `added` and `left_out` the occurrences (epoch) with which the rule is corrected.
    `resources` are the names of rooms and things that were invited or noted; they are no attendees.
    """

    row: int
    uid: str
    start: Moment
    seconds: int
    replaces: int | None
    rule: str | None
    added: tuple[int, ...]
    left_out: frozenset[int]
    cancelled: bool
    tentative: bool
    title: str
    note: str
    organizer: Person | None
    attendees: tuple[Person, ...]
    resources: tuple[str, ...]


@dataclass(slots=True)
class _Reading:
    component: Component
    zones: Zones
    remarks: list[Remark] = field(default_factory=list)
    once: dict[str, Property] = field(default_factory=dict)
    many: dict[str, list[Property]] = field(default_factory=dict)

    def note(self, column: str, sentence: str) -> None:
        if all(remark.sentence != sentence for remark in self.remarks):
            self.remarks.append(Remark(self.component.row, Fate.NOTED, column, sentence))

    def moments(self, name: str) -> list[Moment]:
        """All moments of the properties with this name."""
        found = []
        for given in self.many.get(name, []):
            if given.parameters.get("VALUE", "").upper() == "PERIOD":
                raise Refused(name, "Periods are not read here; give dates.")
            found += [self.moment(name, value, given) for value in given.value.split(",") if value]
        return found

    def moment(self, name: str, value: str, given: Property) -> Moment:
        try:
            return self.zones.read(value, given.parameters, lambda: self.note(name, _FLOATING))
        except ValueError as problem:
            raise Refused(name, str(problem)) from None


def read_entry(component: Component, zones: Zones) -> tuple[Entry | None, list[Remark]]:
    """The entry, or None where the last remark says why it is not brought in."""
    reading = _Reading(component, zones)
    try:
        _take_apart(reading)
        return _entry(reading), reading.remarks
    except Refused as refused:
        return None, [Remark(component.row, refused.fate, refused.column, refused.sentence)]


def _take_apart(reading: _Reading) -> None:
    for line in reading.component.lines:
        name = line.partition(":")[0].partition(";")[0].upper()
        if len(line) > LONGEST:
            if name != "DESCRIPTION":
                raise Refused(name, "The line is longer than anything that belongs there.")
            reading.note(name, "The description is too long for a note (4000 characters) and was left out.")
            continue
        try:
            given = read_property(line)
        except ValueError as problem:
            raise Refused(name[:20] if name.isascii() else "", str(problem)) from None
        if given.name in _ONCE:
            reading.once.setdefault(given.name, given)
        else:
            reading.many.setdefault(given.name, []).append(given)


def _entry(reading: _Reading) -> Entry:
    start, seconds = _when(reading)
    status = _word(reading, "STATUS")
    if _word(reading, "TRANSP") == "TRANSPARENT":
        raise Refused("TRANSP", "Marked as free there, so it is no appointment.", Fate.SKIPPED)
    rule = reading.once.get("RRULE")
    organizers = [read_person(one) for one in reading.many.get("ORGANIZER", [])]
    return Entry(
        row=reading.component.row,
        uid=_uid(reading),
        start=start,
        seconds=seconds,
        replaces=_replaces(reading),
        rule=rule.value if rule else None,
        added=tuple(one.epoch() for one in reading.moments("RDATE")),
        left_out=_left_out(reading, start),
        cancelled=status == "CANCELLED",
        tentative=status == "TENTATIVE",
        title=_title(reading),
        note=_note(reading),
        organizer=organizers[0] if organizers else None,
        attendees=tuple(read_person(one) for one in reading.many.get("ATTENDEE", []) if not _is_thing(one)),
        resources=_resources(reading),
    )


def _is_thing(attendee: Property) -> bool:
    return attendee.parameters.get("CUTYPE", "").upper() in ("ROOM", "RESOURCE")


def _resources(reading: _Reading) -> tuple[str, ...]:
    invited = [read_person(one).name for one in reading.many.get("ATTENDEE", []) if _is_thing(one)]
    noted = [name.strip() for one in reading.many.get("RESOURCES", []) for name in one.value.split(",")]
    return tuple(dict.fromkeys(name for name in [*invited, *noted] if name))


def _word(reading: _Reading, name: str) -> str:
    given = reading.once.get(name)
    return given.value.strip().upper() if given else ""


def _uid(reading: _Reading) -> str:
    given = reading.once.get("UID")
    if given is None or not given.value.strip():
        raise Refused("UID", "Without a UID the entry could not be recognised when the file is read again.")
    return given.value.strip()


def _when(reading: _Reading) -> tuple[Moment, int]:
    given = reading.once.get("DTSTART")
    if given is None:
        raise Refused("DTSTART", "The entry has no beginning.")
    start = reading.moment("DTSTART", given.value, given)
    if start.all_day:
        raise Refused("DTSTART", "A whole day is no appointment; where the business is closed, enter time off.")
    if start.wall.second:
        raise Refused("DTSTART", "Appointments begin at whole minutes.")
    seconds = _seconds(reading, start)
    if seconds <= 0:
        raise Refused("DTEND", "The end must be after the beginning.")
    if seconds % 60:
        raise Refused("DTEND", "Appointments end at whole minutes.")
    if seconds > _LONGEST_VISIT:
        raise Refused("DTEND", "Longer than 24 hours is no appointment; where somebody is away, enter time off.")
    return start, seconds


def _seconds(reading: _Reading, start: Moment) -> int:
    end, length = reading.once.get("DTEND"), reading.once.get("DURATION")
    if end is not None:
        moment = reading.moment("DTEND", end.value, end)
        if moment.all_day:
            raise Refused("DTEND", "The end must have a time, like the beginning.")
        return moment.epoch() - start.epoch()
    if length is None:
        return 0
    try:
        return read_length(length.value) // timedelta(seconds=1)
    except ValueError as problem:
        raise Refused("DURATION", str(problem)) from None


def _replaces(reading: _Reading) -> int | None:
    given = reading.once.get("RECURRENCE-ID")
    if given is None:
        return None
    if given.parameters.get("RANGE"):
        raise Refused("RECURRENCE-ID", "A change of all later occurrences is not read; end the series there instead.")
    return reading.moment("RECURRENCE-ID", given.value, given).epoch()


def _left_out(reading: _Reading, start: Moment) -> frozenset[int]:
    """A bare date leaves out the occurrence on that date."""
    clock = start.wall.time()
    return frozenset(
        Moment(one.wall.combine(one.wall.date(), clock), start.zone).epoch() if one.all_day else one.epoch()
        for one in reading.moments("EXDATE")
    )


def _title(reading: _Reading) -> str:
    given = reading.once.get("SUMMARY")
    if given is None:
        return ""
    try:
        return clean_line(given.value, "title", most=_TITLE_LENGTH, least=0)
    except ValueError as problem:
        raise Refused("SUMMARY", str(problem)) from None


def _note(reading: _Reading) -> str:
    given = reading.many.get("DESCRIPTION", [])
    try:
        return clean_note(given[0].value, "description") if given else ""
    except ValueError:
        reading.note("DESCRIPTION", "The description does not fit into a note (4000 characters) and was left out.")
        return ""
