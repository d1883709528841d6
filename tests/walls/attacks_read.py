"""Attempts to read another account's rows with what Tortoise offers."""

from __future__ import annotations

from typing import Any

from tortoise.expressions import RawSQL, Subquery
from tortoise.manager import Manager
from tortoise.queryset import Prefetch, QuerySet

from models.booking import Booking
from models.customer import Customer
from models.storage.database import transaction
from tests.walls.forgotten import PlainBooking, PlainCustomer
from tests.walls.stage import Attack, Stage


def _id(stage: Stage) -> Any:
    return stage.theirs.ids["customer"]


async def _refresh(stage: Stage) -> object:
    row = Customer(id=_id(stage), account_id=stage.mine.account_id, name="")
    row._saved_in_db = True
    await row.refresh_from_db()
    return row


async def _fetch_related(stage: Stage) -> object:
    row = PlainBooking(id=stage.mine.ids["booking"], account_id=stage.mine.account_id, customer_id=_id(stage))
    row._saved_in_db = True
    await row.fetch_related("customer")
    return row.customer


async def _select_for_update(stage: Stage) -> object:
    async with transaction():
        return await Customer.select_for_update().filter(id=_id(stage))


async def _exists(stage: Stage) -> object:
    return stage.theirs.word if await Customer.exists(id=_id(stage)) else ""


async def _count(stage: Stage) -> object:
    return stage.theirs.word if await Customer.all().count() > 1 else ""


async def _contains(stage: Stage) -> object:
    row = Customer(id=_id(stage), account_id=stage.mine.account_id)
    return stage.theirs.word if await Customer.all().contains(row) else ""


async def _oracle(stage: Stage) -> object:
    """One letter of a text at a time, by whether a row of my own is found."""
    asks = RawSQL(f"(SELECT count(*) FROM customer WHERE internal_notes = '{stage.theirs.word}')")
    found = await Customer.of(stage.mine.account_id).annotate(found=asks).filter(found__gt=0)
    return stage.theirs.word if found else ""


def _secret(stage: Stage) -> str:
    return f"(SELECT max(internal_notes) FROM customer WHERE account_id = '{stage.theirs.account_id}')"


READ: list[Attack] = [
    Attack("all rows of the model", lambda s: _all(Customer.all())),
    Attack("filter by their id", lambda s: _all(Customer.filter(id=_id(s)))),
    Attack("filter by their account", lambda s: _all(Customer.filter(account_id=s.theirs.account_id))),
    Attack("get by their id", lambda s: Customer.get(id=_id(s))),  # type: ignore[arg-type,return-value]
    Attack("get_or_none by their id", lambda s: Customer.get_or_none(id=_id(s))),  # type: ignore[arg-type,return-value]
    Attack("first and last", lambda s: _both(Customer.first, Customer.last)),
    Attack("latest and earliest", lambda s: _both(lambda: Customer.latest("id"), lambda: Customer.earliest("id"))),
    Attack("exclude nothing", lambda s: _all(Customer.exclude(name="nobody"))),
    Attack("values", lambda s: _all(Customer.filter(id=_id(s)).values())),
    Attack("values_list", lambda s: _all(Customer.all().values_list("internal_notes"))),
    Attack("exists", _exists),
    Attack("count", _count),
    Attack("contains a fabricated row", _contains),
    Attack("in_bulk", lambda s: Customer.in_bulk([_id(s)])),
    Attack("select for update", _select_for_update),
    Attack("the door with their account", lambda s: _all(Customer.of(s.theirs.account_id))),
    Attack("a query set without the door", lambda s: _all(QuerySet(Customer).filter(id=_id(s)))),
    Attack("a manager of one's own", lambda s: _all(Manager(Customer).get_queryset())),
    Attack("refresh a fabricated row", _refresh),
    Attack("raw of the model", lambda s: _all(Customer.raw("SELECT * FROM customer"))),
    Attack("raw behind the door", lambda s: _all(Customer.of(s.mine.account_id).raw("SELECT * FROM customer"))),
    Attack(
        "RawSQL as a column",
        lambda s: _all(Customer.of(s.mine.account_id).annotate(x=RawSQL(_secret(s))).values("x")),
    ),
    Attack("RawSQL as an oracle", _oracle),
    Attack(
        "a subquery of another model",
        lambda s: _all(
            Booking.of(s.mine.account_id)
            .annotate(x=Subquery(QuerySet(Customer).filter(id=_id(s)).values("internal_notes")))
            .values("x")
        ),
    ),
    Attack(
        "a union with a query set without the door",
        lambda s: _all(_named(QuerySet(Customer), s.mine).union(_named(QuerySet(Customer), s.theirs))),
    ),
    Attack("a model that nobody owns", lambda s: _all(PlainCustomer.all())),
    Attack("a join by relation", lambda s: _all(PlainBooking.all().values("customer__name", "internal_note"))),
    Attack("select_related", lambda s: _customers(PlainBooking.all().select_related("customer"))),
    Attack("prefetch_related", lambda s: _customers(PlainBooking.all().prefetch_related("customer"))),
    Attack(
        "prefetch backwards",
        lambda s: _bookings(PlainCustomer.all().prefetch_related(Prefetch("bookings", queryset=PlainBooking.all()))),
    ),
    Attack("filter through a relation", lambda s: _all(PlainBooking.filter(customer__account_id=s.theirs.account_id))),
    Attack("fetch_related of a fabricated row", _fetch_related),
]


async def _all(query: Any) -> object:
    return list(await query)


async def _both(*queries: Any) -> object:
    return [await query() for query in queries]


async def _customers(query: Any) -> object:
    return [booking.customer for booking in await query]


async def _bookings(query: Any) -> object:
    return [list(customer.bookings) for customer in await query]


def _named(rows: QuerySet[Customer], side: Any) -> QuerySet[Customer]:
    return rows.filter(account_id=side.account_id).only("id", "internal_notes")
