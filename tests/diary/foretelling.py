"""What every step of a walk needs: something to ask for, what must be answered, and whether it was."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from models.act import Act
from models.availability import free_slots
from models.offer import read_offer
from models.schedule import Schedule
from models.service import Service
from models.slot_choice import Wish
from models.staff import Staff
from rules.errors import NotOffered, Refusal, SlotTaken
from rules.slot_checks import Unfit
from tests.diary.model import Diary, Terms, minutes

# Of several people who all cannot, the reason is that of whoever came nearest to a free start.
_NEAREST = [Unfit.IN_THE_PAST, Unfit.TOO_SOON, Unfit.TOO_FAR, Unfit.OUTSIDE_OPENING_HOURS, Unfit.NOT_ON_GRID]


def moment(minute: int) -> datetime:
    """A minute of the model as the product takes it."""
    return datetime.fromtimestamp(minute * 60, UTC)


@dataclass(frozen=True)
class Near:
    """What was wanted, to find what is near it."""

    terms: Terms
    people: list[int]
    start: int
    ignoring: object = None
    instead_of: int | None = None

    def starts(self, diary: Diary) -> list[int]:
        """The five free starts that are nearest; of two as near, the earlier one."""
        days = [min(diary.days) + timedelta(days=number) for number in range(len(diary.days) + 1)]  # past midnight
        free = {one for day in days for one in diary.free(self.terms, self.people, day, self.ignoring)}
        free -= {self.instead_of}
        return sorted(sorted(free, key=lambda one: (abs(one - self.start), one))[:5])


class Foretelling:
    """One business and the model of its diary. `events` and `mails` are how many there must be."""

    def __init__(
        self, chance: random.Random, act: Act, diary: Diary, services: Sequence[Service], staff: Sequence[Staff],
        schedule: Schedule,
    ) -> None:  # fmt: skip
        self.chance, self.act, self.diary = chance, act, diary
        self.services, self.staff, self.schedule = services, staff, schedule
        self.events = self.mails = 0
        self.did: dict[str, int] = {}

    def _start(self, terms: Terms, people: Sequence[int]) -> int:
        """Mostly what is free, or near what is not; sometimes any minute."""
        day = self.chance.choice(sorted(self.diary.days))
        kind = self.chance.random()
        free = list(self.diary.free(terms, list(people), day)) if kind < 0.45 else []
        if free:
            return self.chance.choice(free)
        known = [one.start for one in (*self.diary.bookings.values(), *self.diary.holds.values())][-12:]
        if known and kind < 0.9:
            return self.chance.choice(known) + self.chance.choice([0, 0, 0, 15, 30, -30, 60, -20, 5])
        return minutes(day, self.chance.choice([0, 540, 790])) + self.chance.randrange(-1, 20) * terms.step

    def _wanted(self) -> tuple[int, Terms, int, int | None]:
        service = self.chance.randrange(len(self.services))
        terms = self.diary.services[service]
        staff = self._who(terms)
        return service, terms, self._start(terms, terms.who if staff is None else [staff]), staff

    def _who(self, terms: Terms) -> int | None:
        """Anyone, one of those who offer it, or now and then somebody who may not."""
        anybody = self.chance.randrange(len(self.staff))
        return self.chance.choice([None, None, None, *terms.who * 3, anybody])

    def _wish(self, service: int, start: int, staff: int | None) -> Wish:
        return Wish(self.services[service].id, moment(start), None if staff is None else self.staff[staff].id)

    def _foretell(self, terms: Terms, start: int, staff: int | None) -> tuple[str, set[int]]:
        """What choosing somebody must answer, and who may be chosen."""
        if staff is not None and staff not in terms.who:
            return "ValidationFailed", set()
        people = terms.who if staff is None else [staff]
        against = {person: self.diary.why_not(terms, person, start) for person in people}
        free = {person for person, reasons in against.items() if not reasons}
        return ("done", free) if free else (refused([reasons[0] for reasons in against.values()]), set())

    async def _compare(self, expected: str, work: Awaitable[Any], near: Near | None = None) -> Any:
        """The result of the work, None where it was refused; as it was foretold, alternatives included."""
        result, offered = None, []
        try:
            result = await work
        except (SlotTaken, NotOffered) as refusal:
            found = refusal.reason.value if isinstance(refusal, NotOffered) else "SlotTaken"
            offered = [int(one.starts_at.timestamp()) // 60 for one in refusal.alternatives]
        except Refusal as refusal:
            found = type(refusal).__name__
        else:
            found = "done"
        assert found == expected, f"the model says {expected}, the product {found}"
        if near is not None and (found == "SlotTaken" or found in Unfit.__members__):
            assert offered == near.starts(self.diary), f"wrong alternatives to {moment(near.start)}"
        return result

    def _number(self, staff_id: UUID) -> int:
        return next(number for number, one in enumerate(self.staff) if one.id == staff_id)

    async def look(self) -> None:
        """What a visitor is shown is what the model has free."""
        number, staff = self.chance.randrange(len(self.services)), self.chance.choice([*range(len(self.staff)), None])
        terms = self.diary.services[number]
        day = self.chance.choice(sorted(self.diary.days))
        people = terms.who if staff is None else [staff] if staff in terms.who else []
        shown, free = await self._shown(number, staff, day), self.diary.free(terms, people, day)
        wrong = [moment(start).isoformat() for start in shown.keys() ^ free.keys()]
        assert shown == free, f"service {number}, person {staff}, {day}: {wrong or (shown, free)}"

    async def _shown(self, number: int, staff: int | None, day: date) -> dict[int, set[int]]:
        offer = await read_offer(self.act.account_id, self.services[number].id, day, day)
        assert offer is not None
        only = None if staff is None else self.staff[staff].id
        slots = await free_slots(self.act.account_id, offer, day, day, self.act.at, staff_id=only)
        return {slot.start // 60: {self._number(one) for one in slot.staff_ids} for slot in slots}


def refused(reasons: Sequence[Unfit]) -> str:
    """What is told where somebody could have served but for the last of these."""
    if Unfit.TAKEN in reasons:
        return "SlotTaken"
    return max(reasons, key=_NEAREST.index).value
