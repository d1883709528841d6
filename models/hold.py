"""Hold: a slot reserved for minutes, for whoever has its token."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self
from uuid import UUID

from tortoise import fields

from models.act import Act
from models.chosen import Choice
from models.columns import moment, secret_hash, setting
from models.event import record
from models.group_session import leave
from models.keyring import random_token
from models.leases import uuid_of
from models.occupancy import lock_calendars, occupy, places_blocked
from models.offer import Offer
from models.personal import Purpose, Subject, Why, personal, plain, ref
from models.seats import seat
from models.segment import add_segments
from models.setback import READY, each, with_setbacks
from models.slot_choice import Wish, offer_for, or_alternatives, take
from models.storage.database import Row, fetch, lock, retrying, transaction
from models.storage.reach import Reach, bound, reaching
from models.tenancy import Owned
from rules.errors import HoldEnded, TooManyHolds
from rules.retention import RetentionClass
from rules.tokens import token_hash
from rules.wall_time import elapsed, epoch, instant

SECONDS = 300
MOST_OF_A_VISITOR = 3

# Each with every calendar that it, or the session it has seats in, still blocks.
_EXPIRED = f"""
    SELECT h.account_id, h.id AS subject_id, h.group_session_id, h.party_size, h.attempts, o.calendar_id
    FROM (
      SELECT e.*, x.attempts FROM hold e {with_setbacks("expired holds", "e.id")}
      WHERE e.expires_at <= $1 AND {READY} ORDER BY e.expires_at LIMIT $2
    ) h
    LEFT JOIN occupancy o
      ON o.account_id = h.account_id AND (o.hold_id = h.id OR o.group_session_id = h.group_session_id)
"""


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds. `visitor` are the pseudonyms of somebody at a widget, of today and of the moment before; the first
    is kept. Empty for members and partners, who may hold any number of slots."""

    access_key_id: UUID | None = None
    visitor: tuple[str, ...] = ()


class Hold(Owned):
    """A slot reserved until `expires_at` (whole seconds): from that second on it no longer blocks.

    Of a shared service it has `party_size` seats of a session, and no time of its own.
    """

    service_id = ref("service")
    staff_id = ref("staff")
    access_key_id = ref("access_key", null=True)
    starts_at = moment()
    ends_at = moment()
    token_hash = secret_hash()
    visitor = personal(
        fields.CharField(max_length=64, null=True),
        "user.device.ip_address",
        Subject.VISITOR,
        Purpose.SECURITY,
        RetentionClass.HOLD,
    )
    expires_at = moment()
    party_size = plain(fields.IntField(default=1), Why.STATE)
    group_session_id = ref("group_session", null=True)
    # Of its time, what the add-ons take that were chosen when it was made.
    extra_minutes = setting(0)

    class Meta:
        table = "hold"

    @property
    def minutes(self) -> int:
        """How long the service takes that is held, without what was chosen beside it."""
        return elapsed(self.starts_at, self.ends_at) // timedelta(minutes=1) - self.extra_minutes

    @classmethod
    async def begin(cls, act: Act, wish: Wish, holder: Holder) -> tuple[Self, str]:
        """Hold the wished slot for 300 seconds. The second value is the token, which is stored only as a hash.

        SlotTaken, SeatsTaken, NotOffered (all with alternatives), NotFound, ValidationFailed, TooManyHolds.
        """
        token = random_token("ht")

        async def work() -> Self:
            async with transaction():
                await cls._refuse_more(act, holder)
                return await cls.keep(act, wish, holder, token, epoch(act.at) + SECONDS)

        return await or_alternatives(act, wish, work), token

    @classmethod
    async def keep(cls, act: Act, wish: Wish, holder: Holder, token: str, expires: int) -> Self:
        """Hold the wished slot until `expires` (epoch seconds), in the caller's transaction. As `begin` refuses."""
        offer = await offer_for(act, wish)
        return await take(act, offer, wish, lambda one, _: cls._write(act, offer, wish, holder, one, token, expires))

    @classmethod
    async def _write(
        cls, act: Act, offer: Offer, wish: Wish, holder: Holder, choice: Choice, token: str, expires: int
    ) -> Self:  # fmt: skip
        session, staff_id = await seat(act, offer, choice, wish.starts_at, wish.party), choice.lead.staff_id
        hold = await cls.add(
            act.account_id, created_at=act.at, service_id=offer.service_id, staff_id=staff_id,
            access_key_id=holder.access_key_id, starts_at=wish.starts_at, ends_at=choice.ends_at,
            token_hash=token_hash(token), visitor=next(iter(holder.visitor), None), expires_at=instant(expires),
            party_size=wish.party, extra_minutes=sum(one.length for one in offer.extras),
            group_session_id=session.id if session else None,
        )  # fmt: skip
        await add_segments(act, choice.legs, wish.party, hold_id=hold.id)
        if session is None:
            await occupy(act, choice.blocks, hold_id=hold.id, expires=expires)
        await record(act, "slot_held", "hold", hold.id, service_id=str(offer.service_id), staff_id=str(staff_id))
        return hold

    @classmethod
    async def _refuse_more(cls, act: Act, holder: Holder) -> None:
        """Counted under a lock, or a visitor who asks four times at once would get four."""
        if not holder.visitor:
            return
        await lock([f"{act.account_id}/visitor/{holder.visitor[0]}"])
        rows = cls.of(act.account_id).filter(visitor__in=list(holder.visitor), expires_at__gt=act.at)
        live = await rows.order_by("expires_at")
        if len(live) >= MOST_OF_A_VISITOR:
            raise TooManyHolds(MOST_OF_A_VISITOR, live[len(live) - MOST_OF_A_VISITOR].expires_at)

    @classmethod
    async def live(cls, act: Act, hashed: str) -> Self:
        """The hold whose token has this hash. HoldEnded when it has expired, was used, or never was."""
        hold = await cls.of(act.account_id).get_or_none(token_hash=hashed, expires_at__gt=act.at)
        if hold is None:
            raise HoldEnded
        return hold

    async def calendars(self) -> list[UUID]:
        """What it, or the session that it has seats in, blocks. To be locked before it is used up or released."""
        return [place.calendar_id for place in await places_blocked(self.account_id, self.group_session_id or self.id)]

    async def consume(self, act: Act) -> None:
        """Turn the hold into what is booked with it, in that transaction. HoldEnded when somebody else has done so."""
        if await Hold.of(act.account_id).filter(id=self.id).delete() == 0:
            raise HoldEnded
        if self.group_session_id is not None:
            await leave(act.account_id, self.group_session_id, self.party_size)

    @classmethod
    async def release(cls, act: Act, token: str) -> None:
        """Give a slot back before its time. HoldEnded when there is nothing to give back."""

        async def work() -> None:
            async with transaction():
                hold = await cls.live(act, token_hash(token))
                await lock_calendars(act.account_id, *await hold.calendars())
                await hold.consume(act)
                await record(act, "hold_released", "hold", hold.id)

        await retrying(work)


async def expire_holds(now: datetime, batch: int = 100) -> int:
    """Remove holds of all accounts that have ended, at most `batch`; how many were removed. Call until it is 0.

    They block nothing any more: this only keeps the table small. Several workers at once remove each hold once.
    Unfinished where some cannot be removed.
    """
    with reaching(Reach.ROUNDS):
        rows = await fetch(_EXPIRED, now, batch)
    if not any(row["attempts"] for row in rows):
        with suppress(Exception):  # one of them cannot be removed: it is found below
            return await retrying(lambda: _remove(rows))

    async def alone(_: Act, hold_id: UUID) -> int:
        return await retrying(lambda: _remove([row for row in rows if uuid_of(row["subject_id"]) == hold_id]))

    return await each("expired holds", list({row["subject_id"]: row for row in rows}.values()), now, alone)


async def _remove(rows: Sequence[Row]) -> int:
    """All of them or none; how many there were. One that another worker has removed meanwhile counts no more."""
    removed = 0
    async with transaction():
        await lock([f"{row['account_id']}/{row['calendar_id']}" for row in rows if row["calendar_id"]])
        for row in sorted({row["subject_id"]: row for row in rows}.values(), key=lambda row: str(row["subject_id"])):
            account_id = uuid_of(row["account_id"])
            with bound(account_id):
                if await Hold.of(account_id).filter(id=row["subject_id"]).delete() == 0:
                    continue
                if row["group_session_id"] is not None:
                    await leave(account_id, row["group_session_id"], row["party_size"])
                removed += 1
    return removed
