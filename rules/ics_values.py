"""Values of iCalendar properties: moments, lengths, people, text."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any, cast

from icalendar.parser import Contentline
from icalendar.prop import vDuration

from rules.ics_zones import zone_by_tzid

_MOMENT = re.compile(r"(\d{8})(?:T(\d{6})(Z?))?", re.IGNORECASE)
_LONGEST = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Property:
    """One property: NAME;PARAMETER=…:value, with escapes in the value undone."""

    name: str
    parameters: Mapping[str, str]
    value: str


@dataclass(frozen=True, slots=True)
class Moment:
    """A wall time in a zone; `all_day` where only the date was given."""

    wall: datetime
    zone: tzinfo
    all_day: bool = False

    def epoch(self) -> int:
        """Epoch seconds. A time that a clock change skips is read with the offset before it, a double one first."""
        return epoch(self.wall, self.zone)


def epoch(wall: datetime, zone: tzinfo) -> int:
    """Epoch seconds of a naive wall time, by RFC 5545 §3.3.5, in any kind of zone."""
    return int(wall.replace(tzinfo=zone, fold=0).timestamp())


@dataclass(slots=True)
class Zones:
    """The zones of a file: those it declares, and the business's for times that name none."""

    floating: tzinfo
    declared: dict[str, tzinfo] = field(default_factory=dict)

    def read(self, value: str, parameters: Mapping[str, str], floated: Callable[[], None]) -> Moment:
        """A DATE or DATE-TIME. ValueError with a sentence; `floated` is called for a time without a zone."""
        match = _MOMENT.fullmatch(value.strip())
        if match is None:
            raise ValueError("This is no date of iCalendar, like 20261231T140000Z.")
        day, clock, utc = match.groups()
        try:
            wall = datetime.strptime(day + (clock or "000000"), "%Y%m%d%H%M%S")
        except ValueError:
            raise ValueError("There is no such day or time.") from None
        if not 1970 <= wall.year < 2200:
            raise ValueError("The year must be between 1970 and 2199.")
        if clock is None:
            return Moment(wall, self.floating, all_day=True)
        return Moment(wall, UTC if utc else self._zone(parameters, floated))

    def _zone(self, parameters: Mapping[str, str], floated: Callable[[], None]) -> tzinfo:
        tzid = parameters.get("TZID")
        if not tzid:
            floated()
            return self.floating
        found = zone_by_tzid(tzid, self.declared)
        if found is None:
            raise ValueError("The time zone is neither known nor declared in the file.")
        return found


def read_property(line: str) -> Property:
    """Take a content line apart. ValueError with a sentence that does not repeat it."""
    try:
        name, parameters, value = cast("Any", Contentline)(line).parts()
        plain = {str(key).upper(): _one(given) for key, given in parameters.items()}
    except Exception:
        # The library raises what it likes for broken lines; the line may be personal, so its message is not passed on.
        raise ValueError("A line is not written as iCalendar asks (NAME;PARAMETER=value:text).") from None
    return Property(str(name).upper(), plain, str(value))


def _one(given: object) -> str:
    return str(given[0]) if isinstance(given, list) and given else str(given)


def read_length(value: str) -> timedelta:
    """A DURATION. ValueError with a sentence."""
    try:
        length = cast("Any", vDuration).from_ical(value.strip())
    except Exception:
        raise ValueError("This is no length of iCalendar, like PT1H30M.") from None
    if not isinstance(length, timedelta) or not timedelta(0) <= length <= _LONGEST:
        raise ValueError("The length must be between nothing and a year.")
    return length


@dataclass(frozen=True, slots=True)
class Person:
    """An ATTENDEE or ORGANIZER, as written."""

    name: str
    email: str


def read_person(given: Property) -> Person:
    """Name and address; either may be empty."""
    scheme, colon, address = given.value.partition(":")
    email = address if colon and scheme.strip().lower() == "mailto" else given.parameters.get("EMAIL", "")
    name = given.parameters.get("CN", "").strip().strip('"')
    return Person("" if "@" in name else name, email.strip())
