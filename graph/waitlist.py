"""The waitlist: who waits for which times, and what is offered to them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import strawberry

import resolvers.waitlist as resolve
import resolvers.waitlist_links as by_link
from graph.bookings import Booking
from graph.customers import Customer
from graph.enums import Permission, described
from graph.errors import (
    LinkInvalid,
    NotFound,
    NotOffered,
    OfferOver,
    SeatsTaken,
    SlotTaken,
    Throttled,
    TooManyActiveBookings,
    TooManyWaiting,
    ValidationFailed,
    VersionConflict,
)
from graph.field import edge, graph_type, listing, shown, told, value
from graph.mutations import mutation
from graph.node import Node
from graph.services import Service
from graph.staff import Staff
from graph.times import LocalTime, local_time
from models.waitlist import WaitlistEntry as WaitlistEntryRow
from rules.waitlist import WaitlistState

P = Permission
described(
    WaitlistState,
    "WaitlistState",
    "Where somebody who waits stands. Only the first two may change.",
    WAITING="Waits for a time that suits.",
    OFFERED="A time is kept for them, and mailed.",
    BOOKED="Took what was offered.",
    PASSED="Did not want what was offered.",
    EXPIRED="Did not answer an offer in time, or the last day that suited is over.",
    LEFT="Waits no longer, by their own wish.",
    REMOVED="Was taken off the list by the business.",
)


def _read(words: str) -> Any:
    return shown(P.WAITLIST_READ, words)


@graph_type(WaitlistEntryRow)
class WaitlistEntry(Node):
    """Somebody who waits for a time that is taken, or has waited."""

    state: WaitlistState = _read("Where they stand.")
    service: Service | None = edge(P.CATALOGUE_READ, "What they wait for.", via="service_id")
    staff: Staff | None = edge(P.CATALOGUE_READ, "With whom; null: with anyone.", via="staff_id")
    customer: Customer | None = edge(P.CUSTOMERS_READ, "Who waits.", via="customer_id")
    from_date: date = _read("The first day that suits, as the place counts days.")
    until_date: date = _read("The last day that suits, inclusive.")
    from_minute: int = _read("The earliest begin on a day, in minutes after midnight there.")
    until_minute: int = _read("The begin must be before this minute of the day.")
    weekdays: list[int] = _read("Days that suit, 1 (Monday) to 7 (Sunday); empty: all.")
    party_size: int = _read("How many would come.")
    customer_zone: str | None = _read("IANA zone in which the customer reads clocks; null if unknown.")
    offered_starts_at: datetime | None = _read("Begin of what was offered last; null while nothing was.")
    offer_expires_at: datetime | None = _read("Until when that is kept for them; null while nothing was offered.")
    booking: Booking | None = edge(P.BOOKINGS_READ, "What they booked; null while they did not.", via="booking_id")
    version: int = _read("Grows with every change; send it back as `expectedVersion`.")
    created_at: datetime = _read("Since when they wait: who waits longest is served first.")
    updated_at: datetime = _read("When anything here last changed.")


@strawberry.type(description="What a mailed link of the waitlist is about.")
class WaitlistByLink:
    state: WaitlistState = told("Where it stands.")
    business: str = told("The business.")
    locale: str = told("BCP 47 tag of the business's language.")
    service: str = told("What is waited for.")
    staff: str | None = told("With whom the offered time is; null while nothing is offered.")
    starts_at: datetime | None = told("Begin of what is offered; null while nothing is.")
    local: LocalTime | None = told(
        "The begin where it takes place; null while nothing is offered.",
        resolver=lambda root: _local(root.starts_at, root),
    )
    local_end: LocalTime | None = told(
        "The end where it takes place; null while nothing is offered.", resolver=lambda root: _local(root.ends_at, root)
    )
    expires_at: datetime | None = told("Until when it is kept; null while nothing is offered.")


def _local(at: datetime | None, root: Any) -> LocalTime | None:
    return None if at is None else local_time(at, root.zone)


@strawberry.type
class WaitlistQueries:
    waitlist = listing(resolve.waitlist, P.WAITLIST_READ, WaitlistEntry)
    waitlist_by_link = value(by_link.waitlist_by_link, P.SIGN_IN, WaitlistByLink | None)


_STORED = {"entry": (WaitlistEntry, "Who waits, as stored now.")}
_JOINED = {
    "entry": (WaitlistEntry | None, "Who waits, as stored; null at a widget, where nobody has proved who they are."),
    "mailed": (bool, "Always true: what is to be known is mailed to the address."),
}


@strawberry.type
class WaitlistMutations:
    join_waitlist = mutation(
        resolve.join_waitlist, P.WAITLIST_JOIN, _JOINED, ValidationFailed, NotFound, TooManyWaiting, Throttled
    )
    offer_from_waitlist = mutation(
        resolve.offer_from_waitlist, P.WAITLIST_MANAGE, _STORED, ValidationFailed, NotFound, VersionConflict,
        NotOffered, SlotTaken, SeatsTaken,
    )  # fmt: skip
    remove_from_waitlist = mutation(resolve.remove_from_waitlist, P.WAITLIST_MANAGE, _STORED, NotFound, VersionConflict)
    accept_waitlist_offer = mutation(
        by_link.accept_waitlist_offer, P.SIGN_IN,
        {"manage_token": (str, "The secret of the booking's manage link: the mailed link has proved the mailbox.")},
        LinkInvalid, OfferOver, TooManyActiveBookings,
    )  # fmt: skip
    leave_waitlist = mutation(
        by_link.leave_waitlist, P.SIGN_IN, {"left": (bool, "Always true: nothing is kept any more.")}, LinkInvalid
    )
