"""When an entry takes place: once, or as often as its recurrence rule says.

Rules are computed on the wall clock, so an appointment at ten stays at ten when the clocks change.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice

from rules.ics_entries import Entry, Refused
from rules.ics_values import Moment, epoch
from rules.recurrence import dates
from rules.recurrence_text import read_rule

MOST = 2_000


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
    try:
        rule = read_rule(text)
    except ValueError as error:
        raise Refused("RRULE", f"{error} Or copy the appointments out of the series.") from None
    last = datetime.fromtimestamp(until, start.zone).date() + timedelta(days=1)
    walls = (datetime.combine(day, start.wall.time()) for day in dates(rule, start.wall, start.zone, last))
    found = list(islice((at for wall in walls if (at := epoch(wall, start.zone)) < until), MOST + 1))
    if len(found) > MOST:
        raise _too_many()
    return found
