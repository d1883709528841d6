"""WaitlistEntry: a customer's wish for a time that is taken. How it is offered is in `models/waitlist_offers.py`."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Self
from uuid import UUID

from tortoise import fields
from tortoise.expressions import F
from uuid_utils.compat import uuid7

from models.act import Act
from models.book import Particulars, Person, book_held, customer_of
from models.booking import Booking, BookingSource
from models.columns import choice, moment, moment_if_any, secret_hash, setting, version
from models.customer import Customer
from models.event import record
from models.hold import Hold
from models.keyring import link_token, random_nonce
from models.leases import uuid_of
from models.mail import Mail, MailTemplate
from models.occupancy import lock_calendars
from models.offer import read_offer
from models.personal import Purpose, Subject, Why, personal, plain, ref
from models.service import Service, Visibility
from models.slot_choice import Wish
from models.staff import Staff
from models.storage.database import fetch, lock, retrying, transaction
from models.storage.errors import Contended
from models.storage.instant import Instant, from_database
from models.tenancy import Owned
from rules.errors import (
    FieldProblem,
    HoldEnded,
    NotFound,
    NotOffered,
    SeatsTaken,
    SlotTaken,
    ValidationFailed,
)
from rules.retention import RetentionClass
from rules.tokens import token_hash
from rules.waitlist import LIVE, MOST_WAITING, OfferOver, WaitlistState, Wished
from rules.wall_time import day_start, epoch, instant

_W = WaitlistState
_NAMES = """
    SELECT a.name AS business, a.locale, s.name AS service, c.name AS customer, c.email, f.name AS staff,
      COALESCE(ls.zone, lf.zone, a.zone) AS zone, h.starts_at, h.ends_at,
      f.id AS staff_id
    FROM waitlist_entry w
    JOIN account a ON a.id = w.account_id
    JOIN service s ON s.account_id = w.account_id AND s.id = w.service_id
    JOIN customer c ON c.account_id = w.account_id AND c.id = w.customer_id
    LEFT JOIN hold h ON h.account_id = w.account_id AND h.token_hash = w.hold_hash
    LEFT JOIN staff f ON f.account_id = h.account_id AND f.id = h.staff_id
    LEFT JOIN location ls ON ls.account_id = s.account_id AND ls.id = s.location_id
    LEFT JOIN location lf ON lf.account_id = f.account_id AND lf.id = f.location_id
    WHERE w.account_id = $1 AND w.id = $2
"""

_SHOWN = ("business", "locale", "service", "customer", "email", "staff", "zone", "starts_at", "ends_at")


@dataclass(frozen=True, slots=True)
class Waiting:
    """What somebody waits for. All values are clean; `private`: also services kept for members."""

    service_id: UUID
    staff_id: UUID | None
    wished: Wished
    party_size: int
    customer: Person | UUID
    customer_zone: str | None
    private: bool


def _wish(field: Any) -> Any:
    """Says when somebody would come, as a booking says when they do."""
    return personal(field, "user.behavior", Subject.CUSTOMER, Purpose.SERVICE, RetentionClass.BOOKING)


class WaitlistEntry(Owned):
    """Live while WAITING or OFFERED; every other state is the last. Those who wait are served by `created_at`.

    What is offered is kept by a hold whose secret nobody has: `hold_hash`.
    """

    service_id = ref("service")
    staff_id = ref("staff", null=True)
    customer_id = ref("customer")
    state = choice(WaitlistState, WaitlistState.WAITING)
    from_date: date = _wish(fields.DateField())
    until_date: date = _wish(fields.DateField())
    from_minute: int = _wish(fields.IntField(default=0))
    until_minute: int = _wish(fields.IntField(default=1440))
    weekdays: list[int] = _wish(fields.JSONField(default=list))
    party_size = setting(1)
    customer_zone = personal(
        fields.CharField(max_length=64, null=True),
        "user.location",
        Subject.CUSTOMER,
        Purpose.COMMUNICATION,
        RetentionClass.BOOKING,
    )
    ends_at = moment()
    token_hash = secret_hash()
    nonce = plain(fields.CharField(max_length=32), Why.SECRET)
    hold_hash = plain(fields.CharField(max_length=64, null=True), Why.SECRET)
    offered_starts_at: datetime | None = _wish(Instant(null=True))
    offer_expires_at = moment_if_any()
    booking_id = ref("booking", null=True)
    version = version()
    updated_at = moment()

    class Meta:
        table = "waitlist_entry"

    @property
    def token(self) -> str:
        """The secret of the mailed links: it opens this entry, with what it is offered."""
        return link_token("wt", self.id, self.nonce)

    @property
    def wished(self) -> Wished:
        """The times that suit."""
        days = tuple(self.weekdays)
        return Wished(self.from_date, self.until_date, self.from_minute, self.until_minute, days)

    @classmethod
    async def join(cls, act: Act, waiting: Waiting) -> WaitlistEntry | None:
        """Begin to wait, and tell the customer by mail. Who waits for the same already has that entry.

        None where the customer waits for as much as one may. NotFound, ValidationFailed.
        """

        async def work() -> WaitlistEntry | None:
            async with transaction():
                ends_at = await _until(act, waiting)
                customer = await customer_of(act, waiting.customer)
                if customer.email is None:
                    message = "Offers come by mail. Give an email address."
                    raise ValidationFailed(FieldProblem("customer.email", message))
                await lock([f"{act.account_id}/waiting/{customer.id}"])
                live = await cls.of(act.account_id).filter(customer_id=customer.id, state__in=LIVE, ends_at__gt=act.at)
                same = (waiting.service_id, waiting.staff_id, waiting.wished, waiting.party_size)
                for one in live:
                    if (one.service_id, one.staff_id, one.wished, one.party_size) == same:
                        return one
                if len(live) >= MOST_WAITING:
                    return None
                return await cls._insert(act, waiting, customer, ends_at)

        return await retrying(work)

    @classmethod
    async def _insert(cls, act: Act, waiting: Waiting, customer: Customer, ends_at: datetime) -> Self:
        id_, nonce, wished = uuid7(), random_nonce(), waiting.wished
        entry = await cls.add(
            act.account_id, id=id_, created_at=act.at, updated_at=act.at, service_id=waiting.service_id,
            staff_id=waiting.staff_id, customer_id=customer.id, from_date=wished.from_date,
            until_date=wished.until_date, from_minute=wished.from_minute, until_minute=wished.until_minute,
            weekdays=list(wished.weekdays), party_size=waiting.party_size, customer_zone=waiting.customer_zone,
            ends_at=ends_at, nonce=nonce, token_hash=token_hash(link_token("wt", id_, nonce)),
        )  # fmt: skip
        await record(act, "waitlist_joined", "waitlist_entry", id_, service_id=str(waiting.service_id))
        await entry.mail(act, MailTemplate.WAITLIST_JOINED, str(customer.email))
        return entry

    async def mail(self, act: Act, template: MailTemplate, to: str) -> None:
        """Queue a mail about the entry as it is now."""
        await Mail.post(template, to, act.at, account_id=act.account_id, about_id=self.id)

    async def turn(self, act: Act, to: WaitlistState, **values: Any) -> bool:
        """Come into another state from the one that was read; False where somebody else was first."""
        mine = WaitlistEntry.of(act.account_id).filter(id=self.id, state=self.state, version=self.version)
        changes: dict[str, Any] = {**values, "state": to, "version": F("version") + 1, "updated_at": act.at}
        if not await mine.update(**changes):
            return False
        await record(act, f"waitlist_{to.value.lower()}", "waitlist_entry", self.id, previous=self.state.value)
        return True

    async def stop(self, act: Act, to: WaitlistState) -> Self:
        """Wait no longer, and give back what was offered. An entry that waits no more stays as it is."""

        async def work() -> Self:
            async with transaction():
                entry = await type(self).of(act.account_id).get(id=self.id)
                declined = to is _W.LEFT and entry.state is _W.OFFERED
                if entry.state in LIVE:
                    if not await entry.turn(act, _W.PASSED if declined else to, hold_hash=None):
                        raise Contended("The entry was changed meanwhile.")
                    await give_back(act, entry.hold_hash)
                return await type(self).of(act.account_id).get(id=self.id)

        return await retrying(work)

    async def accept(self, act: Act) -> Booking:
        """Book what is offered: the booking and the end of its hold, or nothing. OfferOver.

        Accepting again answers the booking that was made.
        """

        async def work() -> Booking:
            async with transaction():
                entry = await type(self).of(act.account_id).get(id=self.id)
                if entry.state is _W.BOOKED:
                    return await Booking.of(act.account_id).get(id=entry.booking_id)
                if entry.state is not _W.OFFERED:
                    raise OfferOver
                if not await entry.turn(act, _W.BOOKED, hold_hash=None):
                    raise Contended("The entry was changed meanwhile.")
                booking = await book_held(act, entry.as_wish(), entry.as_particulars())
                rows = type(self).of(act.account_id).filter(id=entry.id)
                await rows.update(booking_id=booking.id)
                return booking

        try:
            return await retrying(work)
        except (HoldEnded, NotFound, NotOffered, SeatsTaken, SlotTaken):
            raise OfferOver from None  # somebody is away since, or it is no longer offered

    def as_wish(self) -> Wish:
        """What is offered, as it is booked. Whoever waits was let in when they joined."""
        if self.offered_starts_at is None:
            raise OfferOver
        return Wish(self.service_id, self.offered_starts_at, private=True)

    def as_particulars(self) -> Particulars:
        """Who books it, with the hold that keeps it."""
        return Particulars(
            self.customer_id, BookingSource.WAITLIST, customer_zone=self.customer_zone, hold_hash=self.hold_hash
        )


async def _until(act: Act, waiting: Waiting) -> datetime:
    """The end of the last wished day where it would take place. NotFound and ValidationFailed for what cannot be."""
    offer = await read_offer(act.account_id, waiting.service_id, waiting.wished.from_date, waiting.wished.from_date)
    if offer is None or offer.archived or (offer.visibility is Visibility.PRIVATE and not waiting.private):
        raise NotFound("service")
    if waiting.party_size > offer.capacity:
        message = f"One appointment takes {offer.capacity} at most. Join for fewer."
        raise ValidationFailed(FieldProblem("partySize", message))
    if waiting.staff_id is not None and offer.provider(waiting.staff_id) is None:
        if not await Staff.of(act.account_id).filter(id=waiting.staff_id, archived_at=None).exists():
            raise NotFound("staff")
        message = "This person does not offer the service. Choose somebody who does, or leave it out for anyone."
        raise ValidationFailed(FieldProblem("staffId", message))
    return instant(day_start(waiting.wished.until_date + timedelta(days=1), offer.zone))


async def give_back(act: Act, hold_hash: str | None) -> None:
    """End the hold of an offer, if it is still there. In a transaction that has turned its entry before."""
    hold = await Hold.of(act.account_id).get_or_none(token_hash=hold_hash) if hold_hash else None
    if hold is None:
        return
    await lock_calendars(act.account_id, *await hold.calendars())
    with suppress(HoldEnded):  # it was removed while we waited
        await hold.consume(act)


async def shown(entry: WaitlistEntry) -> Mapping[str, Any]:
    """What an entry is about, in names, and the time that is kept for it (null where none is) with its zone."""
    row = (await fetch(_NAMES, entry.account_id, entry.id))[0]
    found = {name: row[name] for name in _SHOWN}
    if row["starts_at"] is not None:
        begin = from_database(row["starts_at"])
        offer = await read_offer(entry.account_id, entry.service_id, begin.date(), begin.date())
        person = offer.provider(uuid_of(row["staff_id"])) if offer else None
        found["zone"] = person.at(epoch(begin)).zone.key if person else row["zone"]
    return found


async def offer_minutes(account_id: UUID, service_id: UUID) -> int:
    """How long a service keeps what it offers to those who wait."""
    return int((await Service.of(account_id).get(id=service_id)).waitlist_minutes)
