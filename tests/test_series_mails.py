"""The mails about series: one for all of it, with each time, its link, and one calendar file."""

from __future__ import annotations

from email import message_from_bytes, policy
from typing import Any

import pytest
from icalendar import Calendar

from calendera.worker import Worker
from models.booking import Booking
from models.mail import Mail
from tests.bookable import Desk, bookable, said
from tests.businesses import Business, by_key
from tests.product import Product
from tests.repeating import ids, series
from tests.test_series_changes import CANCEL, MOVE_ALL


@pytest.fixture
async def desk(salon: Business) -> Desk:
    await Mail.all().delete()
    return await bookable(salon, horizon_days=365)


async def sent(product: Product, to: str) -> list[Any]:
    """The mails to an address, after the worker has sent what waits."""
    while await Mail.filter(dead_at=None, due_at__lte=product.clock.now()).exists():
        await Worker(product.settings, product.clock).round()
    files = sorted(product.settings.mail_spool.glob("*.eml"), key=lambda file: file.stat().st_mtime_ns)
    read = [message_from_bytes(file.read_bytes(), policy=policy.default) for file in files]
    return [mail for mail in read if mail["To"] == to]


def events_of(mail: Any) -> list[Any]:
    (part,) = mail.iter_attachments()
    found = Calendar.from_ical(part.get_payload(decode=True).decode())
    assert str(found["METHOD"]) == part["Content-Type"].params["method"] == "PUBLISH"
    return found.walk("VEVENT")


def text_of(mail: Any) -> str:
    return str(mail.get_body(("plain",)).get_content())


async def test_one_mail_tells_every_time_with_its_link(product: Product, salon: Business, desk: Desk) -> None:
    to = {"name": "Zoë", "email": f"zoe{salon.account.id.hex[-8:]}@example.com"}
    made = await series(desk, salon.owner, desk.at(10, day=49), customer=to)
    (mail,) = await sent(product, to["email"])
    assert mail["Subject"] == "Confirmed: Haircut at Salon, 3 appointments"
    text = text_of(mail)
    assert [line for line in text.splitlines() if line.startswith("- ")] == [
        "- Tuesday, 2 March 2027, 10:00 to 11:00 (America/Chicago, UTC-06:00)",
        "- Tuesday, 9 March 2027, 10:00 to 11:00 (America/Chicago, UTC-06:00)",
        "- Tuesday, 16 March 2027, 10:00 to 11:00 (America/Chicago, UTC-05:00)",
    ]
    rows = await Booking.of(salon.account.id).order_by("starts_at")
    assert [row.reference in text and row.manage_token in text for row in rows] == [True] * 3
    found = events_of(mail)
    assert [(str(one["UID"]), one.decoded("DTSTART")) for one in found] == [
        (row.ical_uid, row.starts_at) for row in rows
    ]
    read = "query($id: ID!) { booking(id: $id) { occurrence { position } } }"
    seen = await by_key(product, rows[1].manage_token).ok(read, id=ids(made)[1])
    assert seen == {"booking": {"occurrence": {"position": 2}}}


async def test_moving_and_cancelling_tell_what_they_were_about(product: Product, salon: Business, desk: Desk) -> None:
    to = {"name": "Zoë", "email": f"moved{salon.account.id.hex[-8:]}@example.com"}
    made = await series(desk, salon.owner, desk.at(10), customer=to)
    second, third = ids(made)[1:]
    given = {"bookingId": second, "scope": "FOLLOWING", "expectedVersion": 1, "startsAt": said(desk.at(14, day=7))}
    await salon.owner.did(MOVE_ALL, input=given)
    await sent(product, to["email"])
    await salon.owner.did(CANCEL, input={"bookingId": third, "scope": "THIS"})
    confirmed, moved, cancelled = await sent(product, to["email"])
    assert moved["Subject"] == "Moved: Haircut at Salon, 2 appointments"
    assert [one["SEQUENCE"] for one in events_of(moved)] == [1, 1]
    assert [(str(one["STATUS"]), one["SEQUENCE"]) for one in events_of(cancelled)] == [("CANCELLED", 2)]
    assert "#token=" not in text_of(cancelled) and "14:00" in text_of(moved)
    # What was moved before its first mail left is told where it is by then, and by the mail about the move alone.
    assert (confirmed["Subject"], len(events_of(confirmed))) == ("Confirmed: Haircut at Salon, 1 appointment", 1)
    assert cancelled["Subject"] == "Cancelled: Haircut at Salon, 1 appointment"


async def test_what_is_over_or_another_address_is_told_nothing(product: Product, salon: Business, desk: Desk) -> None:
    to = {"name": "Zoë", "email": f"gone{salon.account.id.hex[-8:]}@example.com"}
    await series(desk, salon.owner, desk.at(10), customer=to)
    await Mail.all().update(to=f"other{salon.account.id.hex[-8:]}@example.com")
    assert await sent(product, f"other{salon.account.id.hex[-8:]}@example.com") == []
    assert await Mail.filter(account_id=salon.account.id, due_at__lte=product.clock.now()).count() == 0
