"""Security events: what looks like an attack on the account, and whether anybody is watching."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import strawberry

import resolvers.security as resolve
from graph.enums import Permission, SecurityEventKind
from graph.errors import NotFound
from graph.field import computed, graph_type, listing, shown, told, value
from graph.mutations import mutation
from graph.node import Node
from models.security_event import SecurityEvent as SecurityEventRow
from rules.ids import PREFIXES, global_id
from rules.watching import message

P = Permission


@graph_type(SecurityEventRow)
class SecurityEvent(Node):
    """Something that looks like an attack. While it is open, more of the same is added to it."""

    kind: SecurityEventKind = shown(P.SECURITY_READ, "What was noticed.")
    count: int = shown(
        P.SECURITY_READ, "How often, at the last report: it is reported again each time the detector's number is full."
    )
    first_at: datetime = shown(P.SECURITY_READ, "When it was first reported.", column="created_at")
    last_at: datetime = shown(P.SECURITY_READ, "When it was last reported.")
    acknowledged_at: datetime | None = shown(P.SECURITY_READ, "When somebody looked at it; null while it is open.")

    @computed(P.SECURITY_READ, "kind", "count")
    def message(self: Any) -> str:
        """What happened and what to do, in words for a person."""
        return message(self.kind, self.count)

    @computed(P.SECURITY_READ, "subject", "subject_id")
    def subject_id(self: Any) -> strawberry.ID | None:
        """Which credential it was, or which member was aimed at: the id of an access key, of an installed
        app, of a user, or of the booking whose link was used."""
        return strawberry.ID(global_id(self.subject, self.subject_id)) if self.subject in PREFIXES else None

    @computed(P.SECURITY_READ, "acknowledged_by_id")
    def acknowledged_by_id(self: Any) -> strawberry.ID | None:
        """The user who looked at it; null while it is open."""
        return (
            None if self.acknowledged_by_id is None else strawberry.ID(global_id("app_user", self.acknowledged_by_id))
        )


@strawberry.type(description="One thing that is watched for.")
class SecurityDetector:
    kind: SecurityEventKind = told("What it reports.", resolver=lambda root: root[0])
    most: int = told("How often something may happen before it is reported.", resolver=lambda root: root[1].most)
    within_seconds: int = told(
        "In how many seconds, from the first time on.", resolver=lambda root: int(root[1].within.total_seconds())
    )


@strawberry.type(description="How the watch for attacks is doing.")
class SecurityWatch:
    last_sign_at: datetime | None = told("When it last had looked at everything; null where it never ran.")
    stalled: bool = told("Whether that is too long ago: then no event means nothing. Tell whoever runs the server.")
    detectors: list[SecurityDetector] = told("What is watched for.", resolver=lambda root: root.detectors)


@strawberry.type
class SecurityQueries:
    security_events = listing(resolve.security_events, P.SECURITY_READ, SecurityEvent)
    security_watch = value(resolve.security_watch, P.SECURITY_READ, SecurityWatch)


_LOOKED_AT = {"security_event": (SecurityEvent, "The event as it is stored now.")}


@strawberry.type
class SecurityMutations:
    acknowledge_security_event = mutation(resolve.acknowledge_security_event, P.SECURITY_MANAGE, _LOOKED_AT, NotFound)
