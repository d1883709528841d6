"""Accounts, and who asks."""

from __future__ import annotations

from datetime import datetime

import strawberry

import resolvers.accounts as resolve
from graph.bookings import Booking
from graph.enums import Permission, Role, Scope, ViewerKind
from graph.errors import AlreadyTaken, ValidationFailed, VersionConflict
from graph.field import graph_type, one, shown, told, value
from graph.mutations import mutation
from graph.node import Node
from models.account import Account as AccountRow
from resolvers.bookings import booking_of_link

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
    version: int | None = shown(P.ACCOUNT_MANAGE, "Grows with every change; send it back as `expectedVersion`.")
    created_at: datetime | None = shown(P.ACCOUNT_MANAGE, "When the business signed up.")


@strawberry.type(description="Who asks, as this server sees them.")
class Viewer:
    kind: ViewerKind = told("With which kind of credential.")
    role: Role | None = told("A member's role; null for every other kind of viewer.")
    permissions: list[Permission] = told(
        "What this credential may do and see, so that an interface can hide the rest. Some reach own rows only.",
        resolver=lambda root: sorted(root.grants, key=lambda p: p.name),
    )
    scopes: list[Scope] = told("What a partner's key was given; empty for every other kind of viewer.")
    account = one(resolve.account_if_any, None, Account | None)
    booking = one(booking_of_link, None, Booking | None)


@strawberry.type
class AccountQueries:
    viewer = value(resolve.viewer, None, Viewer)
    account = one(resolve.account, P.ACCOUNT_READ, Account)


@strawberry.type
class AccountMutations:
    update_account = mutation(
        resolve.update_account, P.ACCOUNT_MANAGE, {"account": (Account, "The business as stored now.")},
        ValidationFailed, VersionConflict, AlreadyTaken,
    )  # fmt: skip
