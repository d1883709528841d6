"""Appointments as rows, for tests that are about what happens after one was made. Making one is tested elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from models.booking import Booking, BookingSource, local_start, manage_token
from models.customer import Customer
from models.keyring import random_nonce
from models.location import Location
from models.service import Service
from models.staff import Staff
from rules.booking_states import BookingStatus
from rules.tokens import token_hash
from rules.zones import zone as zone_of
from tests.businesses import Business

_numbers = count(1)


@dataclass(frozen=True, slots=True)
class Made:
    """An appointment of a customer with a staff member."""

    booking: Booking
    customer: Customer
    token: str

    @property
    def id(self) -> UUID:
        return self.booking.id


async def appointment(
    business: Business,
    *,
    starts_at: datetime | None = None,
    status: BookingStatus = BookingStatus.CONFIRMED,
    email: str | None = None,
    customer: str = "Ada Lovelace",
    service: str = "Haircut",
    zone: str = "America/Chicago",
    **more: Any,
) -> Made:
    """An hour's appointment, tomorrow at the same time unless said otherwise."""
    act, number = business.act, next(_numbers)
    begin = starts_at or act.at + timedelta(days=1)
    place = await Location.begin(act, name="High Street", zone=zone, address="1 High Street, Austin")
    what = await Service.begin(act, name=service, slug=f"service-{number}")
    staff = await Staff.begin(act, name="Grace Hopper")
    who = await Customer.begin(act, name=customer, email=email or f"customer{number}@example.com")
    id, nonce = uuid7(), random_nonce()
    token = manage_token(id, nonce)
    booking = await Booking.add(
        act.account_id, id=id, created_at=act.at, updated_at=act.at, reference=f"R{number:07}", status=status,
        service_id=what.id, staff_id=staff.id, customer_id=who.id, location_id=place.id, starts_at=begin,
        ends_at=begin + timedelta(hours=1), local_start=local_start(begin, zone_of(zone)), zone=zone,
        source=BookingSource.WIDGET, ical_uid=f"{id}@calendera", manage_nonce=nonce, manage_hash=token_hash(token),
        **more,
    )  # fmt: skip
    return Made(booking, who, token)
