"""Event: what happened, append-only. Every verb writes one in its own transaction; a booking's are its history."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from tortoise import fields

from models.act import Act, ActorKind
from models.columns import choice
from models.personal import Why, plain
from models.tenancy import Owned


class Event(Owned):
    """Past tense and without personal data: ids, states and names of columns, never a person's values."""

    name = plain(fields.CharField(max_length=60), Why.STATE)
    actor_kind = choice(ActorKind)
    actor_id = plain(fields.UUIDField(null=True), Why.IDENTIFIER)
    subject = plain(fields.CharField(max_length=30), Why.STATE)
    subject_id = plain(fields.UUIDField(), Why.IDENTIFIER)
    data = plain(fields.JSONField[dict[str, Any]](default=dict), Why.STATE)

    class Meta:
        table = "event"


async def record(act: Act, name: str, subject: str, subject_id: UUID, **data: Any) -> None:
    """Write an event into the current transaction. `subject` is the table that `subject_id` is in."""
    await Event.add(
        act.account_id,
        created_at=act.at,
        name=name,
        actor_kind=act.actor.kind,
        actor_id=act.actor.id,
        subject=subject,
        subject_id=subject_id,
        data=data,
    )
