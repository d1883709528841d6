"""Reminders: due before the appointment as the business says, mailed once, and only while what they say is true."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import pytest

from calendera.worker import Worker
from models.booking import Booking
from models.mail import Mail
from models.reminder import Reminder, send_reminders
from models.service import Confirmation
from tests.api import Caller
from tests.bookable import ADA, CANCEL, CONFIRM, MOVE, Desk, bookable, events, said
from tests.businesses import Business, by_key, id_of
from tests.conftest import NOW
from tests.product import Product
from tests.test_mails import spooled, text_of

UPDATE_ACCOUNT = """mutation ($input: UpdateAccountInput!) { updateAccount(input: $input) {
  ... on UpdateAccountPayload { account { reminderMinutes version } }
  ... on ValidationFailed { fields { path message } } } }"""
UPDATE_SERVICE = """mutation ($input: UpdateServiceInput!) { updateService(input: $input) {
  ... on UpdateServicePayload { service { reminderMinutes } } ... on ValidationFailed { fields { path message } } } }"""
UPDATE_CUSTOMER = """mutation ($input: UpdateCustomerInput!) { updateCustomer(input: $input) {
  ... on UpdateCustomerPayload { customer { wantsReminders version } } ... on Refusal { code } } }"""
CHOOSE = """mutation ($wanted: Boolean!) { chooseReminders(input: {wanted: $wanted}) {
  __typename ... on ChooseRemindersPayload { customer { wantsReminders } } ... on Refusal { code message } } }"""
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@pytest.fixture(autouse=True)
async def empty_queue(product: Product, salon: Business) -> None:
    """Nothing of earlier tests is due."""
    await Mail.all().delete()
    while await send_reminders(NOW + 400 * DAY):
        pass
    await Mail.all().delete()


async def waiting(desk: Desk) -> list[timedelta]:
    """How long before its start each reminder of the business's only booking of that hour is due."""
    rows = await Reminder.of(desk.business.account.id).order_by("due_at")
    return [timedelta(minutes=row.minutes_before) for row in rows]


async def reminded(product: Product, to: str = ADA["email"]) -> list[EmailMessage]:
    """The reminders that have been mailed, after the worker's round."""
    await Worker(product.settings, product.clock).round()
    return [mail for mail in spooled(product, to) if mail["Subject"].startswith("Reminder")]


def somebody(name: str) -> dict[str, Any]:
    return {"name": "Ada Lovelace", "email": f"{name}@reminders.example"}


async def test_a_reminder_is_mailed_a_day_before_with_the_link_and_a_calendar_file(
    product: Product, salon: Business
) -> None:
    desk, who = await bookable(salon, name="Balayage"), somebody("ada")
    made = await desk.book(salon.owner, at=desk.at(10), customer=who, customerZone="Asia/Tokyo")
    product.clock.stand_at(desk.at(10) - DAY - timedelta(seconds=1))
    assert await reminded(product, who["email"]) == []
    product.clock.stand_at(desk.at(10) - DAY)
    (mail,) = await reminded(product, who["email"])
    text = text_of(mail)
    assert mail["Subject"] == "Reminder: Balayage at Salon"
    assert "10:00 to 11:00 (America/Chicago" in text and "01:00 to 02:00 (Asia/Tokyo" in text
    assert made["manageToken"] in text
    (file,) = [part for part in mail.walk() if part.get_content_type() == "text/calendar"]
    assert file.get_param("method") == "PUBLISH" and made["booking"]["icalUid"] in file.get_content()
    assert len(await reminded(product, who["email"])) == 1
    assert (await events(salon))[-1] == "booking_reminded" and await waiting(desk) == []


async def test_a_business_and_a_service_say_how_long_before(product: Product, salon: Business) -> None:
    desk = await bookable(salon)
    other = await bookable(salon)
    set_ = await salon.owner.ok(UPDATE_ACCOUNT, input={"expectedVersion": 1, "reminderMinutes": [60, 120]})
    assert set_["updateAccount"]["account"]["reminderMinutes"] == [120, 60]
    await desk.book(salon.owner, at=desk.at(10))
    assert await waiting(desk) == [2 * HOUR, HOUR]
    service = {"id": other.id, "expectedVersion": 1, "reminderMinutes": []}
    assert (await salon.owner.ok(UPDATE_SERVICE, input=service))["updateService"]["service"]["reminderMinutes"] == []
    await other.book(salon.owner, at=desk.at(12))
    assert len(await waiting(desk)) == 2
    service |= {"expectedVersion": 2, "reminderMinutes": None}
    assert (await salon.owner.ok(UPDATE_SERVICE, input=service))["updateService"]["service"]["reminderMinutes"] is None


@pytest.mark.parametrize(
    ("minutes", "says"),
    [([1, 2, 3, 4], "At most 3"), ([4], "5 to 40320"), ([40_321], "5 to 40320"), ([60, 60], "same moment")],
)
async def test_reminders_that_annoy_are_refused(salon: Business, minutes: list[int], says: str) -> None:
    desk = await bookable(salon)
    for document, more, root in (
        (UPDATE_ACCOUNT, {}, "updateAccount"), (UPDATE_SERVICE, {"id": desk.id}, "updateService"),
    ):  # fmt: skip
        given = {"expectedVersion": 1, "reminderMinutes": minutes, **more}
        (problem,) = (await salon.owner.ok(document, input=given))[root]["fields"]
        assert problem["path"] == "reminderMinutes" and says in problem["message"]


async def test_who_books_after_its_moment_gets_none(product: Product, salon: Business) -> None:
    desk = await bookable(salon, reminder_minutes=[1440, 120])
    product.clock.stand_at(desk.at(10) - DAY)
    await desk.book(salon.owner, at=desk.at(10))
    assert await waiting(desk) == [2 * HOUR]


async def test_moving_replaces_what_was_not_sent_and_calling_off_removes_it(product: Product, salon: Business) -> None:
    desk, who = await bookable(salon, staff=2), somebody("mover")
    booking = (await desk.book(salon.owner, at=desk.at(10), staff=desk.staff[0], customer=who))["booking"]
    moved = {"id": booking["id"], "expectedVersion": 1, "startsAt": said(desk.at(14, day=3))}
    await salon.owner.did(MOVE, input=moved | {"staffId": id_of(desk.staff[1])})
    (row,) = await Reminder.of(salon.account.id)
    assert row.due_at == desk.at(14, day=2)
    product.clock.stand_at(desk.at(10) - DAY)
    assert await reminded(product, who["email"]) == []
    await salon.owner.did(CANCEL, input={"id": booking["id"]})
    assert await waiting(desk) == []
    product.clock.stand_at(desk.at(14, day=2))
    assert await reminded(product, who["email"]) == []


async def test_a_reminder_that_waits_while_its_booking_is_moved_is_not_sent(product: Product, salon: Business) -> None:
    desk, who = await bookable(salon), somebody("late")
    booking = (await desk.book(salon.owner, at=desk.at(10), customer=who))["booking"]
    product.clock.stand_at(desk.at(10) - DAY)
    assert await send_reminders(product.clock.now()) == 1  # the mail waits for its server
    await salon.owner.did(MOVE, input={"id": booking["id"], "expectedVersion": 1, "startsAt": said(desk.at(14, day=5))})
    assert await reminded(product, who["email"]) == []
    product.clock.stand_at(desk.at(14, day=4))
    (mail,) = await reminded(product, who["email"])
    assert "14:00 to 15:00" in text_of(mail)


async def test_a_request_is_reminded_of_once_it_is_confirmed(product: Product, salon: Business) -> None:
    desk = await bookable(salon, confirmation=Confirmation.MANUAL)
    booking = (await desk.book(salon.widget, at=desk.at(10, day=2)))["booking"]
    assert await waiting(desk) == []
    await salon.owner.did(CONFIRM, input={"id": booking["id"]})
    assert await waiting(desk) == [DAY]


async def test_of_several_that_are_overdue_one_is_sent_and_none_after_the_start(
    product: Product, salon: Business
) -> None:
    desk, late, gone = await bookable(salon, reminder_minutes=[1440, 120]), somebody("down"), somebody("gone")
    await desk.book(salon.owner, at=desk.at(10), customer=gone)
    await desk.book(salon.owner, at=desk.at(14), customer=late)
    product.clock.stand_at(desk.at(13))  # no worker worked since yesterday
    assert len(await reminded(product, late["email"])) == 1
    assert await reminded(product, gone["email"]) == []
    assert await waiting(desk) == []


async def choose(caller: Caller, wanted: bool) -> Any:
    return (await caller.ok(CHOOSE, wanted=wanted))["chooseReminders"]


async def test_a_customer_chooses_by_the_mailed_link_and_nobody_for_them(
    product: Product, salon: Business, rival: Business
) -> None:
    desk, who = await bookable(salon), somebody("chooser")
    at_widget = await desk.book(salon.widget, at=desk.at(10), customer=who)
    typed = by_key(product, at_widget["manageToken"])
    assert (await choose(typed, False))["code"] == "NOT_FOUND"
    mailed = by_key(product, (await Booking.of(salon.account.id).get()).manage_token)
    assert (await choose(mailed, False))["customer"]["wantsReminders"] is False
    product.clock.stand_at(desk.at(10) - DAY)
    assert await reminded(product, who["email"]) == []
    assert "booking_reminded" not in await events(salon)
    for caller in (salon.owner, salon.partner, salon.widget, rival.owner):
        assert (await caller(CHOOSE, wanted=True)).codes == ["FORBIDDEN"]


async def test_a_member_writes_down_what_a_customer_wants(product: Product, salon: Business) -> None:
    desk = await bookable(salon)
    quiet, silent = await salon.customer(email="quiet@reminders.example"), await salon.customer(phone="+15125550123")
    said_no = {"id": id_of(quiet), "expectedVersion": 1, "wantsReminders": False}
    stored = (await salon.owner.ok(UPDATE_CUSTOMER, input=said_no))["updateCustomer"]["customer"]
    assert stored == {"wantsReminders": False, "version": 2}
    for hour, customer in ((10, quiet), (11, silent)):
        await desk.book(salon.owner, at=desk.at(hour), customer=None, customerId=id_of(customer))
    product.clock.stand_at(desk.at(11) - DAY)
    assert await send_reminders(product.clock.now()) == 2
    assert not await Mail.filter(account_id=salon.account.id, template="BOOKING_REMINDER").exists()


async def test_many_workers_queue_each_reminder_once(product: Product, salon: Business, rival: Business) -> None:
    desks = [await bookable(salon, staff=8), await bookable(rival, staff=8)]
    for desk in desks:
        for number in range(8):
            await desk.book(desk.business.owner, at=desk.at(10), customer=somebody(f"many{number}"))
    now = desks[0].at(10) - DAY

    async def work() -> None:
        while await send_reminders(now, batch=3):
            pass

    await asyncio.gather(*(work() for _ in range(4)))
    for desk in desks:
        posted = Mail.filter(account_id=desk.business.account.id, template="BOOKING_REMINDER")
        assert len({mail.about_id for mail in await posted}) == await posted.count() == 8
        assert (await events(desk.business)).count("booking_reminded") == 8
