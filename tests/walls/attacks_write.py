"""Attempts to change another account's rows, or to point at them, with what Tortoise offers."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from tortoise.queryset import QuerySet

from models.booking import Booking
from models.customer import Customer
from models.service import Offering
from tests.walls.forgotten import PlainCustomer
from tests.walls.stage import Attack, Stage

AT = datetime(2027, 1, 11, 12, 0, tzinfo=UTC)


def _id(stage: Stage) -> Any:
    return stage.theirs.ids["customer"]


def _new(account_id: Any, id_: Any = None) -> Customer:
    row = Customer(
        id=id_ or uuid4(), account_id=account_id, created_at=AT, updated_at=AT, name="Mallory", search_name="mallory",
        email=None, phone=None, internal_notes="was here", version=1,
    )  # fmt: skip
    row._saved_in_db = id_ is not None
    return row


def _columns(account_id: Any) -> dict[str, Any]:
    row = _new(account_id)
    return {name: getattr(row, name) for name in Customer._meta.db_fields}


async def _get_or_create(stage: Stage) -> object:
    values = {k: v for k, v in _columns(stage.mine.account_id).items() if k != "id"}
    return await Customer.get_or_create(defaults=values, id=_id(stage))


async def _update_or_create(stage: Stage) -> object:
    return await Customer.update_or_create(defaults={"internal_notes": "was here"}, id=_id(stage))


async def _bulk_update(stage: Stage, rows: Any) -> object:
    return await rows.bulk_update([_new(stage.mine.account_id, _id(stage))], fields=["internal_notes"])


async def _plain_save(stage: Stage) -> object:
    row = PlainCustomer(id=_id(stage), account_id=stage.theirs.account_id, name="Mallory", phone="1")
    row._saved_in_db = True
    return await row.save()  # type: ignore[func-returns-value]


async def _offering(stage: Stage, service: Any, staff: Any) -> object:
    await Offering.of(stage.mine.account_id).delete()
    return await Offering.create(
        account_id=stage.mine.account_id, created_at=AT, service_id=service.ids["service"],
        staff_id=staff.ids["staff"], weight=1,
    )  # fmt: skip


async def _awaited(query: Any) -> object:
    return await query


def _write(name: str, run: Any) -> Attack:
    return Attack(name, run, writes=True)


WRITE: list[Attack] = [
    _write("save a fabricated row", lambda s: _new(s.mine.account_id, _id(s)).save()),
    _write("save some columns of a fabricated row", lambda s: _new(s.theirs.account_id, _id(s)).save(
        update_fields=["internal_notes"])),
    _write("delete a fabricated row", lambda s: _delete_fabricated(s)),
    _write("create for another account", lambda s: Customer.create(**_columns(s.theirs.account_id))),
    _write("add for another account", lambda s: Offering.add(
        s.theirs.account_id, created_at=AT, service_id=s.theirs.ids["service"], staff_id=s.theirs.ids["second"],
        weight=1)),
    _write("save a new row of another account", lambda s: _new(s.theirs.account_id).save()),
    _write("bulk_create for another account", lambda s: _awaited(Customer.bulk_create([_new(s.theirs.account_id)]))),
    _write("bulk_create behind the door", lambda s: _awaited(
        Customer.of(s.mine.account_id).bulk_create([_new(s.theirs.account_id)]))),
    _write("bulk_update of the model", lambda s: _bulk_update(s, Customer)),
    _write("bulk_update without the door", lambda s: _bulk_update(s, QuerySet(Customer))),
    _write("update without the door", lambda s: _awaited(
        QuerySet(Customer).filter(id=_id(s)).update(internal_notes="was here"))),
    _write("update all rows", lambda s: _awaited(Customer.all().update(internal_notes="was here"))),
    _write("delete without the door", lambda s: _awaited(
        QuerySet(Offering).filter(id=s.theirs.ids["offering"]).delete())),
    _write("delete by filter", lambda s: _awaited(Offering.filter(id=s.theirs.ids["offering"]).delete())),
    _write("delete behind the door with their account", lambda s: _awaited(
        Offering.of(s.theirs.account_id).delete())),
    _write("give a row away", lambda s: _awaited(
        Offering.of(s.mine.account_id).update(
            account_id=s.theirs.account_id, service_id=s.theirs.ids["service"], staff_id=s.theirs.ids["second"]))),
    _write("take a row", lambda s: _awaited(QuerySet(Offering).filter(id=s.theirs.ids["offering"]).update(
        account_id=s.mine.account_id, service_id=s.mine.ids["service"], staff_id=s.mine.ids["second"]))),
    _write("get_or_create finds theirs", _get_or_create),
    _write("update_or_create changes theirs", _update_or_create),
    _write("save through a model that nobody owns", _plain_save),
    Attack("a booking of mine for their customer", lambda s: _awaited(
        Booking.of(s.mine.account_id).update(customer_id=_id(s), version=99)), writes=True, keys=True),
    Attack("an offer of mine of their service", lambda s: _offering(s, s.theirs, s.mine), writes=True, keys=True),
    Attack("an offer of mine by their staff", lambda s: _offering(s, s.mine, s.theirs), writes=True, keys=True),
]  # fmt: skip


async def _delete_fabricated(stage: Stage) -> object:
    row = Offering(id=stage.theirs.ids["offering"], account_id=stage.mine.account_id)
    row._saved_in_db = True
    return await row.delete()  # type: ignore[func-returns-value]
