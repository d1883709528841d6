"""Merging: two customers who are one person become one. Everything that refers to the one moves to the other.

What refers to a customer is found in the models, so that a table to come moves too.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any
from uuid import UUID

from tortoise.exceptions import IntegrityError
from tortoise.expressions import F

import models
from models.act import Act
from models.blocking import CustomerBlock
from models.book import Repeatable
from models.booking import Booking
from models.customer import Customer, CustomerTag
from models.event import record
from models.mailed_links import end_mailed_links
from models.storage.database import lock, retrying, transaction
from models.storage.errors import Contended
from models.tenancy import Owned
from rules.errors import FieldProblem, NotFound, ValidationFailed, VersionConflict
from rules.names import NOTE_LENGTH
from rules.searching import search_key


class Side(Enum):
    """Whose value stays."""

    KEPT = "KEPT"
    MERGED = "MERGED"


@dataclass(frozen=True, slots=True)
class Merge:
    """Two customers by their ids, each at the version that was read, and whose values stay."""

    kept: UUID
    kept_version: int
    merged: UUID
    merged_version: int
    name: Side = Side.KEPT
    email: Side = Side.KEPT
    phone: Side = Side.KEPT


async def merge(act: Act, wanted: Merge, request: Repeatable) -> Customer:
    """Make two customers one: the kept one. The other one's id is nobody's any more.

    NotFound, VersionConflict, ValidationFailed where the notes of both are too long together, IdempotencyKeyReused.
    """

    async def work() -> Customer:
        async with transaction():
            begun = await request.begin(act)
            if begun.done is None:
                await lock([f"{act.account_id}/customer/{one}" for one in (wanted.kept, wanted.merged)])
                await _merge(act, wanted)
                await begun.keep(wanted.kept)
            return await _read(act, wanted.kept)

    return await retrying(work)


async def _merge(act: Act, wanted: Merge) -> None:
    kept = await _read(act, wanted.kept, wanted.kept_version)
    merged = await _read(act, wanted.merged, wanted.merged_version)
    values = _values(kept, merged, wanted)
    for one in (kept, merged):
        # A mailed link proves a mailbox, and opens what is known of its customer.
        if one.email is not None and one.email != values["email"]:
            await end_mailed_links(act, one.id, values["email"])
    bookings = await Booking.of(act.account_id).filter(customer_id=merged.id).only("id")
    moved = await _move(act, kept.id, merged.id)
    for booking in bookings:
        await record(
            act, "booking_customer_changed", "booking", booking.id, customer_id=str(kept.id),
            previous_customer_id=str(merged.id),
        )  # fmt: skip
    await _remove(act, merged)
    changes = {**values, "version": F("version") + 1, "updated_at": act.at}
    await Customer.of(act.account_id).filter(id=kept.id).update(**changes)
    columns = sorted(name for name, value in values.items() if getattr(kept, name) != value)
    await record(
        act, "customers_merged", "customer", kept.id, merged_customer_id=str(merged.id), columns=columns, **moved
    )
    await record(act, "customer_merged_away", "customer", merged.id, customer_id=str(kept.id))


def _values(kept: Customer, merged: Customer, wanted: Merge) -> dict[str, Any]:
    """What the kept one has afterwards. Where the side that was chosen has nothing, the other one's value stays."""
    found: dict[str, Any] = {}
    for column in ("name", "email", "phone"):
        mine, theirs = getattr(kept, column), getattr(merged, column)
        found[column] = (theirs or mine) if getattr(wanted, column) is Side.MERGED else (mine or theirs)
    notes = "\n\n".join(text for text in (kept.internal_notes, merged.internal_notes) if text)
    if len(notes) > NOTE_LENGTH:
        message = f"The notes of both have {len(notes)} characters, and {NOTE_LENGTH} fit. Shorten one of them first."
        raise ValidationFailed(FieldProblem("mergedId", message))
    both: tuple[datetime | None, ...] = (kept.archived_at, merged.archived_at)
    return found | {
        "search_name": search_key(found["name"]), "internal_notes": notes,
        "archived_at": kept.archived_at if all(both) else None,
        # Who has said no once has said no.
        "wants_reminders": kept.wants_reminders and merged.wants_reminders,
    }  # fmt: skip


async def _move(act: Act, kept: UUID, merged: UUID) -> dict[str, int]:
    """How many rows of each table moved, as the event tells."""
    known = {tag.search_tag for tag in await CustomerTag.of(act.account_id).filter(customer_id=kept)}
    await CustomerTag.of(act.account_id).filter(customer_id=merged, search_tag__in=list(known)).delete()
    if await CustomerBlock.of(act.account_id).filter(customer_id=kept).exists():
        await CustomerBlock.of(act.account_id).filter(customer_id=merged).delete()
    counts = {}
    for model, column in referring():
        changes: dict[str, Any] = {column: kept}
        if "version" in model._meta.fields_map:
            changes["version"] = F("version") + 1
        if "updated_at" in model._meta.fields_map:
            changes["updated_at"] = act.at
        if moved := await model.of(act.account_id).filter(**{column: merged}).update(**changes):
            counts[f"{model._meta.db_table}_rows"] = moved
    return counts


def referring() -> list[tuple[type[Owned], str]]:
    """Every table that refers to customers, with the column that does."""
    owned = (model for model in vars(models).values() if isinstance(model, type) and issubclass(model, Owned))
    return [
        (model, column)
        for model in sorted(owned, key=lambda model: model._meta.db_table)
        for column, field in model._meta.fields_map.items()
        if getattr(field, "refers_to", None) == "customer"
    ]


async def _remove(act: Act, merged: Customer) -> None:
    try:
        async with transaction():
            await Customer.of(act.account_id).filter(id=merged.id).delete()
    except IntegrityError as error:  # somebody has just booked for them
        raise Contended("Something refers to the customer since.") from error


async def _read(act: Act, id: UUID, version: int | None = None) -> Customer:
    customer = await Customer.of(act.account_id).get_or_none(id=id)
    if customer is None:
        raise NotFound("customer")
    if version not in (None, customer.version):
        raise VersionConflict(customer.version)
    return customer
