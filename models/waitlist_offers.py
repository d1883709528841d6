"""Offers to those who wait: the worker finds a free time that suits, keeps it by a hold, and mails it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta
from uuid import UUID

from models.act import Act
from models.availability import Slot, free_slots
from models.customer import Customer
from models.hold import Hold, Holder
from models.keyring import link_token, random_nonce, random_token
from models.leases import uuid_of
from models.mail import MailTemplate
from models.offer import Offer, read_offer
from models.setback import READY, Unfinished, dealt_with, each, put_off, with_setbacks
from models.slot_choice import Wish
from models.storage.database import fetch, lock, retrying, transaction
from models.storage.errors import Contended
from models.storage.reach import Reach, reaching
from models.waitlist import WaitlistEntry, give_back, offer_minutes
from rules.errors import NotFound, NotOffered, SeatsTaken, SlotTaken, VersionConflict
from rules.tokens import token_hash
from rules.waitlist import WaitlistState, offer_until
from rules.wall_time import epoch, instant, local_date

# Of one service at a time: those behind them wait for the next look.
MOST_IN_LINE = 50
_MONTH = timedelta(days=62)
_WAITED_FOR = f"""
    SELECT DISTINCT w.account_id, w.service_id AS subject_id, x.attempts
    FROM waitlist_entry w {with_setbacks("waitlist", "w.service_id")}
    WHERE w.state = 'WAITING' AND w.ends_at > $1 AND {READY}
"""
_IN_LINE = f"""
    SELECT w.account_id, w.id, x.attempts FROM waitlist_entry w {with_setbacks("waitlist", "w.id")}
    WHERE w.account_id = $2 AND w.service_id = $3 AND w.state = 'WAITING' AND w.ends_at > $1 AND {READY}
    ORDER BY w.created_at, w.id LIMIT {MOST_IN_LINE}
"""
_OVER = f"""
    SELECT w.account_id, w.id AS subject_id, x.attempts
    FROM waitlist_entry w {with_setbacks("expired waitlist", "w.id")}
    WHERE ((w.state = 'OFFERED' AND w.offer_expires_at <= $1) OR (w.state = 'WAITING' AND w.ends_at <= $1)) AND {READY}
    LIMIT $2
"""
_W = WaitlistState


async def offer_free_times(now: datetime, accounts: Collection[UUID] | None = None) -> int:
    """Offer what is free to those who wait for it, in these accounts, or all; how many offers were made. Call until it
    is 0. Unfinished where some failed."""
    with reaching(Reach.ROUNDS):
        rows = await fetch(_WAITED_FOR, now)
    wanted = [row for row in rows if accounts is None or uuid_of(row["account_id"]) in accounts]
    return await each("waitlist", wanted, now, _offer_next)


async def _offer_next(act: Act, service_id: UUID) -> int:
    """Make at most one offer. Whoever else looks at this service waits meanwhile, so nobody is passed over but those
    to whom nothing can be offered."""

    async def work() -> tuple[int, list[Exception]]:
        async with transaction():
            await lock([f"{act.account_id}/waitlist/{service_id}"])
            line = await _line(act, service_id)
            free, errors = await _free(act, service_id, [entry for entry, _ in line]), list[Exception]()
            for entry, failed_before in line:
                try:
                    made = await _offer(act, entry, free[(entry.staff_id, entry.party_size)])
                except Contended:
                    raise
                except Exception as error:
                    await put_off("waitlist", entry.id, failed_before, act.at)
                    errors.append(error)
                    continue
                if made:
                    if failed_before:
                        await dealt_with("waitlist", entry.id)
                    return 1, errors
            return 0, errors

    made, errors = await retrying(work)
    if errors:
        raise Unfinished(made, errors) from errors[0]
    return made


async def _line(act: Act, service_id: UUID) -> list[tuple[WaitlistEntry, int]]:
    """Who waits, in the order in which they joined, and how often nothing could be offered to them."""
    rows = await fetch(_IN_LINE, act.at, act.account_id, service_id)
    found = {one.id: one for one in await WaitlistEntry.of(act.account_id).filter(id__in=[row["id"] for row in rows])}
    return [(found[uuid_of(row["id"])], row["attempts"] or 0) for row in rows]


async def _free(act: Act, service_id: UUID, line: list[WaitlistEntry]) -> dict[tuple[UUID | None, int], list[Slot]]:
    """What could be offered, by whom it is with and for how many."""
    free: dict[tuple[UUID | None, int], list[Slot]] = {(entry.staff_id, entry.party_size): [] for entry in line}
    if not line:
        return free
    today = local_date(epoch(act.at), (await _read(act, service_id, act.at.date(), act.at.date())).zone)
    first = max(today, min(entry.from_date for entry in line))
    last = min(max(entry.until_date for entry in line), first + _MONTH)
    offer = await _read(act, service_id, first, last)
    if offer.archived or last < first:
        return free
    minutes = await offer_minutes(act.account_id, service_id)
    for staff_id, party in free:
        if staff_id is None or offer.provider(staff_id) is not None:
            slots = await free_slots(act.account_id, offer, first, last, act.at, staff_id=staff_id, party=party)
            free[staff_id, party] = [slot for slot in slots if offer_until(act.at, instant(slot.start), minutes)]
    return free


async def _read(act: Act, service_id: UUID, first: date, last: date) -> Offer:
    offer = await read_offer(act.account_id, service_id, first, last)
    if offer is None:
        raise NotFound("service")
    return offer


async def _offer(act: Act, entry: WaitlistEntry, free: list[Slot]) -> bool:
    """Keep the first time that suits, and tell the customer; False where there is none, or somebody else was faster
    with the time, or the entry."""
    slot = next((slot for slot in free if entry.wished.suits(slot.start, slot.zone)), None)
    if slot is None:
        return False
    wish = Wish(entry.service_id, instant(slot.start), entry.staff_id, private=True, party_size=entry.party_size)
    try:
        async with transaction():  # what fails for one of them, fails for one of them
            await make_offer(act, entry, wish)
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
    return await each("expired waitlist", over, now, _expire)


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
