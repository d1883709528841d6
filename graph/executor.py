"""Running one operation with a budget of resolved fields."""

from __future__ import annotations

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

    def abandon(self) -> None:
        """Cancel what still runs for an operation that nobody waits for any more."""
        for future in [*self.background_futures, *self.pending_incremental_futures]:
            future.cancel()
