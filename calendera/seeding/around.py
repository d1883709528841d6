"""What stands around services: rooms and things that they need, add-ons, other lengths, deposits and questions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from calendera.seeding.chance import Chance
from calendera.seeding.plan import AddOnPlan, BusinessPlan, QuestionPlan, ServicePlan
from models import Calendar, Service
from models.act import Act
from models.add_on import AddOn
from models.intake import IntakeQuestion
from models.resource import Resource, set_needs
from models.teams import Place
from rules.payments import DepositKind

# The calendar that a person's bookings of a service have beside their own: by the service's slug and the person's name.
Units = dict[tuple[str, str], Place]


async def equip(act: Act, plan: BusinessPlan, services: Mapping[str, Service], chance: Chance) -> Units:
    """Everything through the models' verbs. Answers which unit of what a service needs goes with whom."""
    things = {name: await _resource(act, name, many, chance) for name, many in plan.resources.items()}
    add_ons = {one.name: await _add_on(act, plan, one, chance) for one in plan.add_ons}
    units: Units = {}
    for one in plan.services:
        service = services[one.slug]
        for name in one.add_ons:
            await add_ons[name].offer(act, service.id)
        for question in one.questions:
            await _ask(act, service.id, question, chance)
        if one.needs is not None:
            units |= await _need(act, one, service, things[one.needs])
    return units


def terms(plan: BusinessPlan, one: ServicePlan) -> dict[str, Any]:
    """The columns of a service that say what else it may last and what is paid before."""
    found: dict[str, Any] = {
        "other_durations": [
            {"minutes": minutes, "price_minor": price, "currency": plan.currency} for minutes, price in one.or_minutes
        ]
    }
    if one.deposit_percent is not None:
        found |= {"deposit_kind": DepositKind.PERCENT, "deposit_percent": one.deposit_percent}
    return found


async def _resource(act: Act, name: str, many: int, chance: Chance) -> Resource:
    return await Resource.begin(act, id=chance.key(act.at), name=name, quantity=many)


async def _add_on(act: Act, plan: BusinessPlan, one: AddOnPlan, chance: Chance) -> AddOn:
    return await AddOn.begin(
        act, id=chance.key(act.at), name=one.name, description=one.description, price_minor=one.price,
        currency=plan.currency, extra_minutes=one.minutes,
    )  # fmt: skip


async def _ask(act: Act, service_id: UUID, one: QuestionPlan, chance: Chance) -> None:
    await IntakeQuestion.ask(
        act, service_id, None, id=chance.key(act.at), label=one.label, help=one.help, type=one.type,
        data_category=one.category, options=list(one.options), required=one.required, kept_days=one.kept_days,
    )  # fmt: skip


async def _need(act: Act, one: ServicePlan, service: Service, thing: Resource) -> Units:
    """One unit of it for each booking. Everybody has a unit of their own, so nobody of the seed waits for another."""
    await set_needs(act, service, service.version, [(1, [thing.id])])
    calendars = await Calendar.of(act.account_id).filter(resource_id=thing.id).order_by("unit")
    return {
        (one.slug, name): Place(calendar.id, resource_id=thing.id, unit=calendar.unit)
        for name, calendar in zip(one.by, calendars, strict=True)
    }
