"""The short way to fields that are read off what is there already, which are nearly all of a long list.

*Short* is a field without arguments that shows an attribute, or what a function makes of the one object; whoever guards
it decides the same. A *leaf* is a short one that is a scalar, an enumeration or a list of these: the executor answers
it at once. Wherever that does not give a value, the long way is gone instead, and says what is wrong.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from graphql import (
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    Undefined,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
)
from strawberry.types.field import StrawberryField

from graph.guard import Guard
from graph.weights import declared

Resolve = Callable[[Any, Any], Any]
Complete = Callable[[Any], Any]
_SHORT = "calendera-short"


class NoValue(Exception):
    """What the short way does not answer: null where none may be, or a value that its type does not have."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """How one leaf is answered. `resolve` takes anything with the operation's `context` as its info."""

    resolve: Resolve
    complete: Complete


Leaves = Mapping[str, Mapping[str, Leaf]]


def shorten(schema: GraphQLSchema) -> None:
    """Let short fields be answered by their guard and function alone, without the layers between."""
    for type_ in _own_types(schema):
        for field in type_.fields.values():
            resolve = _short(field.extensions["strawberry-definition"])
            if resolve is not None:
                field.resolve, field.extensions[_SHORT] = resolve, True


def leaves_of(schema: GraphQLSchema) -> Leaves:
    """The leaves of a schema's types, by type and name. What has a weight is none: it has to be counted."""
    found: dict[str, dict[str, Leaf]] = {}
    for type_ in _own_types(schema):
        for name, field in type_.fields.items():
            complete = _complete(field.type) if _SHORT in field.extensions and not declared(field).weight else None
            if complete is not None and field.resolve is not None:
                found.setdefault(type_.name, {})[name] = Leaf(field.resolve, complete)
    return found


def _own_types(schema: GraphQLSchema) -> list[GraphQLObjectType]:
    """Those of our own, not those that describe a schema."""
    found = [type_ for type_ in schema.type_map.values() if isinstance(type_, GraphQLObjectType)]
    return [type_ for type_ in found if not type_.name.startswith("__")]


def _short(field: StrawberryField) -> Resolve | None:
    read = _reader(field)
    if read is None or len(field.extensions) > 1:
        return None
    if not field.extensions:
        return lambda source, info: read(source)
    (guard,) = field.extensions
    return guard.reader(read) if isinstance(guard, Guard) else None


def _reader(field: StrawberryField) -> Callable[[Any], Any] | None:
    """What makes the value of the object alone; None where it takes more, or waits."""
    written = field.base_resolver
    if written is None:
        return attrgetter(field.python_name)
    if written.is_async or [one.name for one in written.signature.parameters.values()] not in (["root"], ["self"]):
        return None
    return written.wrapped_func if inspect.isfunction(written.wrapped_func) else None


def _complete(type_: GraphQLOutputType) -> Complete | None:
    if is_non_null_type(type_):
        inner = _complete(type_.of_type)
        return None if inner is None else _never_null(inner)
    if is_list_type(type_):
        item = _complete(type_.of_type)
        return None if item is None else _list(item, texts=_is_text(type_.of_type))
    if not is_leaf_type(type_):
        return None
    coerce = type_.coerce_output_value

    def complete(value: Any) -> Any:
        if value is None:
            return None
        coerced = coerce(value)
        if coerced is None or coerced is Undefined or isinstance(value, Exception):
            raise NoValue
        return coerced

    return complete


def _is_text(type_: GraphQLOutputType) -> bool:
    return is_non_null_type(type_) and str(type_.of_type) in {"ID", "String"}


def _never_null(inner: Complete) -> Complete:
    def complete(value: Any) -> Any:
        answered = inner(value)
        if answered is None:
            raise NoValue
        return answered

    return complete


def _list(item: Complete, *, texts: bool) -> Complete:
    def complete(values: Any) -> Any:
        if values is None:
            return None
        if not isinstance(values, list | tuple):
            raise NoValue
        if texts and all(type(value) is str for value in values):
            return list(values)  # which is what the type would make of each
        return [item(value) for value in values]

    return complete
