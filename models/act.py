"""Who does something, for which account, and when. Every verb takes one, so that nothing about it is hidden."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


class ActorKind(enum.Enum):
    """What kind of party acted."""

    MEMBER = "MEMBER"
    CUSTOMER = "CUSTOMER"
    VISITOR = "VISITOR"
    PARTNER = "PARTNER"
    SYSTEM = "SYSTEM"
    IMPORT = "IMPORT"


@dataclass(frozen=True, slots=True)
class Actor:
    """`id` is a user's, an access key's or a booking's id; None for the system and for unknown visitors."""

    kind: ActorKind
    id: UUID | None = None


SYSTEM = Actor(ActorKind.SYSTEM)


@dataclass(frozen=True, slots=True)
class Act:
    """One act: by whom, in which account, at which instant (aware, UTC)."""

    account_id: UUID
    actor: Actor
    at: datetime
