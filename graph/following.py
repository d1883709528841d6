"""Following what happens, for whoever keeps a copy: pages of changes that miss nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import strawberry
from graphql import FieldNode, GraphQLObjectType
from strawberry.extensions.field_extension import AsyncExtensionResolver, FieldExtension
from strawberry.types import Info
from tortoise.queryset import QuerySet

import resolvers.following as resolve
from graph.enums import ChangeSubject, Permission
from graph.errors import CursorGone, Refused
from graph.field import ROW, found, told, value
from graph.history import Event
from graph.node import Node
from graph.planning import model_of, plan
from graph.reading import Record, read
from graph.selecting import selected
from graph.shape import Size
from resolvers.history import events as shown_events
from rules import following
from rules.ids import global_id

P = Permission


def _event(root: Any) -> Any:
    """What happened in detail, and by whom."""
    return root.event


@strawberry.type(description="Something happened to one thing.")
class Change:
    cursor: str = told("Where to go on after this change, instead of at the end of the page.")
    at: datetime = told("When; in the time of whoever did it, so not always ascending.",
                        resolver=lambda root: root.change.at)  # fmt: skip
    name: str = told("What happened, in the past tense, as `booking_rescheduled`.",
                     resolver=lambda root: root.change.name)  # fmt: skip
    subject: ChangeSubject = told("What kind of thing it happened to.",
                                  resolver=lambda root: ChangeSubject(root.change.subject))  # fmt: skip
    node_id: strawberry.ID = told(
        "Which one; all that is known of what is gone, or is not to be seen any more.",
        resolver=lambda root: strawberry.ID(global_id(root.change.subject, root.change.subject_id)),
    )
    node: Node | None = told(
        "The thing as it is now, which may be later than the change; null where it is gone or not to be seen any more.",
        weight=ROW,
    )
    event: Event | None = found(_event, P.HISTORY_READ, Event | None)


@strawberry.type(description="What follows a cursor.")
class Changes:
    @classmethod
    def is_type_of(cls, source: Any, _: Any) -> bool:
        """The other member of the union is a refusal."""
        return not isinstance(source, Refused)

    changes: list[Change] = told(
        "In order. May be fewer than were asked for, even none, while `hasMore`: what cannot be seen is passed over."
    )
    next_cursor: str = told(
        "Where to go on, always; keep it once this page has been dealt with.",
        resolver=lambda root: resolve.written(root.following.next),
    )
    has_more: bool = told("Whether to ask on at once.", resolver=lambda root: root.following.more)
    latest_cursor: str = told(
        "After everything that is committed now: to follow from after a full read that begins now.",
        resolver=lambda root: resolve.written(root.following.end),
    )


class _ReadsNodes(FieldExtension):
    """Reads the things of a page, each table once; answers a cursor that is gone as a refusal."""

    async def resolve_async(self, next_: AsyncExtensionResolver, source: Any, info: Info, **kwargs: Any) -> Any:
        try:
            page: resolve.Page = await next_(source, info, **kwargs)
        except following.CursorGone as refusal:
            info.context.refused.append(refusal.code.value)
            return Refused(refusal)
        asked = _asked(info)
        if "node" in asked:
            rows = {table: await _read(info, query, asked["node"]) for table, query in page.queries.items()}
            for one in page.changes:
                one.node = rows[one.change.subject].get(one.change.subject_id)
        if "event" in asked and info.context.viewer.access(P.HISTORY_READ):
            ids = [one.change.place.event_id for one in page.changes]
            events = shown_events(info.context).filter(id__in=ids)
            found = await _read(info, events, asked["event"])
            for one in page.changes:
                one.event = found.get(one.change.place.event_id)
        return page


def _asked(info: Info) -> dict[str, list[FieldNode]]:
    """What is selected beneath `changes { … on Changes { changes { … } } }`."""
    types: Mapping[str, Any] = info._raw_info.schema.type_map
    pages = selected(info, types["Changes"], info._raw_info.field_nodes)
    return selected(info, types["Change"], pages.get("changes", ()))


async def _read(info: Info, rows: QuerySet[Any], nodes: list[FieldNode]) -> dict[UUID, Record]:
    raw = info._raw_info
    kinds: Any = raw.schema.get_possible_types(raw.schema.type_map["Node"])  # type: ignore[arg-type]
    kind: GraphQLObjectType = next(one for one in kinds if model_of(one) is rows.model)
    return {record.id: record for record in await read(info.context.confined(rows, None), plan(info, kind, nodes))}


_RESULT = Annotated[
    Changes | CursorGone,
    strawberry.union("ChangesResult", description="What `changes` answers: a page, or that its cursor is gone."),
]
_changes = value(resolve.changes, P.CHANGES_FOLLOW, _RESULT, size=Size(by=("first",), of=("changes",)))
_changes.extensions = [_ReadsNodes(), *_changes.extensions]


@strawberry.type
class FollowingQueries:
    changes = _changes
