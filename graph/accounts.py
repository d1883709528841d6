"""Accounts, and who asks."""

from __future__ import annotations

from datetime import datetime

import strawberry

import resolvers.accounts as resolve
from graph.bookings import Booking
from graph.customers import Customer
from graph.enums import Access, Permission, PlatformRole, Role, Scope, ViewerKind
from graph.errors import AlreadyTaken, ValidationFailed, VersionConflict
from graph.field import graph_type, one, shown, told, value
from graph.locations import MOVED
from graph.mutations import mutation
from graph.node import Node
from models.account import Account as AccountRow
from resolvers.bookings import booking_of_link
from resolvers.customer_sessions import own_customer

P = Permission


@graph_type(AccountRow)
class Account(Node):
    """A business. Everything else belongs to one."""

    name: str = shown(P.ACCOUNT_READ, "What customers know the business as.")
    slug: str = shown(P.ACCOUNT_READ, "Unique on the platform; stands in web addresses.")
    zone: str = shown(
        P.ACCOUNT_READ, "IANA zone of the business, as `America/Chicago`. Dates without a zone mean this one."
    )
    currency: str = shown(P.ACCOUNT_READ, "ISO 4217 code that prices are in unless they say otherwise.")
    locale: str = shown(P.ACCOUNT_READ, "BCP 47 tag of the language the business uses with its customers.")
    reminder_minutes: list[int] = shown(P.ACCOUNT_READ, resolve.REMINDER_WORDS)
    version: int | None = shown(P.ACCOUNT_MANAGE, "Grows with every change; send it back as `expectedVersion`.")
    created_at: datetime | None = shown(P.ACCOUNT_MANAGE, "When the business signed up.")


@strawberry.type(description="One thing that a credential may do or see, and how far.")
class GrantedPermission:
    name: Permission = told("Which; fields and mutations name the one they need in `@requires`.")
    access: Access = told("Whether everything in the account, values masked, or own rows only.")


@strawberry.type(description="Who asks, as this server sees them.")
class Viewer:
    kind: ViewerKind = told("With which kind of credential.")
    role: Role | None = told("A member's role; null for every other kind of viewer.")
    permissions: list[GrantedPermission] = told(
        "What this credential may do and see, by name, so that an interface can hide the rest.",
        resolver=lambda root: [
            GrantedPermission(name=one, access=root.grants[one]) for one in sorted(root.grants, key=lambda p: p.name)
        ],
    )
    factor_missing: bool = told(
        "Whether the business asks its members for a second factor that this one lacks. Until it is set up, all but "
        "the person's own user answers SECOND_FACTOR_REQUIRED."
    )
    platform_roles: list[PlatformRole] = told("What a person does for the platform; empty for nearly everybody.")
    expires_at: datetime | None = told("When the credential, or what it entered, ends by itself; null: it does not.")
    scopes: list[Scope] = told("What a partner's key was given; empty for every other kind of viewer.")
    account = one(resolve.account_if_any, None, Account | None)
    booking = one(booking_of_link, None, Booking | None)
    customer = one(own_customer, None, Customer | None)


@strawberry.type
class AccountQueries:
    viewer = value(resolve.viewer, None, Viewer)
    account = one(resolve.account, P.ACCOUNT_READ, Account)


@strawberry.type
class AccountMutations:
    update_account = mutation(
        resolve.update_account, P.ACCOUNT_MANAGE, {"account": (Account, "The business as stored now."), **MOVED},
        ValidationFailed, VersionConflict, AlreadyTaken,
    )  # fmt: skip
