"""One real credential of a business for each column of the access matrix.

A viewer that is added to `permissions/every_viewer.py` and not here fails `tests/isolation/test_matrix.py`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

from models.act import ActorKind
from models.add_on import BookingAddOn
from models.app_grant import AppGrant, AppToken, AppTokenKind
from models.app_installation import AppInstallation
from models.attendee import Attendee
from models.blocking import CustomerBlock
from models.booking import Booking
from models.calendar_subscription import CalendarSubscription
from models.cancellation import Cancellation
from models.customer import Customer, CustomerTag
from models.customer_session import CustomerSession, mailbox
from models.engagement import Engagement
from models.event import Event
from models.external_busy import BusySource
from models.hold import Hold
from models.intake import IntakeAnswer
from models.keyring import random_token
from models.membership import Membership, Role
from models.passkey import Passkey
from models.payment import Payment, PaymentEntry
from models.platform_access import PlatformAccess, PlatformAccessKind, SupportFields
from models.platform_staff import PlatformRole
from models.privacy_settings import PrivacySettings
from models.schedule import Schedule, ScheduleOverride
from models.segment import Segment
from models.series import BookingSeries, SeriesOccurrence
from models.session import Session
from models.staff import Calendar, Staff, TimeOff
from models.storage.reach import Reach
from models.tenancy import Owned, across_accounts
from models.travel import Travel
from permissions.own import NO_ROW
from permissions.roles import Scope
from resolvers.context import COOKIE
from rules.passkeys import Registered
from rules.tokens import token_hash
from tests.api import Caller
from tests.businesses import ORIGIN, Business, by_key, make_user, signed_in
from tests.isolation.filling import agree, canary, develop, mark, values
from tests.platform_people import platform_user


@dataclass(slots=True)
class Asker:
    """Who asks, and which rows are their own, by table."""

    name: str
    caller: Caller
    own: dict[str, set[UUID]] = field(default_factory=dict)


# What there is two of, in the order in which one points to another.
SECOND: list[type[Owned]] = [
    Schedule, Staff, ScheduleOverride, Calendar, Customer, CustomerTag, Booking, Engagement, Cancellation,
    IntakeAnswer, TimeOff, Travel, Hold, Event, BookingSeries, SeriesOccurrence, BookingAddOn, Segment, Payment,
    PaymentEntry, CustomerBlock, Attendee,
]  # fmt: skip

# And of what staff may remove of their own.
ELSEWHERE: list[type[Owned]] = [BusySource, CalendarSubscription]


# What the holder of a link has beside what is known of the customer.
OF_A_BOOKING = (
    "booking", "booking_add_on", "segment", "payment", "payment_entry", "cancellation", "intake_answer",
    "booking_series", "series_occurrence", "event", "attendee",
)  # fmt: skip


@dataclass(slots=True)
class Household:
    """What the credentials of one business are about: rows beside the filled ones."""

    business: Business
    made: dict[str, UUID]
    link: str = field(default_factory=lambda: random_token("mt"))
    booker: str = field(default_factory=lambda: random_token("mt"))
    own: dict[str, UUID] = field(default_factory=dict)

    async def furnish(self) -> None:
        """A second appointment, of a second customer with a second person: the one that the links open, in a diary
        beside the first. And somebody at the dashboard who can be booked."""
        business, account = self.business, self.business.account.id
        for model in SECOND:
            table = model._meta.db_table
            row = values(model, business, {**self.made, **self.own}) | self._different(table)
            row.pop("search_name", None)  # made from the name
            self.own[table] = (await model.add(account, **row)).id
        user = await make_user(business.product.clock.now())
        await Membership.begin(business.act, user_id=user.id, role=Role.STAFF, staff_id=self.made["staff"])

    async def follow(self) -> None:
        """A calendar elsewhere of each of the two people, anew where whoever was asked before removed theirs."""
        account = self.business.account.id
        for known in (self.made, self.own):
            if await BusySource.of(account).filter(id=known.get("busy_source", NO_ROW)).exists():
                continue
            for model in ELSEWHERE:
                row = values(model, self.business, {**self.made, **known})
                known[model._meta.db_table] = (await model.add(account, **row)).id

    def _different(self, table: str) -> dict[str, Any]:
        """What two rows of an account may not have in common."""
        hashes = {"manage_hash": token_hash(self.link), "booker_hash": token_hash(self.booker)}
        known: dict[str, dict[str, Any]] = {
            "customer": {"email": f"own-{canary(self.business)}@example.com"},
            "booking": {
                "reference": f"OWN{mark(self.business)[:9]}",
                "ical_uid": f"own-{mark(self.business)}",
                **hashes,
            },
            "event": {
                "subject_id": self.own.get("booking"),
                "actor_kind": ActorKind.APP,
                "actor_id": self.made["app_installation"],
            },
        }
        return known.get(table, {})

    def mine(self, *tables: str) -> dict[str, set[UUID]]:
        return {table: {self.own[table]} for table in tables}


Credential = tuple[Caller, dict[str, set[UUID]]]
Make = Callable[..., Awaitable[Credential]]


async def visitor(home: Household) -> Credential:
    return Caller(home.business.product.http()), {}


async def person(home: Household) -> Credential:
    product = home.business.product
    user = await make_user(product.clock.now())
    return await signed_in(product, user, None), await of_user(home, user.id)


async def widget(home: Household) -> Credential:
    return home.business.widget, {}


async def link(home: Household) -> Credential:
    return by_key(home.business.product, home.link), home.mine(*OF_A_BOOKING, "customer")


async def booker(home: Household) -> Credential:
    return by_key(home.business.product, home.booker), home.mine(*OF_A_BOOKING)


async def customer(home: Household) -> Credential:
    token, now = random_token("cs"), home.business.product.clock.now()
    who = await Customer.of(home.business.account.id).get(id=home.own["customer"])
    proved = {"customer_id": who.id, "mailbox_hash": mailbox(who.email or ""), "token_hash": token_hash(token)}
    row = values(CustomerSession, home.business, home.made) | proved | {"ended_at": None, "last_used_at": now}
    await CustomerSession.add(home.business.account.id, **row)
    sessions = {row.id for row in await CustomerSession.of(home.business.account.id).filter(customer_id=who.id)}
    own = {**home.mine(*OF_A_BOOKING, "customer"), "customer_session": sessions}
    return by_key(home.business.product, token), own


async def customer_at_widget(home: Household) -> Credential:
    caller, own = await customer(home)
    headers = {**caller.headers, "Origin": ORIGIN}
    return Caller(caller.http, home.business.widget.path, headers), own


async def at_widget(home: Household, token: str, tables: tuple[str, ...]) -> Credential:
    headers = {"Origin": ORIGIN, "Authorization": f"Bearer {getattr(home, token)}"}
    return Caller(home.business.product.http(), home.business.widget.path, headers), home.mine(*tables)


async def member(home: Household, role: Role, *, diary: bool = False) -> Credential:
    """Whoever has the role STAFF is the first person who can be booked; with `diary`, the second."""
    business = home.business
    if role is Role.OWNER:
        session = await signed_in(business.product, business.owner_user, business.account)
        return session, await of_user(home, business.owner_user.id)
    user = await make_user(business.product.clock.now())
    staff = (home.own if diary else home.made)["staff"] if role is Role.STAFF else None
    await Membership.begin(business.act, user_id=user.id, role=role, staff_id=staff)
    caller = await signed_in(business.product, user, business.account)
    own = await of_user(home, user.id)
    if diary:
        own |= home.mine(*(model._meta.db_table for model in [*SECOND, *ELSEWHERE]))
        # What is of no person concerns everybody.
        own["time_off"] |= {row.id for row in await TimeOff.of(business.account.id).filter(staff_id__isnull=True)}
    elif staff:
        alone = ("booking", "intake_answer", "busy_source", "calendar_subscription")
        own |= {table: {home.made[table]} for table in alone}
    return caller, own | ({"staff": {staff}} if staff else {})


async def partner(home: Household, scope: Scope) -> Credential:
    return await home.business.partner_with(scope), {}


async def app(home: Household) -> Credential:
    """The access token of an app that was let in with every scope; another app each time, for a business lets in
    each of them once."""
    token, account, scopes = random_token("at"), home.business.account.id, [scope.value for scope in Scope]
    made = home.made | {"app": await develop(home.business)}
    later = home.business.product.clock.now() + timedelta(days=1)
    live = {"ended_at": None, "scopes": scopes}
    held = {"kind": AppTokenKind.ACCESS, "token_hash": token_hash(token), "expires_at": later, "spent_at": None}
    for model, given in ((AppInstallation, live), (AppGrant, live), (AppToken, held | {"scopes": scopes})):
        row = values(model, home.business, made) | given | ({"app_id": made["app"]} if model is AppInstallation else {})
        made[model._meta.db_table] = (await model.add(account, **row)).id
    return by_key(home.business.product, token), {}


async def platform(home: Household, role: PlatformRole, kind: PlatformAccessKind | None = None) -> Credential:
    """Somebody of the platform; with `kind`, in the account by such a leave, with all that can be granted."""
    business, now = home.business, home.business.product.clock.now()
    user = await platform_user(business.product, role)
    caller, own = await signed_in(business.product, user, None), await of_user(home, user.id)
    if kind is not None:
        groups = [] if kind is PlatformAccessKind.OVERSIGHT else [one.value for one in SupportFields]
        leave = {"kind": kind, "role": role, "field_groups": groups, "asked_by_id": user.id, "given_at": now}
        times = {"expires_at": now + timedelta(minutes=60), "ended_at": None}
        row = await PlatformAccess.add(
            business.account.id, **values(PlatformAccess, business, home.made) | leave | times
        )
        (session,) = own["session"]
        token = await Session.visit(session, business.account.id, row.id)
        caller.headers["Cookie"] = f"{COOKIE}={token}"
    return caller, own


async def of_user(home: Household, user_id: UUID) -> dict[str, set[UUID]]:
    """What belongs to a person, who also gets a passkey and agrees to a privacy policy that they were mailed."""
    new, now = Registered(uuid4().hex, "key", 0, [], backed_up=False), home.business.product.clock.now()
    await Passkey.keep(user_id, canary(home.business), new, now)
    sessions = {row.id for row in await Session.filter(user_id=user_id)}
    members = {row.id for row in await across_accounts(Membership, Reach.OPERATOR).filter(user_id=user_id)}
    passkeys = {row.id for row in await Passkey.filter(user_id=user_id)}
    own = {"app_user": {user_id}, "session": sessions, "membership": members, "passkey": passkeys}
    return own | {"policy_notice": {await agree(user_id, now)}}


MAKERS: dict[str, Make] = {
    "visitor": visitor,
    "person": person,
    "widget": widget,
    "customer": customer,
    "customer at widget": customer_at_widget,
    "link": link,
    "booker": booker,
    "link at widget": partial(at_widget, token="link", tables=(*OF_A_BOOKING, "customer")),
    "booker at widget": partial(at_widget, token="booker", tables=OF_A_BOOKING),
    "staff, contacts": partial(member, role=Role.STAFF),
    "staff, own diary": partial(member, role=Role.STAFF, diary=True),
    **{role.name.lower(): partial(member, role=role) for role in Role},
    "app": app,
    "support": partial(platform, role=PlatformRole.SUPPORT),
    "support, let in": partial(platform, role=PlatformRole.SUPPORT, kind=PlatformAccessKind.GRANT),
    "privacy officer": partial(platform, role=PlatformRole.PRIVACY_OFFICER),
    "privacy officer, inside": partial(platform, role=PlatformRole.PRIVACY_OFFICER, kind=PlatformAccessKind.OVERSIGHT),
    "platform auditor": partial(platform, role=PlatformRole.AUDITOR),
    "platform auditor, inside": partial(platform, role=PlatformRole.AUDITOR, kind=PlatformAccessKind.OVERSIGHT),
    **{scope.value: partial(partner, scope=scope) for scope in Scope},
}


async def asker(name: str, home: Household) -> Asker:
    """Somebody new with this kind of credential."""
    await home.follow()
    caller, own = await MAKERS[name](home)
    return Asker(name, caller, own)


async def choose_for(business: Business, who: str) -> None:
    """What the business chose about its staff, as this viewer needs it."""
    chosen = {"staff_see_contacts": who == "staff, contacts", "staff_see_own_diary": who == "staff, own diary"}
    await PrivacySettings.of(business.account.id).update(**chosen)
