"""Customers who are one person: finding them, and making them one."""

from __future__ import annotations

from typing import Annotated

import strawberry
from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from models.customer import Customer
from models.merging import Merge, Side, merge
from permissions.roles import Permission
from resolvers.book import KEY_WORDS, check_key, repeatable
from resolvers.checking import Checks
from resolvers.context import Info
from resolvers.customers import in_clear
from resolvers.listing import Listing
from resolvers.searching import key_in

P = Permission
_SIDE = "Where that one has none, the other's stays."


async def duplicate_customers(
    info: Info,
    customer_id: Annotated[strawberry.ID, strawberry.argument(description="Who is looked for among the others.")],
) -> Listing:
    """Customers who are likely the same person as this one: those with the same phone, and those of the same name,
    where capitals and accents do not matter. Families share phones, and people names: somebody has to decide."""
    in_clear(info.context, P.CUSTOMER_NAME_READ)
    in_clear(info.context, P.CUSTOMER_CONTACT_READ)
    rows = info.context.rows(Customer, P.CUSTOMERS_MERGE)
    one = await rows.get_or_none(id=key_in(Customer, customer_id))
    return Listing(_alike(rows, one) if one else rows.filter(id__in=[]), order="created_at")


def _alike(rows: QuerySet[Customer], one: Customer) -> QuerySet[Customer]:
    same = Q(search_name=one.search_name)
    if one.phone is not None:
        same |= Q(phone=one.phone)
    return rows.filter(same).exclude(id=one.id)


@strawberry.input(description="Which two customers become one.")
class MergeCustomersInput:
    id: strawberry.ID = strawberry.field(description="Who stays.")
    expected_version: int = strawberry.field(description="The `version` of who stays that was read.")
    merged_id: strawberry.ID = strawberry.field(description="Who becomes part of them.")
    merged_version: int = strawberry.field(description="The `version` of that one.")
    name: Side = strawberry.field(description="Whose name stays.", default=Side.KEPT)
    email: Side = strawberry.field(description=f"Whose email address stays. {_SIDE}", default=Side.KEPT)
    phone: Side = strawberry.field(description=f"Whose phone stays. {_SIDE}", default=Side.KEPT)
    idempotency_key: str | None = strawberry.field(description=KEY_WORDS, default=None)


async def merge_customers(info: Info, input: MergeCustomersInput) -> Customer:
    """Make two customers one, for good: bookings, tags, notes and whatever else refers to the one belong to the other.

    The merged one's id leads nowhere from then on, as if it had never been; their bookings lead to who stays. Links in
    mails to an address that does not stay end, and so do sign-ins with it.
    """
    context = info.context
    kept = await context.find(Customer, input.id, P.CUSTOMERS_MERGE)
    checks = Checks()
    check_key(checks, input.idempotency_key)
    merged = context.key(Customer, input.merged_id)
    if merged == kept.id:
        checks.wrong("mergedId", "This is the one that stays. Name another customer.")
    checks.done()
    wanted = Merge(
        kept.id,
        input.expected_version,
        merged,
        input.merged_version,
        name=input.name,
        email=input.email,
        phone=input.phone,
    )
    return await merge(context.act, wanted, repeatable(context, "mergeCustomers", input))
