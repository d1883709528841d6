"""A door to every object of the schema, so that a field's own guard stands alone.

The product with its real authentication and its real fields, and one root field more for each object type: it hands
out the rows of one account (or a specimen, of what is no row) to whoever asks. Nothing here may be null-less, so that
a refused field hides neither its row nor its neighbours. What a viewer gets of `{ everyBooking { reference } }` is
decided by the guard of `Booking.reference` and by nothing else.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any, ClassVar
from uuid import UUID
from zoneinfo import ZoneInfo

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLUnionType,
    get_named_type,
    is_required_argument,
)
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Route
from tortoise.queryset import QuerySet

from calendera.asking import Asking, Authenticate
from calendera.graphql_http import graphql_endpoint
from graph.execution import Operations
from graph.limits import Limits
from graph.planning import model_of
from graph.reading import Record
from graph.rights import Rights
from graph.schema import build
from graph.shape import Through, shape_of
from models.availability import Slot as SlotRow
from models.availability import SlotPart
from models.booking import Booking
from models.calendar_hours import CalendarHours
from models.diary_pages import Page
from models.event import Event
from models.following import Change, Following, Place
from models.insights import Insights, Narrowed
from models.membership import Membership
from models.occupancy_share import OccupancyShare, Share
from models.processor import Processor
from models.staff import Staff
from models.tenancy import Owned
from permissions.every_viewer import EVERY_VIEWER
from permissions.own import FLAG
from permissions.viewer import Viewer
from privacy.policy import versions
from privacy.promises import PromiseStatus
from resolvers.policy import Kept
from rules.allowed import Allowed
from rules.booking_states import BookingStatus
from rules.diary_pages import Busy, Clash, Conflict, Piece
from rules.errors import RefusalCode
from rules.figures import Counted, Figures
from rules.limits import Period
from rules.payments import DepositRefund, PaymentProvider
from rules.sharing import Channel, ProcessorRole, Safeguard
from rules.watching import DETECTORS
from tests.http.toy import metering
from tests.product import Product

WIDE = Limits(
    tokens=20_000,
    selections=20_000,
    root_fields=1_000,
    response_errors=20_000,
    aliases=1_000,
    cost=1_000_000,
    seconds=60.0,
)
MOMENT = datetime(2027, 1, 11, 12, 0, tzinfo=UTC)
ZONE = ZoneInfo("America/Chicago")
HAPPENED = Change(Place(1, UUID(int=1)), MOMENT, "booking_made", "booking", UUID(int=1), {})
SCHEMA = build()._schema
ROOTS = {type_.name for type_ in (SCHEMA.query_type, SCHEMA.mutation_type, SCHEMA.subscription_type) if type_}
OBJECTS = {
    name: type_
    for name, type_ in SCHEMA.type_map.items()
    if isinstance(type_, GraphQLObjectType) and not name.startswith("__") and name not in ROOTS
}


DEPOSIT = SimpleNamespace(
    deposit_minor=200, currency="USD", deposit_provider=PaymentProvider.AT_VENUE, deposit_refund=DepositRefund.NEVER
)


WINDOW = (1_800_000_000, 1_800_001_800)
PIECE = Piece(Busy.BOOKING, *WINDOW, id=UUID(int=1), place=0)
DAY = (MOMENT.date(), MOMENT.date())
SHARE = Share(30, 60)
SHARES = {UUID(int=1): SHARE}
FIGURES = Figures()
for _status in (BookingStatus.COMPLETED, BookingStatus.CONFIRMED):
    FIGURES.add(Counted(_status, 1, 30, 60, "USD", 1000))
PARTS = {UUID(int=1): FIGURES}
PART = SlotPart(UUID(int=1), *WINDOW, [UUID(int=1)])

PROCESSOR = Processor(
    id=UUID(int=1), created_at=MOMENT, name="text", task="text", role=ProcessorRole.PROCESSOR, channel=Channel.MAIL,
    hosts="text", purposes="SERVICE", categories="user.name", country="DE", safeguard=Safeguard.STANDARD_CLAUSES,
    safeguard_until=MOMENT.date(), starts_at=MOMENT, ended_at=MOMENT,
)  # fmt: skip

# What is no row and no record of fields either.
PLAIN: dict[str, list[Any]] = {
    "Stretch": [WINDOW],
    "BusyStretch": [PIECE],
    "Conflict": [Conflict(Clash.OVERLAPS, PIECE, UUID(int=2))],
    "DiaryPage": [
        Page(CalendarHours(UUID(int=1), UUID(int=1), None, None, None), WINDOW, [PIECE]),
        Page(CalendarHours(UUID(int=1), None, UUID(int=1), 1, None), WINDOW, [PIECE]),
    ],
    "OccupancyBucket": [(DAY, SHARE)],
    "StaffOccupancy": list(SHARES.items()),
    "ResourceOccupancy": list(SHARES.items()),
    "InsightFigures": [FIGURES],
    "PrivacyPolicy": [versions()[-1]],
    "PolicyPromise": [Kept(versions()[-1].passages["5.3"], PromiseStatus.PASSING, "text", MOMENT, MOMENT)],
    "InsightBucket": [(DAY, FIGURES)],
    "ServiceInsight": list(PARTS.items()),
    "StaffInsight": list(PARTS.items()),
    "Processor": [PROCESSOR],
}


class Specimen:
    """An object of a plain type: an example for each field, and the few things that fields are computed of."""

    _facts: ClassVar[dict[str, dict[str, Any]]] = {
        "Alternative": {"zone": ZONE.key},
        "AddOnRefused": {"add_on": UUID(int=1)},
        "Availability": {"zone": ZONE, "price": (1000, "USD"), "deposit": DEPOSIT},
        "Changes": {"following": Following([], HAPPENED.place, HAPPENED.place, more=False)},
        "FreeDays": {"zone": ZONE},
        "HistoryValue": {"table": "staff", "key": UUID(int=1), "zone": ZONE.key, "amount": 1000, "currency": "USD"},
        "Insights": {
            "zone": ZONE,
            "insights": Insights(FIGURES, [FIGURES], by_service=PARTS, by_staff=PARTS),
            "account_id": UUID(int=1),
            "ranges": [DAY],
            "narrowed": Narrowed(),
        },
        "NotOffered": {"allowed": Allowed(MOMENT, MOMENT.date(), Period.WEEK, MOMENT.date())},
        "Occupancy": {"share": OccupancyShare(SHARE, [SHARE], SHARES, SHARES)},
        "OccurrenceConflict": {"zone": ZONE.key, "code": RefusalCode.SLOT_TAKEN},
        "Money": {"currency": "KWD"},
        "WaitlistByLink": {"zone": ZONE.key, "ends_at": MOMENT},
        "NothingToRefund": {"left_minor": 1, "currency": "KWD"},
        "PolicySection": {"subsections": []},
        "Slot": {"slot": SlotRow(WINDOW[0], ZONE, [], 1, (PART,)), "known_as": {}},
        "SlotSegment": {"service_id": PART.service_id, "start": WINDOW[0], "end": WINDOW[1], "staff_ids": []},
    }

    def __init__(self, type_: GraphQLObjectType) -> None:
        fields = type_.fields.values()
        self._known = self._facts.get(type_.name, {})
        self._types = {field.extensions["strawberry-definition"].python_name: field.type for field in fields}

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        if name not in self._known and name not in self._types:
            raise AttributeError(name)
        return self._known[name] if name in self._known else example(self._types[name])


def example(type_: Any) -> Any:
    """A value of a type."""
    if isinstance(type_, GraphQLNonNull):
        return example(type_.of_type)
    if isinstance(type_, GraphQLList):
        return [example(type_.of_type)]
    if isinstance(type_, GraphQLEnumType):
        return next(iter(type_.extensions["strawberry-definition"].wrapped_cls))
    if isinstance(type_, GraphQLUnionType):
        return example(type_.types[0])
    if isinstance(type_, GraphQLObjectType):
        model = model_of(type_)
        return Record(model._meta.db_table) if model else Specimen(type_)
    known = {
        "ID": UUID(int=1), "Int": 1, "MinorUnits": 1, "Float": 1.0, "Boolean": True, "DateTime": MOMENT,
        "Date": date(2027, 1, 11),
    }  # fmt: skip
    return known.get(getattr(type_, "name", ""), "text")


class Laid:
    """What the doors hand out: the rows of each type, and for each row its id."""

    def __init__(self) -> None:
        self.rows: dict[str, list[Any]] = {name: [Specimen(type_)] for name, type_ in OBJECTS.items()}
        self.rows["Viewer"] = [EVERY_VIEWER["owner"]]
        self.rows["SecurityDetector"] = list(DETECTORS.items())[:1]
        self.rows |= PLAIN

    async def lay(self, account_id: UUID, users: list[UUID]) -> None:
        """Read every row of the account, its members and these users, with whatever their fields show."""
        users = [*users, *(row.user_id for row in await Membership.of(account_id))]
        read: dict[Any, list[Record]] = {}
        for type_ in OBJECTS.values():
            if (model := model_of(type_)) is not None and model not in read:
                read[model] = [record(row) for row in await rows_of(model, account_id, users)]
        for name, type_ in OBJECTS.items():
            if (model := model_of(type_)) is not None:
                for row in read[model]:
                    await lead_on(row, type_, account_id, read)
                self.rows[name] = read[model]
        self.rows["BookingChange"] = [change(row) for row in self.rows["Booking"]]
        self.rows["Change"] = [followed(row) for row in self.rows["Booking"]]
        self.rows["CalendarView"] = [diary(row) for row in self.rows["Booking"]]

    def belong_to(self, own: dict[str, set[UUID]]) -> None:
        """Mark what is own by what other tables say, as the statement that reads a row would."""
        for rows in self.rows.values():
            for row in rows:
                if isinstance(row, Record):
                    setattr(row, FLAG, row.id in own.get(row.table_, ()))


async def rows_of(model: Any, account_id: UUID, users: list[UUID]) -> list[Any]:
    columns = model._meta.fields_map
    rows = QuerySet(model).order_by("id")
    if "account_id" in columns and model._meta.db_table != "session":
        return list(await rows.filter(account_id=account_id))
    if model._meta.db_table == "account":
        return list(await rows.filter(id=account_id))
    if "developer_account_id" in columns:
        return list(await rows.filter(developer_account_id=account_id))
    return list(await rows.filter(**{f"{'user_id' if 'user_id' in columns else 'id'}__in": users}))


def change(row: Record) -> SimpleNamespace:
    """What is told of a booking: it names rows, which are read as far as the viewer reaches."""
    return SimpleNamespace(
        about=("booking", row.id),
        booking_id=row.id,
        booking=Booking.of(row.account_id).filter(id=row.id),
        told=Event.of(row.account_id).filter(subject_id=row.id),
    )


def followed(row: Record) -> SimpleNamespace:
    """What whoever keeps a copy is told of a booking."""
    event = Event.of(row.account_id).filter(subject_id=row.id)
    return SimpleNamespace(
        about=("booking", row.id), change=HAPPENED, cursor="text", node={"__typename": "Booking"}, event=event
    )


def diary(row: Record) -> SimpleNamespace:
    """A diary with one booking in it."""
    return SimpleNamespace(
        about=("booking", row.id),
        zone=ZONE,
        pages=PLAIN["DiaryPage"],
        bookings=lambda: Booking.of(row.account_id).filter(id=row.id),
        staff=lambda: Staff.of(row.account_id).filter(id=row.staff_id),
    )


def record(row: Any) -> Record:
    """A row as the read path would have read all of it."""
    made = Record(row._meta.db_table)
    made.__dict__.update({name: getattr(row, name) for name in row._meta.fields_map})
    return made


async def lead_on(row: Record, type_: GraphQLObjectType, account_id: UUID, read: dict[Any, list[Record]]) -> None:
    """Put beneath a row what its fields lead to."""
    for field in type_.fields.values():
        written = field.extensions["strawberry-definition"]
        shape = shape_of(written)
        model = model_of(get_named_type(field.type))
        for near in shape.beside if shape else ():
            rows = near.model.of(account_id) if issubclass(near.model, Owned) else near.model.all()
            setattr(row, near.name, await rows.get_or_none(id=getattr(row, near.via)))
        if shape is None or model is None:
            continue
        if shape.via is not None:
            setattr(row, written.python_name, by_id(read[model], getattr(row, shape.via)))
        elif shape.through is not None:
            found = await beneath(row, shape.through, account_id, read[model])
            setattr(row, written.python_name, found if not shape.through.single else next(iter(found), None))


async def beneath(row: Record, through: Through, account_id: UUID, rows: list[Record]) -> list[Record]:
    if through.far is None:
        return [found for found in rows if getattr(found, through.near) == row.id]
    joins = await through.model.of(account_id).filter(**{through.near: row.id})
    return [found for join in joins if (found := by_id(rows, getattr(join, through.far))) is not None]


def by_id(rows: list[Record], key: UUID | None) -> Record | None:
    return next((row for row in rows if row.id == key), None)


def door(type_name: str) -> str:
    """The root field that hands out every object of a type."""
    return f"every{type_name}"


def selection(type_: GraphQLObjectType, *names: str) -> str:
    """The fields of a type (these, or all) without what lies beneath them."""
    parts = []
    for name, field in type_.fields.items():
        if names and name not in names:
            continue
        assert not any(is_required_argument(arg) for arg in field.args.values()), f"{type_.name}.{name} needs arguments"
        inner = get_named_type(field.type)
        parts.append(f"{name} {{ __typename }}" if hasattr(inner, "fields") or hasattr(inner, "types") else name)
    return " ".join(parts)


def freely(product: Product, regrant: Regrant | None = None) -> Starlette:
    """The product for documents of one's own, whoever asks: visitors and widgets run trusted ones only, and partners
    are not told what they may not use, so that a permission would never be asked."""
    return app_of(product, Operations(build(), report=lambda fault: None, limits=WIDE), regrant)


Regrant = Callable[[Viewer], Viewer]


def probing(product: Product, laid: Laid, regrant: Regrant | None = None) -> Starlette:
    """The product with a door to everything, at the paths that clients know. `regrant` changes what a credential may,
    as another line in `permissions/roles.py` would."""
    schema = build.__wrapped__()
    types = schema._schema.type_map
    for name in OBJECTS:
        resolve = lambda _root, _info, name=name: laid.rows[name]  # noqa: E731
        schema._schema.query_type.fields[door(name)] = GraphQLField(GraphQLList(types[name]), resolve=resolve)
    for type_ in types.values():
        if isinstance(type_, GraphQLObjectType) and not type_.name.startswith("__"):
            type_.is_type_of = None  # a specimen is taken for what it is handed out as
            for field in type_.fields.values():
                field.type = field.type.of_type if isinstance(field.type, GraphQLNonNull) else field.type
    return app_of(product, Operations(schema, report=lambda fault: None, limits=WIDE), regrant)


def app_of(product: Product, operations: Operations, regrant: Regrant | None) -> Starlette:
    """Both endpoints over these operations, for documents of our own also at a widget's path, at nobody's cost."""

    def free(authenticate: Authenticate) -> Authenticate:
        async def asking(request: Request) -> Asking:
            found = await authenticate(request)
            found.rights, found.payer = Rights(own=True), None
            if regrant is not None:
                found.context.viewer = regrant(found.context.viewer)
            return found

        return asking

    def route(path: str) -> Route:
        return Route(path, graphql_endpoint(operations, free(authenticate_at(product, path)), metering()))

    return Starlette(routes=[route("/graphql"), route("/embed/v1/{key}/graphql")])


def authenticate_at(product: Product, path: str) -> Authenticate:
    """What the running product itself asks, at a path, who somebody is."""
    app = next(route.endpoint for route in product.app.router.routes if getattr(route, "path", "") == path)
    while not hasattr(app, "_authenticate"):
        app = getattr(app, "otherwise", None) or app.app  # wrappers around the endpoint
    return app._authenticate
