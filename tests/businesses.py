"""The businesses of the tests. There are always two: the one that acts, and its rival.

Rows that a test is not about are made here through the models' verbs; what a test is about goes through the API.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import Any

from models.access_key import AccessKey, AccessKeyKind
from models.account import Account
from models.act import Act, Actor, ActorKind
from models.customer import Customer
from models.membership import Membership, Role
from models.privacy_settings import PrivacySettings
from models.service import Service
from models.session import Session
from models.staff import Staff
from models.tenancy import Owned
from models.user import User
from permissions.roles import Scope
from resolvers.context import COOKIE
from rules.ids import global_id
from rules.names import suggest_slug
from tests.api import Caller
from tests.product import Product

ORIGIN = "https://salon.example"
_numbers = count(1)


@dataclass(slots=True)
class Business:
    """An account with one caller for each kind of credential."""

    product: Product
    account: Account
    owner_user: User
    owner: Caller
    widget: Caller
    partner: Caller
    widget_key: str
    partner_key: str

    @property
    def act(self) -> Act:
        """An act of the owner, now."""
        return Act(self.account.id, Actor(ActorKind.MEMBER, self.owner_user.id), self.product.clock.now())

    async def member(self, role: Role, **more: Any) -> Caller:
        """A caller who signed in as a member with this role."""
        user = await make_user(self.product.clock.now())
        await Membership.begin(self.act, user_id=user.id, role=role, **more)
        return await signed_in(self.product, user, self.account)

    async def owner_proves(self) -> None:
        """The owner has just signed in, as what could harm most takes it."""
        await Session.filter(user_id=self.owner_user.id).update(proved_at=self.product.clock.now())

    async def partner_with(self, *scopes: Scope) -> Caller:
        """A caller with a partner key of these scopes."""
        _, token = await AccessKey.issue(
            self.act, AccessKeyKind.PARTNER, "Partner", origins=[], scopes=[scope.value for scope in scopes]
        )
        return by_key(self.product, token)

    async def service(self, name: str = "Haircut", **more: Any) -> Service:
        """A service that nobody offers yet."""
        return await Service.begin_named(self.act, suggest_slug(name) or "service", name=name, **more)

    async def staff(self, name: str = "Ada", *, offers: Sequence[Service] = (), **more: Any) -> Staff:
        """Somebody who can be booked, for the services they offer."""
        made = await Staff.begin(self.act, name=name, **more)
        for service in offers:
            await service.offer(self.act, made.id, 1)
        return made

    async def customer(self, name: str = "Grace Hopper", **more: Any) -> Customer:
        """Somebody who books."""
        return await Customer.begin(self.act, name=name, **more)


async def limit_to_own_diary(business: Business) -> None:
    """Let the business's STAFF see and change only their own diary."""
    settings = await PrivacySettings.of(business.account.id).get()
    await settings.change(business.act, settings.version, staff_see_own_diary=True)


def id_of(row: Owned) -> str:
    """The id that clients see for a row."""
    return global_id(row._meta.db_table, row.id)


async def make_user(at: datetime, email: str | None = None) -> User:
    """A user nobody can sign in as: tests of signing in make theirs through the API."""
    number = next(_numbers)
    return await User.create(
        created_at=at, updated_at=at, email=email or f"person{number}@example.com", name=f"Person {number}",
        password_hash="!",
    )  # fmt: skip


async def signed_in(product: Product, user: User, account: Account | None) -> Caller:
    """A caller with a session cookie."""
    token = await Session.begin(user.id, account.id if account else None, "Test", product.clock.now(), 30)
    return Caller(product.http(), headers={"Cookie": f"{COOKIE}={token}", "X-Calendera-Client": "dashboard"})


def at_widget(business: Business, token: str) -> Caller:
    """Somebody at the business's widget who has a manage token. Documents there may name what no link opens."""
    headers = {**business.widget.headers, "Authorization": f"Bearer {token}"}
    return Caller(business.widget.http, business.widget.path, headers)


def by_key(product: Product, token: str) -> Caller:
    """A caller with a bearer secret: a partner key or a manage link."""
    return Caller(product.http(), headers={"Authorization": f"Bearer {token}"})


async def make_business(product: Product, name: str = "Salon", zone: str = "America/Chicago") -> Business:
    """A business with an owner, a widget key and a partner key with every scope."""
    at = product.clock.now()
    owner = await make_user(at)
    account = await Account.open(
        owner, at, name=name, slug=f"{name.lower()}-{owner.id.hex[-12:]}", zone=zone, currency="USD", locale="en-US"
    )
    act = Act(account.id, Actor(ActorKind.MEMBER, owner.id), at)
    _, widget = await AccessKey.issue(act, AccessKeyKind.WIDGET, "Website", origins=[ORIGIN], scopes=[])
    _, partner = await AccessKey.issue(
        act, AccessKeyKind.PARTNER, "Partner", origins=[], scopes=[scope.value for scope in Scope]
    )
    return Business(
        product=product,
        account=account,
        owner_user=owner,
        owner=await signed_in(product, owner, account),
        widget=Caller(product.http(), path=f"/embed/v1/{widget}/graphql", headers={"Origin": ORIGIN}),
        partner=by_key(product, partner),
        widget_key=widget,
        partner_key=partner,
    )
