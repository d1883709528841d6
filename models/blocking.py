"""Blocking: a customer from whom the business takes no bookings. What they have booked stays.

Whoever proves nothing is told no more than that it does not work just now, in the words and the figures of somebody
for whom too much was booked: whether a mailbox is blocked at a business is nobody's to try out.
"""

from __future__ import annotations

from datetime import timedelta
from math import ceil
from uuid import UUID

from models import keyring
from models.act import Act
from models.booking import words
from models.customer import Customer
from models.event import record
from models.leases import uuid_of
from models.personal import ref
from models.storage.database import fetch, retrying, transaction
from models.tenancy import Owned
from rules.errors import NotFound, Throttled
from rules.wall_time import epoch

_HOUR = 3600
# Somebody who is blocked, by who they are or by the phone: that of their row, or what was typed.
_MATCHES = """
    SELECT k.id FROM customer_block k JOIN customer c ON c.account_id = k.account_id AND c.id = k.customer_id
    WHERE k.account_id = $1 AND (c.id = $2 OR c.phone = $3 OR c.phone = $4)
    LIMIT 1
"""


class CustomerBlock(Owned):
    """Since when and why, in the words of who did it. Who that was is an event."""

    customer_id = ref("customer")
    reason = words()

    class Meta:
        table = "customer_block"


async def block(act: Act, customer_id: UUID, reason: str) -> Customer:
    """Take no more bookings from a customer. Doing so again changes the reason."""

    async def work() -> Customer:
        async with transaction():
            customer = await _known(act, customer_id)
            if await CustomerBlock.of(act.account_id).filter(customer_id=customer_id).update(reason=reason) == 0:
                await CustomerBlock.add(act.account_id, created_at=act.at, customer_id=customer_id, reason=reason)
                await record(act, "customer_blocked", "customer", customer_id)
            return customer

    return await retrying(work)


async def unblock(act: Act, customer_id: UUID) -> Customer:
    """Take bookings from them again. Who is not blocked stays so."""

    async def work() -> Customer:
        async with transaction():
            customer = await _known(act, customer_id)
            if await CustomerBlock.of(act.account_id).filter(customer_id=customer_id).delete():
                await record(act, "customer_unblocked", "customer", customer_id)
            return customer

    return await retrying(work)


async def block_on(act: Act, customer: Customer, typed_phone: str | None) -> UUID | None:
    """The block on somebody who books, who may have typed another phone than the business knows; None for nobody's."""
    found = await fetch(_MATCHES, act.account_id, customer.id, customer.phone or "", typed_phone or "")
    return uuid_of(found[0]["id"]) if found else None


def not_told(act: Act, block_id: UUID) -> Throttled:
    """As long as the oldest of ten bookings would take to be an hour old: the same whoever asks, and running down."""
    begins = int(keyring.pseudonym("blocked", str(block_id))[:8], 16)
    return not_online(timedelta(seconds=_HOUR - (epoch(act.at) - begins) % _HOUR))


def not_online(left: timedelta) -> Throttled:
    """What is told at a widget where nothing more is booked in somebody's name for a while."""
    seconds = max(1, ceil(left.total_seconds()))
    minutes = ceil(seconds / 60)
    return Throttled(
        seconds,
        "No more can be booked online with these details just now. Please contact the business, or try again in "
        f"{minutes} minute{'' if minutes == 1 else 's'}.",
    )


async def _known(act: Act, customer_id: UUID) -> Customer:
    customer = await Customer.of(act.account_id).get_or_none(id=customer_id)
    if customer is None:
        raise NotFound("customer")
    return customer
