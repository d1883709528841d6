"""A place that is out of use: nothing more is booked there, and who takes it out learns what is still to come."""

from __future__ import annotations

from models.location import Location
from models.staff import Staff
from tests.bookable import CANCEL, MOVE, bookable, said
from tests.businesses import Business, id_of

ARCHIVE = """mutation ($input: ArchiveLocationInput!) { archiveLocation(input: $input) {
    ... on ArchiveLocationPayload { location { archivedAt } upcomingBookings } ... on Refusal { code } } }"""


async def place(business: Business) -> Location:
    return await Location.begin(business.act, name="High Street", zone="America/Chicago")


async def test_nothing_is_booked_there_any_more_and_what_is_to_come_is_counted(salon: Business) -> None:
    there = await place(salon)
    desk = await bookable(salon, location_id=there.id)
    made = [(await desk.book(salon.owner, at=desk.at(hour)))["booking"] for hour in (9, 10, 11)]
    await salon.owner.did(CANCEL, input={"id": made[0]["id"]})
    archived = {"id": id_of(there), "expectedVersion": 1}
    done = (await salon.owner.ok(ARCHIVE, input=archived))["archiveLocation"]
    assert done["upcomingBookings"] == 2 and done["location"]["archivedAt"] is not None
    assert await desk.free(salon.widget) == []
    for more in (
        {},
        {"evenIfNotOffered": True},
        {"evenIfNotOffered": True, "allowConflict": True, "staff": desk.staff[0]},
    ):
        refusal = await desk.refused(salon.owner, at=desk.at(14), **more)
        assert (refusal["__typename"], refusal["reason"]) == ("NotOffered", "PLACE_ARCHIVED")
    moved = {"id": made[1]["id"], "startsAt": said(desk.at(15)), "expectedVersion": 1}
    assert (await salon.owner.refused(MOVE, input=moved))["reason"] == "PLACE_ARCHIVED"
    await salon.owner.did(CANCEL, input={"id": made[1]["id"]})


async def test_whoever_works_elsewhere_serves_on(salon: Business, rival: Business) -> None:
    gone, kept, theirs = await place(salon), await place(salon), await place(rival)
    desk = await bookable(salon, staff=2)
    for person, where in zip(desk.staff, (gone, kept), strict=True):
        await Staff.of(salon.account.id).filter(id=person.id).update(location_id=where.id)
    await gone.archive(salon.act, 1)
    assert (await desk.book(salon.widget, at=desk.at(10)))["booking"]["staff"]["id"] == id_of(desk.staff[1])
    refusal = await desk.refused(salon.widget, at=desk.at(11), staff=desk.staff[0])
    assert refusal["reason"] == "PLACE_ARCHIVED"
    assert (await desk.refused(salon.widget, at=desk.at(10)))["__typename"] == "SlotTaken"
    assert (await rival.owner.ok(ARCHIVE, input={"id": id_of(gone), "expectedVersion": 2}))["archiveLocation"] == {
        "code": "NOT_FOUND"
    }
    assert theirs.archived_at is None
