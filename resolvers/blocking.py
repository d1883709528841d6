"""Blocking customers."""

from __future__ import annotations

import strawberry

from models.blocking import block, unblock
from models.customer import Customer
from permissions.roles import Permission
from resolvers.checking import Checks
from resolvers.context import Info
from rules.names import NOTE_LENGTH, clean_note

P = Permission


@strawberry.input(description="From whom to take no more bookings.")
class BlockCustomerInput:
    id: strawberry.ID = strawberry.field(description="Which customer.")
    reason: str = strawberry.field(
        description=f"Why, for colleagues; up to {NOTE_LENGTH} characters. The customer never sees it.", default=""
    )


async def block_customer(info: Info, input: BlockCustomerInput) -> Customer:
    """Take no more bookings from a customer, known by who they are or by their phone. What they have booked stays.

    At widgets nobody is told so who has not signed in as them; members and partners get `CustomerBlocked`, and who may
    books all the same with `evenIfBlocked`. Blocking again changes the reason.
    """
    customer = await info.context.find(Customer, input.id, P.CUSTOMERS_BLOCK)
    checks = Checks()
    reason = checks("reason", lambda text: clean_note(text, "reason"), input.reason)
    checks.done()
    return await block(info.context.act, customer.id, reason)


@strawberry.input(description="From whom to take bookings again.")
class UnblockCustomerInput:
    id: strawberry.ID = strawberry.field(description="Which customer.")


async def unblock_customer(info: Info, input: UnblockCustomerInput) -> Customer:
    """Take bookings from a customer again. For one who is not blocked nothing changes."""
    customer = await info.context.find(Customer, input.id, P.CUSTOMERS_BLOCK)
    return await unblock(info.context.act, customer.id)
