"""Node: anything that has an id of its own. `RowNode` gives a type its `id` from its row."""

from __future__ import annotations

from typing import Any

import strawberry

from graph.guard import table_of
from graph.shape import KEY, Shape
from permissions.classes import Anyone
from rules.ids import global_id


def _id(root: Any) -> strawberry.ID:
    return strawberry.ID(global_id(table_of(root) or "", root.id))


@strawberry.interface(description="Anything with an id of its own, to be read again by `node(id)`.")
class Node:
    id: strawberry.ID = strawberry.field(
        description="Opaque and permanent; begins with letters that say what it is, as `bkg_…`.",
        resolver=_id,
        metadata={KEY: Shape(Anyone(), ("id",))},
        directives=[Anyone().schema_directive],
    )
