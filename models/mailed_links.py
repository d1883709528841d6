"""Mailed links: each proves a mailbox, and ends when its customer has another one."""

from __future__ import annotations

from uuid import UUID

from tortoise.expressions import F

from models.act import Act
from models.booking import MANAGE_LINK_KEPT, Booking, manage_token
from models.event import record
from models.keyring import link_token, random_nonce
from models.leases import uuid_of
from models.mail import Mail, MailTemplate
from models.storage.database import execute, fetch
from rules.tokens import token_hash

_WAITING = """
    SELECT w.id, w.state FROM waitlist_entry w
    WHERE w.account_id = $1 AND w.customer_id = $2 AND w.state IN ('WAITING', 'OFFERED')
"""
_OTHER_LINK = """
    UPDATE waitlist_entry SET nonce = $3, token_hash = $4, version = version + 1, updated_at = $5
    WHERE account_id = $1 AND id = $2
"""


async def end_mailed_links(act: Act, customer_id: UUID, email: str | None) -> None:
    """The customer has another address: links in mails to the old one prove nothing of them, and end. Later mails have
    new ones; what is offered to them now is mailed to the new address. Inside the transaction in which it changes."""
    await _of_bookings(act, customer_id)
    for row in await fetch(_WAITING, act.account_id, customer_id):
        id, nonce = uuid_of(row["id"]), random_nonce()
        await execute(_OTHER_LINK, act.account_id, id, nonce, token_hash(link_token("wt", id, nonce)), act.at)
        await record(act, "waitlist_link_ended", "waitlist_entry", id)
        if email is not None and row["state"] == "OFFERED":
            await Mail.post(MailTemplate.WAITLIST_OFFER, email, act.at, account_id=act.account_id, about_id=id)


async def _of_bookings(act: Act, customer_id: UUID) -> None:
    bookings = Booking.of(act.account_id).filter(customer_id=customer_id, ends_at__gt=act.at - MANAGE_LINK_KEPT)
    for booking in await bookings.only("id"):
        nonce = random_nonce()
        await bookings.filter(id=booking.id).update(
            manage_nonce=nonce, manage_hash=token_hash(manage_token(booking.id, nonce)), version=F("version") + 1,
            updated_at=act.at,
        )  # fmt: skip
        await record(act, "booking_link_ended", "booking", booking.id)
