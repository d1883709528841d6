"""The business that an import is for: what its entries are matched with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from models import Account, Calendar, Customer, Membership, Resource, Service, Staff, User
from models.teams import Place
from rules.csv_customers import identity
from rules.diary_matching import by_title
from rules.searching import search_key

N = TypeVar("N", Service, Staff)


class Unknown(Exception):
    """No account, service or staff member is called so. The message is one sentence, for the terminal."""


async def account_called(slug: str) -> Account:
    """The account with this slug. Raises Unknown."""
    account = await Account.get_or_none(slug=slug)
    if account is None:
        raise Unknown(f"No business has the slug `{slug[:60]}`; the slug is the name in its booking address.")
    return account


@dataclass(slots=True)
class Business:
    """Services, staff and the units of rooms and things (by the search key of their name) in use, and what entries that
    name none are given. `ours` are the addresses of its people."""

    account: Account
    services: list[Service]
    staff: list[Staff]
    calendars: dict[UUID, UUID]
    things: dict[str, tuple[Place, ...]]
    ours: frozenset[str]
    service: Service | None = None
    person: Staff | None = None

    def service_of(self, title: str) -> tuple[Service | None, str]:
        """(the service that a title begins with, else the one for all others; what the title says besides)."""
        named, rest = by_title(title, [(service.name, service) for service in self.services])
        return named or self.service, rest

    def staff_of(self, addresses: list[str]) -> Staff | None:
        """The staff member with one of these addresses, else the one for all others."""
        named = (one for one in self.staff if one.email and one.email.lower() in addresses)
        return next(named, self.person)


async def business_of(account: Account, *, staff: str | None, service: str | None) -> Business:
    """Read the business. Raises Unknown where `staff` or `service` names nobody and nothing in use."""
    people = await Staff.of(account.id).filter(archived_at=None)
    services = await Service.of(account.id).filter(archived_at=None)
    calendars = await Calendar.of(account.id)
    members = await Membership.of(account.id).values_list("user_id", flat=True)
    users = await User.filter(id__in=list(members)).only("email")
    ours = {user.email.lower() for user in users} | {one.email.lower() for one in people if one.email}
    found = Business(
        account, services, people, {one.staff_id: one.id for one in calendars if one.staff_id},
        await _things(account, calendars), frozenset(ours),
    )  # fmt: skip
    found.service = _named("service", services, service)
    found.person = _named("staff member", people, staff)
    if found.person is None and len(people) == 1:
        found.person = people[0]
    return found


async def _things(account: Account, calendars: list[Calendar]) -> dict[str, tuple[Place, ...]]:
    known = {one.id: one for one in await Resource.of(account.id).filter(archived_at=None)}
    units: dict[str, list[Place]] = {}
    for one in sorted(calendars, key=lambda calendar: calendar.unit or 0):
        resource = known.get(one.resource_id)
        if resource is not None and (one.unit or 0) <= resource.quantity:
            place = Place(one.id, resource_id=resource.id, unit=one.unit)
            units.setdefault(resource.search_name, []).append(place)
    return {name: tuple(places) for name, places in units.items()}


def _named(what: str, rows: list[N], name: str | None) -> N | None:
    if name is None:
        return None
    found = next((row for row in rows if row.search_name == search_key(name)), None)
    if found is None:
        known = ", ".join(sorted(row.name for row in rows)) or "none yet"
        raise Unknown(f"No {what} in use has that name; there are: {known}.")
    return found


@dataclass(slots=True)
class KnownCustomers:
    """The customers of an account by what makes them the same person. `archived` are those not in use who can be found
    again by their address; without one, a name alone is not enough to bring somebody back."""

    ids: dict[tuple[str, ...], UUID]
    archived: set[tuple[str, ...]]

    @classmethod
    async def of(cls, account_id: UUID) -> KnownCustomers:
        """All of them."""
        rows = await Customer.of(account_id).values_list("email", "phone", "search_name", "archived_at", "id")
        kept = [row for row in rows if row[0] is not None or row[3] is None]
        ids = {identity(email, phone, name): key for email, phone, name, _, key in kept}
        return cls(ids, {identity(*row[:3]) for row in kept if row[3] is not None})
