"""What leaves the API when something went wrong, decided in this one place.

Words reach the caller only if we wrote them for a caller: `Denied`, `BadInput`, and the sentences below. Everything
else that a resolver, a permission or a scalar may raise is a fault: its message can hold a customer's data or a
server's address, so the caller gets a request id and the log gets the place in the code.
"""

from __future__ import annotations

import re
import traceback
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from graphql import GraphQLError
from strawberry.exceptions import StrawberryInputCoercionError
from tortoise.exceptions import ValidationError

from models.storage.errors import Contended, Unstorable
from rules.errors import BadInput, Denied

MASKED = "Something failed on our side."
_UNSTORABLE = (
    "A text is longer than its place or holds a character that no text may have (as U+0000), or a number is too large. "
    "Nothing was changed by this field."
)
BUSY = "Too many want the same at once. Nothing was done; send it again in a moment."
_FRAMES = 12


@dataclass(frozen=True, slots=True)
class Answer:
    """A GraphQL response. `executed` is false when the operation never ran; such an answer has no `data` entry."""

    errors: list[dict[str, Any]] = field(default_factory=list)
    data: dict[str, Any] | None = None
    executed: bool = False
    extensions: dict[str, Any] = field(default_factory=dict)

    @property
    def code(self) -> str | None:
        """The code of the first error, or None when there is none."""
        return str(self.errors[0]["extensions"]["code"]) if self.errors else None

    def body(self) -> dict[str, Any]:
        """The response as the specification orders it: errors first, so that a reader of a log sees them."""
        body: dict[str, Any] = {}
        if self.errors:
            body["errors"] = self.errors
        if self.executed:
            body["data"] = self.data
        if self.extensions:
            body["extensions"] = self.extensions
        return body


@dataclass(frozen=True, slots=True)
class Fault:
    """Something unforeseen, for the log: where in the code, never with which values.

    `kind` is the exception's type, `frames` are `module:line function` from outside in, `field` is the field's name in
    the schema (None outside of a field), `count` how many faults this operation had in all; only one is described.
    """

    request_id: str
    operation: str | None
    kind: str
    field: str | None
    frames: tuple[str, ...]
    count: int = 1


ReportFault = Callable[[Fault], None]


def refuse(code: str, *messages: str, locations: Sequence[Any] | None = None) -> Answer:
    """An answer to an operation that is not run, with one error for each message."""
    return Answer([_entry(message, code, locations=locations) for message in messages])


def masked(request_id: str) -> Answer:
    """The answer to an operation that failed outside of any field."""
    return Answer([_entry(MASKED, "INTERNAL_SERVER_ERROR", requestId=request_id)])


def fault_of(error: BaseException, request_id: str, operation: str | None = None, **more: Any) -> Fault:
    """Describe an exception without its message, its arguments, or the values around it."""
    stack = list(traceback.walk_tb(error.__traceback__))[-_FRAMES:]
    places = tuple(f"{f.f_globals.get('__name__')}:{line} {f.f_code.co_name}" for f, line in stack)
    kind = f"{type(error).__module__}.{type(error).__qualname__}"
    return Fault(request_id, operation, kind, more.get("field"), places, more.get("count", 1))


def report_faults(
    errors: Sequence[GraphQLError], *, request_id: str, operation: str | None, report: ReportFault
) -> None:
    """Report the faults among the errors of one operation: one report however many they are."""
    faults = [error for error in errors if _public(error) is None]
    if faults:
        name = faults[0].nodes[0].name.value if faults[0].nodes else None  # type: ignore[attr-defined]
        report(fault_of(_cause(faults[0]), request_id, operation, field=name, count=len(faults)))


def shown(errors: Sequence[GraphQLError], request_id: str) -> list[dict[str, Any]]:
    """The errors of an execution as the caller may see them."""
    return [_format(error, request_id) for error in errors]


def invalid(errors: Iterable[GraphQLError]) -> Answer:
    """An answer to a document that does not fit the schema. Messages of foreign exceptions are replaced."""
    return Answer(
        [
            _entry(_words_about_a_literal(error), "GRAPHQL_VALIDATION_FAILED", locations=error.locations)
            for error in errors
        ]
    )


def _words_about_a_literal(error: GraphQLError) -> str:
    if isinstance(error.original_error, BadInput):
        return error.original_error.message
    if error.original_error is not None or isinstance(error, StrawberryInputCoercionError):
        return "A value cannot be read as the type that is expected here; the type's description says how to write it."
    return error.message


def _cause(error: GraphQLError) -> BaseException:
    """The exception that a resolver raised, under the layers that added a path to it."""
    cause: BaseException = error
    while isinstance(cause, GraphQLError) and cause.original_error is not None:
        cause = cause.original_error
    return cause


def _public(error: GraphQLError) -> dict[str, Any] | None:
    """Message, code and permission that the caller may see, or None for a fault."""
    cause = _cause(error)
    if isinstance(cause, Denied):
        seen = {"message": cause.message, "code": cause.code}
        return seen | {"permission": cause.permission} if cause.permission else seen
    if isinstance(cause, BadInput):
        return {"message": cause.message, "code": "BAD_USER_INPUT"}
    if isinstance(cause, Unstorable | ValidationError):  # what a resolver let through unchecked
        return {"message": _UNSTORABLE, "code": "BAD_USER_INPUT"}
    if isinstance(cause, Contended):  # after every attempt that `retrying` makes: load, and no fault in the program
        return {"message": BUSY, "code": "TRY_AGAIN"}
    if isinstance(cause, StrawberryInputCoercionError) or _is_about_an_argument(cause):
        return {"message": _words_about_an_argument(cause), "code": "BAD_USER_INPUT"}
    return None


def _is_about_an_argument(cause: BaseException) -> bool:
    """Whether graphql-core refused an argument, which it can still do while executing (a null from a variable)."""
    if not isinstance(cause, GraphQLError) or cause.__traceback__ is None:
        return False
    *_, (frame, _line) = traceback.walk_tb(cause.__traceback__)
    return frame.f_globals.get("__name__") == "graphql.execution.values"


def _words_about_an_argument(cause: BaseException) -> str:
    """The library's own sentence quotes the value, so only the argument's name is taken from it."""
    name = re.match(r"Argument '\w{1,64}'", str(cause))
    subject = name.group() if name else "An argument"
    return f"{subject} has a value that its type does not allow. Leave an optional value out instead of sending null."


def _format(error: GraphQLError, request_id: str) -> dict[str, Any]:
    seen = _public(error)
    if seen is None:
        seen = {"message": MASKED, "code": "INTERNAL_SERVER_ERROR", "requestId": request_id}
    return _entry(**seen, locations=error.locations, path=error.path)


def _entry(
    message: str, code: str, *, locations: Sequence[Any] | None = None, path: Any = None, **extensions: Any
) -> dict[str, Any]:
    entry: dict[str, Any] = {"message": message}
    if locations:
        entry["locations"] = [place.formatted for place in locations]
    if path is not None:
        entry["path"] = list(path)
    entry["extensions"] = {"code": code, **extensions}
    return entry
