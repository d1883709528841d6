"""The steps of a walk in which something is done with a booking that is there."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from models.book import Repeatable
from models.booking import Booking
from models.booking_changes import Change, change
from models.reschedule import Move, reschedule
from rules.booking_states import TRANSITIONS, BookingStatus
from tests.diary.booked import Booked
from tests.diary.foretelling import Near, moment, refused
from tests.diary.model import PENDING, Appointment, Terms

_S = BookingStatus
_DECIDED = (_S.CONFIRMED, _S.DECLINED, _S.CANCELLED, _S.COMPLETED, _S.NO_SHOW)


class Lived(Booked):
    """Moving, and every other transition."""

    def _some(self) -> tuple[UUID, Appointment] | None:
        pending = [key for key, one in self.diary.bookings.items() if one.status in PENDING]
        keys = pending if pending and self.chance.random() < 0.8 else list(self.diary.bookings)
        if not keys:
            return None
        key = self.chance.choice(keys)
        return key, self.diary.bookings[key]

    async def move(self) -> str:
        if (found := self._some()) is None:
            return "nothing"
        key, one = found
        terms = replace(
            self.diary.services[one.service], duration=one.duration, before=one.before, after=one.after
        )  # fmt: skip
        staff = self._who(terms)
        who = one.staff if staff is None else staff
        start = one.start if self.chance.random() < 0.1 else self._start(terms, [who])
        version, customer = one.version - (self.chance.random() < 0.05), self.chance.random() < 0.5
        expected = self._foretell_move(key, one, terms, start, staff, version, customer)
        to = None if staff is None else self.staff[staff].id
        row = await Booking.of(self.act.account_id).get(id=key)
        await self._compare(
            "done" if expected == "stays" else expected,
            reschedule(self.act, row, Move(moment(start), to, version, customer), Repeatable("p", "move", None, None)),
            Near(terms, [who], start, key, one.start if who == one.staff else None),
        )
        if expected == "done":
            one.start, one.staff = start, one.staff if staff is None else staff
            one.version, one.sequence = one.version + 1, one.sequence + 1
            self._takes(one)
            one.ends_by = None if one.ends_by is None else min(one.ends_by, start * 60)
            self._happened()
        return expected

    def _foretell_move(
        self, key: UUID, one: Appointment, terms: Terms, start: int, staff: int | None, version: int, customer: bool
    ) -> str:
        who = one.staff if staff is None else staff
        if who not in {*terms.who, one.staff}:
            return "ValidationFailed"
        if version != one.version:
            return "VersionConflict"
        if one.status not in PENDING or self.diary.overdue(one):
            return "WrongState"
        if customer and one.start * 60 - self.diary.now < one.move_cutoff * 60:
            return "TooLateToReschedule"
        if (start, who) == (one.start, one.staff):
            return "stays"
        reasons = self.diary.why_not(terms, who, start, key)
        return refused(reasons[:1]) if reasons else "done"

    async def change(self) -> str:
        if (found := self._some()) is None:
            return "nothing"
        key, one = found
        may = sorted(TRANSITIONS[one.status] - {_S.EXPIRED})
        to = self.chance.choice(may if may and self.chance.random() < 0.9 else [*_DECIDED])
        customer = self.chance.random() < 0.3
        version = self.chance.choice([None, *[one.version] * 8, one.version + 1])
        expected = self._foretell_change(one, to, version, customer)
        await self._compare(expected, change(self.act, key, Change(to, version, customer)))
        if expected == "done":
            self._turn(one, to)
        return expected if expected != "done" else to.value

    def _foretell_change(self, one: Appointment, to: BookingStatus, version: int | None, customer: bool) -> str:
        if version not in (None, one.version):
            return "VersionConflict"
        if to not in TRANSITIONS[one.status] or self.diary.overdue(one):
            return "WrongState"
        if to in (_S.COMPLETED, _S.NO_SHOW) and self.diary.now < one.start * 60:
            return "TooEarly"
        late = one.start * 60 - self.diary.now < one.cancel_cutoff * 60
        return "TooLateToCancel" if customer and late else "done"
