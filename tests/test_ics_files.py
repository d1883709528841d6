"""A booking as a file for calendars: what it says, what it never says, and that calendars take it for the same one."""

from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from icalendar import Calendar

from calendera.worker import Worker
from models.account import Account
from models.mail import Mail
from models.storage.database import counting
from rules.booking_states import BookingStatus
from rules.ics_writing import Entry, calendar_text
from tests.bookable import BOOK, CANCEL, MOVE, bookable, said
from tests.businesses import Business, at_widget
from tests.product import Product
from tests.shared import GUESTS, shared

ICS = "query($id: ID!) { booking(id: $id) { ics } }"
NOW = datetime(2027, 1, 11, 12, tzinfo=UTC)


def only(text: str) -> Any:
    """The one event of a file, by a parser that is not the one that wrote it line by line."""
    assert text.endswith("END:VCALENDAR\r\n")
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n")), "folded by octets"
    (found,) = Calendar.from_ical(text).walk("VEVENT")
    return found


async def test_the_file_tells_when_what_with_whom_and_nothing_of_the_customer(salon: Business, rival: Business) -> None:
    desk = await bookable(salon, name="Färben; Schneiden, Föhnen \\ Waschen")
    made = await desk.book(salon.widget, at=desk.at(10), note="Allergic to nuts")
    id_ = made["booking"]["id"]
    link = at_widget(salon, made["manageToken"])
    texts = [(await caller.ok(ICS, id=id_))["booking"]["ics"] for caller in (salon.owner, salon.partner, link)]
    assert len(set(texts)) == 1
    entry = only(texts[0])
    assert entry["SUMMARY"] == "Färben; Schneiden, Föhnen \\ Waschen at Salon"
    assert (entry["UID"], entry["SEQUENCE"], entry["STATUS"]) == (made["booking"]["icalUid"], 0, "CONFIRMED")
    assert (entry.decoded("DTSTART"), entry.decoded("DTEND")) == (desk.at(10), desk.at(11))
    assert "DTSTART:20270112T160000Z" in texts[0] and "DTSTAMP:20270111T120000Z" in texts[0]
    assert "With: Person 0" in entry["DESCRIPTION"] and made["booking"]["reference"] in entry["DESCRIPTION"]
    for hidden in ("Ada", "ada@", "555", "nuts", "ATTENDEE", "ORGANIZER", "METHOD", made["manageToken"]):
        assert hidden not in texts[0]
    assert (await rival.owner.ok(ICS, id=id_))["booking"] is None
    assert await salon.widget.denied(ICS, id=id_) == "FORBIDDEN"


async def test_moving_and_cancelling_raise_the_sequence_of_the_same_event(salon: Business) -> None:
    desk = await bookable(salon)
    made = (await desk.book(salon.widget, at=desk.at(10)))["booking"]
    moved = await salon.owner.did(
        MOVE, input={"id": made["id"], "startsAt": said(desk.at(14)), "expectedVersion": made["version"]}
    )
    after = only((await salon.owner.ok(ICS, id=made["id"]))["booking"]["ics"])
    assert (after["UID"], after["SEQUENCE"], after.decoded("DTSTART")) == (made["icalUid"], 1, desk.at(14))
    wanted = {"id": made["id"], "expectedVersion": moved["booking"]["version"]}
    await salon.owner.did(CANCEL, input=wanted)
    gone = only((await salon.owner.ok(ICS, id=made["id"]))["booking"]["ics"])
    assert (gone["UID"], gone["SEQUENCE"], gone["STATUS"], gone["TRANSP"]) == (
        made["icalUid"], 2, "CANCELLED", "TRANSPARENT",
    )  # fmt: skip


async def test_a_request_is_tentative_and_a_seat_tells_of_nobody_else(salon: Business) -> None:
    desk = await bookable(salon, confirmation="MANUAL")
    asked = (await desk.book(salon.widget, at=desk.at(10)))["booking"]
    assert only((await salon.owner.ok(ICS, id=asked["id"]))["booking"]["ics"])["STATUS"] == "TENTATIVE"
    group = await shared(salon)
    first = (await group.book(salon.widget, at=group.at(12)))["booking"]
    await group.book(salon.widget, at=group.at(12), customer=GUESTS[1])
    text = (await salon.owner.ok(ICS, id=first["id"]))["booking"]["ics"]
    assert GUESTS[1]["name"] not in text
    assert only(text)["UID"] == first["icalUid"]


async def test_a_page_of_files_takes_no_statement_for_each(salon: Business) -> None:
    desk = await bookable(salon)
    document = "{ bookings(first: 20) { nodes { ics service { name } staff { name } location { name } } } }"
    counted = []
    for hour in (9, 12, 15):
        await desk.book(salon.widget, at=desk.at(hour))
        with counting() as statements:
            rows = (await salon.owner.ok(document))["bookings"]["nodes"]
        counted.append(len(statements))
        assert all(row["ics"].count("BEGIN:VEVENT") == 1 for row in rows)
    assert len(set(counted)) == 1, counted


async def test_mails_carry_the_file_and_say_what_a_calendar_should_do(product: Product, salon: Business) -> None:
    await Mail.all().delete()
    await Account.filter(id=salon.account.id).update(name='Sa"lon\r\nBEGIN:VEVENT')
    desk, worker = await bookable(salon), Worker(product.settings, product.clock)
    to = {"name": "Zoë", "email": f"zoe{salon.account.id.hex[-8:]}@example.com"}
    made = (await desk.book(salon.widget, at=desk.at(10), customer=to))["booking"]
    await worker.round()
    moved = await salon.owner.did(
        MOVE, input={"id": made["id"], "startsAt": said(desk.at(14)), "expectedVersion": made["version"]}
    )
    await worker.round()
    await salon.owner.did(CANCEL, input={"id": made["id"], "expectedVersion": moved["booking"]["version"]})
    await worker.round()
    found = [calendar_of(mail) for mail in mails_to(product, to["email"])]
    assert sorted((method, str(one["STATUS"]), one["SEQUENCE"]) for method, one in found) == [
        ("CANCEL", "CANCELLED", 2), ("PUBLISH", "CONFIRMED", 0), ("PUBLISH", "CONFIRMED", 1),
    ]  # fmt: skip
    assert {str(one["UID"]) for _, one in found} == {made["icalUid"]}
    for _, one in found:
        assert "ATTENDEE" not in one
        assert str(one["ORGANIZER"]).startswith("mailto:") and "\n" not in one["ORGANIZER"].params["CN"]


async def test_a_request_is_told_without_a_file(product: Product, salon: Business) -> None:
    await Mail.all().delete()
    desk = await bookable(salon, confirmation="MANUAL")
    to = {"name": "Zoë", "email": f"req{salon.account.id.hex[-8:]}@example.com"}
    await salon.widget.did(BOOK, input=desk.wanted(desk.at(10), customer=to))
    await Worker(product.settings, product.clock).round()
    (mail,) = mails_to(product, to["email"])
    assert [part.get_content_type() for part in mail.walk()] == ["text/plain"]


def mails_to(product: Product, to: str) -> list[EmailMessage]:
    files = sorted(product.settings.mail_spool.glob("*.eml"))
    read = [message_from_bytes(file.read_bytes(), policy=policy.default) for file in files]
    return [mail for mail in read if isinstance(mail, EmailMessage) and mail["To"] == to]


def calendar_of(mail: EmailMessage) -> tuple[str, Any]:
    """The method, which header and file must agree on, and the event."""
    (part,) = mail.iter_attachments()
    assert (part.get_content_type(), part.get_filename()) == ("text/calendar", "appointment.ics")
    text = part.get_payload(decode=True).decode()
    method = str(Calendar.from_ical(text)["METHOD"])
    assert part["Content-Type"].params["method"] == method
    return method, only(text)


@pytest.mark.parametrize(
    "name", ["Eve\r\nEND:VEVENT", "Eve\nATTENDEE:mailto:x@y.example", "Eve\x0b\x07\u2028X", "é" * 200]
)
def test_no_text_begins_a_line_of_its_own(name: str) -> None:
    text = calendar_text(
        [Entry("uid", 1, BookingStatus.CONFIRMED, NOW, NOW, NOW, name, name, name)], "PUBLISH", (name, "a@b.example")
    )
    lines = text.split("\r\n")
    assert lines.count("END:VEVENT") == 1
    assert not [line for line in lines if line.startswith("ATTENDEE")]
    assert "Eve" in only(text)["SUMMARY"] or "é" in only(text)["SUMMARY"]
    assert len([line for line in lines if not line.startswith(" ")]) == 22
