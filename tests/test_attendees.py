"""Attendees: who comes along, who may read them, and what they are told: never who the others are."""

from __future__ import annotations

from typing import Any

import pytest

from calendera.worker import Worker
from models.attempts import Attempts
from models.attendee import Attendee
from models.floods import BOOKED_BY_NETWORK
from models.mail import Mail
from models.membership import Role
from models.service import Confirmation
from models.storage.database import fetch
from permissions.roles import Scope
from rules.attendees import MOST_MAILS, MOST_OF_ADDRESS
from tests.api import Caller
from tests.bookable import BOOK, CANCEL, CONFIRM, MOVE, Desk, bookable, change, said
from tests.businesses import Business, by_key
from tests.histories import CHANGES
from tests.product import Product
from tests.test_mails import spooled, text_of

UPDATE = change("updateBookingAttendees", "... on ValidationFailed { fields { path message } }")
SEEN = "query ($id: ID!) { booking(id: $id) { partySize version attendees { name email } } }"
HISTORY = f"query ($id: ID!) {{ booking(id: $id) {{ history {{ name {CHANGES} }} }} }}"
EVE = {"name": "Eve Meinhardt http://evil.example", "email": "Eve@mail.example.com"}
BOB = {"name": "Bob Babbage", "email": "bob@mail.example.com"}
CHILD = {"name": "Byron King"}


@pytest.fixture(autouse=True)
async def nobody_has_booked_today(product: Product) -> None:
    await Mail.all().delete()
    await Attempts.all().delete()  # all tests have one network


async def party(desk: Desk, caller: Caller, *people: dict[str, str], hour: int = 10, size: int = 4, **more: Any) -> Any:
    return await desk.book(caller, at=desk.at(hour), partySize=size, attendees=list(people), **more)


async def queued() -> list[tuple[str, str]]:
    return [(mail.template.value, mail.to) for mail in await Mail.all().order_by("id") if "mail.example" in mail.to]


async def test_each_is_told_of_the_appointment_and_of_nobody_else(product: Product, salon: Business) -> None:
    desk = await bookable(salon, capacity=6, name="Pottery")
    made = await party(desk, salon.widget, EVE, BOB, CHILD)
    worker, booking, link = Worker(product.settings, product.clock), made["booking"], made["manageToken"]
    await worker.round()
    move = {"id": booking["id"], "expectedVersion": 1, "startsAt": said(desk.at(14))}
    await salon.owner.did(MOVE, input=move)
    await worker.round()
    await by_key(product, link).did(CANCEL, input={"id": booking["id"]})
    await worker.round()
    for address in ("eve@mail.example.com", "bob@mail.example.com"):
        by_subject = {str(mail["Subject"]): mail for mail in spooled(product, address)}
        subjects = [f"{what}: Pottery at Salon" for what in ("You are expected", "Moved", "Cancelled")]
        mails = [by_subject.pop(subject) for subject in subjects]
        assert not by_subject
        assert "10:00 to 11:00" in text_of(mails[0]) and "14:00 to 15:00" in text_of(mails[1])
        for mail in mails:
            whole = mail.as_string() + "".join(
                str(part.get_content()) for part in mail.walk() if not part.is_multipart()
            )
            assert "BEGIN:VCALENDAR" in whole
            other = "bob@" if address.startswith("eve") else "eve@"
            hidden = (
                "Ada",
                "ada@",
                "Eve Mein",
                "Bob Bab",
                "Byron",
                "evil",
                other,
                link,
                booking["reference"],
                "mt_",
                "#token",
            )
            assert not [word for word in hidden if word in whole]


async def test_who_reads_them(salon: Business, rival: Business) -> None:
    desk = await bookable(salon, capacity=6)
    made = await party(desk, salon.widget, BOB, CHILD, size=3)
    id = made["booking"]["id"]
    whole = [{"name": "Bob Babbage", "email": "bob@mail.example.com"}, {"name": "Byron King", "email": None}]
    booker = by_key(salon.product, made["manageToken"])
    for caller in (salon.owner, booker):
        assert (await caller.ok(SEEN, id=id))["booking"]["attendees"] == whole
    masked = (await (await salon.member(Role.STAFF)).ok(SEEN, id=id))["booking"]["attendees"]
    assert masked[0] == {"name": "Bob Babbage", "email": "b…@m….com"}
    veiled = (await (await salon.member(Role.AUDITOR)).ok(SEEN, id=id))["booking"]["attendees"]
    assert veiled[0] == {"name": "B… B…", "email": "b…@m….com"}
    # Somebody else with seats of the same session, a partner without customers, and another business.
    other = await desk.book(salon.widget, at=desk.at(10), customer={"name": "Grace", "email": "grace@example.com"})
    stranger = by_key(salon.product, other["manageToken"])
    assert (await stranger.ok(SEEN, id=id))["booking"] is None
    assert (await stranger.ok(SEEN, id=other["booking"]["id"]))["booking"]["attendees"] == []
    assert await (await salon.partner_with(Scope.BOOKINGS_READ)).denied(SEEN, id=id) == "FORBIDDEN"
    assert (await rival.owner.ok(SEEN, id=id))["booking"] is None
    found = await salon.owner.ok('{ customers(first: 9, filter: {search: "Bob"}) { totalCount } }')
    assert found["customers"]["totalCount"] == 0


async def test_nobody_is_told_of_a_request(salon: Business) -> None:
    desk = await bookable(salon, capacity=6, confirmation=Confirmation.MANUAL)
    id = (await party(desk, salon.widget, BOB))["booking"]["id"]
    assert await queued() == []
    await salon.owner.did(CONFIRM, input={"id": id})
    assert await queued() == [("ATTENDEE_CONFIRMED", "bob@mail.example.com")]
    asked = (await party(desk, salon.widget, BOB, hour=12, size=2))["booking"]["id"]
    await salon.owner.did(CANCEL, input={"id": asked})
    assert len(await queued()) == 1


async def test_who_is_new_is_told_and_history_says_how_many(salon: Business) -> None:
    desk = await bookable(salon, capacity=6)
    made = await party(desk, salon.widget, BOB)
    booker, id = by_key(salon.product, made["manageToken"]), made["booking"]["id"]
    wanted = {"id": id, "expectedVersion": 1, "attendees": [CHILD, EVE, {**BOB, "name": "Bob B."}]}
    assert (await booker.did(UPDATE, input=wanted))["booking"]["version"] == 2
    assert await queued() == [("ATTENDEE_CONFIRMED", f"{who}@mail.example.com") for who in ("bob", "eve")]
    seen = (await salon.owner.ok(SEEN, id=id))["booking"]["attendees"]
    assert [one["name"] for one in seen] == ["Byron King", EVE["name"], "Bob B."]
    booked, named = (await booker.ok(HISTORY, id=id))["booking"]["history"]
    (change_,) = named["changes"]
    counts = [[one["number"] for one in change_[side]] for side in ("before", "after")]
    assert (change_["field"], counts) == ("ATTENDEES", [[1], [3]])
    (at_first,) = [one for one in booked["changes"] if one["field"] == "ATTENDEES"]
    assert at_first["after"][0]["number"] == 1
    events = await fetch("SELECT data FROM event WHERE account_id = $1 AND subject = 'booking'", salon.account.id)
    assert not [row for row in events if "Bob" in str(row["data"]) or "mail.example" in str(row["data"])]


async def test_what_is_refused(salon: Business, rival: Business) -> None:
    desk = await bookable(salon, capacity=6)
    wanted = desk.wanted(desk.at(10), partySize=2)
    for people, path in (
        ([BOB, EVE], "attendees"),
        ([{"name": "", "email": "no address"}], "attendees.0.name"),
        ([BOB, {**BOB, "email": "BOB@mail.example.com"}], "attendees.1.email"),
    ):
        refusal = await salon.widget.refused(BOOK, input={**wanted, "attendees": people})
        assert path in {field["path"] for field in refusal["fields"]}
    assert await Attendee.of(salon.account.id).count() == 0
    made = await party(desk, salon.widget, BOB, size=2)
    asked = {"id": made["booking"]["id"], "expectedVersion": 1, "attendees": [EVE, CHILD]}
    assert (await salon.owner.refused(UPDATE, input=asked))["fields"][0]["path"] == "attendees"
    asked["attendees"] = [EVE]
    assert (await rival.owner.refused(UPDATE, input=asked))["code"] == "NOT_FOUND"
    assert await (await salon.member(Role.AUDITOR)).denied(UPDATE, input=asked) == "FORBIDDEN"
    assert (await salon.owner.refused(UPDATE, input={**asked, "expectedVersion": 9}))["currentVersion"] == 1
    await salon.owner.did(CANCEL, input={"id": made["booking"]["id"]})
    refusal = await salon.owner.refused(UPDATE, input={**asked, "expectedVersion": 2})
    assert refusal["allowed"] == ["REQUESTED", "CONFIRMED"]


async def test_nobody_is_flooded_by_whoever_types_their_address(salon: Business) -> None:
    desk = await bookable(salon, capacity=60)
    many = [{"name": f"{nth}", "email": f"many{nth}@mail.example.com"} for nth in range(BOOKED_BY_NETWORK.most)]
    refusal = await desk.refused(salon.widget, at=desk.at(10), partySize=50, attendees=many)
    assert refusal["code"] == "THROTTLED" and await queued() == []
    made = await party(desk, salon.widget, *many[:10], size=50)
    booker = by_key(salon.product, made["manageToken"])
    wanted = {"id": made["booking"]["id"], "expectedVersion": 1, "attendees": many[5:]}
    assert (await booker.refused(UPDATE, input=wanted))["code"] == "THROTTLED"
    await Mail.all().delete()
    for hour in range(10, 10 + MOST_OF_ADDRESS + 1):
        await party(desk, salon.owner, BOB, hour=hour, size=2)
    assert await queued() == [("ATTENDEE_CONFIRMED", "bob@mail.example.com")] * MOST_OF_ADDRESS
    await Mail.all().delete()
    asked = {"id": made["booking"]["id"], "expectedVersion": 1}
    for nth in range(MOST_MAILS):
        moved = {**asked, "startsAt": said(desk.at(11 + nth % 2)), "expectedVersion": nth + 1}
        await salon.owner.did(MOVE, input=moved)
    assert len([to for _, to in await queued() if to.startswith("many0@")]) == MOST_MAILS - 1
