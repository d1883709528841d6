"""Holds: keeping a slot for one visitor while they fill in their details."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import strawberry

from models.hold import SECONDS, Hold, Holder
from models.keyring import pseudonym_of_day
from models.service import Service
from models.slot_choice import Wish
from models.staff import Staff
from permissions.viewer import ViewerKind
from resolvers.availability import LONGEST_TOKEN, PARTY_WORDS
from resolvers.checking import Checks
from resolvers.choosing import CHOSEN_WORDS, AddOnChoiceInput, chosen
from resolvers.context import Context, Info
from resolvers.durations import CHOICE_WORDS
from resolvers.services import sees_private
from resolvers.visits import FOLLOWED_WORDS, FollowingServiceInput, steps_of
from rules.instants import whole_minute
from rules.networks import counted_network
from rules.seats import clean_party

START_WORDS = "Begin of the appointment: a whole minute, one of the starts that `availability` lists."


@strawberry.input(description="Which slot to hold.")
class HoldSlotInput:
    service_id: strawberry.ID = strawberry.field(description="What is to be booked.")
    starts_at: datetime = strawberry.field(description=START_WORDS)
    staff_id: strawberry.ID | None = strawberry.field(
        description="With whom; null: with whoever is free and has had least to do.", default=None
    )
    party_size: int = strawberry.field(description=PARTY_WORDS, default=1)
    duration_minutes: int | None = strawberry.field(description=CHOICE_WORDS, default=None)
    add_ons: list[AddOnChoiceInput] = strawberry.field(
        description=f"{CHOSEN_WORDS} Say them to `book` again: a hold keeps their time, not the choice.",
        default_factory=list,
    )
    followed_by: list[FollowingServiceInput] | None = strawberry.field(description=FOLLOWED_WORDS, default=None)


@dataclass(frozen=True, slots=True)
class Held:
    """A new hold with its secret."""

    hold: Hold
    token: str


async def hold_slot(info: Info, input: HoldSlotInput) -> Held:
    """Keep a slot for 5 minutes; whoever has the token can book it. One visitor of a widget may hold 3 at a time.

    Of a shared service it keeps seats, and others can take those that are left.
    """
    hold, token = await Hold.begin(info.context.act, _wish(info.context, input), _holder(info.context))
    return Held(hold, token)


def with_whom(context: Context, staff_id: str | None) -> UUID | None:
    """Whose time an input asks for; None: anybody's. `Viewer.with_whom` says who may ask for whose."""
    return context.viewer.with_whom(None if staff_id is None else context.key(Staff, staff_id))


def _wish(context: Context, input: HoldSlotInput) -> Wish:
    checks = Checks()
    starts_at = checks("startsAt", whole, input.starts_at)
    party_size = checks("partySize", clean_party, input.party_size)
    add_ons = chosen(checks, "addOns", input.add_ons)
    checks.done()
    return Wish(
        service_id=context.key(Service, input.service_id),
        starts_at=starts_at,
        staff_id=with_whom(context, input.staff_id),
        private=sees_private(context.viewer),
        party_size=party_size,
        duration_minutes=input.duration_minutes,
        add_ons=add_ons,
        followed_by=steps_of(context, input.followed_by),
    )


def whole(moment: datetime) -> datetime:
    """A rule for begins of appointments."""
    if not whole_minute(moment):
        raise ValueError("An appointment begins at a whole minute: leave seconds out, or write 00.")
    return moment


def _holder(context: Context) -> Holder:
    """Visitors are told apart by their network, under a pseudonym that changes every day; nothing else is known."""
    viewer = context.viewer
    if viewer.kind not in (ViewerKind.WIDGET, ViewerKind.CUSTOMER):
        return Holder(viewer.access_key_id)
    who = f"{counted_network(context.address)} {viewer.access_key_id}"
    # The day that has just ended counts as long as its holds can last.
    days = (context.now, context.now - timedelta(seconds=SECONDS))
    names = dict.fromkeys(pseudonym_of_day("holder", who, day) for day in days)
    return Holder(viewer.access_key_id, tuple(names))


@strawberry.input(description="Which hold to give back.")
class ReleaseHoldInput:
    token: str = strawberry.field(description="The token that `holdSlot` gave.")


async def release_hold(info: Info, input: ReleaseHoldInput) -> bool:
    """Give a held slot back before its time. Others can take it at once."""
    await Hold.release(info.context.act, input.token[:LONGEST_TOKEN])
    return True
