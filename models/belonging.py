"""Which accounts a person belongs to. Looked up across accounts, because here it is the person who is known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from models.membership import Role
from models.storage.database import fetch
from models.storage.reach import Reach, reaching

_BELONGINGS = """
    SELECT m.id, m.account_id, m.version, m.role, a.name, a.slug
    FROM membership m
    JOIN account a ON a.id = m.account_id
    LEFT JOIN (
      SELECT s.account_id, MAX(s.last_used_at) AS used FROM session s WHERE s.user_id = $1 GROUP BY s.account_id
    ) latest ON latest.account_id = m.account_id
    WHERE m.user_id = $1
    ORDER BY latest.used IS NULL, latest.used DESC, m.created_at, m.id
"""


@dataclass(frozen=True, slots=True)
class Belonging:
    """A membership with the account's name, as its own person sees it. `id` and `version` are the membership's."""

    id: UUID
    account_id: UUID
    version: int
    role: Role
    account_name: str
    account_slug: str


async def belongings_of(user_id: UUID) -> list[Belonging]:
    """A person's memberships: the account used last first, those never used by age at the end. One statement."""
    with reaching(Reach.SECRETS):
        rows: list[Any] = await fetch(_BELONGINGS, user_id)
    return [
        Belonging(
            id=_uuid(row["id"]),
            account_id=_uuid(row["account_id"]),
            version=row["version"],
            role=Role(row["role"]),
            account_name=row["name"],
            account_slug=row["slug"],
        )
        for row in rows
    ]


def _uuid(value: Any) -> UUID:
    return value if isinstance(value, UUID) else UUID(value)
