"""Running one operation with a budget of resolved fields."""

from __future__ import annotations

import asyncio
from typing import Any

from graphql import GraphQLObjectType, Undefined
from graphql.execution.collect_fields import FieldDetailsList
from graphql.pyutils import AwaitableOrValue, Path, UndefinedType
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext


class BudgetedExecutor(StrawberryGraphQLCoreExecutionContext):
    """Resolves at most `budget` fields; further ones are left out, and the caller looks at `spent`.

    Leaving out, rather than raising or cancelling: what has begun ends by itself, no coroutine is abandoned, and the
    work of a hostile operation is bounded by the same number.
    """

    def __init__(self, *args: Any, budget: int, **named: Any) -> None:
        super().__init__(*args, **named)
        self._left = budget

    @property
    def spent(self) -> bool:
        """Whether the operation asked for more fields than the budget holds. Its data is then incomplete."""
        return self._left < 0

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
        return super().execute_field(parent_type, source, field_details_list, path, position_context)

    async def abandon(self) -> None:
        """Cancel what an error left running, and wait until it has given back what it held (a second at most)."""
        left = [*self.background_futures, *self.pending_incremental_futures]
        if left:
            # One step first: a coroutine that never began cannot be cancelled, only dropped with a warning.
            await asyncio.sleep(0)
            for future in left:
                future.cancel()
            await asyncio.wait(left, timeout=1)
