"""Security events: what looks like an attack on the account, and whether anybody is watching."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

import strawberry

from models.security_event import SecurityEvent
from models.watch_sign import STALLED_AFTER, WatchSign
from permissions.roles import Permission
from resolvers.context import Info
from resolvers.listing import Listing
from rules.watching import DETECTORS, Detector, SecurityEventKind

P = Permission

IncludeAcknowledged = Annotated[
    bool, strawberry.argument(description="Whether events that somebody has looked at are listed too.")
]


async def security_events(info: Info, include_acknowledged: IncludeAcknowledged = False) -> Listing:
    """What looked like an attack on the account, what happened last first."""
    rows = info.context.rows(SecurityEvent, P.SECURITY_READ)
    if not include_acknowledged:
        rows = rows.filter(acknowledged_at=None)
    return Listing(rows, order="last_at", descending=True)


@dataclass(frozen=True, slots=True)
class Watching:
    """How the watch for attacks is doing."""

    last_sign_at: datetime | None
    stalled: bool
    detectors: list[tuple[SecurityEventKind, Detector]]


async def security_watch(info: Info) -> Watching:
    """How the watch for attacks is doing, and what it reports."""
    last = await WatchSign.last_at()
    stalled = last is None or info.context.now - last > STALLED_AFTER
    return Watching(last, stalled, list(DETECTORS.items()))


@strawberry.input(description="Which event somebody has looked at.")
class AcknowledgeSecurityEventInput:
    id: strawberry.ID = strawberry.field(description="Which one.")


async def acknowledge_security_event(info: Info, input: AcknowledgeSecurityEventInput) -> SecurityEvent:
    """Say that somebody has looked at it. More of the same is a new event from then on, and is mailed again."""
    found = await info.context.find(SecurityEvent, input.id, P.SECURITY_MANAGE)
    await found.acknowledge(info.context.act)
    return found
