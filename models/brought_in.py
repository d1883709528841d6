"""Rows that come by the thousand, from imports and from the seed: the same rows and events as one by one, in batches.

Whatever they say, the database's constraints have the last word: a batch is in whole or not at all, and the caller's
transaction with it.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from models.act import Act
from models.booking import Booking, BookingSource, booker_token, local_start, manage_token
from models.customer import Customer, CustomerTag
from models.engagement import Engagement
from models.event import Event
from models.keyring import random_nonce
from models.occupancy import Occupancy, blocked
from models.segment import Segment
from models.service import Service
from models.tenancy import Owned
from rules.booking_states import BookingStatus
from rules.references import new_reference
from rules.searching import search_key
from rules.tokens import token_hash
from rules.zones import zone

BATCH = 500


async def insert(rows: Sequence[Owned]) -> None:
    """Insert rows of one table and one account."""
    for start in range(0, len(rows), BATCH):
        batch = rows[start : start + BATCH]
        await type(batch[0]).of(batch[0].account_id).bulk_create(batch, batch_size=BATCH)


def event(act: Act, name: str, subject: str, subject_id: UUID, at: datetime | None = None, **data: Any) -> Event:
    """The row that `record` would write, to be inserted with others; `at` where it was not now."""
    return Event(
        account_id=act.account_id, created_at=at or act.at, name=name, actor_kind=act.actor.kind,
        actor_id=act.actor.id, subject=subject, subject_id=subject_id, data=data,
    )  # fmt: skip


def customer(act: Act, name: str, email: str | None, phone: str | None, notes: str = "") -> Customer:
    """A customer row, made now. All values are clean."""
    return Customer(
        account_id=act.account_id, created_at=act.at, updated_at=act.at, name=name, search_name=search_key(name),
        email=email, phone=phone, internal_notes=notes,
    )  # fmt: skip


def tags(of: Customer, words: Sequence[str]) -> list[CustomerTag]:
    """The rows of a customer's tags."""
    return [
        CustomerTag(
            account_id=of.account_id, created_at=of.created_at, customer_id=of.id, tag=word, search_tag=search_key(word)
        )
        for word in words
    ]


def booking(act: Act, source: BookingSource, service: Service, **values: Any) -> Booking:
    """A booking row, made now unless `created_at` says when; id, reference, UID and links are new unless given.

    `values` are the columns that no service decides: staff_id, customer_id, location_id, starts_at, ends_at, zone
    (IANA), status. Cutoffs are the service's; buffers and price are none unless given.
    """
    made: dict[str, Any] = {
        "id": uuid7(), "created_at": act.at, "updated_at": act.at, "reference": new_reference(secrets.choice),
        "manage_nonce": random_nonce(), **values,
    }  # fmt: skip
    key, nonce = made["id"], made["manage_nonce"]
    return Booking(
        account_id=act.account_id,
        source=source,
        service_id=service.id,
        cancel_cutoff_minutes=service.cancel_cutoff_minutes,
        reschedule_cutoff_minutes=service.reschedule_cutoff_minutes,
        local_start=local_start(made["starts_at"], zone(made["zone"])),
        manage_hash=token_hash(manage_token(key, nonce)),
        booker_hash=token_hash(booker_token(key, nonce)) if source is BookingSource.WIDGET else None,
        **{"ical_uid": str(key), **made},
    )


def booking_made(act: Act, row: Booking, status: BookingStatus) -> Event:
    """The first event of a booking: what it was when it was made."""
    return event(
        act, "booking_made", "booking", row.id, row.created_at, status=status.value, source=row.source.value,
        service_id=str(row.service_id), staff_id=str(row.staff_id), customer_id=str(row.customer_id),
    )  # fmt: skip


def engagement(calendar_id: UUID, of: Booking) -> Engagement:
    """The one calendar of a booking that needs no other: that of its staff member."""
    return Engagement(
        account_id=of.account_id, created_at=of.created_at, booking_id=of.id, calendar_id=calendar_id,
        staff_id=of.staff_id,
    )  # fmt: skip


def segment(of: Booking) -> Segment:
    """The one service of a booking."""
    return Segment(
        account_id=of.account_id, created_at=of.created_at, booking_id=of.id, place=0, service_id=of.service_id,
        staff_id=of.staff_id, starts_at=of.starts_at, ends_at=of.ends_at, price_minor=of.price_minor,
        currency=of.currency, before_minutes=of.before_minutes, after_minutes=of.after_minutes,
    )  # fmt: skip


def occupancy(calendar_id: UUID, of: Booking) -> Occupancy:
    """What a booking blocks of a calendar, its buffers included."""
    starts, ends = blocked(of.starts_at, of.ends_at, of.before_minutes, of.after_minutes)
    return Occupancy(
        account_id=of.account_id, created_at=of.created_at, calendar_id=calendar_id, booking_id=of.id, starts=starts,
        ends=ends,
    )  # fmt: skip
