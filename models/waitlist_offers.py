"""Offers to those who wait: the worker finds a free time that suits, keeps it by a hold, and mails it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID

from models.act import SYSTEM, Act
from models.availability import Slot, free_slots
from models.customer import Customer
from models.hold import Hold, Holder
from models.keyring import link_token, random_nonce, random_token
from models.leases import uuid_of
from models.mail import MailTemplate
from models.offer import Offer, read_offer
from models.slot_choice import Wish
from models.storage.database import fetch, lock, retrying, transaction
from models.storage.reach import Reach, bound, reaching
from models.waitlist import WaitlistEntry, give_back, offer_minutes
from rules.errors import NotFound, NotOffered, SeatsTaken, SlotTaken, VersionConflict
from rules.tokens import token_hash
from rules.waitlist import WaitlistState, offer_until
from rules.wall_time import epoch, instant, local_date

# Of one service at a time: those behind them wait for the next look.
_IN_LINE = 50
_MONTH = timedelta(days=62)
_WAITED_FOR = """
    SELECT DISTINCT w.account_id, w.service_id FROM waitlist_entry w WHERE w.state = 'WAITING' AND w.ends_at > $1
"""
_OVER = """
    SELECT w.account_id, w.id FROM waitlist_entry w
    WHERE (w.state = 'OFFERED' AND w.offer_expires_at <= $1) OR (w.state = 'WAITING' AND w.ends_at <= $1)
    LIMIT $2
"""
_W = WaitlistState


async def offer_free_times(now: datetime) -> int:
    """Offer what is free to those who wait for it, in all accounts; how many offers were made. Call until it is 0."""
    with reaching(Reach.ROUNDS):
        rows = await fetch(_WAITED_FOR, now)
    made = 0
    for row in rows:
        account_id = uuid_of(row["account_id"])
        with bound(account_id):
            made += await _offer_next(Act(account_id, SYSTEM, now), uuid_of(row["service_id"]))
    return made


async def _offer_next(act: Act, service_id: UUID) -> int:
    """Make at most one offer. Whoever else looks at this service waits meanwhile, so nobody is passed over."""

    async def work() -> int:
        async with transaction():
            await lock([f"{act.account_id}/waitlist/{service_id}"])
            entries = WaitlistEntry.of(act.account_id).filter(
                service_id=service_id, state=_W.WAITING, ends_at__gt=act.at
            )
            line = await entries.order_by("created_at", "id").limit(_IN_LINE)
            for entry, slot in await _suiting(act, service_id, line):
                if await _offer(act, entry, slot):
                    return 1
            return 0

    return await retrying(work)


async def _suiting(act: Act, service_id: UUID, line: list[WaitlistEntry]) -> list[tuple[WaitlistEntry, Slot]]:
    """Who could have which time, in the order in which they joined; each the first that suits them."""
    if not line:
        return []
    today = local_date(epoch(act.at), (await _read(act, service_id, act.at.date(), act.at.date())).zone)
    first = max(today, min(entry.from_date for entry in line))
    last = min(max(entry.until_date for entry in line), first + _MONTH)
    offer = await _read(act, service_id, first, last)
    if offer.archived or last < first:
        return []
    minutes = await offer_minutes(act.account_id, service_id)
    free: dict[tuple[UUID | None, int], list[Slot]] = {}
    found = []
    for entry in line:
        key = (entry.staff_id, entry.party_size)
        if key not in free:
            gone = entry.staff_id is not None and offer.provider(entry.staff_id) is None
            slots = [] if gone else await free_slots(
                act.account_id, offer, first, last, act.at, staff_id=entry.staff_id, party=entry.party_size
            )  # fmt: skip
            free[key] = [slot for slot in slots if offer_until(act.at, instant(slot.start), minutes)]
        slot = next((slot for slot in free[key] if entry.wished.suits(slot.start, slot.zone)), None)
        if slot is not None:
            found.append((entry, slot))
    return found


async def _read(act: Act, service_id: UUID, first: date, last: date) -> Offer:
    offer = await read_offer(act.account_id, service_id, first, last)
    if offer is None:
        raise NotFound("service")
    return offer


async def _offer(act: Act, entry: WaitlistEntry, slot: Slot) -> bool:
    """Keep the time and tell the customer; False where somebody else was faster with the time, or the entry."""
    try:
        await make_offer(act, entry, Wish(
            entry.service_id, instant(slot.start), entry.staff_id, private=True, party_size=entry.party_size
        ))  # fmt: skip
    except (SlotTaken, SeatsTaken, NotOffered, VersionConflict):
        return False
    return True


async def offer_by_hand(act: Act, entry: WaitlistEntry, wish: Wish) -> WaitlistEntry:
    """Offer a time that somebody of the business chose. As `make_offer` refuses."""

    async def work() -> WaitlistEntry:
        await make_offer(act, entry, wish)
        return await WaitlistEntry.of(act.account_id).get(id=entry.id)

    return await retrying(work)


async def make_offer(act: Act, entry: WaitlistEntry, wish: Wish) -> None:
    """Hold the time for the entry, and mail its customer. SlotTaken, SeatsTaken, NotOffered, VersionConflict."""
    until = offer_until(act.at, wish.starts_at, await offer_minutes(act.account_id, entry.service_id))
    customer = await Customer.of(act.account_id).get(id=entry.customer_id)
    if until is None or customer.email is None:
        raise SlotTaken
    secret, nonce = random_token("ht"), random_nonce()
    async with transaction():
        await Hold.keep(act, wish, Holder(), secret, epoch(until))
        offered = {
            "hold_hash": token_hash(secret), "offered_starts_at": wish.starts_at, "offer_expires_at": until,
            "nonce": nonce, "token_hash": token_hash(link_token("wt", entry.id, nonce)),
        }  # fmt: skip
        if not await entry.turn(act, _W.OFFERED, **offered):
            raise VersionConflict(entry.version + 1)
        now_offered = await WaitlistEntry.of(act.account_id).get(id=entry.id)
        await now_offered.mail(act, MailTemplate.WAITLIST_OFFER, customer.email)


async def expire_waitlist(now: datetime, batch: int = 100) -> int:
    """End offers that nobody answered and wishes whose days are over, at most `batch`; how many. Call until it is 0."""
    with reaching(Reach.ROUNDS):
        over = await fetch(_OVER, now, batch)
    ended = 0
    for row in over:
        account_id = uuid_of(row["account_id"])
        with bound(account_id):
            ended += await _expire(Act(account_id, SYSTEM, now), uuid_of(row["id"]))
    return ended


async def _expire(act: Act, entry_id: UUID) -> int:
    async def work() -> int:
        async with transaction():
            entry = await WaitlistEntry.of(act.account_id).get(id=entry_id)
            over = entry.offer_expires_at if entry.state is _W.OFFERED else entry.ends_at
            live = entry.state in (_W.OFFERED, _W.WAITING) and over is not None and over <= act.at
            if not live or not await entry.turn(act, _W.EXPIRED, hold_hash=None):
                return 0
            await give_back(act, entry.hold_hash)
            return 1

    return await retrying(work)
