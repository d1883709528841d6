"""Reminder: one that is still to be sent to whoever booked. What was sent is a mail, and an event of the booking."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import orjson

from models.act import Act
from models.booking import Booking
from models.columns import moment, setting
from models.customer import Customer
from models.event import record
from models.mail import Mail, MailTemplate
from models.personal import ref
from models.setback import READY, each, with_setbacks
from models.storage.database import fetch, retrying, transaction
from models.storage.reach import Reach, reaching
from models.tenancy import Owned
from rules.booking_states import BookingStatus
from rules.reminders import reminders_to_come

BATCH = 100
_WISHED = """
    SELECT COALESCE(s.reminder_minutes, a.reminder_minutes) AS minutes
    FROM service s JOIN account a ON a.id = s.account_id
    WHERE s.account_id = $1 AND s.id = $2
"""
_DUE = f"""
    SELECT r.account_id, r.booking_id AS subject_id, x.attempts
    FROM reminder r {with_setbacks("reminders", "r.booking_id")}
    WHERE r.due_at <= $1 AND {READY} ORDER BY r.due_at LIMIT $2
"""


class Reminder(Owned):
    """`due_at` is `minutes_before` the booking's start. There is a row for as long as it is to be sent."""

    booking_id = ref("booking")
    minutes_before = setting(1440)
    due_at = moment()

    class Meta:
        table = "reminder"


async def plan_reminders(act: Act, booking: Booking, *, new: bool = False) -> None:
    """Put in the place of a booking's unsent reminders those that it is to have as it is now.

    In the transaction that changes it. Only a confirmed one has any; what would have been due by now is not sent.
    """
    if not new:
        await Reminder.of(act.account_id).filter(booking_id=booking.id).delete()
    if booking.status is not BookingStatus.CONFIRMED or booking.starts_at <= act.at:
        return
    rows = await fetch(_WISHED, act.account_id, booking.service_id)
    stored = rows[0]["minutes"]
    wished = orjson.loads(stored) if isinstance(stored, str) else stored
    to_come = reminders_to_come(booking.starts_at, wished, act.at)
    await Reminder.of(act.account_id).bulk_create(
        Reminder(
            account_id=act.account_id, created_at=act.at, booking_id=booking.id, minutes_before=minutes, due_at=due_at
        )
        for minutes, due_at in to_come.items()
    )  # fmt: skip


async def send_reminders(now: datetime, batch: int = BATCH) -> int:
    """Queue the mails of reminders that are due, of all accounts, at most `batch`; how many rows were dealt with.

    Call until it is 0. Each booking has its own transaction, in which the rows go and the mail comes: of several
    workers, and however often one dies, exactly one queues it. Unfinished where some failed.
    """
    with reaching(Reach.ROUNDS):
        due = await fetch(_DUE, now, batch)
    return await each("reminders", list({row["subject_id"]: row for row in due}.values()), now, _remind)


async def _remind(act: Act, booking_id: UUID) -> int:
    """One mail for all that are due: where nobody worked for a while, a reminder of yesterday adds nothing."""

    async def work() -> int:
        async with transaction():
            due = Reminder.of(act.account_id).filter(booking_id=booking_id, due_at__lte=act.at)
            rows = await due.delete()
            if rows == 0:
                return 1  # another worker was faster, or the booking was moved or called off
            booking = await Booking.of(act.account_id).get(id=booking_id)
            customer = await Customer.of(act.account_id).get(id=booking.customer_id)
            if customer.email is None or not customer.wants_reminders or booking.starts_at <= act.at:
                return rows
            await Mail.post(
                MailTemplate.BOOKING_REMINDER, customer.email, act.at, account_id=act.account_id, about_id=booking.id,
                sequence=booking.sequence,
            )  # fmt: skip
            await record(act, "booking_reminded", "booking", booking.id)
            return rows

    return await retrying(work)
