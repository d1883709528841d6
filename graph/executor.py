"""Running one operation with a budget of resolved fields, counting what it costs."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Any

from graphql import (
    FieldNode,
    GraphQLField,
    GraphQLList,
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLSchema,
    SchemaMetaFieldDef,
    TypeMetaFieldDef,
    Undefined,
    is_introspection_type,
)
from graphql.execution.collect_fields import FieldDetailsList, GroupedFieldSet
from graphql.pyutils import AwaitableOrValue, Path, UndefinedType
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from graph.short import Leaf, Leaves
from graph.weights import Scales, Tally

_FREE: dict[str, int] = {}
_NO_LEAVES: dict[str, Leaf] = {}


@dataclass(frozen=True, slots=True)
class _Told:
    """All that a leaf is told of the operation."""

    context: Any


class BudgetedExecutor(StrawberryGraphQLCoreExecutionContext):
    """Resolves at most `budget` fields; further ones are left out, and the caller looks at `spent`.

    Leaving out, rather than raising or cancelling: what has begun ends by itself, no coroutine is abandoned, and the
    work of a hostile operation is bounded by the same number. What was answered is added to `tally` as it is weighed.
    """

    def __init__(
        self, *args: Any, budget: int, scales: Scales, leaves: Leaves, tally: Tally, **named: Any
    ) -> None:  # fmt: skip
        super().__init__(*args, **named)
        self._leaves = leaves
        self._told = _Told(self.context_value)
        self._left = budget
        self._single = scales.single
        self._items = scales.items
        self.tally = tally

    @property
    def spent(self) -> bool:
        """Whether the operation asked for more fields than the budget holds. Its data is then incomplete."""
        return self._left < 0

    def execute_fields(
        self,
        parent_type: GraphQLObjectType,
        source_value: Any,
        path: Path | None,
        grouped_field_set: GroupedFieldSet,
        position_context: Any,
    ) -> AwaitableOrValue[dict[str, Any]]:
        """Leaves at once; the others, and a leaf that has no value to show, by the long way, in the order asked for."""
        leaves = self._leaves.get(parent_type.name, _NO_LEAVES)
        found: dict[str, Any] = {}
        others: GroupedFieldSet = {}
        for name, details in grouped_field_set.items():
            found[name] = Undefined
            leaf = leaves.get(details[0].node.name.value)
            if leaf is None or self._left <= 0:
                others[name] = details
                continue
            try:
                found[name] = leaf.complete(leaf.resolve(source_value, self._told))
                self._left -= 1
            except Exception:  # the long way meets it again, and knows how to say so
                others[name] = details
        if not others:
            return found
        rest = super().execute_fields(parent_type, source_value, path, others, position_context)
        return _filled(found, rest) if isinstance(rest, dict) else _when_there(found, rest)

    def execute_field(
        self,
        parent_type: GraphQLObjectType,
        source: Any,
        field_details_list: FieldDetailsList,
        path: Path,
        position_context: Any,
    ) -> AwaitableOrValue[Any] | UndefinedType:
        self._left -= 1
        if self._left < 0:
            return Undefined
        weights = self._single.get(parent_type.name)
        if weights is not None:
            self.tally.actual += weights.get(field_details_list[0].node.name.value, 0)
        return super().execute_field(parent_type, source, field_details_list, path, position_context)

    def complete_list_value(
        self,
        return_type: GraphQLList[Any],
        field_details_list: FieldDetailsList,
        info: GraphQLResolveInfo[Any],
        path: Path,
        result: Any,
        position_context: Any,
    ) -> AwaitableOrValue[list[Any]]:
        weight = self._items.get(info.parent_type.name, _FREE).get(info.field_name)
        if weight is not None:
            self.tally.actual += weight * len(result)
        return super().complete_list_value(return_type, field_details_list, info, path, result, position_context)

    async def abandon(self) -> None:
        """Cancel what an error left running, and wait until it has given back what it held (a second at most)."""
        left = [*self.background_futures, *self.pending_incremental_futures]
        if left:
            # One step first: a coroutine that never began cannot be cancelled, only dropped with a warning.
            await asyncio.sleep(0)
            for future in left:
                future.cancel()
            await asyncio.wait(left, timeout=1)


async def _when_there(found: dict[str, Any], rest: Awaitable[dict[str, Any]]) -> dict[str, Any]:
    return _filled(found, await rest)


def _filled(found: dict[str, Any], rest: dict[str, Any]) -> dict[str, Any]:
    """`found` with the rest in its places; what was left out of the rest has none."""
    found.update(rest)
    return {name: value for name, value in found.items() if value is not Undefined}


class IntrospectingExecutor(BudgetedExecutor):
    """Runs what asks for the schema, and shows it the one that the viewer sees. Apart, so that others pay nothing."""

    def __init__(self, *args: Any, seen: GraphQLSchema, describing: int, **named: Any) -> None:
        super().__init__(*args, **named)
        self._seen = seen
        self._describing = describing

    def execute_field(
        self,
        parent_type: GraphQLObjectType,
        source: Any,
        field_details_list: FieldDetailsList,
        path: Path,
        position_context: Any,
    ) -> AwaitableOrValue[Any] | UndefinedType:
        """Fields that describe the schema are as many as it is large: `describing` are free, further ones count."""
        if self._describing and is_introspection_type(parent_type):
            self._describing -= 1
            self._left += 1
        return super().execute_field(parent_type, source, field_details_list, path, position_context)

    def build_resolve_info(
        self, field_def: GraphQLField, field_nodes: list[FieldNode], parent_type: GraphQLObjectType, path: Path
    ) -> GraphQLResolveInfo[Any]:
        """What a resolver is told; those of introspection read the schema from here."""
        info = super().build_resolve_info(field_def, field_nodes, parent_type, path)
        describes = field_def is SchemaMetaFieldDef or field_def is TypeMetaFieldDef
        return info._replace(schema=self._seen) if describes or is_introspection_type(parent_type) else info
