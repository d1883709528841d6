"""What a request did that is worth watching. Filled while it is answered, looked at when it is over."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID


@dataclass(slots=True)
class FailedSignIn:
    """`user_id` is None where nobody signs in with the address; `email` is as it would be stored."""

    email: str
    user_id: UUID | None


@dataclass(slots=True)
class Seen:
    """`unknown_ids` led to nothing this viewer may see; `contacts` are customers whose contact was read in clear."""

    unknown_ids: int = 0
    contacts: set[UUID] = field(default_factory=set)
    failed_sign_ins: list[FailedSignIn] = field(default_factory=list)
