"""The chain of what happened: each link hashes the one before it and the exact bytes of an event."""

from __future__ import annotations

import enum
import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID


class Tampering(enum.Enum):
    """What is wrong with a chain."""

    ENTRY_EDITED = "an entry of the chain is not what was sealed"
    ENTRY_MISSING = "an entry of the chain is missing"
    EVENT_CHANGED = "an event is not what was sealed"
    EVENT_GONE = "an event that was sealed is gone"
    TAIL_CUT = "the chain ends before a signed checkpoint, or leads elsewhere"
    CHECKPOINT_FORGED = "a checkpoint was not signed by this server's key"
    CLOCK_WENT_BACK = "a checkpoint is dated before the one it follows"
    TRIGGER_MISSING = "the database no longer refuses changes of history"


@dataclass(frozen=True, slots=True)
class Broken:
    """One thing that is wrong, and at which position of the chain; 0 where it is about the whole."""

    what: Tampering
    position: int = 0


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """That at a moment the chain of an account had come to this."""

    account_id: UUID
    position: int
    digest: str
    signed_at: datetime
    signature: str = ""

    @property
    def message(self) -> bytes:
        """What is signed."""
        words = ("calendera audit", self.account_id, self.position, self.digest, exactly(self.signed_at))
        return "\n".join(map(str, words)).encode()


def exactly(moment: datetime) -> str:
    """A moment to the microsecond, always in the same form."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def beginning(account_id: UUID) -> str:
    """What the first link of an account follows: no chain is another account's."""
    return hashlib.sha256(f"calendera audit {account_id}".encode()).hexdigest()


def link(previous: str, position: int, said: str) -> str:
    """The digest of a link."""
    return hashlib.sha256(f"{previous}\n{position}\n{said}".encode()).hexdigest()
