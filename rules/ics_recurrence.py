"""When an entry takes place: once, or as often as its recurrence rule says.

Read is the part of RFC 5545 that calendars' own forms can make: daily and weekly with days of the week, monthly and
yearly with days, positions and months; INTERVAL, COUNT, UNTIL. Rules are computed on the wall clock, so an appointment
at ten stays at ten when the clocks change.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import islice, takewhile

from dateutil.rrule import rrulestr

from rules.ics_entries import Entry, Refused
from rules.ics_values import Moment, epoch

MOST = 2_000
_ALWAYS = {"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST"}
_PARTS = {
    "DAILY": _ALWAYS | {"BYDAY"},
    "WEEKLY": _ALWAYS | {"BYDAY"},
    "MONTHLY": _ALWAYS | {"BYDAY", "BYMONTHDAY", "BYSETPOS"},
    "YEARLY": _ALWAYS | {"BYDAY", "BYMONTHDAY", "BYSETPOS", "BYMONTH"},
}
_SIMPLE = re.compile(r"[0-9A-Z,+\-]+")
_NUMBER = re.compile(r"[1-9][0-9]{0,4}")


def occurrences(entry: Entry, until: int) -> Iterator[tuple[int, bool]]:
    """(epoch second of a beginning, whether it is one of several), in order, before `until` where it repeats.

    Raises Refused, before the first, for a rule outside the part that is read or with more than 2000 occurrences.
    """
    if entry.rule is None and not entry.added:
        return iter([(entry.start.epoch(), False)])
    starts = {entry.start.epoch(), *entry.added}
    if entry.rule is not None:
        starts |= set(_by_rule(entry.rule, entry.start, until))
    kept = sorted(start for start in starts - entry.left_out if start < until)
    if len(kept) > MOST:
        raise _too_many()
    return iter([(start, True) for start in kept])


def _too_many() -> Refused:
    return Refused("RRULE", f"More than {MOST} occurrences; end the series, or export a shorter time.")


def _by_rule(text: str, start: Moment, until: int) -> list[int]:
    rule = _read(text, start)
    walls = takewhile(lambda wall: epoch(wall, start.zone) < until, rule)
    found = [epoch(wall, start.zone) for wall in islice(walls, MOST + 1)]
    if len(found) > MOST:
        raise _too_many()
    return found


def _read(text: str, start: Moment) -> Iterable[datetime]:
    parts = dict(part.partition("=")[::2] for part in text.upper().strip().rstrip(";").split(";"))
    allowed = _PARTS.get(parts.get("FREQ", ""))
    if allowed is None or not parts.keys() <= allowed or not all(map(_SIMPLE.fullmatch, parts.values())):
        raise Refused("RRULE", "This way of repeating is not read; copy the appointments out of the series.")
    if not all(_NUMBER.fullmatch(parts.get(name, "1")) for name in ("COUNT", "INTERVAL")):
        raise Refused("RRULE", "The recurrence rule cannot be read.")
    if "UNTIL" in parts:
        parts["UNTIL"] = _until(parts["UNTIL"], start)
    try:
        rule: Iterable[datetime] = rrulestr(
            ";".join(f"{name}={value}" for name, value in parts.items()), dtstart=start.wall
        )
    except (ValueError, TypeError, OverflowError, KeyError, IndexError):
        raise Refused("RRULE", "The recurrence rule cannot be read.") from None
    return rule


def _until(text: str, start: Moment) -> str:
    """UNTIL as a wall time in the entry's zone, as the wall times that it bounds. A bare date includes its day."""
    try:
        if len(text) == 8:
            return f"{text}T235959"
        moment = datetime.strptime(text.rstrip("Z"), "%Y%m%dT%H%M%S")
        if text.endswith("Z"):
            moment = moment.replace(tzinfo=UTC).astimezone(start.zone).replace(tzinfo=None)
    except (ValueError, OverflowError):
        raise Refused("RRULE", "The end of the series cannot be read.") from None
    return moment.strftime("%Y%m%dT%H%M%S")
