"""History: what happened, when and by whom."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import strawberry
from strawberry.utils.str_converters import to_camel_case

from graph.enums import ActorKind, Permission
from graph.field import computed, graph_type, shown, told
from graph.node import Node
from models.act import ActorKind as Kind
from models.event import Event as EventRow
from rules.ids import PREFIXES, global_id

P = Permission
_TABLES = {Kind.MEMBER: "app_user", Kind.PARTNER: "access_key", Kind.CUSTOMER: "booking"}


@strawberry.type(description="One detail of an event. Never a person's value: ids, states, names of columns.")
class EventDetail:
    name: str = told("Which, as `previousStaffId` or `overridden`.")
    value: str = told("As text; an id as the API shows it.")


@graph_type(EventRow)
class Event(Node):
    """Something that happened. Events are only ever added."""

    name: str = shown(P.HISTORY_READ, "What happened, in the past tense, as `booking_rescheduled`.")
    at: datetime = shown(P.HISTORY_READ, "When.", column="created_at")
    actor_kind: ActorKind = shown(P.HISTORY_READ, "What kind of party did it.")

    @computed(P.HISTORY_READ, "actor_kind", "actor_id")
    def actor_id(self: Any) -> strawberry.ID | None:
        """Who did it: the id of a user, of a partner's key, or of the booking whose link was used; else null."""
        table = _TABLES.get(Kind(self.actor_kind))
        return None if table is None or self.actor_id is None else strawberry.ID(global_id(table, self.actor_id))

    @computed(P.HISTORY_READ, "data")
    def details(self: Any) -> list[EventDetail]:
        """What else is known of it."""
        return [EventDetail(name=to_camel_case(name), value=_text(name, value)) for name, value in self.data.items()]


def _text(name: str, value: Any) -> str:
    table = name.removesuffix("_id").removeprefix("previous_")
    if name.endswith("_id") and table in PREFIXES:
        return global_id(table, UUID(value))
    if isinstance(value, bool):
        return "true" if value else "false"
    return ", ".join(str(one) for one in value) if isinstance(value, list) else str(value)
