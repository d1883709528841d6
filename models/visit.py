"""Visit: several services that follow each other with one person, offered and booked as if they were one.

The first says on which grid it begins. Nobody else comes between, so inside it no buffers are kept: only the first's
before it and the last's after it. Whatever is strictest of any of them holds for all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from itertools import combinations
from typing import Any
from uuid import UUID

from models.offer import Offer, Price, read_offer
from models.segment import Step
from models.service import Assignment, Confirmation
from models.teams import Need, Provider
from rules.errors import FieldProblem, ValidationFailed
from rules.quoting import PriceUnit
from rules.stays import Stay
from rules.wall_time import epoch

MOST_SERVICES = 10
_LONGEST = 86_400
_STEPS = "followedBy"


async def read_steps(
    account_id: UUID, steps: Sequence[Step], first: date, last: date, *, also: frozenset[UUID] = frozenset()
) -> list[Offer] | None:
    """The offers of these services, each as it is alone; None where there is none with one of the ids. ValidationFailed
    for more than one visit has."""
    if len(steps) > MOST_SERVICES:
        raise _apart(f"A visit has {MOST_SERVICES} services at most. Book some of them apart.")
    found = [await read_offer(account_id, step.service_id, first, last, also=also) for step in steps]
    known = [offer for offer in found if offer is not None]
    return known if len(known) == len(found) else None


async def read_steps_at(
    account_id: UUID, steps: Sequence[Step], start: datetime,
    *, also: frozenset[UUID] = frozenset(), clocks: str | None = None,
) -> list[Offer] | None:  # fmt: skip
    """The same for one start, with everybody where they are then; with `clocks` without who travels to others."""
    found = await read_steps(account_id, steps, start.date(), start.date(), also=also)
    return found and [offer.at(epoch(start)).on_clocks(clocks) for offer in found]


def visit_of(offers: Sequence[Offer], steps: Sequence[Step], *, moving: bool = False) -> Offer:
    """What is booked where these services follow each other; of one service, what that offers.

    ValidationFailed for a duration that one does not take, and for services that cannot be booked together. `moving`:
    they were, whatever has become of them since.
    """
    chosen = [
        _lasting(offer, step, at, moving=moving) for at, (offer, step) in enumerate(zip(offers, steps, strict=True))
    ]
    if len(chosen) == 1:
        return chosen[0]
    if not moving:
        _refuse_apart(chosen)
    return _together(chosen)


def _lasting(offer: Offer, step: Step, at: int, *, moving: bool) -> Offer:
    if moving and step.duration_minutes is not None:
        return replace(offer, terms=replace(offer.terms, duration=step.duration_minutes * 60))
    try:
        return offer.lasting(step.duration_minutes)
    except ValueError as error:
        where = f"{_STEPS}.{at - 1}." if at else ""
        raise ValidationFailed(FieldProblem(f"{where}durationMinutes", f"The service {error}")) from None


def _together(parts: Sequence[Offer]) -> Offer:
    first, last = parts[0], parts[-1]
    found = (_who_serves(parts[1:], person) for person in first.providers)
    providers = tuple(person for person in found if person is not None)
    if not providers:
        raise _apart("Nobody offers all of these services at one place. Book them apart.")
    manual = any(part.confirmation is Confirmation.MANUAL for part in parts)
    return replace(
        first,
        parts=tuple(parts),
        providers=providers,
        terms=replace(first.terms, duration=sum(part.terms.duration for part in parts), after=last.terms.after),
        confirmation=Confirmation.MANUAL if manual else Confirmation.AUTO,
        request_minutes=min(part.request_minutes for part in parts),
        notice_minutes=max(part.notice_minutes for part in parts),
        horizon_days=min(part.horizon_days for part in parts),
        assignment=_assignment(parts),
        needs=tuple(_needs(parts).values()),
        price=_price(parts),
        promised=_promised(parts),
    )


def _refuse_apart(parts: Sequence[Offer]) -> None:
    if sum(part.terms.duration for part in parts) > _LONGEST:
        raise _apart("Together they take longer than a day. Book some of them apart.")
    if any(part.shared for part in parts):
        raise _apart("A group session is booked by itself.")
    if any(part.assignment is Assignment.COLLECTIVE for part in parts):
        raise _apart("What a team does together is booked by itself.")
    if any(one & other for one, other in combinations(_needs(parts), 2)):
        raise _apart("They need the same rooms or things in different ways. Book them apart.")
    if len({part.service_id for part in parts}) < len(parts):
        raise _apart("Each service can be there once. Book it again for another time.")
    if len({part.price.currency for part in parts if part.price.amount is not None}) > 1:
        raise _apart("They are priced in several currencies. Book them apart.")


def _apart(message: str) -> ValidationFailed:
    return ValidationFailed(FieldProblem(_STEPS, message))


def _who_serves(others: Sequence[Offer], person: Provider) -> Provider | None:
    """The same person where they serve the other parts too, without going to another place for it: at home, or on some
    of their travels. None where they never do."""
    known = [part.provider(person.staff_id) for part in others]
    same = [one for one in known if one is not None and len(one.itinerary) == len(person.itinerary)]
    if len(same) < len(others):
        return None
    if not person.itinerary:
        return person if all(_together_at(person.stay, one.stay) for one in same) else None
    together = [all(_together_at(stay, one.itinerary[at]) for one in same) for at, stay in enumerate(person.itinerary)]
    turns = (
        stay if yes else replace(stay, hours=None) for stay, yes in zip(person.itinerary, together, strict=True)
    )  # fmt: skip
    return replace(person, itinerary=tuple(turns)) if any(together) else None


def _together_at(stay: Stay, other: Stay) -> bool:
    return (stay.location_id, stay.zone) == (other.location_id, other.zone)


def _assignment(parts: Sequence[Offer]) -> Assignment:
    """Somebody of the customer's choice where one of them wants that, else whoever has had least to do."""
    chosen = any(part.assignment is Assignment.CUSTOMER_CHOICE for part in parts)
    if chosen or parts[0].assignment is not Assignment.ANY:
        return Assignment.CUSTOMER_CHOICE if chosen else Assignment.ROUND_ROBIN
    return Assignment.ANY


def _needs(parts: Sequence[Offer]) -> dict[frozenset[UUID], Need]:
    """What any of them needs is kept for all of the visit; what several of them need is needed once. By the calendars
    of its units."""
    found: dict[frozenset[UUID], Need] = {}
    for need in (need for part in parts for need in part.needs):
        units = frozenset([unit.calendar_id for unit in need.units])
        known = found.get(units)
        found[units] = need if known is None or known.count < need.count else known
    return found


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


def parts_of(offer: Offer) -> list[tuple[UUID, int, dict[str, Any]]]:
    """What is written of each service of a visit: which, its seconds, its price. Nothing where it is one service."""
    return [
        (
            part.service_id,
            part.terms.duration,
            {"price_minor": part.price.amount, "currency": part.price.currency},
        )
        for part in offer.parts
    ]
