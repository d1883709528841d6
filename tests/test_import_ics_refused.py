"""What `calendera import-ics` refuses: entries that are no bookings, files that are no calendars."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.businesses import Business
from tests.diaries import calendar, diary, event, furnish, written
from tests.importing import FILES, Importer, Outcome


@pytest.fixture
def importer(capsys: pytest.CaptureFixture[str]) -> Importer:
    return Importer(capsys)


@pytest.fixture
async def salon(salon: Business) -> Business:
    """With a haircut that has buffers and a price, and two people of whom one is found by her address."""
    await furnish(salon)
    return salon


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=SECONDLY", "FREQ=HOURLY;COUNT=2", "FREQ=DAILY;BYYEARDAY=40", "FREQ=WEEKLY;INTERVAL=0",
        "FREQ=WEEKLY;COUNT=-1", "FREQ=WEEKLY;BYDAY=XX", "FREQ=WEEKLY;UNTIL=yesterday", "COUNT=3", "nonsense", "",
        "FREQ=WEEKLY;INTERVAL=99999999999999999999", "FREQ=MONTHLY;BYSETPOS=999;BYDAY=MO", "FREQ=DAILY;UNTIL=99999999",
    ],
)  # fmt: skip
async def test_rules_that_are_not_read_are_refused(
    salon: Business, importer: Importer, tmp_path: Path, rule: str
) -> None:
    file = written(tmp_path, calendar(event(":20270201T100000Z", f"RRULE:{rule}")))
    done = await importer.ics(salon, file, staff="Ben Okafor")
    assert (done.code, done.summary) == (1, "0 bookings brought in, 1 refused."), rule
    assert done.lines[0].startswith("line 3, RRULE: refused.")


async def test_an_endless_series_of_years_ago_is_refused_for_its_number(
    salon: Business, importer: Importer, tmp_path: Path
) -> None:
    file = written(tmp_path, calendar(event(":20150101T100000Z", "RRULE:FREQ=DAILY")))
    done = await importer.ics(salon, file, staff="Ben Okafor")
    assert "More than 2000 occurrences" in done.lines[0]


@pytest.mark.parametrize(
    ("lines", "column"),
    [
        ("DTSTART:20270201T100000Z\nDURATION:PT30M\nSUMMARY:Haircut - Ada", "UID"),
        ("UID:a\nDURATION:PT30M\nSUMMARY:Haircut - Ada", "DTSTART"),
        (event(":20270230T100000Z"), "DTSTART"),
        (event(":20270201T100030Z"), "DTSTART"),
        (event(":tomorrow"), "DTSTART"),
        (event(":20270201T100000Z", length="PT0S"), "DTEND"),
        (event(":20270201T100000Z", length="P2D"), "DTEND"),
        (event(":20270201T100000Z", length="P99999999W"), "DURATION"),
        (event(":20270201T100000Z", title="Haircut - " + "x" * 300), "SUMMARY"),
        (event(":20270201T100000Z", "ATTENDEE:mailto:not an address"), "ATTENDEE"),
        (event(":20270201T100000Z", 'ATTENDEE;CN="broken:mailto:a@example.com'), "ATTENDEE"),
        (event(":20270201T100000Z", "RECURRENCE-ID;RANGE=THISANDFUTURE:20270201T100000Z"), "RECURRENCE-ID"),
        (event(":20200201T100000Z", "STATUS:TENTATIVE"), "STATUS"),
    ],
)
async def test_entries_that_cannot_be_bookings_say_which_property_and_why(
    salon: Business, importer: Importer, tmp_path: Path, lines: str, column: str
) -> None:
    good = event(":20270301T100000Z", uid="good")
    done = await importer.ics(salon, written(tmp_path, calendar(lines, good)), staff="Ben Okafor")
    assert done.summary == "1 booking brought in, 1 refused."
    assert done.lines[0].startswith(f"line 3, {column}: refused. ")
    assert len(await diary(salon)) == 1


async def test_the_same_uid_twice_counts_once(salon: Business, importer: Importer, tmp_path: Path) -> None:
    long_uid = "u" * 400
    file = calendar(*(event(f":2027020{day}T100000Z", uid=long_uid) for day in (1, 2)))
    done = await importer.ics(salon, written(tmp_path, file), staff="Ben Okafor")
    assert done.summary == "1 booking brought in, 1 refused."
    assert "has the same UID" in done.lines[0]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "The file is empty."),
        (b"hello\n", "does not begin with BEGIN:VCALENDAR"),
        (b"<html><body>Sign in</body></html>", "does not begin with BEGIN:VCALENDAR"),
        (b"PK\x03\x04\x14\x00\x08", "The file is not text"),
        (b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:a\n", "The file ends in the middle of a VEVENT"),
        (b"BEGIN:VCALENDAR\nEND:VEVENT\n", "ends a component that was not begun"),
        (b"BEGIN:VCALENDAR\n" + b"BEGIN:X\n" * 100_000, "deeper than any calendar"),
        (b"BEGIN:VCALENDAR\nX:" + b"y" * 5_000_000, "a line of a million characters"),
    ],
)
async def test_what_is_no_calendar_is_refused_in_one_sentence(
    salon: Business, importer: Importer, tmp_path: Path, content: bytes, sentence: str
) -> None:
    done = await importer.ics(salon, written(tmp_path, content), staff="Ben Okafor")
    assert (done.code, done.lines, len(done.errors)) == (2, [], 1)
    assert sentence in done.errors[0]
    assert await diary(salon) == []


async def test_ten_megabytes_of_folding_take_seconds(salon: Business, importer: Importer, tmp_path: Path) -> None:
    fold = "\n ".join(["=" * 74] * 135_000)
    file = calendar(
        event(":20270201T100000Z", f"ATTACH:{fold}"), event(":20270202T100000Z", f"X-A:{fold[:99]}", uid="b")
    )
    assert len(file) > 10_000_000
    done = await importer.ics(salon, written(tmp_path, file), staff="Ben Okafor")
    assert done.lines == ["2 bookings brought in."]


@pytest.mark.parametrize(("option", "words"), [("staff", "No staff member"), ("service", "No service")])
async def test_a_name_that_nobody_has_lists_those_that_exist(
    salon: Business, importer: Importer, option: str, words: str
) -> None:
    done: Outcome = await importer.ics(salon, FILES / "google.ics", **{option: "Nobody"})
    assert done.code == 2 and words in done.errors[0]
    assert ("Ben Okafor, Rosa Alvarado" in done.errors[0]) == (option == "staff")
