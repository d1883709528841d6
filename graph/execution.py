"""The way of one operation.

    prepare(text) or recall(id)  →  Prepared, or an Answer that says why not
    run(prepared, …)             →  Answer

No schema extension, no hook per field: what has to happen for every operation happens here, once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import strawberry
from graphql import GraphQLError, OperationDefinitionNode, OperationType
from strawberry.execution import optimized_is_awaitable

from graph.answers import Answer, ReportFault, refuse, report_faults, shown
from graph.documents import Trusted, document_id
from graph.executor import BudgetedExecutor
from graph.limits import Limits
from graph.prepared import Prepared, Shelf
from graph.preparing import build, let_the_library_check_one_of
from graph.variables import problems

_INTROSPECTION_REFUSED = (
    "This credential may not read the schema. It is published as schema.graphql; partner and dashboard credentials "
    "may introspect."
)
_UNKNOWN_DOCUMENT = "No document with that id is known here. Send the document's text, or build against this version."
_NO_SUBSCRIPTIONS = "A subscription needs a connection that stays open. Send queries and mutations here."


class Operations:
    """All operations of one schema, under one set of limits. One instance serves a process."""

    def __init__(
        self,
        schema: strawberry.Schema,
        *,
        report: ReportFault,
        trusted: Trusted | None = None,
        limits: Limits | None = None,
        shelf: Shelf | None = None,
    ) -> None:
        """Raises ValueError when the schema brings extensions or directives, which this path would not run, and when
        a trusted document does not fit the schema or the limits. `report` is told each fault, once an operation."""
        if schema.extensions or schema.directives:
            raise ValueError("Schema extensions and operation directives do not run here; declare fields instead.")
        self.limits = limits or Limits()
        self.report = report
        self._schema = schema._schema
        self._shelf = Shelf(entries=2_000, weight=64 * 2**20) if shelf is None else shelf
        let_the_library_check_one_of(self._schema)
        self._trusted = {id_: self._build_trusted(id_, text, trusted) for id_, text in trusted} if trusted else {}

    def prepare(self, text: str, *, may_introspect: bool) -> Prepared | Answer:
        """The document of a text. Answers GRAPHQL_PARSE_FAILED, QUERY_TOO_COMPLEX, GRAPHQL_VALIDATION_FAILED or, for
        introspection by a credential that may not, FORBIDDEN."""
        id_ = document_id(text)
        prepared: Prepared | Answer | None = self._trusted.get(id_) or self._shelf.get(id_)
        if prepared is None:
            prepared = build(self._schema, self.limits, id_, text, trusted=False)
            if isinstance(prepared, Prepared):
                self._shelf.put(prepared)
        return _admit(prepared, may_introspect=may_introspect)

    def recall(self, id_: str, *, may_introspect: bool, trusted_only: bool) -> Prepared | Answer:
        """The document with an id: a trusted one, or unless `trusted_only` one that somebody sent as text before.
        Answers PERSISTED_QUERY_NOT_FOUND."""
        prepared = self._trusted.get(id_) or (None if trusted_only else self._shelf.get(id_))
        if prepared is None:
            return refuse("PERSISTED_QUERY_NOT_FOUND", _UNKNOWN_DOCUMENT)
        return _admit(prepared, may_introspect=may_introspect)

    async def run(
        self,
        prepared: Prepared,
        *,
        context: object,
        request_id: str,
        operation_name: str | None = None,
        variables: Mapping[str, Any] | None = None,
        seconds: float | None = None,
    ) -> Answer:
        """Execute one operation of a document and answer whatever a caller or a resolver does.

        Stops after `seconds` (the limit when None). Cancelling the calling task cancels the resolvers.
        """
        operation = prepared.find(operation_name)
        if operation is None:
            return refuse("BAD_REQUEST", _which_operation(operation_name))
        if operation.operation is OperationType.SUBSCRIPTION:
            return refuse("BAD_REQUEST", _NO_SUBSCRIPTIONS)
        given = dict(variables or {})
        executor = self._executor(prepared, context, operation_name, given)
        if isinstance(executor, list):
            found = problems(self._schema, operation, given)
            return refuse("BAD_USER_INPUT", *found[: self.limits.validation_errors])
        return await self._execute(executor, operation, request_id, seconds or self.limits.seconds)

    async def _execute(
        self, executor: BudgetedExecutor, operation: OperationDefinitionNode, request_id: str, seconds: float
    ) -> Answer:
        data = None
        try:
            async with asyncio.timeout(seconds) as deadline:
                result: Any = executor.execute_operation()
                data = (await result if optimized_is_awaitable(result) else result).data
        except TimeoutError:
            if not deadline.expired():
                raise
        finally:
            await executor.abandon()
        errors = executor.collected_errors.errors
        if errors:
            name = operation.name.value if operation.name else None
            report_faults(errors, request_id=request_id, operation=name, report=self.report)
        if executor.spent:
            return _stopped("QUERY_TOO_COMPLEX", _too_many_fields(operation, self.limits.resolved_fields), request_id)
        if deadline.expired():
            return _stopped("OPERATION_TIMEOUT", _too_slow(operation, seconds), request_id)
        limit = self.limits.response_errors
        left_out = {"errorsLeftOut": len(errors) - limit} if len(errors) > limit else {}
        return Answer(shown(errors[:limit], request_id), data, executed=True, extensions=left_out)

    def _executor(
        self, prepared: Prepared, context: object, operation_name: str | None, variables: dict[str, Any]
    ) -> BudgetedExecutor | list[GraphQLError]:
        return BudgetedExecutor.build(  # type: ignore[return-value]
            self._schema,
            prepared.document,
            None,
            context,
            variables,
            operation_name,
            max_coercion_errors=self.limits.validation_errors,
            is_awaitable=optimized_is_awaitable,  # type: ignore[arg-type]
            hide_suggestions=True,
            budget=self.limits.resolved_fields,
            operation_extensions={},
        )

    def _build_trusted(self, id_: str, text: str, trusted: Trusted) -> Prepared:
        prepared = _admit(build(self._schema, self.limits, id_, text, trusted=True), may_introspect=False)
        if isinstance(prepared, Answer):
            reasons = " ".join(error["message"] for error in prepared.errors)
            raise ValueError(f"The trusted document {trusted.names[id_]} cannot be served: {reasons}")
        return prepared


def _admit(prepared: Prepared | Answer, *, may_introspect: bool) -> Prepared | Answer:
    if isinstance(prepared, Prepared) and prepared.measure.introspects and not may_introspect:
        return refuse("FORBIDDEN", _INTROSPECTION_REFUSED)
    return prepared


def _stopped(code: str, message: str, request_id: str) -> Answer:
    """An operation that began and was stopped: there is a `data` entry, and it is null."""
    error = {"message": message, "extensions": {"code": code, "requestId": request_id}}
    return Answer([error], None, executed=True)


def _too_many_fields(operation: OperationDefinitionNode, limit: int) -> str:
    words = f"The answer would have more than {limit:,} fields. Ask for smaller pages or fewer dates."
    return f"{words}{_what_stands(operation)}"


def _too_slow(operation: OperationDefinitionNode, seconds: float) -> str:
    return f"The operation was stopped after {seconds:g} seconds. Ask for less at once.{_what_stands(operation)}"


def _what_stands(operation: OperationDefinitionNode) -> str:
    if operation.operation is OperationType.MUTATION:
        return " Changes may have been made: repeat it with the same idempotency key, or read before you repeat."
    return ""


def _which_operation(name: str | None) -> str:
    if name is None:
        return "The document has several operations. Say which one to run in `operationName`."
    return "The document has no operation of that name. Check `operationName`."
