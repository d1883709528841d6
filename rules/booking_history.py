"""What happened to a booking, as the difference of what it was before and after. Values are plain: whoever shows them
looks up names, and leaves out what its reader may not see."""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any
from uuid import UUID

from rules.booking_states import BookingStatus
from rules.wall_time import elapsed


class HistoryField(enum.Enum):
    """What of a booking changed."""

    STATUS = "STATUS"
    STARTS_AT = "STARTS_AT"
    DURATION = "DURATION"
    PROMISED_START = "PROMISED_START"
    SERVICE = "SERVICE"
    STAFF = "STAFF"
    LOCATION = "LOCATION"
    RESOURCES = "RESOURCES"
    CUSTOMER = "CUSTOMER"
    PARTY_SIZE = "PARTY_SIZE"
    PRICE = "PRICE"
    PAID = "PAID"
    ATTENDEES = "ATTENDEES"
    INTERNAL_NOTE = "INTERNAL_NOTE"
    ANSWERS = "ANSWERS"


@dataclass(frozen=True, slots=True)
class HistoryValue:
    """One of: a thing by its table and key (`unit` of which), a moment on the clocks of a zone, a wall time, a number,
    an amount, a state. `name` is what the thing is called, once somebody looked it up."""

    table: str | None = None
    key: UUID | None = None
    unit: int | None = None
    name: str | None = None
    at: datetime | None = None
    zone: str | None = None
    text: str | None = None
    number: int | None = None
    amount: int | None = None
    currency: str | None = None
    status: BookingStatus | None = None


@dataclass(frozen=True, slots=True)
class HistoryChange:
    """What changed, from what to what; empty: there was nothing, or nothing is known of it (any more)."""

    field: HistoryField
    before: Sequence[HistoryValue] = ()
    after: Sequence[HistoryValue] = ()


@dataclass(frozen=True, slots=True)
class Standing:
    """What a booking is at one moment, as far as its history tells."""

    status: BookingStatus
    service_id: UUID
    customer_id: UUID
    staff_id: UUID
    location_id: UUID | None
    starts_at: datetime | None
    ends_at: datetime | None
    local_start: str | None
    zone: str
    party_size: int
    price_minor: int | None
    currency: str | None
    paid_minor: int | None
    people: Sequence[str]
    things: Sequence[str]

    @classmethod
    def of(cls, row: Any) -> Standing:
        """From anything that has these attributes."""
        return cls(**{field.name: getattr(row, field.name) for field in fields(cls)})


F, V = HistoryField, HistoryValue
Values = tuple[HistoryValue, ...]


def differences(before: Standing | None, after: Standing) -> list[HistoryChange]:
    """What changed, in the order in which people ask for it. `before` None: it was made, so all that it is."""
    now = told(after)
    was = told(before) if before is not None else dict.fromkeys(now, ())
    found = [HistoryChange(field, was[field], now[field]) for field in now if was[field] != now[field]]
    moved = any(change.field is F.STARTS_AT for change in found)
    # The promise moves with the appointment; it is told where it alone changed.
    return [change for change in found if change.field is not F.PROMISED_START or not (moved or before is None)]


def told(one: Standing) -> Mapping[HistoryField, Values]:
    """What is told of a booking, by what it is about."""
    minutes = None
    if one.starts_at is not None and one.ends_at is not None:
        minutes = elapsed(one.starts_at, one.ends_at) // timedelta(minutes=1)
    return {
        F.STATUS: (V(status=one.status),),
        F.STARTS_AT: _if(one.starts_at, lambda: V(at=one.starts_at, zone=one.zone)),
        F.DURATION: _if(minutes, lambda: V(number=minutes)),
        F.PROMISED_START: _if(one.local_start, lambda: V(text=one.local_start)),
        F.SERVICE: (V(table="service", key=one.service_id),),
        F.STAFF: tuple(V(table="staff", key=key) for key in _lead_first(one)),
        F.LOCATION: _if(one.location_id, lambda: V(table="location", key=one.location_id)),
        F.RESOURCES: tuple(_unit(thing) for thing in one.things),
        F.CUSTOMER: (V(table="customer", key=one.customer_id),),
        F.PARTY_SIZE: (V(number=one.party_size),),
        F.PRICE: _if(one.price_minor, lambda: V(amount=one.price_minor, currency=one.currency)),
        F.PAID: _if(one.paid_minor or None, lambda: V(amount=one.paid_minor, currency=one.currency)),
    }


def _if(value: object, made: Any) -> Values:
    return () if value is None else (made(),)


def _lead_first(one: Standing) -> list[UUID]:
    return [one.staff_id, *(key for key in map(UUID, one.people) if key != one.staff_id)]


def _unit(thing: str) -> HistoryValue:
    key, _, unit = thing.partition("/")
    return V(table="resource", key=UUID(key), unit=int(unit))


# The state that follows an event which happened before snapshots were kept, where its name does not say it.
_STATES: Mapping[str, BookingStatus] = MappingProxyType(
    {f"booking_{status.value.lower()}": status for status in BookingStatus}
    | {"booking_restored": BookingStatus.CONFIRMED}
)


def known_from(name: str, data: Mapping[str, Any]) -> list[HistoryChange]:
    """What an event itself says of a change: all there is where no snapshot was kept before it."""
    found = []
    if name == "booking_made" and "status" in data:
        found.append(HistoryChange(F.STATUS, (), (V(status=BookingStatus(data["status"])),)))
    if name in _STATES and "previous" in data:
        before = V(status=BookingStatus(data["previous"]))
        found.append(HistoryChange(F.STATUS, (before,), (V(status=_STATES[name]),)))
    for table, field in (("service", F.SERVICE), ("staff", F.STAFF), ("customer", F.CUSTOMER)):
        after, before_ = data.get(f"{table}_id"), data.get(f"previous_{table}_id")
        if after is not None and after != before_:
            found.append(HistoryChange(field, _thing(table, before_), _thing(table, after)))
    return found


def written(name: str, data: Mapping[str, Any]) -> list[HistoryChange]:
    """What changed in words that history does not keep: only that it did, and which questions were answered anew."""
    if name == "booking_noted":
        return [HistoryChange(F.INTERNAL_NOTE)]
    if name == "booking_answers_changed":
        return [HistoryChange(F.ANSWERS, (), tuple(V(text=key) for key in data.get("questions", ())))]
    if name == "booking_attendees_changed":
        return [HistoryChange(F.ATTENDEES, (V(number=data["before"]),), (V(number=data["after"]),))]
    if name == "booking_made" and "attendees" in data:
        return [HistoryChange(F.ATTENDEES, (), (V(number=data["attendees"]),))]
    return []


def _thing(table: str, key: str | None) -> Values:
    return () if key is None else (V(table=table, key=UUID(key)),)
