"""Nodes: reading anything again by its id, as far as this viewer may see it where it is listed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

import strawberry
from tortoise.queryset import QuerySet

from models.access_key import AccessKey
from models.account import Account
from models.add_on import AddOn
from models.app import App
from models.app_installation import AppInstallation
from models.booking import Booking
from models.calendar_feed import CalendarFeed
from models.closed_day import ClosedDay
from models.customer import Customer
from models.customer_session import CustomerSession
from models.export import Export
from models.external_busy import BusySource
from models.hold import Hold
from models.intake import IntakeQuestion
from models.location import Location
from models.membership import Invitation, Membership
from models.passkey import Passkey
from models.payment import Payment
from models.platform_access import PlatformAccess
from models.privacy_settings import PrivacySettings
from models.resource import Resource
from models.schedule import Schedule, ScheduleOverride
from models.security_event import SecurityEvent
from models.series import BookingSeries
from models.service import Offering
from models.session import Session
from models.staff import Staff, TimeOff
from models.tenancy import Owned
from models.travel import Travel
from models.user import User
from models.waitlist import WaitlistEntry
from permissions.roles import Permission
from permissions.viewer import ViewerKind
from resolvers.context import Context, Info
from resolvers.history import events
from resolvers.services import shop_window
from rules.errors import BadInput, Denied
from rules.ids import read_id

P = Permission
MOST_IDS = 100
Rows = Callable[[Context], QuerySet[Any]]


def _by(model: type[Owned], permission: Permission) -> Rows:
    return lambda context: context.rows(model, permission)


def _account(context: Context) -> QuerySet[Account]:
    context.viewer.require(P.ACCOUNT_READ)
    return Account.filter(id=context.account_id)


def _add_on(context: Context) -> QuerySet[AddOn]:
    rows = context.rows(AddOn, P.CATALOGUE_READ)
    return rows if context.viewer.access(P.CATALOGUE_INTERNALS_READ) else rows.filter(archived_at=None)


def _app(context: Context) -> QuerySet[App]:
    context.viewer.require(P.APPS_MANAGE)
    return App.made_by(context.account_id)


def _staff(context: Context) -> QuerySet[Staff]:
    rows = context.rows(Staff, P.CATALOGUE_READ)
    return rows if context.viewer.access(P.CATALOGUE_INTERNALS_READ) else rows.filter(archived_at=None)


def _hold(context: Context) -> QuerySet[Hold]:
    # At a widget a hold belongs to whoever has its token, which an id is not.
    return context.confined(context.rows(Hold, P.SLOTS_HOLD), P.BOOKINGS_LIST)


def _session(context: Context) -> QuerySet[Session]:
    return Session.live(_self(context), context.now)


def _self(context: Context) -> UUID:
    if context.viewer.user_id is None:
        raise context.viewer.denied(P.OWN_USER)
    return context.viewer.user_id


ROWS: Mapping[str, Rows] = {
    "account": _account,
    "app_user": lambda context: User.filter(id=_self(context)),
    "session": _session,
    "passkey": lambda context: Passkey.of_user(_self(context)),
    "membership": _by(Membership, P.MEMBERS_READ),
    "invitation": _by(Invitation, P.MEMBERS_READ),
    "calendar_feed": _by(CalendarFeed, P.CALENDAR_FEEDS_MANAGE),
    "busy_source": _by(BusySource, P.EXTERNAL_BUSY_MANAGE),
    "access_key": _by(AccessKey, P.ACCESS_KEYS_MANAGE),
    "app": _app,
    "app_installation": _by(AppInstallation, P.APPS_INSTALL),
    "location": _by(Location, P.CATALOGUE_READ),
    "service": lambda context: shop_window(context, by_id=True),
    "add_on": _add_on,
    "offering": _by(Offering, P.CATALOGUE_INTERNALS_READ),
    "intake_question": _by(IntakeQuestion, P.CATALOGUE_INTERNALS_READ),
    "staff": _staff,
    "resource": _by(Resource, P.CATALOGUE_INTERNALS_READ),
    "schedule": _by(Schedule, P.SCHEDULES_READ),
    "schedule_override": _by(ScheduleOverride, P.SCHEDULES_READ),
    "time_off": _by(TimeOff, P.SCHEDULES_READ),
    "travel": _by(Travel, P.SCHEDULES_READ),
    "closed_day": _by(ClosedDay, P.CATALOGUE_READ),
    "waitlist_entry": _by(WaitlistEntry, P.WAITLIST_READ),
    "customer": _by(Customer, P.CUSTOMERS_READ),
    "customer_session": lambda context: CustomerSession.live(
        context.rows(CustomerSession, P.OWN_CUSTOMER_SESSIONS), context.now
    ),
    "booking": _by(Booking, P.BOOKINGS_READ),
    "booking_series": _by(BookingSeries, P.BOOKINGS_READ),
    "payment": _by(Payment, P.PAYMENTS_READ),
    "hold": _hold,
    "platform_access": _by(PlatformAccess, P.PLATFORM_ACCESS_READ),
    "event": events,
    "export": _by(Export, P.EXPORTS_MANAGE),
    "security_event": _by(SecurityEvent, P.SECURITY_READ),
    "privacy_settings": _by(PrivacySettings, P.PRIVACY_SETTINGS_READ),
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What `nodes` asks for: (table, key) in the order of the ids, and one query for all the keys of a table."""

    places: list[tuple[str, UUID] | None]
    queries: dict[str, QuerySet[Any]]


async def node(info: Info, id: strawberry.ID) -> QuerySet[Any] | None:
    """Anything by its id; null for whatever this viewer may not see, whether it exists or not."""
    rows = _reachable(info.context, found[0]) if (found := read_id(id)) else None
    return None if rows is None or found is None else rows.filter(id=found[1])


async def nodes(
    info: Info,
    ids: Annotated[list[strawberry.ID], strawberry.argument(description=f"Which ones; at most {MOST_IDS}.")],
) -> Wanted:
    """Several things by their ids, in the same order; null for each that `node` would answer null for."""
    if len(ids) > MOST_IDS:
        raise BadInput(f"At most {MOST_IDS} ids can be asked for at once; these are {len(ids)}.")
    places = [read_id(one) for one in ids]
    keys: dict[str, list[UUID]] = {}
    for place in places:
        if place is not None:
            keys.setdefault(place[0], []).append(place[1])
    reachable = {table: _reachable(info.context, table) for table in keys}
    queries = {table: rows.filter(id__in=keys[table]) for table, rows in reachable.items() if rows is not None}
    return Wanted(places, queries)


def _reachable(context: Context, table: str) -> QuerySet[Any] | None:
    """The rows of a table that this viewer may see; None where the permission is lacking."""
    rows = ROWS.get(table)
    try:
        return rows(context) if rows else None
    except Denied:
        if context.viewer.kind is ViewerKind.VISITOR:
            raise
        return None
