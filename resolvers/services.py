"""Services: what can be booked, and who sees which."""

from __future__ import annotations

import enum
from typing import Annotated

import strawberry
from tortoise.queryset import QuerySet

from models.location import Location
from models.service import Offering, Service, Visibility
from models.staff import Staff
from permissions.roles import Permission
from permissions.viewer import Viewer
from resolvers.archiving import IncludeHidden, in_use
from resolvers.context import Context, Info
from resolvers.listing import Listing
from resolvers.searching import SEARCH_WORDS, Direction, DirectionArgument, by_name, key_in, linked

P = Permission


def sees_private(viewer: Viewer) -> bool:
    """Whether the viewer sees and books also what the shop window hides."""
    return viewer.access(P.CATALOGUE_INTERNALS_READ) is not None


def shop_window(context: Context, *, by_id: bool = False) -> QuerySet[Service]:
    """The services this viewer may see: all of them, or what stands in the shop window.

    Without CATALOGUE_INTERNALS_READ those are the PUBLIC ones in use and, for whoever was given an id, UNLISTED ones.
    Whoever books or asks when a service is free reaches the same ones, of those in use.
    """
    rows = context.rows(Service, P.CATALOGUE_READ)
    if sees_private(context.viewer):
        return rows
    seen = [Visibility.PUBLIC, Visibility.UNLISTED] if by_id else [Visibility.PUBLIC]
    return rows.filter(archived_at=None, visibility__in=seen)


def offered(context: Context) -> QuerySet[Service]:
    """Those in the shop window that are in use: what the list of a staff member's services shows."""
    return shop_window(context).filter(archived_at=None)


class ServiceOrder(enum.Enum):
    """What services are sorted by."""

    NAME = "search_name"
    CREATED_AT = "created_at"


@strawberry.input(description="Which services. What is left out does not narrow; ids of nothing match nothing.")
class ServiceFilter:
    visibility: Visibility | None = strawberry.field(description="Only with this visibility.", default=None)
    location_id: strawberry.ID | None = strawberry.field(description="Only at this place.", default=None)
    staff_id: strawberry.ID | None = strawberry.field(description="Only what this person offers.", default=None)
    search: str | None = strawberry.field(description=SEARCH_WORDS, default=None)


async def services(
    info: Info,
    filter: Annotated[ServiceFilter | None, strawberry.argument(description="Which; all where left out.")] = None,
    include_archived: IncludeHidden = False,
    order_by: Annotated[ServiceOrder, strawberry.argument(description="What to sort by.")] = ServiceOrder.NAME,
    direction: DirectionArgument = Direction.ASCENDING,
) -> Listing:
    """What can be booked. Widgets and partners see public services in use; members see all."""
    rows = in_use(info, shop_window(info.context), include_archived, P.CATALOGUE_INTERNALS_READ)
    if filter is not None:
        rows = _narrowed(info, rows, filter)
    return Listing(rows, order=order_by.value, descending=direction is Direction.DESCENDING)


def _narrowed(info: Info, rows: QuerySet[Service], filter: ServiceFilter) -> QuerySet[Service]:
    if filter.visibility is not None:
        rows = rows.filter(visibility=filter.visibility)
    if filter.location_id is not None:
        rows = rows.filter(location_id=key_in(Location, filter.location_id))
    if filter.staff_id is not None:
        offerings = Offering.of(info.context.account_id).filter(staff_id=key_in(Staff, filter.staff_id))
        rows = linked(rows, offerings, "service_id")
    return by_name(rows, filter.search)


async def service(
    info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="Which one.")]
) -> QuerySet[Service]:
    """One service; null where there is none with this id that this credential may see."""
    return shop_window(info.context, by_id=True).filter(id=key_in(Service, id))
