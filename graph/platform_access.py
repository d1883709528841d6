"""What people of the platform may do in an account, and did: for its owner."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import strawberry

import resolvers.platform as platform
import resolvers.platform_access as resolve
from graph.accounts import Viewer
from graph.enums import Permission, PlatformAccessKind, PlatformAccessStatus, PlatformRole, SupportFields
from graph.errors import NotFound, SecondPersonNeeded, Throttled, ValidationFailed
from graph.field import computed, graph_type, listing, shown
from graph.history import Event
from graph.mutations import mutation
from graph.node import Node
from models.platform_access import PlatformAccess as PlatformAccessRow
from resolvers.context import Info
from rules.ids import global_id

P = Permission


@graph_type(PlatformAccessRow)
class PlatformAccess(Node):
    """A permission of somebody of the platform to enter the account for a while, for reading only."""

    kind: PlatformAccessKind = shown(P.PLATFORM_ACCESS_READ, "By whose leave.")
    role: PlatformRole = shown(P.PLATFORM_ACCESS_READ, "As what they enter.")
    reason: str = shown(P.PLATFORM_ACCESS_READ, "What it was for, in the words of who asked or gave it.")

    @computed(P.PLATFORM_ACCESS_READ, "field_groups")
    def fields(self: Any) -> list[SupportFields]:
        """What may be seen beside the shop window; none for oversight, which sees what its role shows."""
        return [SupportFields(one) for one in self.field_groups]

    @computed(P.PLATFORM_ACCESS_READ, "given_at", "expires_at", "ended_at")
    def status(self: Any, info: Info) -> PlatformAccessStatus:
        """Where it stands."""
        if self.ended_at is not None or (self.expires_at is not None and self.expires_at <= info.context.now):
            return PlatformAccessStatus.ENDED
        return PlatformAccessStatus.ASKED if self.given_at is None else PlatformAccessStatus.ACTIVE

    @computed(P.PLATFORM_ACCESS_READ, "asked_by_id")
    def asked_by_id(self: Any) -> strawberry.ID | None:
        """The user of the platform who asked, and alone can use it; null: any of support."""
        return _user(self.asked_by_id)

    @computed(P.PLATFORM_ACCESS_READ, "given_by_id")
    def given_by_id(self: Any) -> strawberry.ID | None:
        """Who gave it: an owner, or of a break-glass the second person of the platform; null for oversight."""
        return _user(self.given_by_id)

    given_at: datetime | None = shown(P.PLATFORM_ACCESS_READ, "Since when it counts; null while it is only asked for.")
    expires_at: datetime | None = shown(P.PLATFORM_ACCESS_READ, "When it ends by itself.")
    ended_at: datetime | None = shown(P.PLATFORM_ACCESS_READ, "When it was revoked or declined.")
    reviewed_at: datetime | None = shown(P.PLATFORM_ACCESS_READ, "When a second person reviewed a break-glass.")
    finding: str = shown(P.PLATFORM_ACCESS_READ, "What the review found; empty before.")
    created_at: datetime = shown(P.PLATFORM_ACCESS_READ, "When it was asked for or given.")


def _user(key: Any) -> strawberry.ID | None:
    return None if key is None else strawberry.ID(global_id("app_user", key))


@strawberry.type
class PlatformAccessQueries:
    platform_accesses = listing(resolve.platform_accesses, P.PLATFORM_ACCESS_READ, PlatformAccess)
    platform_uses = listing(resolve.platform_uses, P.PLATFORM_ACCESS_READ, Event)


_STORED = {"access": (PlatformAccess, "The permission as stored now.")}
_ASKED = {"access_id": (strawberry.ID, "The permission, for the colleague who approves or reviews it.")}
_NOW = {"viewer": (Viewer, "Who asks from now on.")}


@strawberry.type
class PlatformAccessMutations:
    grant_support_access = mutation(
        resolve.grant_support_access, P.PLATFORM_ACCESS_MANAGE, _STORED, ValidationFailed, NotFound, fresh=True
    )
    revoke_support_access = mutation(resolve.revoke_support_access, P.PLATFORM_ACCESS_MANAGE, _STORED, NotFound)
    request_support_access = mutation(
        platform.request_support_access,
        P.SUPPORT_ACCESS_REQUEST,
        {"requested": (bool, "Always true, whether or not there is such an account.")},
        ValidationFailed,
        Throttled,
    )
    enter_account = mutation(platform.enter_account, P.ACCOUNTS_ENTER, _NOW, ValidationFailed, NotFound, fresh=True)
    leave_account = mutation(platform.leave_account, P.ACCOUNTS_ENTER, _NOW)
    request_break_glass = mutation(
        platform.request_break_glass, P.BREAK_GLASS, _ASKED, ValidationFailed, NotFound, fresh=True
    )
    approve_break_glass = mutation(
        platform.approve_break_glass, P.BREAK_GLASS, _ASKED, NotFound, SecondPersonNeeded, fresh=True
    )
    review_break_glass = mutation(
        platform.review_break_glass, P.BREAK_GLASS, _ASKED, ValidationFailed, NotFound, SecondPersonNeeded
    )
