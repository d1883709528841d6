"""Rows for the tests of the kernel: two customers with a booking each, of one service by one staff member."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from typing import Any
from uuid import UUID

from models.booking import Booking, BookingSource
from models.credentials import LinkHeld, SignedIn
from models.customer import Customer
from models.location import Location
from models.membership import Role
from models.service import Offering, Service
from models.staff import Staff
from permissions import viewers
from permissions.viewer import Viewer
from rules.booking_states import BookingStatus
from tests.businesses import Business

MINUTE = timedelta(minutes=1)
_numbers = count(1)


async def add_location(business: Business, name: str = "Place") -> UUID:
    at = business.product.clock.now()
    row = await Location.add(business.account.id, created_at=at, updated_at=at, name=name, zone="UTC")
    return row.id


@dataclass
class Diary:
    """Two customers with a booking each, of one service by one staff member."""

    business: Business
    service: Service
    staff: Staff
    customers: list[Customer] = field(default_factory=list)
    bookings: list[Booking] = field(default_factory=list)

    @classmethod
    async def make(cls, business: Business) -> Diary:
        account, at = business.account.id, business.product.clock.now()
        made = {"created_at": at, "updated_at": at}
        words = business.account.name
        service = await Service.add(account, name=f"{words} cut", slug=f"cut-{next(_numbers)}", **made)
        staff = await Staff.add(account, name=f"{words} staff", email=f"staff@{words}.example", **made)
        await Offering.add(account, created_at=at, service_id=service.id, staff_id=staff.id)
        diary = cls(business, service, staff)
        for name in ("Anna", "Berta"):
            await diary.book(name)
        return diary

    async def book(self, name: str, **more: Any) -> Booking:
        account, at = self.business.account.id, self.business.product.clock.now()
        number = next(_numbers)
        made = {"created_at": at, "updated_at": at}
        customer = await Customer.add(
            account, name=name, email=f"{name.lower()}{number}@example.com", phone="+15125550100",
            internal_notes=f"note on {name}", **made,
        )  # fmt: skip
        values: dict[str, Any] = {
            "reference": f"R{number:05}", "status": BookingStatus.CONFIRMED, "service_id": self.service.id,
            "staff_id": self.staff.id, "customer_id": customer.id, "starts_at": at + number * MINUTE,
            "ends_at": at + (number + 30) * MINUTE, "local_start": "2027-01-11T06:00", "zone": "UTC",
            "source": BookingSource.DASHBOARD, "ical_uid": f"uid-{number}",
            "manage_hash": f"hash{number}-{account}"[:64], "manage_nonce": "n",
        }  # fmt: skip
        booking = await Booking.add(account, **values | made | more)
        self.customers.append(customer)
        self.bookings.append(booking)
        return booking

    def customer(self, at: int = 0) -> Viewer:
        """Whoever has the manage link of a booking."""
        now = self.business.product.clock.now()
        held = LinkHeld(self.business.account.id, self.bookings[at].id, self.customers[at].id, now)
        return viewers.customer(held)

    def member(self, role: Role) -> Viewer:
        """Somebody with a role in the business."""
        user, now = self.business.owner_user.id, self.business.product.clock.now()
        return viewers.member(SignedIn(user, user, self.business.account.id, role, None, False, now))
