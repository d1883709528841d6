"""Customers: finding them. Filters and orders are oracles, so each needs to see in clear what it asks about."""

from __future__ import annotations

import enum
from typing import Annotated, Any

import strawberry
from tortoise.expressions import Q, Subquery
from tortoise.functions import Count
from tortoise.queryset import QuerySet

from models.customer import Customer, CustomerTag
from permissions.classes import Requires
from permissions.roles import Access, Permission
from resolvers.archiving import IncludeArchived, in_use
from resolvers.context import Context, Info
from resolvers.listing import Listing
from resolvers.searching import SEARCH_WORDS, Direction, DirectionArgument, by_name, linked, typed
from rules.contacts import clean_email, clean_phone
from rules.names import clean_tag
from rules.searching import search_key

P = Permission


class CustomerOrder(enum.Enum):
    """What customers are sorted by."""

    CREATED_AT = "created_at"
    UPDATED_AT = "updated_at"
    NAME = "search_name"


@strawberry.input(description="Which customers. What is left out does not narrow.")
class CustomerFilter:
    search: str | None = strawberry.field(
        description=f"{SEARCH_WORDS} Needs to see names in clear.",
        default=None,
        directives=[Requires(permission=P.CUSTOMER_NAME_READ)],
    )
    email: str | None = strawberry.field(
        description="Exactly this address, in any spelling. Needs to see contacts in clear.",
        default=None,
        directives=[Requires(permission=P.CUSTOMER_CONTACT_READ)],
    )
    phone: str | None = strawberry.field(
        description="Exactly this number, in any spelling. Needs to see contacts in clear.",
        default=None,
        directives=[Requires(permission=P.CUSTOMER_CONTACT_READ)],
    )
    tag: str | None = strawberry.field(
        description="Only with this tag; capitals and accents do not matter.", default=None
    )
    has_duplicate: bool | None = strawberry.field(
        description="True: only those in use who are likely the same person as another, as `duplicateCustomers` says.",
        default=None,
        directives=[Requires(permission=P.CUSTOMERS_MERGE)],
    )


async def customers(
    info: Info,
    filter: Annotated[CustomerFilter | None, strawberry.argument(description="Which; all where left out.")] = None,
    include_archived: IncludeArchived = False,
    order_by: Annotated[
        CustomerOrder, strawberry.argument(description="What to sort by. NAME needs to see names in clear.")
    ] = CustomerOrder.CREATED_AT,
    direction: DirectionArgument = Direction.ASCENDING,
) -> Listing:
    """The people who book with this business."""
    rows = in_use(info, info.context.rows(Customer, P.CUSTOMERS_LIST), include_archived, P.CUSTOMERS_LIST)
    if order_by is CustomerOrder.NAME:
        # A cursor holds what it is sorted by.
        in_clear(info.context, P.CUSTOMER_NAME_READ)
    if filter is not None:
        rows = _narrowed(info, rows, filter)
    return Listing(rows, order=order_by.value, descending=direction is Direction.DESCENDING)


def in_clear(context: Context, permission: Permission) -> None:
    """`Denied` unless the viewer sees these values unmasked of everyone that is listed for them."""
    reach, listed = context.viewer.require(permission), context.viewer.access(P.CUSTOMERS_LIST)
    if reach is not Access.READ and not reach is listed is Access.OWN:
        raise context.viewer.denied(permission)


def _narrowed(info: Info, rows: QuerySet[Customer], filter: CustomerFilter) -> QuerySet[Customer]:
    if filter.search is not None or filter.has_duplicate:
        in_clear(info.context, P.CUSTOMER_NAME_READ)
    if filter.search is not None:
        rows = by_name(rows, filter.search)
    if filter.email is not None or filter.phone is not None or filter.has_duplicate:
        in_clear(info.context, P.CUSTOMER_CONTACT_READ)
    if filter.has_duplicate:
        info.context.viewer.require(P.CUSTOMERS_MERGE)
        rows = rows.filter(_twice(info.context, "phone") | _twice(info.context, "search_name"))
    if filter.email is not None:
        rows = rows.filter(email=typed(clean_email, filter.email))
    if filter.phone is not None:
        rows = rows.filter(phone=typed(clean_phone, filter.phone).normal)
    if filter.tag is not None:
        tags = CustomerTag.of(info.context.account_id).filter(search_tag=search_key(typed(clean_tag, filter.tag)))
        rows = linked(rows, tags, "customer_id")
    return rows


def _twice(context: Context, column: str) -> Q:
    """Those who share a value of this column with another."""
    known = Customer.of(context.account_id).filter(**{"archived_at": None, f"{column}__not_isnull": True})
    values = known.annotate(many=Count("id")).group_by(column).filter(many__gt=1).values(column)
    among: dict[str, Any] = {f"{column}__in": Subquery(values)}
    return Q(**among)


async def customer(
    info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="Which one.")]
) -> QuerySet[Customer]:
    """One customer; null when there is none with this id. The holder of a manage link sees only themselves."""
    return info.context.one(Customer, id, P.CUSTOMERS_READ)
