"""When a calendar says that somebody is busy, worked out by hand."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from rules.ics_busy import busy_times
from rules.wall_time import epoch

ZONE = ZoneInfo("America/Chicago")
SPAN = (epoch(datetime.fromisoformat("2027-03-01T00:00:00Z")), epoch(datetime.fromisoformat("2027-04-01T00:00:00Z")))


def read(*events: str) -> list[tuple[str, str]]:
    """The busy times as walls in Chicago."""
    lines = ["BEGIN:VCALENDAR", *(f"BEGIN:VEVENT | {event} | END:VEVENT" for event in events), "END:VCALENDAR"]
    found, unread = busy_times(" | ".join(lines).split(" | "), ZONE, SPAN, "@ours")
    assert unread == 0
    return sorted((_wall(starts), _wall(ends)) for starts, ends in found)


def _wall(at: int) -> str:
    return f"{datetime.fromtimestamp(at, ZONE):%m-%d %H:%M}"


@pytest.mark.parametrize(
    ("event", "busy"),
    [
        ("DTSTART:20270302T160000Z | DTEND:20270302T170000Z", [("03-02 10:00", "03-02 11:00")]),
        ("DTSTART:20270302T100000 | DURATION:PT90M", [("03-02 10:00", "03-02 11:30")]),
        ("DTSTART;TZID=Europe/Berlin:20270302T100000 | DTEND;TZID=Europe/Berlin:20270302T110000",
         [("03-02 03:00", "03-02 04:00")]),
        ("DTSTART;VALUE=DATE:20270314", [("03-14 00:00", "03-15 00:00")]),  # the clocks change that day: 23 hours
        ("DTSTART;VALUE=DATE:20270313 | DTEND;VALUE=DATE:20270316", [("03-13 00:00", "03-16 00:00")]),
        ("DTSTART:20270302T160000Z | DTEND:20270302T170000Z | TRANSP:TRANSPARENT", []),
        ("DTSTART:20270302T160000Z | DTEND:20270302T170000Z | STATUS:CANCELLED", []),
        ("DTSTART:20270302T160000Z | DTEND:20270302T170000Z | UID:x@ours", []),
        ("DTSTART:20270302T160000Z", []),
        ("DTSTART:20270202T160000Z | DTEND:20270202T170000Z", []),
        ("DTSTART;TZID=America/Chicago:20270308T100000 | DURATION:PT1H | RRULE:FREQ=WEEKLY;COUNT=3",
         [("03-08 10:00", "03-08 11:00"), ("03-15 10:00", "03-15 11:00"), ("03-22 10:00", "03-22 11:00")]),
        ("DTSTART;VALUE=DATE:20200307 | RRULE:FREQ=WEEKLY;BYDAY=SU;UNTIL=20270314",
         [("02-28 00:00", "03-01 00:00"), ("03-07 00:00", "03-08 00:00"), ("03-14 00:00", "03-15 00:00")]),
        ("DTSTART:20270308T100000 | DURATION:PT1H | RDATE:20270310T100000",
         [("03-08 10:00", "03-08 11:00"), ("03-10 10:00", "03-10 11:00")]),
        ("DTSTART:20270308T100000 | DURATION:PT1H | RRULE:FREQ=DAILY;COUNT=3 | EXDATE:20270309T100000",
         [("03-08 10:00", "03-08 11:00"), ("03-10 10:00", "03-10 11:00")]),
    ],
)  # fmt: skip
def test_one_event(event: str, busy: list[tuple[str, str]]) -> None:
    assert read(event) == busy


def test_an_occurrence_that_was_moved_leaves_its_time() -> None:
    series = "UID:a | DTSTART:20270308T100000 | DURATION:PT1H | RRULE:FREQ=DAILY;COUNT=2"
    moved = "UID:a | RECURRENCE-ID:20270309T100000 | DTSTART:20270309T150000 | DURATION:PT2H"
    assert read(series, moved) == [("03-08 10:00", "03-08 11:00"), ("03-09 15:00", "03-09 17:00")]
    called_off = f"{moved} | STATUS:CANCELLED"
    assert read(series, called_off) == [("03-08 10:00", "03-08 11:00")]
