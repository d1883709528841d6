"""A random walk over the verbs of booking, each answer foretold by the model."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from uuid import UUID

from models.act import SYSTEM, Act
from models.booking_changes import expire_requests
from models.hold import expire_holds
from models.service import Service
from models.staff import TimeOff
from rules.booking_states import BookingStatus
from tests.diary.foretelling import moment
from tests.diary.lived import Lived

_S = BookingStatus
_HOURS = [[(540, 790), (790, 900)], [(480, 960)], [(0, 360)], [(600, 840), (1320, 1500)], []]


class Walk(Lived):
    """All the steps, with what happens around bookings."""

    async def step(self) -> str:
        """One random operation; its name and what it answered."""
        verbs: list[tuple[Callable[[], Awaitable[str]], int]] = [
            (self.book, 30), (self.hold, 16), (self.book_held, 10), (self.release, 4), (self.move, 22),
            (self.change, 16), (self.pass_time, 14), (self.be_away, 2), (self.come_back, 2), (self.new_terms, 1),
            (self.new_hours, 1), (self.clear_holds, 1),
        ]  # fmt: skip
        (verb,) = self.chance.choices([verb for verb, _ in verbs], [weight for _, weight in verbs])
        name = f"{verb.__name__}: {await verb()}"
        self.did[name] = self.did.get(name, 0) + 1
        return name

    async def pass_time(self) -> str:
        self.diary.now += self.chance.choice([1, 60, 240, 299, 300, 301, 1800, 3600, 7200])
        now = datetime.fromtimestamp(self.diary.now, UTC)
        self.act = Act(self.act.account_id, self.act.actor, now)
        if self.chance.random() < 0.4:
            return "time"  # the worker is busy
        overdue = [one for one in self.diary.bookings.values() if self.diary.overdue(one)]
        while await expire_requests(now, batch=3):
            pass
        for one in overdue:
            self._turn(one, _S.EXPIRED)
        return f"{len(overdue)} expire" if overdue else "time"

    async def clear_holds(self) -> str:
        while await expire_holds(datetime.fromtimestamp(self.diary.now, UTC), batch=2):
            pass
        return "done"

    async def be_away(self) -> str:
        who = self.chance.choice([*range(len(self.staff)), None])
        start = self._start(self.diary.services[0], range(len(self.staff)))
        span = (start, start + self.chance.choice([5, 45, 180]))
        staff_id = None if who is None else self.staff[who].id
        await TimeOff.begin(self.act, staff_id=staff_id, starts_at=moment(span[0]), ends_at=moment(span[1]))
        self.diary.time_off.append((who, span))
        return "done"

    async def come_back(self) -> str:
        if not self.diary.time_off:
            return "nothing"
        who, span = self.diary.time_off.pop(0)
        staff_id = None if who is None else self.staff[who].id
        found = await TimeOff.of(self.act.account_id).filter(staff_id=staff_id, starts_at=moment(span[0])).first()
        assert found is not None
        await found.remove(self.act, 1)
        return "done"

    async def new_terms(self) -> str:
        """What is booked keeps what was promised."""
        number = self.chance.randrange(len(self.services))
        terms = self.diary.services[number]
        terms.after, terms.duration = self.chance.choice([0, 5, 20]), self.chance.choice([20, 35, 60])
        row = await Service.of(self.act.account_id).get(id=self.services[number].id)
        await row.change(self.act, row.version, after_minutes=terms.after, duration_minutes=terms.duration)
        return "done"

    async def new_hours(self) -> str:
        """A day of its own, also over bookings that are there."""
        day = self.chance.choice(sorted(self.diary.days))
        windows = self.chance.choice(
            [[(540, 790), (790, 900)], [(480, 960)], [(0, 360)], [(1320, 1500), (600, 840)], []]
        )
        await self.schedule.set_override(self.act, day, [list(window) for window in windows])
        self.diary.days[day] = windows
        return "done"


def first_act(account_id: UUID, at: float) -> Act:
    """Somebody who acts then."""
    return Act(account_id, SYSTEM, datetime.fromtimestamp(at, UTC))
