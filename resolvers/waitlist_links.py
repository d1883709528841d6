"""What the mailed links of somebody who waits do. The link is the credential: it opens one entry, at one business."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

import strawberry

from models.act import Act, Actor, ActorKind
from models.credentials import waitlist_entry_of
from models.storage.instant import from_database
from models.storage.reach import bound
from models.waitlist import WaitlistEntry, shown
from resolvers.context import Context, Info
from rules.errors import LinkInvalid
from rules.waitlist import WaitlistState

LONGEST_TOKEN = 200
_S = WaitlistState


@strawberry.input(description="The mailed link of somebody who waits.")
class WaitlistLinkInput:
    token: str = strawberry.field(description="The `wt_…` of the latest mailed link.")


@strawberry.input(description="Whose offer to take.")
class AcceptWaitlistOfferInput(WaitlistLinkInput):
    pass


@strawberry.input(description="Who waits no longer.")
class LeaveWaitlistInput(WaitlistLinkInput):
    pass


@dataclass(frozen=True, slots=True)
class Shown:
    """An entry in names, and the time that is kept for it; None for all of that while nothing is."""

    state: WaitlistState
    business: str
    locale: str
    service: str
    zone: str
    staff: str | None
    starts_at: datetime | None
    ends_at: datetime | None
    expires_at: datetime | None


def _as_shown(entry: WaitlistEntry, row: Mapping[str, Any], now: datetime) -> Shown:
    until = entry.offer_expires_at
    kept = entry.state is _S.OFFERED and row["starts_at"] is not None and until is not None and until > now
    return Shown(
        entry.state, row["business"], row["locale"], row["service"], row["zone"],
        row["staff"] if kept else None,
        from_database(row["starts_at"]) if kept else None,
        from_database(row["ends_at"]) if kept else None,
        until if kept else None,
    )  # fmt: skip


@asynccontextmanager
async def _opened(context: Context, token: str) -> AsyncIterator[tuple[Act, WaitlistEntry]]:
    """Act as whoever has the link, at the business that it is of. LinkInvalid; also once its mailbox is another's."""
    found = await waitlist_entry_of(token[:LONGEST_TOKEN])
    if found is None:
        raise LinkInvalid
    with bound(found.account_id):
        entry = await WaitlistEntry.of(found.account_id).get_or_none(id=found.id)
        if entry is None:
            raise LinkInvalid
        yield Act(found.account_id, Actor(ActorKind.CUSTOMER), context.now), entry


async def waitlist_by_link(
    info: Info, token: Annotated[str, strawberry.argument(description="The `wt_…` of the latest mailed link.")]
) -> Shown | None:
    """What a mailed link of the waitlist is about, and what is offered by it; null for one that opens nothing."""
    try:
        async with _opened(info.context, token) as (_, entry):
            return _as_shown(entry, await shown(entry), info.context.now)
    except LinkInvalid:
        return None


async def accept_waitlist_offer(info: Info, input: AcceptWaitlistOfferInput) -> str:
    """Book what is offered. Doing it again answers the same."""
    async with _opened(info.context, input.token) as (act, entry):
        return (await entry.accept(act)).manage_token


async def leave_waitlist(info: Info, input: LeaveWaitlistInput) -> bool:
    """Wait no longer. What is offered goes to the next who waits. Doing it again changes nothing."""
    async with _opened(info.context, input.token) as (act, entry):
        await entry.stop(act, _S.LEFT)
    return True
