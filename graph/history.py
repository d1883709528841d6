"""History: what happened, when, by whom, and what it changed."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import strawberry
from strawberry.utils.str_converters import to_camel_case

import resolvers.history as resolve
from graph.enums import ActorKind, BookingStatus, NotOfferedReason, Permission, described
from graph.field import computed, edge, graph_type, listing, shown, told
from graph.money import Money, money_of
from graph.node import Node
from graph.shape import Beside
from graph.times import LocalTime, local_time
from models.access_key import AccessKey
from models.act import TABLES
from models.act import ActorKind as Kind
from models.app_installation import AppInstallation
from models.event import Event as EventRow
from models.user import User
from resolvers.context import Info
from rules.booking_history import HistoryField
from rules.booking_history import HistoryValue as Value
from rules.ids import PREFIXES, global_id

P = Permission
# Who of these did it, if any; an id is in one table alone.
_ACTORS = (
    Beside("by_member", "actor_id", User, ("name",)),
    Beside("by_key", "actor_id", AccessKey, ("name", "revoked_at")),
    Beside("by_app", "actor_id", AppInstallation, ("name", "ended_at")),
)
_WORDS = {
    Kind.MEMBER: "the business",
    Kind.CUSTOMER: "the customer",
    Kind.VISITOR: "a visitor",
    Kind.PARTNER: "a partner of the business",
    Kind.APP: "an app of the business",
    Kind.PLATFORM: "Calendera",
    Kind.SYSTEM: "the system",
    Kind.IMPORT: "an import",
}


described(
    HistoryField,
    "HistoryField",
    "What of a booking changed.",
    STATUS="Where it stands.",
    STARTS_AT="When it begins.",
    DURATION="How long it takes.",
    PROMISED_START="The wall time that is promised, while its moment stays: after a zone changed its rules.",
    SERVICE="What is booked; of a visit the first.",
    STAFF="Who serves it.",
    LOCATION="Where.",
    RESOURCES="Which rooms and things it has.",
    CUSTOMER="Whose it is: theirs with whom a customer was made one.",
    PARTY_SIZE="How many come.",
    PRICE="What was promised for all of it.",
    PAID="What came for it, less what went back.",
    ATTENDEES="Who comes beside who booked; history keeps how many were named, and not who.",
    INTERNAL_NOTE="The business's own note; history keeps that it changed, and not what it said.",
    ANSWERS="Questions that were answered anew; history keeps which, and not what was answered.",
)


@strawberry.type(description="One detail of an event. Never a person's value: ids, states, names of columns.")
class EventDetail:
    name: str = told("Which, as `previousStaffId` or `overridden`.")
    value: str = told("As text; an id as the API shows it.")


def _id(root: Value) -> strawberry.ID | None:
    return None if root.table is None or root.key is None else strawberry.ID(global_id(root.table, root.key))


def _local(root: Value) -> LocalTime | None:
    return None if root.at is None or root.zone is None else local_time(root.at, root.zone)


def _money(root: Value) -> Money | None:
    return money_of(root.amount, root.currency)


@strawberry.type(
    description="What something was or became. What it is about says which of these is given; the others are null."
)
class HistoryValue:
    status: BookingStatus | None = told("Of STATUS.")
    at: datetime | None = told("Of STARTS_AT: the moment.")
    local: LocalTime | None = told(
        "Of STARTS_AT: the same on the clock of the place where it was then to be.", resolver=_local
    )
    number: int | None = told("Of DURATION in minutes, of PARTY_SIZE and ATTENDEES in persons.")
    money: Money | None = told("Of PRICE and PAID.", resolver=_money)
    id: strawberry.ID | None = told(
        "Of SERVICE, STAFF, LOCATION, RESOURCES and CUSTOMER: which. It may lead nowhere by now, as that of a customer "
        "who was made one with another.",
        resolver=_id,
    )
    name: str | None = told(
        "Of the same: what it is called today, of a unit of several with its number. Null where it is gone, or is not "
        "for you to see; a customer's may be masked."
    )
    text: str | None = told("Of PROMISED_START the wall time, `YYYY-MM-DDTHH:MM`; of ANSWERS a question's `key`.")


@strawberry.type(description="What changed in a booking.")
class HistoryChange:
    field: HistoryField = told("What it is about.")
    before: list[HistoryValue] = told(
        "What it was. Empty: nothing, or history does not keep it. Several of STAFF (first with whom it is), RESOURCES."
    )
    after: list[HistoryValue] = told("What it became, in the same way.")


@graph_type(AppInstallation)
class ActingApp:
    """An app that did something, as history names it."""

    name: str = shown(P.HISTORY_INTERNALS_READ, "What it was called when it was approved last.")


@graph_type(EventRow)
class Event(Node):
    """Something that happened. Events are only ever added."""

    name: str = shown(P.HISTORY_READ, "What happened, in the past tense, as `booking_rescheduled`.")
    at: datetime = shown(P.HISTORY_READ, "When.", column="created_at")
    actor_kind: ActorKind = shown(P.HISTORY_READ, "What kind of party did it.")

    @computed(P.HISTORY_READ, "actor_kind")
    def by(self: Any) -> str:
        """Who did it, in words that everybody may read: `the customer`, `the business`, `the system`."""
        return _WORDS[Kind(self.actor_kind)]

    @computed(P.HISTORY_NAMES_READ, "actor_kind", "actor_id", beside=_ACTORS)
    def actor_name(self: Any) -> str | None:
        """What the member, partner's key or app that did it is called today; null for all others, and for who is
        erased."""
        kind = Kind(self.actor_kind)
        who = {Kind.MEMBER: self.by_member, Kind.PARTNER: self.by_key, Kind.APP: self.by_app}.get(kind)
        return None if who is None else str(who.name)

    @computed(P.HISTORY_NAMES_READ, "actor_kind", "actor_id", beside=_ACTORS)
    async def actor_gone(self: Any, info: Info) -> bool | None:
        """Whether who did it is there no more: a member who left, a key that was revoked, an app that was taken out."""
        kind = Kind(self.actor_kind)
        ended = (self.by_key and self.by_key.revoked_at) or (self.by_app and self.by_app.ended_at)
        return bool(ended) or await resolve.has_left(info, kind, self.actor_id)

    @computed(P.HISTORY_INTERNALS_READ, "actor_kind", "actor_id")
    def actor_id(self: Any) -> strawberry.ID | None:
        """Who did it: the id of a user, of a partner's key, of an app's installation, or of the booking whose link was
        used; null for a customer who signed in, and for all others."""
        table = TABLES.get(Kind(self.actor_kind))
        return None if table is None or self.actor_id is None else strawberry.ID(global_id(table, self.actor_id))

    app: ActingApp | None = edge(
        P.HISTORY_INTERNALS_READ, "The app that did it; null where somebody else did.", via="actor_id"
    )

    @computed(P.HISTORY_READ, "id", "name", "subject", "subject_id", "data")
    async def changes(self: Any, info: Info) -> list[HistoryChange]:
        """What it changed in a booking, as far as you may see that of the booking itself; empty for what happened to
        anything else. Of the event that made a booking: all that it was then."""
        return await resolve.changes_of(info, self)  # type: ignore[return-value]  # shown as they are

    @computed(P.HISTORY_INTERNALS_READ, "data")
    def overridden_rules(self: Any) -> list[NotOfferedReason] | None:
        """The rules of the service that did not count for who did it."""
        return [NotOfferedReason(rule) for rule in self.data.get("overridden", ())]

    @computed(P.HISTORY_INTERNALS_READ, "data")
    def after_cutoff(self: Any) -> bool | None:
        """Whether it was moved or cancelled later than its customer could have."""
        return bool(self.data.get("after_cutoff"))

    @computed(P.HISTORY_INTERNALS_READ, "data")
    def although_blocked(self: Any) -> bool | None:
        """Whether it was booked although the business takes no bookings from its customer."""
        return bool(self.data.get("even_if_blocked"))

    @computed(P.HISTORY_INTERNALS_READ, "data")
    def over_booking_ids(self: Any) -> list[strawberry.ID] | None:
        """The bookings over which it was put on purpose."""
        return [strawberry.ID(global_id("booking", UUID(key))) for key in self.data.get("overlapped_booking_ids", ())]

    @computed(P.HISTORY_INTERNALS_READ, "data")
    def details(self: Any) -> list[EventDetail] | None:
        """What else is known of it."""
        return [EventDetail(name=to_camel_case(name), value=_text(name, value)) for name, value in self.data.items()]


def _text(name: str, value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(_text(name.removesuffix("s"), one) for one in value)
    table = name.removesuffix("_id").removeprefix("previous_").removeprefix("overlapped_")
    if name.endswith("_id") and table in PREFIXES:
        return global_id(table, UUID(value))
    return str(value).lower() if isinstance(value, bool) else str(value)


@strawberry.type
class HistoryQueries:
    booking_history = listing(resolve.booking_history, P.HISTORY_READ, Event)
