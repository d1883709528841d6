"""A small schema over the real tables, with every kind of field and with resolvers that forget what they should do."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import strawberry
from strawberry.schema.config import StrawberryConfig

from graph.answers import Answer, Fault
from graph.enums import BookingStatus, Permission
from graph.errors import NotFound
from graph.execution import Operations
from graph.field import computed, edge, graph_type, listing, many, one, shown, value
from graph.limits import Limits
from graph.mutations import mutation
from graph.node import Node
from graph.prepared import Prepared
from graph.rights import Rights
from graph.scalars import SCALARS
from graph.shape import Through
from models.booking import Booking as BookingRow
from models.customer import Customer as CustomerRow
from models.location import Location as LocationRow
from models.service import Offering as OfferingRow
from models.service import Service as ServiceRow
from models.staff import Staff as StaffRow
from models.storage.reach import Reach
from models.tenancy import across_accounts
from permissions.viewer import Viewer
from resolvers.context import Context, Info
from resolvers.listing import Listing
from rules.masking import Mask

P = Permission


@graph_type(LocationRow)
class Location(Node):
    """A place."""

    name: str = shown(P.CATALOGUE_READ, "Name.")


@graph_type(StaffRow)
class Staff(Node):
    """A bookable person."""

    name: str = shown(P.CATALOGUE_READ, "Name.")
    email: str | None = shown(P.STAFF_CONTACT_READ, "Email.", mask=Mask.EMAIL)
    location: Location | None = edge(P.CATALOGUE_READ, "Where.", via="location_id")
    bookings: list[Booking] = many(P.BOOKINGS_READ, "Theirs.", Through(BookingRow, near="staff_id", order="starts_at"))


@graph_type(ServiceRow)
class Service(Node):
    """What is booked."""

    name: str = shown(P.CATALOGUE_READ, "Name.")
    offered_by: list[Staff] = many(P.CATALOGUE_READ, "Who.", Through(OfferingRow, near="service_id", far="staff_id"))


@graph_type(CustomerRow)
class Customer(Node):
    """Who books."""

    name: str | None = shown(P.CUSTOMER_NAME_READ, "Name.", mask=Mask.NAME)
    email: str | None = shown(P.CUSTOMER_CONTACT_READ, "Email.", mask=Mask.EMAIL)
    notes: str | None = shown(P.CUSTOMER_NOTES_READ, "Notes.", column="internal_notes")

    @computed(P.CUSTOMER_CONTACT_READ, "email", "phone")
    def contacts(root: Any) -> list[str] | None:
        """Both."""
        return [part for part in (root.email, root.phone) if part]

    @computed(P.CUSTOMER_CONTACT_READ, "email", "phone", mask=Mask.TEXT)
    def masked_contacts(root: Any) -> list[str] | None:
        """Both, with a mask that is for a text."""
        return [part for part in (root.email, root.phone) if part]


@graph_type(BookingRow)
class Booking(Node):
    """An appointment."""

    status: BookingStatus = shown(P.BOOKINGS_READ, "State.")
    starts_at: datetime = shown(P.BOOKINGS_READ, "Begin.")
    service: Service = edge(P.BOOKINGS_READ, "What.", via="service_id")
    staff: Staff = edge(P.BOOKINGS_READ, "Who.", via="staff_id")
    location: Location | None = edge(P.BOOKINGS_READ, "Where.", via="location_id")
    customer: Customer | None = edge(P.CUSTOMERS_READ, "Whom.", via="customer_id")


@strawberry.type(description="A plain object.")
class Plain:
    secret: str | None = shown(P.CUSTOMER_CONTACT_READ, "A contact.", mask=Mask.EMAIL)


@dataclass
class _Plain:
    secret: str = "plain@example.com"


async def forgetful(info: Info, order: str = "starts_at", descending: bool = False) -> Listing:
    """All bookings, for whoever may read one."""
    return Listing(BookingRow.of(info.context.account_id), order=order, descending=descending)


async def careful(info: Info) -> Listing:
    """The bookings that the viewer may read."""
    return Listing(info.context.rows(BookingRow, P.BOOKINGS_READ), order="starts_at")


async def forgetful_one(info: Info, id: strawberry.ID) -> Any:
    """A booking, for whoever may read one."""
    return BookingRow.of(info.context.account_id).filter(id=info.context.key(BookingRow, id))


async def anyones(info: Info, id: strawberry.ID) -> Any:
    """A booking of whatever account."""
    return await across_accounts(BookingRow, Reach.OPERATOR).get(id=info.context.key(BookingRow, id))


async def customers(info: Info, order: str = "name") -> Listing:
    """All customers."""
    return Listing(CustomerRow.of(info.context.account_id), order=order)


async def services(info: Info, order: str = "name") -> Listing:
    """All services."""
    return Listing(ServiceRow.of(info.context.account_id), order=order)


async def plain(info: Info) -> _Plain:
    """A plain object with a guarded field."""
    return _Plain()


async def contact(info: Info) -> str:
    """A contact that a root field answers by itself."""
    return "root@example.com"


async def touch(info: Info, id: strawberry.ID) -> Any:
    """Answer a booking."""
    return await info.context.find(BookingRow, id, P.BOOKINGS_READ)


@strawberry.type(description="Queries.")
class Query:
    forgetful = listing(forgetful, P.BOOKINGS_READ, Booking)
    careful = listing(careful, P.BOOKINGS_READ, Booking)
    forgetful_one = one(forgetful_one, P.BOOKINGS_READ, Booking | None)
    anyones = one(anyones, P.BOOKINGS_READ, Booking | None)
    customers = listing(customers, P.CUSTOMERS_READ, Customer)
    services = listing(services, P.CATALOGUE_READ, Service)
    plain = value(plain, None, Plain)
    contact = value(contact, P.CUSTOMER_CONTACT_READ, str | None)


@strawberry.type(description="Mutations.")
class Mutation:
    touch = mutation(touch, P.BOOKINGS_READ, {"booking": (Booking, "It.")}, NotFound)


@dataclass
class Kernel:
    """The toy schema, asked by any viewer."""

    faults: list[Fault] = field(default_factory=list)

    def __post_init__(self) -> None:
        schema = strawberry.Schema(query=Query, mutation=Mutation, config=StrawberryConfig(scalar_map=SCALARS))
        self.operations = Operations(schema, report=self.faults.append, limits=Limits(cost=100_000))

    async def __call__(self, viewer: Viewer, document: str, **variables: Any) -> Answer:
        prepared = self.operations.prepare(document, Rights(own=True, sees={}))
        assert isinstance(prepared, Prepared), prepared
        context = Context(viewer, datetime(2027, 1, 11, 12, tzinfo=UTC), "request", "127.0.0.1")
        return await self.operations.run(prepared, context=context, request_id="r", variables=variables)

    async def ok(self, viewer: Viewer, document: str, **variables: Any) -> Any:
        answer = await self(viewer, document, **variables)
        assert not answer.errors, (answer.errors, self.faults)
        return answer.data
