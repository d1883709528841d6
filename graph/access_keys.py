"""Access keys: the widget keys that stand in pages, and the secret keys of partners' servers."""

from __future__ import annotations

from datetime import datetime

import strawberry

import resolvers.access_keys as resolve
from graph.enums import AccessKeyKind, Permission
from graph.enums import Scope as PartnerScope
from graph.errors import NotFound, ValidationFailed, VersionConflict
from graph.field import computed, edge, graph_type, listing, shown
from graph.members import Person
from graph.mutations import mutation
from graph.node import Node
from models.access_key import AccessKey as AccessKeyRow

P = Permission


@graph_type(AccessKeyRow)
class AccessKey(Node):
    """A key that lets a program ask on behalf of the business."""

    kind: AccessKeyKind = shown(P.ACCESS_KEYS_MANAGE, "What it is for.")
    name: str = shown(P.ACCESS_KEYS_MANAGE, "What the business calls it.")
    origins: list[str] = shown(P.ACCESS_KEYS_MANAGE, "The sites whose pages may use a widget key; empty for a partner.")
    created_at: datetime = shown(P.ACCESS_KEYS_MANAGE, "When it was made.")
    last_used_at: datetime | None = shown(
        P.ACCESS_KEYS_MANAGE, "Last use, to the minute; null when it was never used. Written at most once a minute."
    )
    revoked_at: datetime | None = shown(P.ACCESS_KEYS_MANAGE, "Since when it is refused; null while it is live.")
    made_by: Person | None = edge(
        P.ACCESS_KEYS_MANAGE, "Who made it; null where no member did, or once that person's user is erased.",
        via="made_by_id",
    )  # fmt: skip
    maker_left_at: datetime | None = shown(
        P.ACCESS_KEYS_MANAGE,
        "Since when who made it is no member any more; they may have kept it. Make another and revoke this one.",
    )
    version: int = shown(P.ACCESS_KEYS_MANAGE, "Grows with every change; send it back as `expectedVersion`.")

    @computed(P.ACCESS_KEYS_MANAGE, "shown")
    def key(root: AccessKeyRow) -> str:
        """A widget's key whole, for it is published anyway; of a partner's the first characters, to recognise it."""
        return root.shown

    @computed(P.ACCESS_KEYS_MANAGE, "scopes")
    def scopes(root: AccessKeyRow) -> list[PartnerScope]:
        """What a partner's key may do; empty for a widget."""
        return [PartnerScope(scope) for scope in root.scopes]


@strawberry.type
class AccessKeyQueries:
    access_keys = listing(resolve.access_keys, P.ACCESS_KEYS_MANAGE, AccessKey)


_STORED = {"access_key": (AccessKey, "The key as it is stored now.")}
_MADE = {
    "access_key": (AccessKey, "The key as it is stored."),
    "secret": (str, "The key itself, for `Authorization: Bearer …`. Shown now and never again: keep it safe."),
}


@strawberry.type
class AccessKeyMutations:
    create_widget_key = mutation(resolve.create_widget_key, P.ACCESS_KEYS_MANAGE, _STORED, ValidationFailed, fresh=True)
    create_partner_key = mutation(resolve.create_partner_key, P.ACCESS_KEYS_MANAGE, _MADE, ValidationFailed, fresh=True)
    update_widget_key = mutation(
        resolve.update_widget_key, P.ACCESS_KEYS_MANAGE, _STORED, ValidationFailed, NotFound, VersionConflict,
        fresh=True,
    )  # fmt: skip
    revoke_access_key = mutation(resolve.revoke_access_key, P.ACCESS_KEYS_MANAGE, _STORED, NotFound, fresh=True)
