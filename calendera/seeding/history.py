"""What happened to a booking after it was made, as the verbs would have recorded it: times, actors, counters."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from calendera.seeding.chance import Chance
from calendera.seeding.days import Days
from calendera.seeding.visits import Visit
from models import Confirmation
from models.act import SYSTEM, Actor
from rules.booking_states import BookingStatus, in_time

_S = BookingStatus
_CALLED_OFF = frozenset({_S.CANCELLED, _S.DECLINED, _S.EXPIRED})


@dataclass(frozen=True, slots=True)
class Happened:
    """One event after the first."""

    name: str
    at: datetime
    actor: Actor
    data: dict[str, Any]


def first_status(visit: Visit) -> BookingStatus:
    """What it was when it was made."""
    return _S.REQUESTED if visit.service.confirmation is Confirmation.MANUAL else _S.CONFIRMED


def happened(visit: Visit, days: Days, member: Actor, customer: Actor, chance: Chance) -> list[Happened]:
    """The events after the booking was made, in order, none after today began."""
    status, before = first_status(visit), visit.made_at
    found: list[Happened] = []

    def add(target: BookingStatus, at: datetime, actor: Actor, **data: Any) -> None:
        nonlocal status, before
        before = max(before + timedelta(seconds=1), min(at, days.today))
        name = f"booking_{target.value.lower()}"
        found.append(Happened(name, before, actor, {"previous": status.value, **data}))
        status = target

    if status is _S.REQUESTED and visit.status not in (_S.REQUESTED, _S.DECLINED, _S.EXPIRED):
        add(_S.CONFIRMED, visit.made_at + timedelta(minutes=chance.whole(4, 600)), member)
    if visit.status is _S.CANCELLED:
        at = before + _part(min(visit.starts_at, days.today) - before, chance)
        late = not in_time(visit.starts_at, visit.service.cutoff, at)
        add(_S.CANCELLED, at, member if late or chance.happens(0.4) else customer, after_cutoff=late)
    elif visit.status is _S.DECLINED:
        add(_S.DECLINED, visit.made_at + timedelta(minutes=chance.whole(10, 1000)), member)
    elif visit.status is _S.EXPIRED:
        add(_S.EXPIRED, visit.made_at + timedelta(minutes=2880), SYSTEM)
    elif visit.status in (_S.COMPLETED, _S.NO_SHOW):
        add(visit.status, visit.ends_at + timedelta(minutes=chance.whole(0, 90)), member)
    return found


def _part(length: timedelta, chance: Chance) -> timedelta:
    return timedelta(seconds=max(1, int(length.total_seconds() * chance.whole(5, 95) / 100)))


def sequence(visit: Visit) -> int:
    """iCalendar's SEQUENCE grows when an appointment is called off."""
    return 1 if visit.status in _CALLED_OFF else 0
