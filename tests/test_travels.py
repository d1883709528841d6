"""Somebody works elsewhere for some days: they are offered there and only there, on the clocks of that place."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from models.closed_day import ClosedDay
from models.location import Location
from models.membership import Role
from models.staff import Staff
from models.storage.database import counting
from models.travel import MOST_TRAVELS, Travel
from tests.api import Caller
from tests.bookable import HOLD, MOVE, ZONE, Desk, bookable, opened, said
from tests.businesses import Business, id_of, limit_to_own_diary
from tests.repeating import PREVIEW, series
from tests.test_archived_places import ARCHIVE as _ARCHIVE
from tests.test_zone_change import MOVE_PLACE, outside

WHAT = "travel { id version zone firstOn lastOn location { name } staff { name } schedule { name } } outsideHours"
INVALID = "... on ValidationFailed { fields { path message } } ... on TravelsOverlap { travelId firstOn lastOn }"
STALE = "... on VersionConflict { currentVersion }"


def mutation(name: str, fields: str, *refused: str) -> str:
    said_ = f"{name[0].upper()}{name[1:]}"
    return f"""mutation ($input: {said_}Input!) {{ {name}(input: $input) {{ __typename
        ... on {said_}Payload {{ {fields} }} ... on Refusal {{ code message }} {" ".join(refused)} }} }}"""


ADD, UPDATE = mutation("addTravel", WHAT, INVALID), mutation("updateTravel", WHAT, INVALID, STALE)
REMOVE = mutation("removeTravel", "removedId outsideHours", STALE)
ARCHIVE = _ARCHIVE.replace("upcomingBookings", "upcomingBookings upcomingTravels")
FREE = """query ($serviceId: ID!, $from: Date!, $to: Date!, $staffId: ID) {
  availability(serviceId: $serviceId, from: $from, to: $to, staffId: $staffId) { slots { startsAt staffIds
    local { dateTime zone } } }
  daysWithAvailability(serviceId: $serviceId, from: $from, to: $to, staffId: $staffId) { dates } }"""
NEXT = """query ($serviceId: ID!, $after: DateTime) { nextAvailable(serviceId: $serviceId, after: $after) {
    slots { local { dateTime zone } } } }"""
EXPLAIN = """query ($serviceId: ID!, $startsAt: DateTime!, $staffId: ID) {
  explainSlot(serviceId: $serviceId, startsAt: $startsAt, staffId: $staffId) { offered reason
    people { reason message } alternatives { startsAt local { zone } } } }"""
STAND = "query ($id: ID!) { booking(id: $id) { outsideHours location { name } local { dateTime zone } } }"
DIARY = """query ($from: Date!, $to: Date!, $locationId: ID) {
  calendarView(from: $from, to: $to, locationId: $locationId) {
    pages { openHours { startsAt endsAt } conflicts { kind } } } }"""
ARCHIVE_SCHEDULE = """mutation ($input: ArchiveScheduleInput!) { archiveSchedule(input: $input) {
    __typename ... on Refusal { message } } }"""
CHANGES = """{ changes(first: 50, subjects: [TRAVEL]) { ... on Changes { changes { name node { id } } } } }"""
BERLIN = "Europe/Berlin"


def day(number: int) -> str:
    """A date of January 2027: tomorrow is the twelfth."""
    return f"2027-01-{number:02}"


async def fair(business: Business, zone: str = BERLIN) -> Location:
    return await Location.begin(business.act, name="Berlin Fair", zone=zone)


async def at_home(desk: Desk, person: int = 0) -> Location:
    home = await Location.begin(desk.business.act, name="High Street", zone=ZONE)
    await Staff.of(desk.business.account.id).filter(id=desk.staff[person].id).update(location_id=home.id)
    return home


def trip(desk: Desk, first: int, last: int, place: Location | str, **more: Any) -> dict[str, Any]:
    where = {"zone": place} if isinstance(place, str) else {"locationId": id_of(place)}
    return {"staffId": id_of(desk.staff[0]), "firstOn": day(first), "lastOn": day(last), **where, **more}


async def starts(caller: Caller, desk: Desk, first: int, last: int, **more: Any) -> dict[str, list[str]]:
    """By day and zone, the first and the last free start, as `13 Berlin`."""
    found = await caller.ok(FREE, serviceId=desk.id, **{"from": day(first), "to": day(last)}, **more)
    by_day: dict[str, list[str]] = {}
    for slot in found["availability"]["slots"]:
        moment, zone = slot["local"]["dateTime"], slot["local"]["zone"]
        by_day.setdefault(f"{moment[8:10]} {zone.rpartition('/')[2]}", []).append(moment[11:16])
    assert found["daysWithAvailability"]["dates"] == sorted({day(int(key[:2])) for key in by_day})
    return {key: [times[0], times[-1]] for key, times in by_day.items()}


def moment(number: int, hour: int) -> datetime:
    """An hour of a date in UTC, an hour behind Berlin; 24 and more are the next day's."""
    return datetime(2027, 1, number, tzinfo=UTC) + timedelta(hours=hour)


async def explained(caller: Caller, desk: Desk, at: str) -> str:
    (person,) = (await caller.ok(EXPLAIN, serviceId=desk.id, startsAt=at))["explainSlot"]["people"]
    return str(person["message"])


async def pages(caller: Caller, first: int, last: int, **more: Any) -> list[Any]:
    found = await caller.ok(DIARY, **{"from": day(first), "to": day(last)}, **more)
    return list(found["calendarView"]["pages"])


async def test_they_are_offered_there_and_only_there(salon: Business) -> None:
    desk = await bookable(salon)
    await at_home(desk)
    there = await fair(salon)
    usual = {f"{number} Chicago": ["09:00", "16:00"] for number in (12, 13, 14, 15, 16)}
    assert await starts(salon.widget, desk, 12, 16) == usual
    made = await salon.owner.did(ADD, input=trip(desk, 13, 14, there))
    assert made["outsideHours"] == 0 and made["travel"]["location"] == {"name": "Berlin Fair"}
    assert await starts(salon.widget, desk, 12, 16) == {
        "12 Chicago": ["09:00", "16:00"],
        "13 Berlin": ["09:00", "16:00"],
        "14 Berlin": ["09:00", "16:00"],
        "15 Chicago": ["09:00", "16:00"],
        "16 Chicago": ["09:00", "16:00"],
    }
    with counting() as statements:
        await starts(salon.widget, desk, 12, 16)
    assert len([one for one in statements if "occupancy" in one or "FROM service s" in one]) == 4  # of two questions

    found = await salon.widget.ok(NEXT, serviceId=desk.id, after="2027-01-12T23:30:00Z")
    assert found["nextAvailable"]["slots"] == [{"local": {"dateTime": f"{day(13)}T09:00:00", "zone": BERLIN}}]
    assert await explained(salon.owner, desk, said(moment(13, 20))) == (
        "Person 0 works at Berlin Fair then, from 2027-01-13 to 2027-01-14. Open 09:00–17:00 on that day. "
        "The appointment needs 21:00–22:00."
    )
    booked = (await desk.book(salon.widget, at=moment(13, 8)))["booking"]
    assert (await salon.owner.ok(STAND, id=booked["id"]))["booking"] == {
        "outsideHours": False, "location": {"name": "Berlin Fair"},
        "local": {"dateTime": f"{day(13)}T09:00:00", "zone": BERLIN},
    }  # fmt: skip
    held = await salon.widget.did(HOLD, input={"serviceId": desk.id, "startsAt": said(moment(13, 9))})
    assert held["hold"]["staff"]["id"] == id_of(desk.staff[0])
    home = (await desk.book(salon.widget, at=desk.at(10)))["booking"]
    moved = {"id": home["id"], "expectedVersion": 1, "startsAt": said(moment(13, 20))}  # two in the afternoon at home
    refusal = await salon.owner.refused(MOVE, input=moved)
    assert (refusal["reason"], refusal["alternatives"][0]["startsAt"][:10]) == ("OUTSIDE_OPENING_HOURS", day(13))
    await salon.owner.did(MOVE, input=moved | {"startsAt": said(moment(14, 12))})
    found = (await salon.owner.ok(STAND, id=home["id"]))["booking"]
    assert (found["location"]["name"], found["local"]["dateTime"]) == ("Berlin Fair", f"{day(14)}T13:00:00")
    refusal = await desk.refused(salon.widget, at=desk.at(10, day=1))
    assert (refusal["reason"], await outside(salon.owner)) == ("OUTSIDE_OPENING_HOURS", [])


async def test_what_is_booked_stays_and_is_reported(salon: Business) -> None:
    desk = await bookable(salon)
    home, there = await at_home(desk), await fair(salon)
    kept = [(await desk.book(salon.owner, at=desk.at(hour, day=1)))["booking"]["id"] for hour in (9, 10)]
    made = await salon.owner.did(ADD, input=trip(desk, 13, 14, there))
    assert made["outsideHours"] == 2 and await outside(salon.owner) == kept
    there_too = (await desk.book(salon.widget, at=moment(14, 8)))["booking"]["id"]
    (page,) = await pages(salon.owner, 13, 14)
    hours = [(one["startsAt"][8:16], one["endsAt"][8:16]) for one in page["openHours"]]
    assert hours == [("13T08:00", "13T16:00"), ("14T08:00", "14T16:00")]
    assert [one["kind"] for one in page["conflicts"]] == ["OUTSIDE_HOURS"] * 2
    assert [len(page["openHours"]) for page in await pages(salon.owner, 12, 15, locationId=id_of(home))] == [2]
    assert [len(page["openHours"]) for page in await pages(salon.owner, 12, 15, locationId=id_of(there))] == [2]
    assert await pages(salon.owner, 15, 15, locationId=id_of(there)) == []
    travel = made["travel"]
    later = {"id": travel["id"], "expectedVersion": 1, "firstOn": day(14)}
    assert (await salon.owner.did(UPDATE, input=later))["outsideHours"] == 0
    elsewhere = {"id": travel["id"], "expectedVersion": 2, "zone": "Europe/Lisbon"}
    changed = await salon.owner.did(UPDATE, input=elsewhere)
    assert (changed["outsideHours"], changed["travel"]["zone"], changed["travel"]["location"]) == (
        1, "Europe/Lisbon", None,
    )  # fmt: skip
    assert await outside(salon.owner) == [there_too]
    await salon.owner.did(UPDATE, input={"id": travel["id"], "expectedVersion": 3, "locationId": id_of(there)})
    assert (await salon.owner.refused(REMOVE, input={"id": travel["id"], "expectedVersion": 1}))["currentVersion"] == 4
    gone = await salon.owner.did(REMOVE, input={"id": travel["id"], "expectedVersion": 4})
    assert gone["outsideHours"] == 1  # it stands in Berlin, and they do not go there


async def test_hours_of_their_own_are_read_on_the_clocks_there(salon: Business) -> None:
    desk = await bookable(salon, hours=((540, 1020), (1200, 1560)))  # and from eight in the evening to two at night
    short = await opened(salon, (600, 720))
    made = await salon.owner.did(ADD, input=trip(desk, 13, 13, "Asia/Tokyo", scheduleId=id_of(short)))
    free = await starts(salon.widget, desk, 12, 14)
    assert free["13 Tokyo"] == ["10:00", "11:00"] and "13 Chicago" in free
    # Tokyo's thirteenth lasts from nine on the twelfth to nine on the thirteenth in Chicago: the window that begins as
    # it ends is at home again, the one that begins as it begins is not.
    assert (free["12 Chicago"], free["13 Chicago"], free["14 Chicago"][0]) == (
        ["00:00", "01:00"], ["09:00", "23:30"], "00:00",
    )  # fmt: skip
    refusal = await salon.owner.refused(ARCHIVE_SCHEDULE, input={"id": id_of(short), "expectedVersion": 1})
    assert "1 staff, resources and travels" in refusal["message"]
    usual = {"id": made["travel"]["id"], "expectedVersion": 1, "scheduleId": None}
    assert (await salon.owner.did(UPDATE, input=usual))["travel"]["schedule"] is None
    assert (await starts(salon.widget, desk, 13, 14))["13 Tokyo"][0] == "09:00"


async def test_a_night_is_worked_to_its_end_where_it_was_begun(salon: Business) -> None:
    desk = await bookable(salon, hours=((0, 480), (1320, 1680)))  # until eight, and from ten at night to four
    await at_home(desk)
    await salon.owner.did(ADD, input=trip(desk, 13, 13, await fair(salon, ZONE)))
    asked = {"serviceId": desk.id, "from": day(13), "to": day(14)}
    slots = (await salon.widget.ok(FREE, **asked))["availability"]["slots"]
    places = []
    for hour in (2, 5, 7, 23, 26, 29):  # in Chicago, six hours behind
        at = moment(13, hour + 6)
        assert said(at) in [slot["startsAt"] for slot in slots]
        booked = (await desk.book(salon.owner, at=at))["booking"]
        places.append((await salon.owner.ok(STAND, id=booked["id"]))["booking"]["location"]["name"])
    assert places == ["High Street", "Berlin Fair", "Berlin Fair", "Berlin Fair", "Berlin Fair", "High Street"]


async def test_a_service_that_has_its_place_is_served_nowhere_else(salon: Business) -> None:
    desk = await bookable(salon)
    home, there = await at_home(desk), await fair(salon)
    await desk.service.change(salon.act, 1, location_id=there.id)
    bound = await starts(salon.widget, desk, 13, 13)
    assert bound == {"13 Berlin": ["16:00", "23:00"]}  # their hours are kept in Chicago
    await salon.owner.did(ADD, input=trip(desk, 13, 13, there))
    assert await starts(salon.widget, desk, 13, 13) == {"13 Berlin": ["09:00", "16:00"]}
    await desk.service.change(salon.act, 2, location_id=home.id)
    assert await starts(salon.widget, desk, 13, 13) == {}
    words = await explained(salon.owner, desk, said(moment(13, 10)))
    assert words == "Person 0 works at Berlin Fair then, on 2027-01-13. Closed on that day."
    assert "Berlin" not in await explained(salon.partner, desk, said(moment(13, 10)))
    # The desk may book it all the same, and it stands where the service does.
    forced = await desk.book(salon.owner, at=moment(13, 10), evenIfNotOffered=True)
    assert (await salon.owner.ok(STAND, id=forced["booking"]["id"]))["booking"]["location"]["name"] == "High Street"


async def test_a_place_that_is_closed_archived_or_on_other_clocks(salon: Business) -> None:
    desk = await bookable(salon)
    home, there = await at_home(desk), await fair(salon)
    await salon.owner.did(ADD, input=trip(desk, 13, 15, there))
    await ClosedDay.close(salon.act, there.id, {date(2027, 1, 14): ""})
    await ClosedDay.close(salon.act, home.id, {date(2027, 1, 15): "", date(2027, 1, 16): ""})
    assert list(await starts(salon.widget, desk, 13, 17)) == ["13 Berlin", "15 Berlin", "17 Chicago"]
    moved = {"id": id_of(there), "expectedVersion": 1, "zone": "Europe/London"}
    assert (await salon.owner.did(MOVE_PLACE, input=moved))["schedulesMoved"] == 0
    assert list(await starts(salon.widget, desk, 13, 15)) == ["13 London", "15 London"]
    archived = (await salon.owner.ok(ARCHIVE, input={"id": id_of(there), "expectedVersion": 2}))["archiveLocation"]
    assert (archived["upcomingBookings"], archived["upcomingTravels"]) == (0, 1)
    assert await starts(salon.widget, desk, 13, 15) == {}
    assert (await desk.refused(salon.owner, at=moment(13, 10)))["reason"] == "PLACE_ARCHIVED"
    assert "at Berlin Fair then" in await explained(salon.owner, desk, said(moment(13, 10)))
    assert (await desk.book(salon.owner, at=desk.at(10)))["booking"]


async def test_what_cannot_be_a_travel_is_refused(salon: Business, rival: Business) -> None:
    desk = await bookable(salon)
    there, theirs = await fair(salon), await fair(rival)
    good = trip(desk, 13, 14, there)
    for wrong, path in (
        ({"zone": BERLIN}, "zone"), ({"locationId": None}, "zone"), ({"locationId": None, "zone": "Berlin"}, "zone"),
        ({"locationId": id_of(theirs)}, "locationId"), ({"staffId": id_of(there)}, "staffId"),
        ({"lastOn": day(12)}, "lastOn"), ({"firstOn": "2026-12-01", "lastOn": "2027-01-10"}, "lastOn"),
        ({"lastOn": "2028-01-14"}, "lastOn"), ({"firstOn": "2030-12-31", "lastOn": "2030-12-31"}, "lastOn"),
        ({"scheduleId": id_of(there)}, "scheduleId"),
    ):  # fmt: skip
        refusal = await salon.owner.refused(ADD, input=good | wrong)
        assert [one["path"] for one in refusal["fields"]] == [path], wrong
    assert (await rival.owner.refused(ADD, input=good))["code"] == "VALIDATION_FAILED"
    made = (await salon.owner.did(ADD, input=good))["travel"]
    # The fourteenth in Berlin goes on while it is the fifteenth in Tokyo.
    for where, first in ((BERLIN, 14), ("Asia/Tokyo", 15)):
        refusal = await salon.owner.refused(ADD, input=trip(desk, first, first, where))
        assert (refusal["__typename"], refusal["travelId"], refusal["lastOn"]) == (
            "TravelsOverlap",
            made["id"],
            day(14),
        )
    beside = (await salon.owner.did(ADD, input=trip(desk, 15, 15, BERLIN)))["travel"]
    back = {"id": beside["id"], "expectedVersion": 1, "firstOn": day(14)}
    assert (await salon.owner.refused(UPDATE, input=back))["code"] == "TRAVELS_OVERLAP"
    assert (await salon.owner.did(UPDATE, input=back | {"firstOn": day(15), "lastOn": day(18)}))["travel"][
        "version"
    ] == 2
    for caller, code in ((await salon.member(Role.STAFF), "FORBIDDEN"), (salon.widget, "FORBIDDEN")):
        assert await caller.denied(ADD, input=trip(desk, 20, 20, BERLIN)) == code
    assert (await rival.owner.refused(UPDATE, input=back))["code"] == "NOT_FOUND"
    now = salon.product.clock.now()
    for number in range(2, MOST_TRAVELS):
        on = date(2027, 2, 1) + timedelta(days=number)
        await Travel.add(
            salon.account.id, staff_id=desk.staff[0].id, zone=BERLIN, first_on=on, last_on=on, created_at=now,
            updated_at=now,
        )  # fmt: skip
    assert "100 travels" in (await salon.owner.refused(ADD, input=trip(desk, 20, 20, BERLIN)))["fields"][0]["message"]


async def test_who_may_see_where_somebody_is(salon: Business) -> None:
    desk = await bookable(salon, staff=2)
    await limit_to_own_diary(salon)
    ada = await salon.member(Role.STAFF, staff_id=desk.staff[0].id)
    ben = await salon.member(Role.STAFF, staff_id=desk.staff[1].id)
    made = (await salon.owner.did(ADD, input=trip(desk, 13, 14, BERLIN)))["travel"]
    listed = "query ($id: ID!) { travels(first: 5) { nodes { id } } staffMember(id: $id) { travels { id zone } } }"
    for caller, person, seen in ((ada, 0, [made["id"]]), (ben, 1, []), (salon.owner, 0, [made["id"]])):
        found = await caller.ok(listed, id=id_of(desk.staff[person]))
        assert [one["id"] for one in found["travels"]["nodes"]] == seen
        assert [one["id"] for one in found["staffMember"]["travels"]] == seen
    assert await ben.denied(listed, id=id_of(desk.staff[0])) == "FORBIDDEN"
    assert await salon.widget.denied("{ travels(first: 5) { nodes { id } } }") == "FORBIDDEN"
    told = await salon.owner.ok(CHANGES)
    assert told["changes"]["changes"] == [{"name": "travel_created", "node": {"id": made["id"]}}]


async def test_a_series_follows_nobody_to_other_clocks(salon: Business) -> None:
    desk = await bookable(salon)
    await salon.owner.did(ADD, input=trip(desk, 13, 13, "America/New_York"))
    daily = "FREQ=DAILY;COUNT=3"
    asked = {"serviceId": desk.id, "startsAt": said(desk.at(10)), "rule": daily}
    seen = (await salon.owner.ok(PREVIEW, **asked))["previewSeries"]["occurrences"]
    made = (await series(desk, salon.owner, desk.at(10), daily, onConflict="SKIP_CONFLICTS"))["occurrences"]
    wanted = [None, "OUTSIDE_OPENING_HOURS", None]
    assert [one["refused"] for one in made] == [one["reason"] for one in seen] == wanted
    # By itself it can be booked: it is eleven o'clock in New York.
    found = (await desk.book(salon.owner, at=desk.at(10, day=1)))["booking"]["local"]
    assert (found["dateTime"][11:16], found["zone"]) == ("11:00", "America/New_York")
