"""Nodes: reading anything again by its id."""

from __future__ import annotations

from typing import Any

import strawberry
from strawberry.extensions.field_extension import AsyncExtensionResolver, FieldExtension
from strawberry.types import Info

import resolvers.nodes as resolve
from graph.field import one, value
from graph.node import Node
from graph.reading import read_one
from graph.shape import Size


class ReadsEach(FieldExtension):
    """A field whose resolver names rows of several tables; this reads each table once."""

    async def resolve_async(self, next_: AsyncExtensionResolver, source: Any, info: Info, **kwargs: Any) -> Any:
        wanted: resolve.Wanted = await next_(source, info, **kwargs)
        found = {}
        for table, rows in wanted.queries.items():
            for record in await read_one(info, rows, None):
                found[table, record.id] = record
        answers = [found.get(place) if place else None for place in wanted.places]
        info.context.seen.unknown_ids += answers.count(None)
        return answers


_nodes = value(resolve.nodes, None, list[Node | None], size=Size(by=("ids",)))
_nodes.extensions = [ReadsEach(), *_nodes.extensions]


@strawberry.type
class NodeQueries:
    node = one(resolve.node, None, Node | None)
    nodes = _nodes
