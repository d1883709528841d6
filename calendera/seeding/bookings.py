"""Customers, bookings, what they block and their history, as rows ready to be inserted."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from calendera.seeding.catalogue import Catalogue
from calendera.seeding.chance import Chance
from calendera.seeding.days import Days
from calendera.seeding.history import first_status, happened, sequence
from calendera.seeding.people import Person, guests, people
from calendera.seeding.plan import BusinessPlan
from calendera.seeding.visits import Visit, visits
from models import (
    AccessKey,
    AccessKeyKind,
    Booking,
    BookingSource,
    Cancellation,
    Customer,
    CustomerTag,
    Engagement,
    Event,
    Occupancy,
    Segment,
    brought_in,
)
from models.act import Act, Actor, ActorKind
from models.engagement import engagement
from models.teams import Place
from rules.booking_states import BookingStatus, holds_occupancy
from rules.references import new_reference

_REASONED = (BookingStatus.CANCELLED, BookingStatus.DECLINED)
_ELSEWHERE = ("Asia/Tokyo", "Europe/London", "America/New_York", "Australia/Sydney")


@dataclass(slots=True)
class Rows:
    """What is inserted, in this order."""

    customers: list[Customer] = field(default_factory=list)
    tags: list[CustomerTag] = field(default_factory=list)
    bookings: list[Booking] = field(default_factory=list)
    segments: list[Segment] = field(default_factory=list)
    engagements: list[Engagement] = field(default_factory=list)
    cancellations: list[Cancellation] = field(default_factory=list)
    occupancies: list[Occupancy] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)

    async def insert(self) -> None:
        """Write them into the current transaction."""
        self.events.sort(key=lambda event: event.created_at)
        for rows in (
            self.customers, self.tags, self.bookings, self.segments, self.engagements, self.cancellations,
            self.occupancies, self.events,
        ):  # fmt: skip
            await brought_in.insert(rows)


@dataclass(slots=True)
class Diary:
    """Turns the visits of one business into rows."""

    act: Act
    plan: BusinessPlan
    days: Days
    chance: Chance
    catalogue: Catalogue
    partner: Actor
    rows: Rows = field(default_factory=Rows)

    def fill(self) -> Rows:
        """All customers and bookings of a year."""
        known = people(self.plan.people, self.days, self.chance)
        found = visits(self.plan, self.days, self.chance)
        whose = guests(found, known, self.chance)
        keys = {id(person): self._customer(person) for person in known}
        for visit, person in zip(found, whose, strict=True):
            self._booking(visit, keys[id(person)])
        return self.rows

    def _customer(self, person: Person) -> UUID:
        act = Act(self.act.account_id, self.act.actor, person.since)
        row = brought_in.customer(act, person.name, person.email, person.phone, person.note)
        row.id = self.chance.key(person.since)
        self.rows.customers.append(row)
        for tag in brought_in.tags(row, person.tags):
            tag.id = self.chance.key(person.since)
            self.rows.tags.append(tag)
        self._event(brought_in.event(act, "customer_created", "customer", row.id))
        return row.id

    def _booking(self, visit: Visit, customer_id: UUID) -> None:
        row = self._row(visit, customer_id)
        act = Act(self.act.account_id, self._maker(visit, row), visit.made_at)
        self._event(brought_in.booking_made(act, row, first_status(visit)))
        customer = Actor(ActorKind.CUSTOMER, row.id)
        for one in happened(visit, self.days, self.act.actor, customer, self.chance):
            later = Act(act.account_id, one.actor, one.at)
            self._event(brought_in.event(later, one.name, "booking", row.id, **one.data))
            row.version, row.updated_at = row.version + 1, one.at
        self.rows.bookings.append(row)
        segment = brought_in.segment(row)
        segment.id = self.chance.key(row.created_at)
        self.rows.segments.append(segment)
        for place in self._places(visit, row.staff_id):
            engaged = engagement(act, row.id, place)
            engaged.id = self.chance.key(row.created_at)
            self.rows.engagements.append(engaged)
            if holds_occupancy(row.status):
                blocked = brought_in.occupancy(place.calendar_id, row)
                blocked.id = self.chance.key(row.created_at)
                self.rows.occupancies.append(blocked)
        if row.status in _REASONED:
            reason = self.chance.pick(self.plan.people.reasons)
            self.rows.cancellations.append(
                Cancellation(
                    id=self.chance.key(row.updated_at), account_id=row.account_id, created_at=row.updated_at,
                    booking_id=row.id, reason=reason,
                )
            )  # fmt: skip

    def _places(self, visit: Visit, staff_id: UUID) -> list[Place]:
        """The calendars that a visit has: its person's, and that of the unit which goes with them."""
        unit = self.catalogue.units.get((visit.service.slug, visit.staff.name))
        return [Place(self.catalogue.calendars[staff_id], staff_id=staff_id), *([unit] if unit else [])]

    def _row(self, visit: Visit, customer_id: UUID) -> Booking:
        service, chance, words = self.catalogue.services[visit.service.slug], self.chance, self.plan.people
        waits = visit.status is BookingStatus.REQUESTED
        return brought_in.booking(
            Act(self.act.account_id, self.act.actor, visit.made_at), visit.source, service,
            id=chance.key(visit.made_at), reference=new_reference(chance.pick), manage_nonce=chance.nonce(),
            staff_id=self.catalogue.staff[visit.staff.name].id, customer_id=customer_id,
            location_id=self.catalogue.locations[visit.staff.location], starts_at=visit.starts_at,
            ends_at=visit.ends_at, zone=self.plan.zone, status=visit.status, before_minutes=service.before_minutes,
            after_minutes=service.after_minutes, price_minor=service.price_minor,
            unit_price_minor=service.price_minor, currency=service.currency,
            customer_zone=self._zone(visit), customer_note=chance.pick(words.wishes) if chance.happens(0.12) else "",
            internal_note=chance.pick(words.remarks) if chance.happens(0.06) else "", sequence=sequence(visit),
            request_expires_at=visit.made_at + timedelta(minutes=service.request_minutes) if waits else None,
        )  # fmt: skip

    def _zone(self, visit: Visit) -> str | None:
        if visit.source is not BookingSource.WIDGET:
            return None
        return self.chance.pick(_ELSEWHERE) if self.chance.happens(0.04) else self.plan.zone

    def _maker(self, visit: Visit, row: Booking) -> Actor:
        if visit.source is BookingSource.WIDGET:
            return Actor(ActorKind.VISITOR)
        return self.partner if visit.source is BookingSource.PARTNER else self.act.actor

    def _event(self, event: Event) -> None:
        event.id = self.chance.key(event.created_at)
        self.rows.events.append(event)


async def partner_of(act: Act) -> Actor:
    """The account's partner key, which made some of the bookings."""
    key = await AccessKey.of(act.account_id).get(kind=AccessKeyKind.PARTNER)
    return Actor(ActorKind.PARTNER, key.id)
