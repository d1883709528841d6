"""The steps of a walk in which somebody books or holds."""

from __future__ import annotations

from models.book import Particulars, Person, Repeatable, book
from models.booking import Booking, BookingSource
from models.hold import SECONDS, Hold, Holder
from models.slot_choice import Wish
from rules.booking_states import BookingStatus
from rules.slot_checks import Unfit
from rules.tokens import token_hash
from tests.diary.foretelling import Foretelling, Near, refused
from tests.diary.model import Appointment, Terms

_S = BookingStatus
# A hold keeps its promise where these have come to stand against it since.
HELD = {Unfit.TOO_SOON, Unfit.NOT_ON_GRID}


class Booked(Foretelling):
    """Booking, holding, and booking what is held."""

    async def book(self) -> str:
        service, terms, start, staff = self._wanted()
        expected, people = self._foretell(terms, start, staff)
        near = Near(terms, terms.who if staff is None else [staff], start)
        made = await self._compare(expected, self._book(self._wish(service, start, staff)), near)
        if made is not None:
            assert self._number(made.staff_id) in people
            self._note(service, terms, start, made)
        return expected

    async def _book(self, wish: Wish, token: str | None = None) -> Booking:
        person = Person("Ada", f"ada{self.chance.randrange(5)}@example.com")
        hashed = token_hash(token) if token else None
        return await book(
            self.act,
            wish,
            Particulars(person, BookingSource.DASHBOARD, hold_hash=hashed),
            Repeatable("p", "book", None, None),
        )

    def _note(self, service: int, terms: Terms, start: int, made: Booking) -> None:
        asked = terms.waits is not None
        one = Appointment(
            service, self._number(made.staff_id), start, terms.duration, terms.before, terms.after,
            _S.REQUESTED if asked else _S.CONFIRMED,
            min(self.diary.now + (terms.waits or 0) * 60, start * 60) if asked else None,
            terms.cancel_cutoff, terms.move_cutoff,
        )  # fmt: skip
        self._takes(one)
        self.diary.bookings[made.id] = one
        self._happened()

    def _takes(self, one: Appointment) -> None:
        """Whoever takes a time ends the requests that nobody answered and that are in the way."""
        begin, end = one.blocked
        for other in self.diary.bookings.values():
            meets = other.blocked[0] < end and other.blocked[1] > begin
            if meets and other.staff == one.staff and other is not one and self.diary.overdue(other):
                self._turn(other, _S.EXPIRED)

    def _turn(self, one: Appointment, to: BookingStatus) -> None:
        one.status, one.version, one.ends_by = to, one.version + 1, None
        one.sequence += to in (_S.CANCELLED, _S.DECLINED, _S.EXPIRED)
        self._happened(mail=to not in (_S.COMPLETED, _S.NO_SHOW))

    def _happened(self, mail: bool = True) -> None:
        self.events += 1
        self.mails += mail

    async def hold(self) -> str:
        service, terms, start, staff = self._wanted()
        expected, people = self._foretell(terms, start, staff)
        near = Near(terms, terms.who if staff is None else [staff], start)
        made = await self._compare(expected, Hold.begin(self.act, self._wish(service, start, staff), Holder()), near)
        if made is not None:
            row, token = made
            who = self._number(row.staff_id)
            assert who in people
            held = Appointment(
                service, who, start, terms.duration, terms.before, terms.after, ends_by=self.diary.now + SECONDS
            )
            self._takes(held)
            self.diary.holds[token] = held
            self._happened(mail=False)
        return expected

    async def book_held(self) -> str:
        if not self.diary.holds:
            return "nothing"
        token = self.chance.choice([*self.diary.holds][-3:])
        held = self.diary.holds[token]
        terms, start = self.diary.services[held.service], held.start + self.chance.choice([0] * 7 + [15])
        live = dict(self.diary.live_holds())
        if token not in live:
            expected = "HoldEnded"
        elif start != held.start:
            expected = "ValidationFailed"
        else:
            reasons = [r for r in self.diary.why_not(terms, held.staff, start, token) if r not in HELD]
            expected = refused(reasons[:1]) if reasons else "done"
        made = await self._compare(expected, self._book(self._wish(held.service, start, None), token))
        if made is not None:
            assert self._number(made.staff_id) == held.staff
            del self.diary.holds[token]
            self._note(held.service, terms, start, made)
        return expected

    async def release(self) -> str:
        if not self.diary.holds:
            return "nothing"
        token = self.chance.choice([*self.diary.holds])
        expected = "done" if token in dict(self.diary.live_holds()) else "HoldEnded"
        await self._compare(expected, Hold.release(self.act, token))
        if expected == "done":
            del self.diary.holds[token]
            self._happened(mail=False)
        return expected
