"""`calendera import-ics`: diaries as Google, Apple and Outlook export them, and files that are none."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from models import Booking, BookingSource, Calendar, Customer, Event, Hold, Occupancy, Service, Staff
from models.engagement import Engagement
from models.invariants import broken
from models.occupancy import occupy
from models.resource import Resource
from models.teams import Block
from rules.booking_states import BookingStatus
from rules.wall_time import epoch
from tests.businesses import Business
from tests.diaries import calendar, diary, event, furnish, written
from tests.importing import FILES, Importer


@pytest.fixture
def importer(capsys: pytest.CaptureFixture[str]) -> Importer:
    return Importer(capsys)


@pytest.fixture
async def salon(salon: Business) -> Business:
    """With a haircut that has buffers and a price, and two people of whom one is found by her address."""
    await furnish(salon)
    return salon


async def test_a_google_diary_comes_in_with_its_series(salon: Business, importer: Importer) -> None:
    done = await importer.ics(salon, FILES / "google.ics", staff="Ben Okafor")
    assert await diary(salon) == [
        ("2026-12-01T10:00", "Dorothy Vaughan", "COMPLETED"),
        ("2027-01-12T10:00", "Grace Hopper", "CONFIRMED"),
        ("2027-03-05T10:00", "Lovelace, Ada", "CONFIRMED"),
        ("2027-03-12T14:00", "Lovelace, Ada", "CONFIRMED"),  # moved; 19 March was left out
        ("2027-03-26T10:00", "Lovelace, Ada", "CONFIRMED"),
        ("2027-04-02T10:00", "Lovelace, Ada", "CONFIRMED"),
    ]
    assert done.code == 1
    assert done.summary == "6 bookings brought in, 1 refused, 1 skipped."
    assert done.about(66) == [
        "line 66, DTSTART: refused. The time overlaps the entry on line 59 of the same staff member."
    ]
    assert done.about(73) == ["line 73, STATUS: skipped. Cancelled there."]


async def test_a_series_stays_at_ten_when_the_clocks_change(salon: Business, importer: Importer) -> None:
    await importer.ics(salon, FILES / "google.ics", staff="Ben Okafor")
    starts = [row.starts_at for row in await Booking.of(salon.account.id).filter(ical_uid__startswith="weekly")]
    assert datetime(2027, 3, 5, 16, tzinfo=UTC) in starts  # -06:00
    assert datetime(2027, 3, 26, 15, tzinfo=UTC) in starts  # -05:00 since 14 March


async def test_people_are_found_by_their_addresses(salon: Business, importer: Importer) -> None:
    await importer.ics(salon, FILES / "google.ics", staff="Ben Okafor")
    rosa = await Staff.of(salon.account.id).get(name="Rosa Alvarado")
    series = await Booking.of(salon.account.id).filter(ical_uid__startswith="weekly", staff_id=rosa.id)
    assert len(series) == 3  # the moved one has no address of the staff's
    ada = await Customer.of(salon.account.id).get(email="ada@example.com")
    assert {row.customer_id for row in series} == {ada.id}
    assert {row.internal_note for row in series} == {"Likes it short, very short.\nParks behind the house."}


async def test_imports_block_their_time_without_buffers_price_and_mail(salon: Business, importer: Importer) -> None:
    await importer.ics(salon, FILES / "google.ics", staff="Ben Okafor")
    for row in await Booking.of(salon.account.id):
        blocked = await Occupancy.of(salon.account.id).get(booking_id=row.id)
        assert (blocked.starts, blocked.ends) == (epoch(row.starts_at), epoch(row.ends_at))
        assert (row.source, row.price_minor, row.currency) == (BookingSource.IMPORT, None, None)
        assert (row.cancel_cutoff_minutes, row.zone) == (1440, "America/Chicago")
        made = await Event.of(salon.account.id).get(subject_id=row.id)
        assert (made.name, made.actor_kind.value) == ("booking_made", "IMPORT")
        assert (made.data["status"], made.data["source"]) == (row.status.value, "IMPORT")


async def test_an_apple_diary_has_floating_times_days_and_private_things(salon: Business, importer: Importer) -> None:
    done = await importer.ics(salon, FILES / "apple.ics", staff="Rosa Alvarado")
    assert await diary(salon) == [
        ("2027-02-11T02:30", "Jürgen Größmann 🎉", "CONFIRMED"),
        ("2027-02-12T09:30", "שירה לוי", "CONFIRMED"),
    ]
    assert [line.partition(": ")[2] for line in done.lines[:-1]] == [
        "noted. The time names no zone; it was read in the business's.",
        "refused. A whole day is no appointment; where the business is closed, enter time off.",
        "refused. The title begins with no service's name; --service NAME takes such entries.",
        "refused. The customer in the title is empty; write at least 1 character.",
        "skipped. Marked as free there, so it is no appointment.",
        "refused. The end must be after the beginning.",
    ]


async def test_an_outlook_diary_names_zones_as_windows_does(salon: Business, importer: Importer) -> None:
    done = await importer.ics(salon, FILES / "outlook.ics", staff="Rosa Alvarado")
    rows = await Booking.of(salon.account.id).order_by("starts_at")
    assert [(row.starts_at, row.status) for row in rows] == [
        (datetime(2027, 7, 1, 8, tzinfo=UTC), BookingStatus.CONFIRMED),  # W. Europe Standard Time
        (datetime(2027, 7, 2, 4, 15, tzinfo=UTC), BookingStatus.CONFIRMED),  # the file's own zone, +05:45
        (datetime(2027, 7, 4, 9, tzinfo=UTC), BookingStatus.REQUESTED),  # a path that ends in Europe/London
    ]
    assert [line.partition(": ")[2] for line in done.lines[:-1]] == [
        "refused. The time zone is neither known nor declared in the file.",
        "refused. BYHOUR is not supported; a rule may have FREQ, INTERVAL, COUNT, UNTIL, BYMONTH, BYMONTHDAY, BYDAY, "
        "BYSETPOS and WKST. Or copy the appointments out of the series.",
    ]


async def test_reading_a_file_again_adds_nothing(salon: Business, importer: Importer) -> None:
    await importer.ics(salon, FILES / "outlook.ics", staff="Rosa Alvarado")
    before = await diary(salon), await Event.of(salon.account.id).count()
    again = await importer.ics(salon, FILES / "outlook.ics", staff="Ben Okafor")
    assert again.summary == "0 bookings brought in, 2 refused, 3 skipped."
    assert (await diary(salon), await Event.of(salon.account.id).count()) == before


async def test_a_dry_run_says_the_same_and_writes_nothing(salon: Business, importer: Importer) -> None:
    before = await Event.of(salon.account.id).count()
    tried = await importer.ics(salon, FILES / "google.ics", staff="Ben Okafor", dry_run=True)
    assert await diary(salon) == [] and await Customer.of(salon.account.id).count() == 0
    assert await Event.of(salon.account.id).count() == before
    done = await importer.ics(salon, FILES / "google.ics", staff="Ben Okafor")
    assert tried.lines[:-1] == done.lines[:-1]
    assert tried.summary.startswith("6 bookings would be brought in, 1 refused, 1 skipped. Nothing was written")


async def test_the_rival_keeps_its_own(salon: Business, rival: Business, importer: Importer) -> None:
    await furnish(rival)
    await importer.ics(rival, FILES / "google.ics", staff="Ben Okafor")
    theirs = await diary(rival)
    done = await importer.ics(salon, FILES / "google.ics", staff="Ben Okafor")  # the same UIDs and times
    assert done.summary.startswith("6 bookings")
    assert await diary(rival) == theirs


async def test_what_is_booked_or_held_here_is_not_overlapped(
    salon: Business, importer: Importer, tmp_path: Path
) -> None:
    await importer.ics(salon, FILES / "outlook.ics", staff="Rosa Alvarado")
    overlapping = calendar(event(":20270701T081500Z", uid="other"), event(":20270701T083000Z", uid="touching"))
    done = await importer.ics(salon, written(tmp_path, overlapping), staff="Rosa Alvarado")
    assert done.summary == "1 booking brought in, 1 refused."
    assert "a booking or hold that is here already" in done.lines[0]


@pytest.mark.parametrize(("seconds", "accepted"), [(60, 0), (0, 1)])
async def test_a_hold_blocks_until_it_ends(
    salon: Business, importer: Importer, tmp_path: Path, seconds: int, accepted: int
) -> None:
    rosa = await Staff.of(salon.account.id).get(name="Rosa Alvarado")
    await hold(
        salon, rosa, datetime(2027, 2, 1, 15, tzinfo=UTC), salon.product.clock.now() + timedelta(seconds=seconds)
    )
    done = await importer.ics(salon, written(tmp_path, calendar(event(":20270201T150000Z"))), staff="Rosa Alvarado")
    assert done.summary.startswith(f"{accepted} booking")


async def hold(business: Business, staff: Staff, starts_at: datetime, expires_at: datetime) -> None:
    service = await Service.of(business.account.id).get(slug="haircut")
    row = await Hold.add(
        business.account.id, created_at=business.act.at, service_id=service.id, staff_id=staff.id, starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=45), token_hash=os.urandom(32).hex(), expires_at=expires_at,
    )  # fmt: skip
    own = await Calendar.of(business.account.id).get(staff_id=staff.id)
    block = Block(own.id, 0, epoch(starts_at), epoch(row.ends_at))
    await occupy(business.act, [block], hold_id=row.id, expires=epoch(expires_at))


async def test_what_was_cancelled_there_but_is_booked_here_is_pointed_out(
    salon: Business, importer: Importer, tmp_path: Path
) -> None:
    await importer.ics(salon, written(tmp_path, calendar(event(":20270201T150000Z"))), staff="Ben Okafor")
    cancelled = calendar(event(":20270201T150000Z", "STATUS:CANCELLED"))
    done = await importer.ics(salon, written(tmp_path, cancelled), staff="Ben Okafor")
    assert (done.code, done.about(3)) == (
        1, ["line 3, STATUS: refused. Cancelled there, but booked here: cancel the booking."],
    )  # fmt: skip
    assert [status for _, _, status in await diary(salon)] == ["CONFIRMED"]


@pytest.mark.parametrize(
    ("rule", "starts"),
    [
        ("FREQ=DAILY;COUNT=3", ["02-01", "02-02", "02-03"]),
        ("FREQ=WEEKLY;BYDAY=MO,TH;UNTIL=20270211T235959Z", ["02-01", "02-04", "02-08", "02-11"]),
        ("FREQ=WEEKLY;INTERVAL=2;COUNT=2", ["02-01", "02-15"]),
        ("FREQ=MONTHLY;BYDAY=1MO;COUNT=3", ["02-01", "03-01", "04-05"]),
        ("FREQ=MONTHLY;BYMONTHDAY=31;COUNT=2", ["02-01", "03-31", "05-31"]),
        ("FREQ=YEARLY", ["02-01"]),  # the next is more than a year from now
        ("FREQ=DAILY;UNTIL=20270202", ["02-01", "02-02"]),
    ],
)
async def test_rules_of_repeating(
    salon: Business, importer: Importer, tmp_path: Path, rule: str, starts: list[str]
) -> None:
    file = written(tmp_path, calendar(event(";TZID=America/Chicago:20270201T100000", f"RRULE:{rule}")))
    done = await importer.ics(salon, file, staff="Ben Okafor")
    assert [start for start, _, _ in await diary(salon)] == [f"2027-{day}T10:00" for day in starts], done.lines


async def test_long_descriptions_are_left_out_and_said(salon: Business, importer: Importer, tmp_path: Path) -> None:
    folded = "DESCRIPTION:" + "\n ".join(["x" * 70] * 1000)
    done = await importer.ics(
        salon, written(tmp_path, calendar(event(":20270201T100000Z", folded))), staff="Ben Okafor"
    )
    assert done.code == 0 and "DESCRIPTION: noted." in done.lines[0]
    assert (await Booking.of(salon.account.id).get()).internal_note == ""


async def test_the_longest_matching_service_is_meant(salon: Business, importer: Importer, tmp_path: Path) -> None:
    file = calendar(event(":20270201T100000Z", title="HAIRCUT AND BEARD: Bo"), event(":20270202T100000Z", uid="b"))
    await importer.ics(salon, written(tmp_path, file), staff="Ben Okafor")
    slugs = dict(await Service.of(salon.account.id).values_list("id", "slug"))
    rows = await Booking.of(salon.account.id).order_by("starts_at")
    assert [slugs[row.service_id] for row in rows] == ["beard", "haircut"]


async def test_the_option_takes_titles_that_name_no_service(
    salon: Business, importer: Importer, tmp_path: Path
) -> None:
    file = written(tmp_path, calendar(event(":20270201T100000Z", title="Ada Lovelace")))
    await importer.ics(salon, file, staff="ben okafor", service="haircut AND beard")
    assert [name for _, name, _ in await diary(salon)] == ["Ada Lovelace"]


async def test_whoever_was_archived_and_has_an_appointment_is_in_use_again(salon: Business, importer: Importer) -> None:
    ada = await Customer.begin(salon.act, name="Countess Lovelace", email="ada@example.com")
    await ada.archive(salon.act, ada.version)
    await importer.ics(salon, FILES / "google.ics", staff="Ben Okafor")
    found = await Customer.of(salon.account.id).get(email="ada@example.com")
    assert (found.id, found.name, found.archived_at) == (ada.id, "Countess Lovelace", None)
    assert await Booking.of(salon.account.id).filter(customer_id=ada.id).count() == 4


async def test_rooms_that_entries_name_are_taken_and_no_customer(
    salon: Business, importer: Importer, tmp_path: Path
) -> None:
    chairs = await Resource.begin(salon.act, name="Styling chair", quantity=2)
    at, room = ":20270201T150000Z", "ATTENDEE;CUTYPE=RESOURCE;CN=Styling Chair:mailto:c_1@resource.calendar.example"
    entries = [
        event(at, room, uid="invited"),
        event(at, "RESOURCES:styling chair", "ATTENDEE;CN=Rosa:mailto:rosa@example.com", uid="noted"),
        event(":20270201T160000Z", "RESOURCES:Projector", uid="unknown"),
    ]
    done = await importer.ics(salon, written(tmp_path, calendar(*entries[:1], entries[2])), staff="Ben Okafor")
    assert done.summary == "1 booking brought in, 1 refused." and "names a room or thing" in str(done.lines)
    (made,) = await Booking.of(salon.account.id)
    assert (await Customer.of(salon.account.id).get(id=made.customer_id)).name == "Ada", "the room is nobody"
    done = await importer.ics(salon, written(tmp_path, calendar(entries[1])), staff="Rosa Alvarado")
    units = await Engagement.of(salon.account.id).filter(resource_id=chairs.id).order_by("unit")
    assert [one.unit for one in units] == [1, 2]
    third = await salon.staff("Third")
    assert third
    done = await importer.ics(
        salon, written(tmp_path, calendar(event(at, "RESOURCES:Styling chair", uid="late"))), staff="Third"
    )
    assert done.about(1) == [] and "is taken then" in str(done.lines)
    assert await broken(salon.account.id) == []
