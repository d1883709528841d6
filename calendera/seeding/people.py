"""The customers of a business: invented people with addresses and numbers that are kept free for fiction."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from calendera.seeding.chance import Chance
from calendera.seeding.days import Days
from calendera.seeding.plan import PeoplePlan
from calendera.seeding.visits import Visit
from rules.contacts import clean_email, clean_phone
from rules.names import clean_name
from rules.searching import search_key

# A fifth of the customers make half of the bookings.
_REGULARS = 0.2
_NOT_AN_ADDRESS = re.compile(r"[^a-z0-9]+")


@dataclass(slots=True)
class Person:
    """A customer before there is a row. `since` is when the business first heard of them."""

    name: str
    email: str | None
    phone: str | None
    note: str
    tags: tuple[str, ...]
    since: datetime
    visits: set[date] = field(default_factory=set)


def people(plan: PeoplePlan, days: Days, chance: Chance) -> list[Person]:
    """The customers, the unusual names first."""
    names = [*plan.unusual]
    while len(names) < plan.count:
        name = f"{chance.pick(plan.first)} {chance.pick(plan.last)}"
        if name not in names or chance.happens(0.05):  # here and there two people have one name
            names.append(name)
    return [_person(plan, number, name, days, chance) for number, name in enumerate(names, 1)]


def _person(plan: PeoplePlan, number: int, name: str, days: Days, chance: Chance) -> Person:
    local = _NOT_AN_ADDRESS.sub(".", search_key(name)).strip(".")[:40].strip(".") or "guest"
    typed = re.sub("#", lambda _: str(chance.whole(0, 9)), chance.pick(plan.phones))
    tags = tuple(sorted({chance.pick(plan.tags) for _ in range(chance.whole(1, 2))})) if chance.happens(0.4) else ()
    return Person(
        name=clean_name(name),
        email=clean_email(f"{local}{number}@{plan.domain}") if chance.happens(0.94) else None,
        phone=clean_phone(typed).normal if chance.happens(0.85) else None,
        note=chance.pick(plan.remarks) if chance.happens(0.1) else "",
        tags=tags,
        since=days.today - timedelta(minutes=chance.whole(60, 300 * 1440)),
    )


def guests(found: list[Visit], known: list[Person], chance: Chance) -> list[Person]:
    """Whose each visit is. Nobody has two appointments on one date; whoever comes is known from then on."""
    regulars = known[: int(len(known) * _REGULARS)]
    return [_guest(visit, known, regulars, chance) for visit in found]


def _guest(visit: Visit, known: list[Person], regulars: list[Person], chance: Chance) -> Person:
    day = visit.starts_at.date()
    while True:
        person = chance.pick(regulars if chance.happens(0.5) else known)
        if day not in person.visits:
            break
    person.visits.add(day)
    person.since = min(person.since, visit.made_at)
    return person
