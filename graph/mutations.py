"""How a mutation is written: its permission, what it gives, and every refusal it may answer.

    book = mutation(resolvers.book, Permission.BOOKINGS_MAKE, {"booking": (Booking, "As stored.")}, SlotTaken, …)

makes the field `book(input: BookInput!): BookResult!` with `union BookResult = BookPayload | SlotTaken | …`.
Where it gives one thing, the resolver returns that thing; otherwise an object with attributes of those names.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Union, get_origin

import strawberry
from strawberry.extensions.field_extension import AsyncExtensionResolver, FieldExtension
from strawberry.types import Info

from graph.directives import price_tags
from graph.errors import Refused, refusal_of
from graph.field import ROW, Worded, told
from graph.guard import Guard
from graph.planning import model_class_of
from graph.reading import Reads
from graph.shape import KEY, Shape, Size
from permissions.classes import Anyone, Can
from permissions.roles import Permission
from rules.errors import Refusal

Gives = Mapping[str, tuple[Any, str]]


CHANGE = 10
_SEVERAL = 10  # rows that a payload with a list of them is taken to hold
HASHING = 50  # a password is hashed, with all the memory and time that this takes


def mutation(
    resolver: Callable[..., Any],
    permission: Permission | None,
    gives: Gives,
    *refusals: type[Any],
    fresh: bool = False,
    weight: int = CHANGE,
) -> Any:
    """A mutation named after its resolver. `refusals` are types of `graph/errors.py`; `fresh` takes a sign-in of the
    last minutes, for what could harm most (`tests/house/test_fresh.py` lists them)."""
    name = "".join(part.capitalize() for part in resolver.__name__.split("_"))
    payload = _payload(f"{name}Payload", gives)
    members: Any = Union.__getitem__((payload, *refusals))  # the members are only known here
    words = f"What `{name[0].lower()}{name[1:]}` answers: its payload, or why it was refused."
    shape = Shape(Can(permission, fresh=fresh) if permission else Anyone(), weight=weight)
    guard = [Guard(shape.permission, None)] if isinstance(shape.permission, Can) else []
    return strawberry.mutation(
        resolver=resolver,
        description=inspect.cleandoc(resolver.__doc__ or ""),
        graphql_type=Annotated[members, strawberry.union(f"{name}Result", description=words)],
        metadata={KEY: shape},
        directives=[*([] if guard else [shape.permission.schema_directive]), *price_tags(shape)],
        extensions=[_Answers(payload, tuple(gives), tuple(refusal_of(r) for r in refusals)), Worded(), *guard],
    )


def _payload(name: str, gives: Gives) -> type[Any]:
    body: dict[str, Any] = {"__annotations__": {key: type_ for key, (type_, _) in gives.items()}}
    for key, (type_, words) in gives.items():
        body[key] = _given(key, type_, words)
    made = type(name, (), body)
    return strawberry.type(made, name=name, description=f"What was done by `{name[0].lower()}{name[1:-7]}`.")


def _given(key: str, type_: Any, words: str) -> Any:
    reads = model_class_of(type_) is not None
    several = Size(assumed=_SEVERAL) if reads and get_origin(type_) is list else None
    field = told(words, weight=ROW if reads else 0, size=several)
    if reads:
        field.extensions = [*field.extensions, Reads()]
    return field


class _Answers(FieldExtension):
    """Wraps what a resolver returns into the payload, and its refusals into union members."""

    def __init__(self, payload: type[Any], keys: tuple[str, ...], refusals: tuple[type[Refusal], ...]) -> None:
        self.payload = payload
        self.keys = keys
        self.refusals = refusals

    async def resolve_async(self, next_: AsyncExtensionResolver, source: Any, info: Info, **kwargs: Any) -> Any:
        try:
            result = await next_(source, info, **kwargs)
        except self.refusals as refusal:
            info.context.refused.append(refusal.code.value)
            return Refused(refusal)
        if len(self.keys) == 1:
            return self.payload(**{self.keys[0]: result})
        return self.payload(**{key: getattr(result, key) for key in self.keys})
