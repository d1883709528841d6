"""Connections with keyset cursors: a page costs the same wherever it lies, and rows added meanwhile shift nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

import strawberry
from graphql import GraphQLObjectType, get_named_type
from strawberry.annotation import StrawberryAnnotation
from strawberry.extensions.field_extension import AsyncExtensionResolver, FieldExtension
from strawberry.types import Info
from strawberry.types.arguments import StrawberryArgument
from strawberry.types.field import StrawberryField

from graph.directives import price_tags
from graph.ordering import check_order, ordered, past
from graph.planning import Plan, plan
from graph.reading import Record, read
from graph.selecting import selected
from graph.shape import KEY, Shape, Size
from permissions.classes import Anyone
from permissions.roles import Permission
from resolvers.listing import Listing
from rules.cursors import write_cursor
from rules.errors import BadInput

LARGEST_PAGE = 100
PAGE = Size(by=("first", "last"), of=("edges", "nodes"))
_COUNTING = 5
N = TypeVar("N")


def _told(description: str, weight: int = 0) -> Any:
    shape = Shape(Anyone(), weight=weight)
    return strawberry.field(
        description=description,
        metadata={KEY: shape},
        directives=[shape.permission.schema_directive, *price_tags(shape)],
    )


@strawberry.type(description="Where a page stands in its connection.")
class PageInfo:
    has_next_page: bool = _told("Whether rows follow this page. Ask with `after: endCursor`.")
    has_previous_page: bool = _told("Whether rows precede this page. Ask with `before: startCursor`.")
    start_cursor: str | None = _told("The cursor of the first row; null on an empty page.")
    end_cursor: str | None = _told("The cursor of the last row; null on an empty page.")


@strawberry.type(description="A row and where it stands in its connection.")
class Edge(Generic[N]):
    cursor: str = _told("Opaque; valid for the same filter and order.")
    node: N = _told("The row.")


@strawberry.type(description="A page of rows.")
class Connection(Generic[N]):
    edges: list[Edge[N]] = _told("The rows with their cursors.", weight=1)
    nodes: list[N] = _told("The rows alone, for clients that need no cursor of each.", weight=1)
    page_info: PageInfo = _told("Where this page stands.")
    total_count: int = _told("How many rows the whole connection has. Costs a count, so ask once.", _COUNTING)


@dataclass(frozen=True, slots=True)
class _Page:
    size: int
    backwards: bool
    cursor: str | None

    @classmethod
    def asked(cls, first: int | None, last: int | None, after: str | None, before: str | None) -> _Page:
        if (first is None) == (last is None):
            raise BadInput(f"Give exactly one of `first` and `last`, from 1 to {LARGEST_PAGE}.")
        if (first is not None and before is not None) or (last is not None and after is not None):
            raise BadInput("Use `after` with `first`, and `before` with `last`.")
        size = first if first is not None else last or 0
        if not 1 <= size <= LARGEST_PAGE:
            raise BadInput(f"A page has from 1 to {LARGEST_PAGE} rows; {size} were asked for.")
        return cls(size, last is not None, after if first is not None else before)


_ARGUMENTS = (
    ("first", int, f"How many rows from the start or after `after`; 1 to {LARGEST_PAGE}. Give this or `last`."),
    ("after", str, "Rows after this cursor; with `first`."),
    ("last", int, f"How many rows from the end or before `before`; 1 to {LARGEST_PAGE}. Give this or `first`."),
    ("before", str, "Rows before this cursor; with `last`."),
)


class Pages(FieldExtension):
    """A field whose resolver answers a `Listing`; this reads one page of it, as far as the viewer's grant goes."""

    def __init__(self, permission: Permission) -> None:
        self.permission = permission

    def apply(self, field: StrawberryField) -> None:
        field.arguments = [
            *field.arguments,
            *(
                StrawberryArgument(name, None, StrawberryAnnotation(kind | None), description=words, default=None)
                for name, kind, words in _ARGUMENTS
            ),
        ]

    async def resolve_async(
        self,
        next_: AsyncExtensionResolver,
        source: Any,
        info: Info,
        *,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
        **kwargs: Any,
    ) -> Any:
        page = _Page.asked(first, last, after, before)
        wanted: Listing = await next_(source, info, **kwargs)
        check_order(info, _node_type(info), wanted, self.permission)
        return await _read_page(info, replace(wanted, rows=info.context.confined(wanted.rows, self.permission)), page)


async def _read_page(info: Info, wanted: Listing, page: _Page) -> Connection[Any]:
    type_ = get_named_type(info._raw_info.return_type)
    asked = selected(info, type_, info._raw_info.field_nodes)  # type: ignore[arg-type]
    made = _plan_of_nodes(info, type_, asked, wanted)  # type: ignore[arg-type]
    backwards = wanted.descending != page.backwards
    rows = past(wanted, page.cursor, backwards) if page.cursor is not None else wanted.rows
    found = await read(ordered(rows, wanted.order, backwards).limit(page.size + 1), made)
    total = await wanted.rows.count() if "totalCount" in asked else 0
    more, found = len(found) > page.size, found[: page.size]
    if page.backwards:
        found.reverse()
    return _connection(found, wanted, page, more, total)


def _connection(found: list[Record], wanted: Listing, page: _Page, more: bool, total: int) -> Connection[Any]:
    edges = [Edge(cursor=write_cursor(wanted.order, getattr(r, wanted.order), r.id), node=r) for r in found]
    passed = page.cursor is not None
    info = PageInfo(
        has_next_page=passed if page.backwards else more,
        has_previous_page=more if page.backwards else passed,
        start_cursor=edges[0].cursor if edges else None,
        end_cursor=edges[-1].cursor if edges else None,
    )
    return Connection(edges=edges, nodes=found, page_info=info, total_count=total)


def _node_type(info: Info) -> Any:
    connection: Any = get_named_type(info._raw_info.return_type)
    return get_named_type(connection.fields["nodes"].type)


def _plan_of_nodes(info: Info, type_: GraphQLObjectType, asked: Any, wanted: Listing) -> Plan:
    nodes = list(asked.get("nodes", ()))
    if "edges" in asked:
        edge_type: Any = get_named_type(type_.fields["edges"].type)
        nodes += selected(info, edge_type, asked["edges"]).get("node", ())
    made = plan(info, _node_type(info), nodes)
    made.columns[wanted.order] = None
    return made
