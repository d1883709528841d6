"""The way of one operation.

    prepare(text) or recall(id)  →  Prepared, or an Answer that says why not
    run(prepared, …)             →  Answer

No schema extension, no hook per field: what has to happen for every operation happens here, once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import strawberry
from graphql import GraphQLError, GraphQLSchema, OperationDefinitionNode, OperationType
from strawberry.execution import optimized_is_awaitable

from graph.answers import Answer, ReportFault, refuse, report_faults, shown
from graph.behind_the_wall import behind_the_wall
from graph.costs import too_dear
from graph.documents import Added, Trusted, document_id
from graph.executor import BudgetedExecutor, IntrospectingExecutor
from graph.limits import Limits
from graph.platform_uses import used
from graph.prepared import Prepared, Shelf
from graph.preparing import build, let_the_library_check_one_of
from graph.rights import Rights
from graph.sent import Sent
from graph.short import leaves_of
from graph.variables import problems
from graph.views import Views
from graph.weights import Scales, Tally
from permissions.roles import Grants
from resolvers.context import Context
from resolvers.platform import note_use

_INTROSPECTION_REFUSED = (
    "This credential may not read the schema. It is published as schema.graphql; partner and dashboard credentials "
    "may introspect."
)
_UNKNOWN_DOCUMENT = "No document with that id is known here. Send the document's text, or build against this version."
_NO_SUBSCRIPTIONS = (
    "A subscription needs a connection that stays open: graphql-transport-ws, or POST with `Accept: text/event-stream`."
)


class Operations:
    """All operations of one schema, under one set of limits. One instance serves a process."""

    def __init__(
        self,
        schema: strawberry.Schema,
        *,
        report: ReportFault,
        trusted: Trusted | None = None,
        added: Added | None = None,
        limits: Limits | None = None,
        shelf: Shelf | None = None,
    ) -> None:
        """Raises ValueError when the schema brings extensions or directives, which this path would not run, and when
        a document of `trusted` does not fit the schema or the limits. `added` are the operator's, which are looked at
        when they are asked for. `report` is told each fault, once an operation."""
        if schema.extensions or schema.directives:
            raise ValueError("Schema extensions and operation directives do not run here; declare fields instead.")
        self.limits = limits or Limits()
        self.report = report
        self._schema = schema._schema
        self._shelf = Shelf(entries=2_000, weight=64 * 2**20) if shelf is None else shelf
        self._scales = Scales.of(self._schema)
        self._leaves = leaves_of(self._schema)
        let_the_library_check_one_of(self._schema)
        self.views = Views(self._schema)
        self._sent = Sent()
        self._trusted = trusted or Trusted()
        self._added = added
        self._built: dict[str, Prepared] = {}
        for document in self._trusted:
            refused = self._build_trusted(document.id, document.text)
            if isinstance(refused, Answer):
                reasons = " ".join(error["message"] for error in refused.errors)
                raise ValueError(f"The trusted document {document.name} cannot be served: {reasons}")

    def prepare(self, text: str, rights: Rights) -> Prepared | Answer:
        """The document of a text. Answers GRAPHQL_PARSE_FAILED, QUERY_TOO_COMPLEX, GRAPHQL_VALIDATION_FAILED, FORBIDDEN
        (for introspection) or the code of `rights.knows` for names that are not there."""
        id_ = document_id(text)
        key = f"{rights.knows.name} {id_}" if rights.knows else id_
        prepared: Prepared | Answer | None = self._shelf.get(key)
        if prepared is None:
            schema, unknown = self._schema, None
            if rights.knows:
                schema, unknown = self.views.of(rights.knows.grants), rights.knows.code
            prepared = build(schema, self.limits, key, text, unknown=unknown)
        if isinstance(prepared, Prepared):
            self._shelf.put(replace(prepared, reading=0))
            self._sent.note(rights.shelf, id_, key)
        return _admit(prepared, rights)

    def recall(self, id_: str, rights: Rights, *, trusted_only: bool) -> Prepared | Answer:
        """The document with an id: a trusted one of the caller's clients, or unless `trusted_only` one that was sent
        before by somebody on the same shelf. Answers PERSISTED_QUERY_NOT_FOUND."""
        prepared: Prepared | Answer | None = self._find_trusted(id_, rights)
        if prepared is None and not trusted_only and rights.own:
            key = self._sent.key(rights.shelf, id_)
            prepared = self._shelf.get(key) if key else None
        if prepared is None:
            return refuse("PERSISTED_QUERY_NOT_FOUND", _UNKNOWN_DOCUMENT)
        return _admit(prepared, rights)

    def _find_trusted(self, id_: str, rights: Rights) -> Prepared | Answer | None:
        if not rights.clients:
            return None
        found = self._trusted.find(id_) or (self._added.find(id_) if self._added else [])
        text = next((one.text for one in found if one.client in rights.clients), None)
        return None if text is None else self._build_trusted(id_, text)

    def cost(self, prepared: Prepared, name: str | None, variables: Mapping[str, Any] | None) -> Tally | Answer:
        """What an operation may cost with these variables. Answers MAX_COST_EXCEEDED, and BAD_REQUEST for one that is
        not in the document."""
        quote = prepared.quote(name)
        if quote is None:
            return refuse("BAD_REQUEST", _which_operation(name))
        requested = quote.of(variables or {})
        return Tally(requested) if requested <= self.limits.cost else too_dear(quote, variables or {}, self.limits.cost)

    async def run(
        self,
        prepared: Prepared,
        *,
        context: object,
        request_id: str,
        sees: Grants | None = None,
        operation_name: str | None = None,
        variables: Mapping[str, Any] | None = None,
        tally: Tally | None = None,
        seconds: float | None = None,
        event: bool = False,
    ) -> Answer:
        """Execute one operation of a document and answer whatever a caller or a resolver does.

        Introspection shows what the grants `sees` open. Stops after `seconds` (the limit when None). Cancelling the
        calling task cancels the resolvers. What it costs is counted on the tally that `cost` gave; without one the
        limit of the cost is looked after here.
        A subscription is executed once for each event, with a context of its own that brings the event; so everything
        is asked for and permitted anew. Where there is no event it is refused.
        """
        operation = prepared.find(operation_name)
        if operation is None:
            return refuse("BAD_REQUEST", _which_operation(operation_name))
        if operation.operation is OperationType.SUBSCRIPTION and not event:
            return refuse("BAD_REQUEST", _NO_SUBSCRIPTIONS)
        counted = tally or self.cost(prepared, operation_name, variables)
        if isinstance(counted, Answer):
            return counted
        given = dict(variables or {})
        seen = self.views.of(sees or {}) if prepared.measure.introspects else None
        executor = self._executor(prepared, context, operation_name, given, counted, seen)
        if isinstance(executor, list):
            found = problems(self._schema, operation, given)
            return refuse("BAD_USER_INPUT", *found[: self.limits.validation_errors])
        async with behind_the_wall(context):
            if isinstance(context, Context) and context.viewer.visit is not None:
                await note_use(context, *used(self._schema, prepared.document, operation, context.viewer))
            return await self._execute(executor, operation, request_id, seconds or self.limits.seconds)

    async def _execute(
        self,
        executor: BudgetedExecutor,
        operation: OperationDefinitionNode,
        request_id: str,
        seconds: float,
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
        self,
        prepared: Prepared,
        context: object,
        operation_name: str | None,
        variables: dict[str, Any],
        tally: Tally,
        seen: GraphQLSchema | None,
    ) -> BudgetedExecutor | list[GraphQLError]:
        more: dict[str, Any] = {"seen": seen, "describing": self.limits.introspected_fields} if seen else {}
        kind = IntrospectingExecutor if seen else BudgetedExecutor
        return kind.build(  # type: ignore[return-value]
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
            scales=self._scales,
            leaves=self._leaves,
            tally=tally,
            operation_extensions={},
            **more,
        )

    def _build_trusted(self, id_: str, text: str) -> Prepared | Answer:
        """Kept for good: there are as many as the operator put there."""
        prepared: Prepared | Answer | None = self._built.get(id_)
        if prepared is None:
            prepared = _admit(build(self._schema, self.limits, id_, text, trusted=True), Rights())
            if isinstance(prepared, Prepared):
                prepared = self._built[id_] = replace(prepared, reading=0)
        return prepared


def _admit(prepared: Prepared | Answer, rights: Rights) -> Prepared | Answer:
    if isinstance(prepared, Prepared) and prepared.measure.introspects and rights.sees is None:
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
