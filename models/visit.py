"""Visit: several services one after the other, offered and booked as if they were one, with one person or several.

The first says on which grid it begins; whatever is strictest of any of them holds for all. All are at one place.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from models.offer import Offer, Price, read_offer
from models.segment import Step
from models.service import Assignment, Confirmation
from models.teams import Provider
from rules.errors import FieldProblem, ValidationFailed
from rules.quoting import PriceUnit
from rules.stays import Stay
from rules.wall_time import epoch

MOST_SERVICES = 10
LONGEST = 86_400
_STEPS = "followedBy"

Where = tuple[UUID | None, ZoneInfo]


async def read_steps(
    account_id: UUID, steps: Sequence[Step], first: date, last: date, *, also: frozenset[UUID] = frozenset()
) -> list[Offer] | None:
    """The offers of these services, each as it is alone; None where there is none with one of the ids. ValidationFailed
    for more than one visit has."""
    if len(steps) > MOST_SERVICES:
        raise _apart(f"A visit has {MOST_SERVICES} services at most. Book some of them apart.")
    found = [
        await read_offer(account_id, step.service_id, first, last, also=also if len(steps) == 1 else also & _has(step))
        for step in steps
    ]
    known = [offer for offer in found if offer is not None]
    return known if len(known) == len(found) else None


async def read_steps_at(
    account_id: UUID, steps: Sequence[Step], start: datetime,
    *, also: frozenset[UUID] = frozenset(), clocks: str | None = None,
) -> list[Offer] | None:  # fmt: skip
    """The same for one start; with `clocks` without who travels to others. One service is with everybody where they are
    then. Of a visit each has its own moment, so there they keep all the places where they are in turn."""
    found = await read_steps(account_id, steps, start.date(), start.date(), also=also)
    if found and len(steps) == 1:
        found = [found[0].at(epoch(start))]
    return found and [offer.on_clocks(clocks) for offer in found]


def _has(step: Step) -> frozenset[UUID | None]:
    """Who has a service of a visit already."""
    return frozenset({step.kept, step.staff_id if step.gap is not None else None})


def visit_of(offers: Sequence[Offer], steps: Sequence[Step], *, moving: bool = False) -> Offer:
    """What is booked where these services follow each other; of one service, what that offers.

    ValidationFailed for a duration that one does not take, for somebody who does not offer one of those that follow,
    and for services that cannot be booked together. `moving`: they were, whatever has become of them since.
    """
    chosen = [
        _as_wanted(offer, step, at, moving=moving) for at, (offer, step) in enumerate(zip(offers, steps, strict=True))
    ]
    if len(chosen) == 1:
        return chosen[0]
    if not moving:
        _refuse_apart(chosen)
    return _together(chosen)


def where(one: Provider | Stay) -> Where:
    """The place at which somebody serves, with the zone of its clocks; of whoever travels, at home."""
    return one.location_id, one.zone


def places_of(person: Provider) -> set[Where]:
    """Every place at which somebody serves at some time."""
    return {where(stay) for stay in person.itinerary or (person.stay,)}


def _only_at(places: Collection[Where], people: Iterable[Provider]) -> Iterator[Provider]:
    """Those who serve at one of the places, and at no hour while they are elsewhere."""
    for person in people:
        if not places_of(person).isdisjoint(places):
            turns = (stay if where(stay) in places else replace(stay, hours=None) for stay in person.itinerary)
            yield replace(person, itinerary=tuple(turns))


def _as_wanted(offer: Offer, step: Step, at: int, *, moving: bool) -> Offer:
    offer = _lasting(offer, step, at, moving=moving)
    if step.promised is not None:
        before, after = step.promised.before * 60, step.promised.after * 60
        offer = replace(
            offer, terms=replace(offer.terms, before=before, after=after), gap_minutes=step.promised.gap,
            wait_minutes=step.promised.wait,
        )  # fmt: skip
    if at and step.staff_id is not None:
        offer = replace(offer, providers=_named(offer, step.staff_id, at))
    return replace(offer, exactly=step.gap, kept=step.kept)


def _named(offer: Offer, staff_id: UUID, at: int) -> tuple[Provider, ...]:
    person = offer.provider(staff_id)
    if person is None:
        message = "This person does not offer the service. Choose somebody who does, or leave it out for anyone."
        raise ValidationFailed(FieldProblem(f"{_STEPS}.{at - 1}.staffId", message))
    return (person,)


def _lasting(offer: Offer, step: Step, at: int, *, moving: bool) -> Offer:
    if moving and step.duration_minutes is not None:
        return replace(offer, terms=replace(offer.terms, duration=step.duration_minutes * 60))
    try:
        return offer.lasting(step.duration_minutes)
    except ValueError as error:
        path = f"{_STEPS}.{at - 1}." if at else ""
        raise ValidationFailed(FieldProblem(f"{path}durationMinutes", f"The service {error}")) from None


def _together(parts: Sequence[Offer]) -> Offer:
    first = parts[0]
    places = set.intersection(*({place for person in part.providers for place in places_of(person)} for part in parts))
    if not places:
        raise _apart("There is no place at which somebody offers each of these services. Book them apart.")
    parts = [replace(part, providers=tuple(_only_at(places, part.providers))) for part in parts]
    manual = any(part.confirmation is Confirmation.MANUAL for part in parts)
    return replace(
        first,
        parts=tuple(parts),
        providers=parts[0].providers,
        confirmation=Confirmation.MANUAL if manual else Confirmation.AUTO,
        request_minutes=min(part.request_minutes for part in parts),
        notice_minutes=max(part.notice_minutes for part in parts),
        horizon_days=min(part.horizon_days for part in parts),
        price=_price(parts),
        promised=_promised(parts),
    )


def _refuse_apart(parts: Sequence[Offer]) -> None:
    if longest(parts) > LONGEST:
        raise _apart("With the time between them they may take longer than a day. Book some of them apart.")
    if any(part.shared for part in parts):
        raise _apart("A group session is booked by itself.")
    if any(part.assignment is Assignment.COLLECTIVE for part in parts):
        raise _apart("What a team does together is booked by itself.")
    if len({part.service_id for part in parts}) < len(parts):
        raise _apart("Each service can be there once. Book it again for another time.")
    if len({part.price.currency for part in parts if part.price.amount is not None}) > 1:
        raise _apart("They are priced in several currencies. Book them apart.")


def longest(parts: Sequence[Offer]) -> int:
    """How many seconds they take at most, from the begin of the first to the end of the last."""
    return sum(part.terms.duration for part in parts) + sum(part.distance[1] for part in parts[:-1])


def _apart(message: str) -> ValidationFailed:
    return ValidationFailed(FieldProblem(_STEPS, message))


def refuse_unnamed(offer: Offer, steps: Sequence[Step], *, all_of_them: bool) -> None:
    """ValidationFailed where a service that follows is with somebody of the customer's choice, and nobody is named; or
    where `all_of_them` have to be, as for time that others have."""
    for at, (part, step) in enumerate(zip(offer.parts[1:], steps[1:], strict=False)):
        if step.staff_id is None and (all_of_them or part.assignment is Assignment.CUSTOMER_CHOICE):
            chosen = "This service is booked with somebody of the customer's choice: say with whom."
            over = "Say with whom: `allowConflict` books over the time of people who are named."
            raise ValidationFailed(FieldProblem(f"{_STEPS}.{at}.staffId", over if all_of_them else chosen))


def _price(parts: Sequence[Offer]) -> Price:
    """Of all together; not said where that of one is not."""
    amounts = [part.price.amount for part in parts if part.price.amount is not None]
    if len(amounts) < len(parts):
        return Price(None, None, PriceUnit.BOOKING)
    return Price(sum(amounts), parts[0].price.currency, PriceUnit.BOOKING)


def _promised(parts: Sequence[Offer]) -> dict[str, Any]:
    cutoffs = ("cancel_cutoff_minutes", "reschedule_cutoff_minutes")
    return {
        **parts[0].promised,
        "after_minutes": parts[-1].promised["after_minutes"],
        **{name: max(part.promised[name] for part in parts) for name in cutoffs},
        "requests_block": any(part.promised["requests_block"] for part in parts),
        "title": ", ".join(part.name for part in parts),
    }
