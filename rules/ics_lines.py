"""The lines of an iCalendar file (RFC 5545) unfolded and put together to components, one at a time.

Only what an import needs is kept: attachments and what nobody reads are dropped while they go by, so a file of 50 MB
with pictures in it takes little memory.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

# A note may have 4000 characters; of a longer line nothing more is needed than that it is too long.
LONGEST = 16_384
_MOST_LINES = 2_000
_DEEPEST = 8
_WANTED = (
    "UID DTSTART DTEND DURATION RRULE RDATE EXDATE RECURRENCE-ID STATUS TRANSP SUMMARY DESCRIPTION ATTENDEE ORGANIZER "
    "RESOURCES"
)
WANTED = frozenset(_WANTED.split())


@dataclass(slots=True)
class Component:
    """A VEVENT with its wanted lines, or a whole VTIMEZONE. `row` is the line of its BEGIN in the file."""

    name: str
    row: int
    lines: list[str] = field(default_factory=list)


def components(lines: Iterable[str]) -> Iterator[Component]:
    """The events and time zones of a file. ValueError with a sentence where it is no calendar, or half of one."""
    reading = _Reading()
    for row, line in _unfolded(lines):
        ready = reading.take(row, line)
        if ready is not None:
            yield ready
    if not reading.begun:
        raise ValueError("The file is no calendar: it does not begin with BEGIN:VCALENDAR.")
    if reading.open:
        raise ValueError(f"The file ends in the middle of a {reading.open[-1]}; export or download it again.")


class _Reading:
    """Where we are: the components that are open, and the one being collected."""

    def __init__(self) -> None:
        self.begun = False
        self.open: list[str] = []
        self.current: Component | None = None
        self.depth = 0

    def take(self, row: int, line: str) -> Component | None:
        word, _, rest = line.partition(":")
        word = word.upper()
        if not self.begun and (word, rest.strip().upper()) != ("BEGIN", "VCALENDAR"):
            raise ValueError("The file is no calendar: it does not begin with BEGIN:VCALENDAR.")
        if word == "BEGIN":
            self._begin(row, rest.strip().upper())
        if self.current is not None and self._is_kept(self.current, word):
            self.current.lines.append(line)
        return self._end(row, rest.strip().upper()) if word == "END" else None

    def _begin(self, row: int, name: str) -> None:
        self.begun = True
        self.open.append(name)
        if len(self.open) > _DEEPEST:
            raise ValueError(f"Line {row}: components inside components, deeper than any calendar has them.")
        if self.current is None and name in ("VEVENT", "VTIMEZONE"):
            self.current, self.depth = Component(name, row), len(self.open)

    def _is_kept(self, current: Component, word: str) -> bool:
        if len(current.lines) >= _MOST_LINES:
            return False
        # An alarm inside an event has a DESCRIPTION of its own.
        return current.name == "VTIMEZONE" or (len(self.open) == self.depth and word.partition(";")[0] in WANTED)

    def _end(self, row: int, name: str) -> Component | None:
        if not self.open or self.open[-1] != name:
            raise ValueError(f"Line {row} ends a component that was not begun; export the calendar again.")
        ready = self.current if self.current is not None and len(self.open) == self.depth else None
        self.open.pop()
        if ready is not None:
            self.current = None
        return ready


def _unfolded(lines: Iterable[str]) -> Iterator[tuple[int, str]]:
    """(row where it begins, logical line): lines that begin with a space or tab continue the one before."""
    begun, parts, length = 0, [""], 0
    for row, line in enumerate(lines, 1):
        text = line.rstrip("\r\n")
        if text[:1] in (" ", "\t"):
            if length <= LONGEST:
                parts.append(text[1:])
                length += len(text) - 1
            continue
        if parts and parts != [""]:
            yield begun, "".join(parts)
        begun, parts, length = row, [text.removeprefix("\ufeff") if row == 1 else text], len(text)
    if parts and parts != [""]:
        yield begun, "".join(parts)
