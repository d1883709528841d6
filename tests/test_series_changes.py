"""Changing bookings of a series together: one of them, those that follow, or all that are to come."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from models.booking import Booking
from models.invariants import broken
from models.membership import Role
from models.series import SeriesOccurrence
from tests.api import Caller
from tests.bookable import MOVE, Desk, bookable, count, events, mails, said
from tests.businesses import Business, at_widget, id_of, limit_to_own_diary
from tests.repeating import SERIES, SERIES_REFUSAL, ids, series, starts

WEEKLY = "FREQ=WEEKLY;COUNT=4"
DAYS = ["2027-01-12", "2027-01-19", "2027-01-26", "2027-02-02"]


def doing(name: str) -> str:
    """The document of a mutation that changes a series."""
    said = f"{name[0].upper()}{name[1:]}"
    return f"""
    mutation Change($input: {said}Input!) {{
      {name}(input: $input) {{
        __typename ... on {said}Payload {{ series {{ ...S }} skipped {{ position refusal reason }} }}
        ... on VersionConflict {{ currentVersion }} {SERIES_REFUSAL}
      }}
    }}
    {SERIES}
    """


CANCEL, MOVE_ALL = doing("cancelBookingSeries"), doing("rescheduleBookingSeries")
EXTEND = f"""
mutation Extend($input: ExtendBookingSeriesInput!) {{
  extendBookingSeries(input: $input) {{
    __typename ... on ExtendBookingSeriesPayload {{ series {{ ...S }} }}
    ... on VersionConflict {{ currentVersion }} {SERIES_REFUSAL}
  }}
}}
{SERIES}
"""
READ = f"query($id: ID!) {{ bookingSeries(id: $id) {{ ...S }} }} {SERIES}"


@pytest.fixture
async def desk(salon: Business) -> Desk:
    return await bookable(salon, horizon_days=365)


@pytest.fixture
async def made(salon: Business, desk: Desk) -> Any:
    return await series(desk, salon.owner, desk.at(10), WEEKLY)


def statuses(of: Any) -> list[str]:
    return [one["booking"]["status"] for one in of["occurrences"]]


def at(hour: int, *days: str) -> list[str]:
    return [f"{day}T{hour + 6:02}:00:00Z" for day in days]


def version(of: Any, position: int) -> int:
    return next(one["booking"]["version"] for one in of["occurrences"] if one["position"] == position)


async def cancel(caller: Caller, of: Any, position: int, scope: str, **more: Any) -> Any:
    given = {"bookingId": ids(of)[position - 1], "scope": scope, **more}
    return (await caller.ok(CANCEL, input=given))["cancelBookingSeries"]


async def move(caller: Caller, of: Any, position: int, scope: str, to: Any = None, **more: Any) -> Any:
    given = {"bookingId": ids(of)[position - 1], "scope": scope, "expectedVersion": version(of, position), **more}
    if to is not None:
        given["startsAt"] = said(to)
    return (await caller.ok(MOVE_ALL, input=given))["rescheduleBookingSeries"]


async def again(salon: Business, of: Any) -> Any:
    return (await salon.owner.ok(READ, id=of["id"]))["bookingSeries"]


async def link(salon: Business, position: int) -> Caller:
    place = await SeriesOccurrence.of(salon.account.id).get(position=position)
    return at_widget(salon, (await Booking.of(salon.account.id).get(id=place.booking_id)).manage_token)


@pytest.mark.parametrize(
    ("scope", "left"),
    [("THIS", [True, True, False, True]), ("FOLLOWING", [True, True, False, False]), ("ALL", [False] * 4)],
)
async def test_cancelling_reaches_as_far_as_is_said(salon: Business, made: Any, scope: str, left: list[bool]) -> None:
    done = await cancel(salon.owner, made, 3, scope, reason="Moved away")
    assert statuses(done["series"]) == ["CONFIRMED" if stays else "CANCELLED" for stays in left]
    assert (done["series"]["endedAt"] is not None) == (scope == "ALL")
    assert await mails(salon) == ["SERIES_BOOKED", "SERIES_CANCELLED"]
    assert (await events(salon)).count("booking_cancelled") == left.count(False)
    assert await events(salon, "booking_series") == ["series_booked", "series_cancelled"]
    assert await count("occupancy", salon.account.id) == left.count(True)
    assert await broken(salon.account.id) == []


async def test_what_has_begun_or_is_called_off_stays_as_it_is(salon: Business, made: Any) -> None:
    await cancel(salon.owner, made, 3, "THIS")
    salon.product.clock.advance(days=4)
    done = await cancel(salon.owner, made, 4, "ALL")
    assert statuses(done["series"]) == ["CONFIRMED", "CANCELLED", "CANCELLED", "CANCELLED"]
    begun = await cancel(salon.owner, made, 1, "ALL")
    assert begun["fields"][0]["path"] == "bookingId"


async def test_a_customer_cancels_theirs_under_each_ones_cutoff(salon: Business) -> None:
    desk = await bookable(salon, cancel_cutoff_minutes=3 * 1440)
    made = await series(desk, salon.owner, desk.at(10), WEEKLY)
    first = await link(salon, 1)
    refused = await cancel(first, made, 1, "FOLLOWING")
    assert [(one["position"], one["refusal"]) for one in refused["conflicts"]] == [(1, "TOO_LATE_TO_CANCEL")]
    assert (await cancel(first, made, 1, "ALL"))["fields"][0]["path"] == "scope"
    done = await cancel(first, made, 1, "FOLLOWING", onConflict="SKIP_CONFLICTS")
    assert [one["position"] for one in done["skipped"]] == [1]
    assert statuses(await again(salon, made)) == ["CONFIRMED", "CANCELLED", "CANCELLED", "CANCELLED"]


async def test_a_link_opens_no_other_series(salon: Business, rival: Business, made: Any) -> None:
    desk = await bookable(salon)
    other = await series(desk, salon.owner, desk.at(12), WEEKLY)
    second = (await SeriesOccurrence.of(salon.account.id).filter(position=2).order_by("id"))[0]
    held = at_widget(salon, (await Booking.of(salon.account.id).get(id=second.booking_id)).manage_token)
    assert (await cancel(held, made, 1, "FOLLOWING"))["code"] == "NOT_FOUND"
    assert (await cancel(held, other, 1, "FOLLOWING"))["code"] == "NOT_FOUND"
    assert (await cancel(rival.owner, made, 1, "ALL"))["code"] == "NOT_FOUND"
    assert (await move(rival.owner, made, 1, "ALL", desk.at(11)))["code"] == "NOT_FOUND"
    assert set(statuses(await again(salon, made))) == {"CONFIRMED"}


async def test_moving_one_makes_an_exception(salon: Business, desk: Desk, made: Any) -> None:
    done = await move(salon.owner, made, 2, "THIS", desk.at(14, day=8))
    assert done["series"]["id"] == made["id"] and done["series"]["rule"] == made["rule"]
    assert starts(done["series"]) == [*at(10, DAYS[0]), *at(14, "2027-01-20"), *at(10, *DAYS[2:])]
    assert done["series"]["occurrences"][1]["plannedAt"] == at(10, DAYS[1])[0]


async def test_moving_those_that_follow_parts_the_series(salon: Business, desk: Desk, made: Any) -> None:
    done = await move(salon.owner, made, 3, "FOLLOWING", desk.at(11, day=15))
    later = done["series"]
    assert later["id"] != made["id"]
    assert (later["rule"], later["size"]) == ("FREQ=WEEKLY;COUNT=2;BYDAY=WE", 2)
    assert starts(later) == at(11, "2027-01-27", "2027-02-03")
    assert [one["position"] for one in later["occurrences"]] == [1, 2]
    earlier = await again(salon, made)
    assert (earlier["rule"], earlier["size"], starts(earlier)) == ("FREQ=WEEKLY;UNTIL=20270125", 2, at(10, *DAYS[:2]))
    assert ids(made) == ids(earlier) + ids(later)
    assert await mails(salon) == ["SERIES_BOOKED", "SERIES_CHANGED"]
    assert await broken(salon.account.id) == []


@pytest.mark.parametrize("weeks", [1, -1])
async def test_moving_by_a_week_is_not_in_its_own_way(salon: Business, desk: Desk, weeks: int) -> None:
    made = await series(desk, salon.owner, desk.at(10, day=14), WEEKLY)
    done = await move(salon.owner, made, 1, "ALL", desk.at(10, day=14 + 7 * weeks))
    assert starts(done["series"]) == [
        said(desk.at(10, day=14 + 7 * (number + weeks))) for number in range(4)
    ]  # fmt: skip
    assert done["series"]["id"] == made["id"]
    assert await broken(salon.account.id) == []


async def test_the_wall_time_is_kept_across_a_clock_change(salon: Business, desk: Desk) -> None:
    made = await series(desk, salon.owner, desk.at(10, day=49), "FREQ=WEEKLY;COUNT=3")
    done = await move(salon.owner, made, 1, "ALL", desk.at(15, day=49))
    assert starts(done["series"]) == ["2027-03-02T21:00:00Z", "2027-03-09T21:00:00Z", "2027-03-16T20:00:00Z"]


async def test_all_are_moved_or_none(salon: Business, desk: Desk, made: Any) -> None:
    await desk.book(salon.owner, desk.at(14, day=14))
    refused = await move(salon.owner, made, 1, "ALL", desk.at(14))
    assert [(one["position"], one["reason"]) for one in refused["conflicts"]] == [(3, "TAKEN")]
    assert refused["conflicts"][0]["alternatives"]
    assert await again(salon, made) == made
    done = await move(salon.owner, made, 1, "ALL", desk.at(14), onConflict="SKIP_CONFLICTS")
    assert starts(done["series"]) == [*at(14, *DAYS[:2]), *at(10, DAYS[2]), *at(14, DAYS[3])]
    assert [one["position"] for one in done["skipped"]] == [3]
    assert done["series"]["occurrences"][2]["plannedAt"] == at(14, DAYS[2])[0]


async def test_what_was_moved_alone_keeps_its_time(salon: Business, desk: Desk, made: Any) -> None:
    one = {"id": ids(made)[2], "expectedVersion": 1, "startsAt": said(desk.at(16, day=14))}
    await salon.owner.did(MOVE, input=one)
    done = await move(salon.owner, made, 1, "ALL", desk.at(11))
    assert starts(done["series"]) == [*at(11, *DAYS[:2]), *at(16, DAYS[2]), *at(11, DAYS[3])]


async def test_they_are_given_to_somebody_else(salon: Business) -> None:
    desk = await bookable(salon, staff=2)
    made = await series(desk, salon.owner, desk.at(10), WEEKLY, staff=desk.staff[0])
    done = await move(salon.owner, made, 3, "FOLLOWING", staffId=id_of(desk.staff[1]))
    assert {one["booking"]["staff"]["id"] for one in done["series"]["occurrences"]} == {id_of(desk.staff[1])}
    assert starts(done["series"]) == at(10, *DAYS[2:])
    assert {one["booking"]["staff"]["id"] for one in (await again(salon, made))["occurrences"]} == {
        id_of(desk.staff[0])
    }


async def test_what_no_rule_says_is_not_moved_together(salon: Business, desk: Desk) -> None:
    monthly = await series(desk, salon.owner, desk.at(10), "FREQ=MONTHLY;BYDAY=2TU;COUNT=8")
    refused = await move(salon.owner, monthly, 1, "ALL", desk.at(10, day=6))
    assert refused["fields"][0]["path"] == "startsAt"
    assert await again(salon, monthly) == monthly


async def test_a_change_of_what_somebody_else_changed_is_refused(salon: Business, desk: Desk, made: Any) -> None:
    await move(salon.owner, made, 2, "THIS", desk.at(14, day=7))
    assert (await move(salon.owner, made, 2, "ALL", desk.at(15, day=7)))["currentVersion"] == 2
    single = (await desk.book(salon.owner, desk.at(12)))["booking"]
    given = {"bookingId": single["id"], "scope": "ALL", "expectedVersion": 1, "startsAt": said(desk.at(13))}
    assert (await salon.owner.refused(MOVE_ALL, input=given))["fields"][0]["path"] == "bookingId"


async def test_the_same_move_again_moves_nothing_again(salon: Business, desk: Desk, made: Any) -> None:
    more = {"idempotencyKey": "k"}
    three = await asyncio.gather(*(move(salon.owner, made, 1, "ALL", desk.at(14), **more) for _ in range(3)))
    assert all(starts(one["series"]) == at(14, *DAYS) for one in three)
    assert (await mails(salon)).count("SERIES_CHANGED") == 1
    assert (await events(salon)).count("booking_rescheduled") == 4


async def test_two_series_that_change_places_do_not_wait_for_ever(salon: Business) -> None:
    desk = await bookable(salon, staff=2)
    one = await series(desk, salon.owner, desk.at(10), "FREQ=DAILY;COUNT=5", staff=desk.staff[0])
    two = await series(desk, salon.owner, desk.at(10), "FREQ=DAILY;COUNT=5", staff=desk.staff[1])
    answers = await asyncio.gather(
        move(salon.owner, one, 1, "ALL", desk.at(12), staffId=id_of(desk.staff[1])),
        move(salon.owner, two, 1, "ALL", desk.at(14), staffId=id_of(desk.staff[0])),
        cancel(salon.owner, one, 5, "THIS"),
    )
    assert {answer["__typename"] for answer in answers} <= {
        "RescheduleBookingSeriesPayload", "CancelBookingSeriesPayload", "VersionConflict",
    }  # fmt: skip
    assert await broken(salon.account.id) == []


async def test_requests_are_answered_together(salon: Business) -> None:
    desk = await bookable(salon, confirmation="MANUAL")
    made = await series(desk, salon.owner, desk.at(10), WEEKLY)
    assert set(statuses(made)) == {"REQUESTED"}
    first, *_, last = ids(made)
    yes = (await salon.owner.did(doing("confirmBookingSeries"), input={"bookingId": first, "scope": "THIS"}))["series"]
    assert statuses(yes) == ["CONFIRMED", *["REQUESTED"] * 3]
    no = (await salon.owner.did(doing("declineBookingSeries"), input={"bookingId": last, "scope": "ALL"}))["series"]
    assert statuses(no) == ["CONFIRMED", *["DECLINED"] * 3]
    assert await mails(salon) == ["SERIES_BOOKED", "SERIES_BOOKED", "SERIES_CANCELLED"]


async def test_staff_who_see_their_own_diary_change_no_colleagues_bookings(salon: Business) -> None:
    desk = await bookable(salon, staff=2)
    await limit_to_own_diary(salon)
    made = await series(desk, salon.owner, desk.at(10), "FREQ=WEEKLY;COUNT=2", staff=desk.staff[0])
    given = {"staffId": id_of(desk.staff[1])}
    await move(salon.owner, made, 2, "THIS", **given)
    ada = await salon.member(Role.STAFF, staff_id=desk.staff[0].id)
    assert (await cancel(ada, made, 1, "ALL"))["code"] == "NOT_FOUND"
    assert statuses((await cancel(ada, made, 1, "THIS"))["series"]) == ["CANCELLED"]


async def test_a_series_goes_on(salon: Business, desk: Desk, made: Any) -> None:
    await desk.book(salon.owner, desk.at(10, day=35))
    given = {"id": made["id"], "expectedVersion": 1, "more": 2, "idempotencyKey": "k"}
    refused = await salon.owner.refused(EXTEND, input=given)
    assert [one["position"] for one in refused["conflicts"]] == [6]
    skipping = given | {"onConflict": "SKIP_CONFLICTS"}
    one, two = await asyncio.gather(*(salon.partner.did(EXTEND, input=skipping) for _ in range(2)))
    assert one == two
    longer = one["series"]
    assert (longer["rule"], longer["size"], longer["version"]) == ("FREQ=WEEKLY;COUNT=6", 6, 2)
    assert starts(longer) == [*at(10, *DAYS, "2027-02-09"), None]
    assert await mails(salon) == ["SERIES_BOOKED", "BOOKING_CONFIRMED", "SERIES_BOOKED"]
    assert (await salon.owner.refused(EXTEND, input=given | {"idempotencyKey": "l"}))["currentVersion"] == 2
    far = given | {"idempotencyKey": "m", "expectedVersion": 2, "more": 100}
    assert (await salon.owner.refused(EXTEND, input=far))["fields"][0]["path"] == "more"
    assert await broken(salon.account.id) == []


async def test_what_was_called_off_does_not_go_on(salon: Business, rival: Business, made: Any) -> None:
    ended = (await cancel(salon.owner, made, 1, "ALL"))["series"]
    given = {"id": made["id"], "expectedVersion": ended["version"], "more": 2}
    assert (await salon.owner.refused(EXTEND, input=given))["fields"][0]["path"] == "id"
    assert (await rival.owner.refused(EXTEND, input=given))["code"] == "NOT_FOUND"
