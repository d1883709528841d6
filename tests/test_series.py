"""Booking series: every occurrence an ordinary booking, all of them or those that fit, told in one mail."""

from __future__ import annotations

import asyncio

import pytest

from models.booking import Booking
from models.customer import Customer
from models.membership import Role
from models.series import SeriesOccurrence
from tests.bookable import Desk, bookable, count, events, mails, said
from tests.businesses import Business, at_widget, id_of, limit_to_own_diary
from tests.repeating import CREATE, PREVIEW, SERIES, ids, repeating, series, starts

DAYS = [f"2027-01-{day}T16:00:00Z" for day in (12, 19, 26)]  # 10:00 in Chicago


@pytest.fixture
async def desk(salon: Business) -> Desk:
    return await bookable(salon, horizon_days=365)


async def test_a_series_is_a_booking_for_each_time_and_one_mail(salon: Business, desk: Desk) -> None:
    made = await series(desk, salon.owner, desk.at(10))
    assert (made["rule"], made["size"], made["endedAt"]) == ("FREQ=WEEKLY;COUNT=3", 3, None)
    assert made["local"] == {"dateTime": "2027-01-12T10:00:00", "zone": "America/Chicago"}
    assert starts(made) == DAYS
    assert [one["position"] for one in made["occurrences"]] == [1, 2, 3]
    assert {one["booking"]["status"] for one in made["occurrences"]} == {"CONFIRMED"}
    assert await mails(salon) == ["SERIES_BOOKED"]
    assert await events(salon) == ["booking_made"] * 3
    assert await events(salon, "booking_series") == ["series_booked"]
    assert await Customer.of(salon.account.id).all().count() == 1


async def test_a_booking_says_which_one_of_how_many_it_is(salon: Business, desk: Desk) -> None:
    made = await series(desk, salon.owner, desk.at(10))
    third = "query($id: ID!) { booking(id: $id) { occurrence { position plannedAt } series { id size } } }"
    found = (await salon.owner.ok(third, id=ids(made)[2]))["booking"]
    assert found["occurrence"] == {"position": 3, "plannedAt": DAYS[2]}
    assert found["series"] == {"id": made["id"], "size": 3}
    single = (await desk.book(salon.owner, desk.at(12)))["booking"]["id"]
    assert (await salon.owner.ok(third, id=single))["booking"] == {"occurrence": None, "series": None}


async def test_ten_o_clock_stays_ten_o_clock_across_a_clock_change(salon: Business, desk: Desk) -> None:
    made = await series(desk, salon.owner, desk.at(10, day=56), "FREQ=DAILY;INTERVAL=5;COUNT=2")
    assert starts(made) == ["2027-03-09T16:00:00Z", "2027-03-14T15:00:00Z"]


async def test_all_or_nothing_names_every_conflict_and_what_is_free(salon: Business, desk: Desk) -> None:
    await desk.book(salon.owner, desk.at(10, day=7))
    refused = await salon.owner.refused(CREATE, input=repeating(desk, desk.at(10), "FREQ=WEEKLY;COUNT=60"))
    assert refused["code"] == "SERIES_CONFLICTS"
    first, *rest = refused["conflicts"]
    assert (first["position"], first["startsAt"], first["refusal"], first["reason"]) == (
        2,
        DAYS[1],
        "SLOT_TAKEN",
        "TAKEN",
    )
    assert "2027-01-19T15:00:00Z" in [one["startsAt"] for one in first["alternatives"]]
    assert {one["reason"] for one in rest} == {"TOO_FAR"}
    assert await count("booking", salon.account.id) == 1
    assert await count("booking_series", salon.account.id) == 0
    assert await mails(salon) == ["BOOKING_CONFIRMED"]


async def test_what_does_not_fit_is_skipped_and_said(salon: Business, desk: Desk) -> None:
    await desk.book(salon.owner, desk.at(10, day=7))
    made = await series(desk, salon.owner, desk.at(10), onConflict="SKIP_CONFLICTS")
    assert starts(made) == [DAYS[0], None, DAYS[2]]
    assert [one["refused"] for one in made["occurrences"]] == [None, "TAKEN", None]


async def test_a_series_of_which_nothing_fits_is_none(salon: Business, desk: Desk) -> None:
    for day in (0, 7):
        await desk.book(salon.owner, desk.at(10, day=day))
    wanted = repeating(desk, desk.at(10), "FREQ=WEEKLY;COUNT=2", onConflict="SKIP_CONFLICTS")
    assert len((await salon.owner.refused(CREATE, input=wanted))["conflicts"]) == 2
    assert await count("booking_series", salon.account.id) == 0


async def test_the_rules_of_a_single_booking_hold_for_each(salon: Business) -> None:
    limits = [{"period": "WEEK", "measure": "COUNT", "maximum": 1}]
    desk = await bookable(salon, limits=limits, most_active_per_customer=3)
    made = await series(desk, salon.owner, desk.at(10), "FREQ=DAILY;INTERVAL=3;COUNT=8", onConflict="SKIP_CONFLICTS")
    # One a week, and three to come for one customer.
    full = "LIMIT_REACHED"
    assert [one["refused"] for one in made["occurrences"]] == [None, full, None, full, full, None, full, full]
    asked = {"serviceId": desk.id, "startsAt": said(desk.at(12, day=21)), "rule": "FREQ=DAILY;COUNT=2"}
    seen = (await salon.owner.ok(PREVIEW, **asked))["previewSeries"]["occurrences"]
    assert [one["reason"] for one in seen] == [None, "LIMIT_REACHED"]


async def test_a_preview_says_what_stands_against_each_and_books_nothing(salon: Business, desk: Desk) -> None:
    await desk.book(salon.owner, desk.at(10, day=7))
    asked = {
        "serviceId": desk.id,
        "startsAt": said(desk.at(10)),
        "rule": "FREQ=WEEKLY;COUNT=4",
        "leftOut": ["2027-01-26"],
    }
    seen = (await salon.widget.ok(PREVIEW, **asked))["previewSeries"]
    assert seen["zone"] == "America/Chicago"
    assert [(one["startsAt"][:10], one["reason"]) for one in seen["occurrences"]] == [
        ("2027-01-12", None), ("2027-01-19", "TAKEN"), ("2027-02-02", None),
    ]  # fmt: skip
    assert [one["offered"] for one in seen["occurrences"]] == [True, False, True]
    assert await count("booking", salon.account.id) == 1


@pytest.mark.parametrize(
    ("more", "path", "words"),
    [
        ({"rule": "FREQ=WEEKLY;BYHOUR=9;COUNT=3"}, "rule", "BYHOUR is not supported"),
        ({"rule": "FREQ=WEEKLY"}, "rule", "exactly one of COUNT and UNTIL"),
        ({"rule": "FREQ=WEEKLY;BYDAY=MO;COUNT=3"}, "rule", "the first date that it gives is 2027-01-18"),
        ({"rule": "FREQ=DAILY;COUNT=105"}, "rule", "104 appointments at most"),
        ({"leftOut": ["2027-01-20"]}, "rule", "does not take place on 2027-01-20"),
        ({"zone": "Mars/Olympus"}, "zone", "unknown time zone"),
    ],
)
async def test_what_no_series_can_be_is_refused(
    salon: Business, desk: Desk, more: dict[str, object], path: str, words: str
) -> None:
    refused = await salon.owner.refused(CREATE, input=repeating(desk, desk.at(10)) | more)
    (problem,) = refused["fields"]
    assert problem["path"] == path and words in problem["message"]


async def test_the_same_request_again_books_nothing_again(salon: Business, desk: Desk) -> None:
    wanted = repeating(desk, desk.at(10), onConflict="SKIP_CONFLICTS", idempotencyKey="one")
    await desk.book(salon.owner, desk.at(10, day=7))
    three = await asyncio.gather(*(salon.partner.did(CREATE, input=wanted) for _ in range(3)))
    assert three[0] == three[1] == three[2]
    assert starts(three[0]["series"]) == [DAYS[0], None, DAYS[2]]
    assert (await mails(salon)).count("SERIES_BOOKED") == 1
    other = wanted | {"rule": "FREQ=WEEKLY;COUNT=4"}
    assert (await salon.partner.refused(CREATE, input=other))["code"] == "IDEMPOTENCY_KEY_REUSED"


@pytest.mark.parametrize("staff", [1, 2])
async def test_of_series_that_cross_as_many_are_booked_as_there_are_people(salon: Business, staff: int) -> None:
    desk, second = await bookable(salon, staff=staff), await bookable(salon, staff=0)
    for person in desk.staff:
        await second.service.offer(salon.act, person.id, 1)
    wanted = [
        repeating(one, desk.at(10, 30 * later), "FREQ=DAILY;COUNT=5")
        for later, one in ((0, desk), (1, second), (0, second), (1, desk))
    ]
    answers = await asyncio.gather(*(salon.owner.ok(CREATE, input=one) for one in wanted))
    names = [answer["createBookingSeries"]["__typename"] for answer in answers]
    assert sorted(names) == ["CreateBookingSeriesPayload"] * staff + ["SeriesConflicts"] * (4 - staff)
    assert await count("booking", salon.account.id) == 5 * staff
    assert await mails(salon) == ["SERIES_BOOKED"] * staff


async def test_at_a_widget_ten_at_most_and_each_counts(salon: Business, desk: Desk) -> None:
    refused = await salon.widget.refused(CREATE, input=repeating(desk, desk.at(10), "FREQ=DAILY;COUNT=11"))
    assert "10 appointments at most" in refused["fields"][0]["message"]
    made = await series(desk, salon.widget, desk.at(10), "FREQ=DAILY;COUNT=10")
    assert len(ids(made)) == 10
    assert (await desk.refused(salon.widget, desk.at(14)))["code"] == "THROTTLED"


async def test_a_hold_is_of_the_first(salon: Business, desk: Desk) -> None:
    hold = (
        "mutation($input: HoldSlotInput!) { holdSlot(input: $input) { __typename ... on HoldSlotPayload { token } } }"
    )
    slot = {"serviceId": desk.id, "startsAt": said(desk.at(10))}
    token = (await salon.widget.did(hold, input=slot))["token"]
    assert starts(await series(desk, salon.widget, desk.at(10), holdToken=token)) == DAYS
    assert await count("hold", salon.account.id) == 0


async def test_the_rival_neither_sees_nor_books_it(salon: Business, rival: Business, desk: Desk) -> None:
    made = await series(desk, salon.owner, desk.at(10))
    read = "query($id: ID!) { bookingSeries(id: $id) { id } bookingSeriesList(first: 5) { nodes { id } } }"
    assert (await salon.owner.ok(read, id=made["id"]))["bookingSeriesList"]["nodes"] == [{"id": made["id"]}]
    assert await rival.owner.ok(read, id=made["id"]) == {"bookingSeries": None, "bookingSeriesList": {"nodes": []}}
    assert (await rival.owner.refused(CREATE, input=repeating(desk, desk.at(12))))["code"] == "NOT_FOUND"
    asked = {"serviceId": desk.id, "startsAt": said(desk.at(10)), "rule": "FREQ=WEEKLY;COUNT=2"}
    assert (await rival.owner.ok(PREVIEW, **asked))["previewSeries"] is None


async def test_the_holder_of_one_link_sees_the_series_and_their_place_in_it(salon: Business, desk: Desk) -> None:
    book = "mutation($input: BookInput!) { book(input: $input) { __typename ... on BookPayload { manageToken } } }"
    made = await series(desk, salon.owner, desk.at(10))
    other = (await salon.owner.did(book, input=desk.wanted(desk.at(12))))["manageToken"]
    read = f"query($id: ID!) {{ bookingSeries(id: $id) {{ ...S }} }} {SERIES}"
    assert (await at_widget(salon, other).ok(read, id=made["id"]))["bookingSeries"] is None
    occurrence = await SeriesOccurrence.of(salon.account.id).get(position=2)
    link = (await Booking.of(salon.account.id).get(id=occurrence.booking_id)).manage_token
    seen = (await at_widget(salon, link).ok(read, id=made["id"]))["bookingSeries"]
    assert (seen["size"], [one["position"] for one in seen["occurrences"]]) == (3, [2])


async def test_staff_who_see_their_own_diary_book_series_in_it_alone(salon: Business) -> None:
    desk = await bookable(salon, staff=2)
    await limit_to_own_diary(salon)
    ada = await salon.member(Role.STAFF, staff_id=desk.staff[0].id)
    other = await series(desk, salon.owner, desk.at(10), staff=desk.staff[1])
    who = {"customerId": id_of(await salon.customer()), "customer": None}
    wanted = repeating(desk, desk.at(10)) | {"staffId": id_of(desk.staff[1])}
    assert (await ada.refused(CREATE, input=wanted))["code"] == "NOT_FOUND"
    mine = (await ada.did(CREATE, input=repeating(desk, desk.at(10))))["series"]
    assert {one["booking"]["staff"]["id"] for one in mine["occurrences"]} == {id_of(desk.staff[0])}
    read = "query($id: ID!) { bookingSeries(id: $id) { id } }"
    assert (await ada.ok(read, id=other["id"]))["bookingSeries"] is None
    assert (await ada.ok(read, id=mine["id"]))["bookingSeries"] == {"id": mine["id"]}
    assert (await ada.refused(CREATE, input=wanted | who))["code"] == "NOT_FOUND"  # nor is that customer in the diary
