"""When a calendar elsewhere says that somebody is busy: its events as stretches of time, and nothing else of them.

What is marked as free, called off or nonsense is passed over; whole days count in the zone of the person. Nothing that
it can hold takes long: recurrences end with the stretch that is asked for, and there is a limit to all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

from rules.ics_lines import Component, components
from rules.ics_values import Moment, Property, Zones, epoch, read_length, read_property
from rules.ics_zones import declared_zone
from rules.intervals import Window
from rules.recurrence import Rule, dates
from rules.recurrence_text import read_rule

MOST_EVENTS = 10_000
MOST_TIMES = 20_000
MOST_DAYS = 2_000_000
_MOST_ZONES = 50
_ONE_DAY = timedelta(days=1)
_READ = frozenset(
    {"UID", "DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "RECURRENCE-ID", "STATUS", "TRANSP"}
)


@dataclass(frozen=True, slots=True)
class _Event:
    """`seconds` on the clock of elapsed time; of whole days `days`. `counts`: busy, and not called off."""

    uid: str
    start: Moment
    seconds: int
    days: int
    rule: Rule | None
    added: frozenset[int]
    left_out: frozenset[int]
    replaces: int | None
    counts: bool

    def lasting(self, start: int, wall: datetime | None) -> Window:
        if self.days and wall is not None:
            return start, epoch(wall + timedelta(days=self.days), self.start.zone)
        return start, start + (self.seconds or self.days * 86_400)


def busy_times(lines: Iterable[str], zone: tzinfo, span: Window, own: str) -> tuple[list[Window], int]:
    """The busy stretches that meet `span`, in no order, and how many events could not be read. Times without a zone are
    `zone`'s; events whose UID ends with `own` are ours, sent back to us. ValueError with a sentence for what is no
    calendar, or holds too much."""
    zones, events, unread = Zones(zone), list[_Event](), 0
    for number, component in enumerate(components(lines)):
        if number > MOST_EVENTS:
            raise ValueError(f"The calendar holds more than {MOST_EVENTS} events.")
        if component.name == "VTIMEZONE":
            _declare(component, zones)
        elif (event := _read(component, zones)) is None:
            unread += 1
        elif not event.uid.endswith(own):
            events.append(event)
    _refuse_endless(events, span)
    replaced = {(event.uid, event.replaces) for event in events if event.replaces is not None}
    found: list[Window] = []
    for event in events:
        for window in _times(event, span, replaced) if event.counts else ():
            found.append(window)
            if len(found) > MOST_TIMES:
                raise ValueError(f"The calendar holds more than {MOST_TIMES} busy times.")
    return found, unread


def _declare(component: Component, zones: Zones) -> None:
    """Zones that are known by name need no rules; of others only rules that are quickly computed are."""
    rules = [line.upper() for line in component.lines if line[:5].upper() == "RRULE"]
    harmless = len(component.lines) <= 200 and all("FREQ=YEARLY" in rule for rule in rules)
    if harmless and len(zones.declared) < _MOST_ZONES and (declared := declared_zone(component)) is not None:
        zones.declared[declared[0]] = declared[1]


def _refuse_endless(events: list[_Event], span: Window) -> None:
    """Every day from the first occurrence on is looked at; there is an end to that over all events together."""
    if sum((_last(event, span) - event.start.wall.date()).days for event in events if event.rule) > MOST_DAYS:
        raise ValueError("The calendar repeats too many events from too long ago. End old series there.")


def _last(event: _Event, span: Window) -> date:
    last = datetime.fromtimestamp(span[1], event.start.zone).date() + _ONE_DAY
    until = event.rule.until if event.rule else None
    if until is not None:
        last = min(last, (until.date() if isinstance(until, datetime) else until) + _ONE_DAY)
    return max(last, event.start.wall.date())


def _times(event: _Event, span: Window, replaced: set[tuple[str, int]]) -> Iterator[Window]:
    for start, wall in _starts(event, span):
        if start in event.left_out or (event.replaces is None and (event.uid, start) in replaced):
            continue
        window = event.lasting(start, wall)
        if window[0] < window[1] and window[0] < span[1] and window[1] > span[0]:
            yield window


def _starts(event: _Event, span: Window) -> Iterator[tuple[int, datetime | None]]:
    yield event.start.epoch(), event.start.wall
    seen = {event.start.epoch()}
    for start in event.added - seen:
        yield start, None
    if event.rule is None:
        return
    for day in dates(event.rule, event.start.wall, event.start.zone, _last(event, span)):
        wall = datetime.combine(day, event.start.wall.time())
        start = epoch(wall, event.start.zone)
        if start not in seen and start not in event.added:
            yield start, wall


def _read(component: Component, zones: Zones) -> _Event | None:
    """The event; None for one that says nothing that can be read."""
    once: dict[str, Property] = {}
    many: dict[str, list[Property]] = {}
    try:
        for line in component.lines:
            if line.partition(":")[0].partition(";")[0].upper() in _READ:
                given = read_property(line)
                once.setdefault(given.name, given)
                many.setdefault(given.name, []).append(given)
        return _event(once, many, zones)
    except (ValueError, OverflowError):
        return None


def _event(once: dict[str, Property], many: dict[str, list[Property]], zones: Zones) -> _Event | None:
    def moments(name: str) -> Iterator[Moment]:
        for given in many.get(name, []):
            for value in given.value.split(","):
                yield _moment(value.partition("/")[0], given, zones)

    if "DTSTART" not in once:
        return None
    start = _moment(once["DTSTART"].value, once["DTSTART"], zones)
    seconds, days = _length(once, start, zones)
    rule = read_rule(once["RRULE"].value) if "RRULE" in once else None
    replaces = next((_at(one, start) for one in moments("RECURRENCE-ID")), None)
    return _Event(
        once["UID"].value if "UID" in once else "", start, seconds, days, rule,
        frozenset(_at(one, start) for one in moments("RDATE")), frozenset(_at(one, start) for one in moments("EXDATE")),
        replaces, _word(once, "STATUS") != "CANCELLED" and _word(once, "TRANSP") != "TRANSPARENT",
    )  # fmt: skip


def _moment(value: str, given: Property, zones: Zones) -> Moment:
    return zones.read(value, given.parameters, lambda: None)


def _at(one: Moment, start: Moment) -> int:
    """A bare date names the occurrence on that date."""
    return epoch(datetime.combine(one.wall.date(), start.wall.time()), start.zone) if one.all_day else one.epoch()


def _word(once: dict[str, Property], name: str) -> str:
    return once[name].value.strip().upper() if name in once else ""


def _length(once: dict[str, Property], start: Moment, zones: Zones) -> tuple[int, int]:
    """(seconds, days): a whole day without an end lasts that day, a moment without one no time."""
    if "DTEND" in once:
        end = _moment(once["DTEND"].value, once["DTEND"], zones)
        if start.all_day:
            return 0, max((end.wall.date() - start.wall.date()).days, 1)
        return max(end.epoch() - start.epoch(), 0), 0
    if "DURATION" in once:
        length = read_length(once["DURATION"].value)
        return (0, max(length.days, 1)) if start.all_day else (length // timedelta(seconds=1), 0)
    return (0, 1) if start.all_day else (0, 0)
