"""Hold: a slot reserved for minutes, for whoever has its token."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self
from uuid import UUID

from tortoise import fields

from models.act import Act
from models.columns import moment, secret_hash
from models.event import record
from models.group_session import leave
from models.keyring import random_token
from models.occupancy import blocked, lock_calendars, occupy
from models.offer import Offer, Provider, key_or_none
from models.personal import Purpose, Subject, Why, personal, plain, ref
from models.seats import seat
from models.slot_choice import Wish, offer_for, or_alternatives, take
from models.staff import Calendar
from models.storage.database import fetch, lock, retrying, transaction
from models.tenancy import Owned
from rules.errors import HoldEnded, TooManyHolds
from rules.retention import RetentionClass
from rules.tokens import token_hash
from rules.wall_time import epoch, instant

SECONDS = 300
MOST_OF_A_VISITOR = 3

_EXPIRED = """
    SELECT h.account_id, h.id, c.id AS calendar_id, h.group_session_id, h.party_size
    FROM hold h
    JOIN calendar c ON c.account_id = h.account_id AND c.staff_id = h.staff_id
    WHERE h.expires_at <= $1
    ORDER BY h.expires_at
    LIMIT $2
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

    class Meta:
        table = "hold"

    @classmethod
    async def begin(cls, act: Act, wish: Wish, holder: Holder) -> tuple[Self, str]:
        """Hold the wished slot for 300 seconds. The second value is the token, which is stored only as a hash.

        SlotTaken, SeatsTaken, NotOffered (all with alternatives), NotFound, ValidationFailed, TooManyHolds.
        """
        token = random_token("ht")

        async def work() -> Self:
            async with transaction():
                await cls._refuse_more(act, holder)
                offer = await offer_for(act, wish)
                return await take(act, offer, wish, lambda who, _: cls._write(act, offer, wish, holder, who, token))

        return await or_alternatives(act, wish, work), token

    @classmethod
    async def _write(cls, act: Act, offer: Offer, wish: Wish, holder: Holder, who: Provider, token: str) -> Self:
        expires = epoch(act.at) + SECONDS
        session = await seat(act, offer, who, wish.starts_at, wish.party)
        ends_at = session.ends_at if session else wish.starts_at + timedelta(seconds=offer.terms.duration)
        hold = await cls.add(
            act.account_id, created_at=act.at, service_id=offer.service_id, staff_id=who.staff_id,
            access_key_id=holder.access_key_id, starts_at=wish.starts_at, ends_at=ends_at,
            token_hash=token_hash(token), visitor=next(iter(holder.visitor), None), expires_at=instant(expires),
            party_size=wish.party, group_session_id=session.id if session else None,
        )  # fmt: skip
        if session is None:
            span = blocked(wish.starts_at, ends_at, offer.terms.before // 60, offer.terms.after // 60)
            await occupy(act, who.calendar_id, span, hold_id=hold.id, expires=expires)
        await record(act, "slot_held", "hold", hold.id, service_id=str(offer.service_id), staff_id=str(who.staff_id))
        return hold

    @classmethod
    async def _refuse_more(cls, act: Act, holder: Holder) -> None:
        """Counted under a lock, or a visitor who asks four times at once would get four."""
        if not holder.visitor:
            return
        await lock([f"{act.account_id}/visitor/{holder.visitor[0]}"])
        live = cls.of(act.account_id).filter(visitor__in=list(holder.visitor), expires_at__gt=act.at)
        if await live.count() >= MOST_OF_A_VISITOR:
            raise TooManyHolds(MOST_OF_A_VISITOR)

    @classmethod
    async def live(cls, act: Act, hashed: str) -> Self:
        """The hold whose token has this hash. HoldEnded when it has expired, was used, or never was."""
        hold = await cls.of(act.account_id).get_or_none(token_hash=hashed, expires_at__gt=act.at)
        if hold is None:
            raise HoldEnded
        return hold

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
                calendar = await Calendar.of(act.account_id).get(staff_id=hold.staff_id)
                await lock_calendars(act.account_id, calendar.id)
                await hold.consume(act)
                await record(act, "hold_released", "hold", hold.id)

        await retrying(work)


async def expire_holds(now: datetime, batch: int = 100) -> int:
    """Remove holds of all accounts that have ended, at most `batch`; how many were removed. Call until it is 0.

    They block nothing any more: this only keeps the table small. Several workers at once remove each hold once.
    """

    async def work() -> int:
        async with transaction():
            ended = await fetch(_EXPIRED, now, batch)
            await lock([f"{row['account_id']}/{row['calendar_id']}" for row in ended])
            removed = 0
            for row in ended:
                account_id, hold_id = key_or_none(row["account_id"]), key_or_none(row["id"])
                if account_id is None or await Hold.of(account_id).filter(id=hold_id).delete() == 0:
                    continue
                removed += 1
                if row["group_session_id"] is not None:
                    await leave(account_id, row["group_session_id"], row["party_size"])
            return removed

    return await retrying(work)
