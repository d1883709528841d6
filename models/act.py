"""Who does something, for which account, and when. Every verb takes one, so that nothing about it is hidden."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from uuid import UUID


class ActorKind(enum.Enum):
    """What kind of party acted."""

    MEMBER = "MEMBER"
    CUSTOMER = "CUSTOMER"
    VISITOR = "VISITOR"
    PARTNER = "PARTNER"
    APP = "APP"
    PLATFORM = "PLATFORM"
    SYSTEM = "SYSTEM"
    IMPORT = "IMPORT"


# The table that an actor's id is in; the others have none.
TABLES: Mapping[ActorKind, str] = MappingProxyType(
    {
        ActorKind.MEMBER: "app_user",
        ActorKind.PARTNER: "access_key",
        ActorKind.APP: "app_installation",
        ActorKind.CUSTOMER: "booking",
        ActorKind.PLATFORM: "app_user",
    }
)


@dataclass(frozen=True, slots=True)
class Actor:
    """`id` is a user's, an access key's, an app installation's or a booking's id; None for the system and for unknown
    visitors."""

    kind: ActorKind
    id: UUID | None = None


SYSTEM = Actor(ActorKind.SYSTEM)


@dataclass(frozen=True, slots=True)
class Act:
    """One act: by whom, in which account, at which instant (aware, UTC).

    `mails` False: it is part of a larger one, which tells customers of everything in one mail.
    """

    account_id: UUID
    actor: Actor
    at: datetime
    mails: bool = True
