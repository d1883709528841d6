"""History: what happened, when and by whom."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import strawberry
from strawberry.utils.str_converters import to_camel_case

from graph.enums import ActorKind, Permission
from graph.field import computed, edge, graph_type, shown, told
from graph.node import Node
from models.act import TABLES
from models.act import ActorKind as Kind
from models.app_installation import AppInstallation
from models.event import Event as EventRow
from rules.ids import PREFIXES, global_id

P = Permission


@strawberry.type(description="One detail of an event. Never a person's value: ids, states, names of columns.")
class EventDetail:
    name: str = told("Which, as `previousStaffId` or `overridden`.")
    value: str = told("As text; an id as the API shows it.")


@graph_type(AppInstallation)
class ActingApp:
    """An app that did something, as history names it."""

    name: str = shown(P.HISTORY_READ, "What it was called when it was approved last.")


@graph_type(EventRow)
class Event(Node):
    """Something that happened. Events are only ever added."""

    name: str = shown(P.HISTORY_READ, "What happened, in the past tense, as `booking_rescheduled`.")
    at: datetime = shown(P.HISTORY_READ, "When.", column="created_at")
    actor_kind: ActorKind = shown(P.HISTORY_READ, "What kind of party did it.")

    @computed(P.HISTORY_READ, "actor_kind", "actor_id")
    def actor_id(self: Any) -> strawberry.ID | None:
        """Who did it: the id of a user, of a partner's key, of an app's installation, or of the booking whose link was
        used; null for a customer who signed in, and for all others."""
        table = TABLES.get(Kind(self.actor_kind))
        return None if table is None or self.actor_id is None else strawberry.ID(global_id(table, self.actor_id))

    app: ActingApp | None = edge(P.HISTORY_READ, "The app that did it; null where somebody else did.", via="actor_id")

    @computed(P.HISTORY_READ, "data")
    def details(self: Any) -> list[EventDetail]:
        """What else is known of it."""
        return [EventDetail(name=to_camel_case(name), value=_text(name, value)) for name, value in self.data.items()]


def _text(name: str, value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(_text(name.removesuffix("s"), one) for one in value)
    table = name.removesuffix("_id").removeprefix("previous_").removeprefix("overlapped_")
    if name.endswith("_id") and table in PREFIXES:
        return global_id(table, UUID(value))
    return str(value).lower() if isinstance(value, bool) else str(value)
