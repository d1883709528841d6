"""Why the variables of an operation were refused, in words that never repeat what was sent.

graphql-core's own messages quote the whole input ("found: {'email': …}"). The input of a booking is personal data,
and messages end in other people's logs and screenshots.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from graphql import (
    GraphQLError,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLSchema,
    OperationDefinitionNode,
    Undefined,
    VariableDefinitionNode,
    is_input_object_type,
    is_list_type,
    is_non_null_type,
    is_required_input_field,
)
from graphql.execution.get_variable_signature import get_variable_signature
from graphql.utilities import validate_input_value

from rules.errors import BadInput

_NAME = re.compile(r"[_A-Za-z][_0-9A-Za-z]{0,39}")


def problems(schema: GraphQLSchema, operation: OperationDefinitionNode, variables: Mapping[str, Any]) -> list[str]:
    """One sentence for each place in the variables that cannot be used, naming the place and what is expected."""
    found: dict[str, None] = {}
    for definition in operation.variable_definitions or ():
        signature = get_variable_signature(schema, definition)
        value = variables.get(definition.variable.name.value, Undefined)
        if isinstance(signature, GraphQLError) or (value is Undefined and definition.default_value):
            continue
        found.update(dict.fromkeys(_problems_of(definition, signature.type, value)))
    return list(found) or ["A variable has a value that its type does not allow."]


def _problems_of(definition: VariableDefinitionNode, type_: GraphQLInputType, value: Any) -> Collection[str]:
    reported: list[tuple[GraphQLError, list[str | int]]] = []
    validate_input_value(value, type_, lambda error, path: reported.append((error, path)), hide_suggestions=True)
    name = f"${definition.variable.name.value}"
    return [sentence for error, path in reported for sentence in _sentences(name, error, path, type_, value)]


def _sentences(
    name: str, error: GraphQLError, path: list[str | int], type_: GraphQLInputType, value: Any
) -> Iterator[str]:
    place = name + "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    expected, given = _follow(type_, value, path)
    bare = expected.of_type if is_non_null_type(expected) else expected
    if isinstance(error.original_error, BadInput):
        yield f"{place}: {error.original_error.message}"
    elif given is Undefined:
        yield f"{place} is missing; its type is {expected}."
    elif given is None:
        yield f"{place} is null; its type {expected} needs a value."
    elif is_input_object_type(bare) and isinstance(given, dict):
        yield from _about_object(place, bare, given)
    else:
        yield f"{place} cannot be read as {expected}; the type's description says how to write it."


def _follow(type_: GraphQLInputType, value: Any, path: list[str | int]) -> tuple[GraphQLInputType, Any]:
    """The type and the value at a path below a variable."""
    for step in path:
        type_ = type_.of_type if is_non_null_type(type_) else type_
        # A single value stands for a list of one, and then the path has no index for it.
        while is_list_type(type_) and not isinstance(step, int):
            type_ = type_.of_type
            type_ = type_.of_type if is_non_null_type(type_) else type_
        if is_list_type(type_):
            type_, value = type_.of_type, value[step]
        elif is_input_object_type(type_):
            type_, value = type_.fields[str(step)].type, value.get(step, Undefined)
    return type_, value


def _about_object(place: str, type_: GraphQLInputObjectType, given: dict[str, Any]) -> Iterator[str]:
    for name, field in type_.fields.items():
        if is_required_input_field(field) and name not in given:
            yield f"{place}.{name} is missing; its type is {field.type}."
    for key in given:
        if key not in type_.fields:
            # A key that is no name (a mail address used as one) is a value in the wrong place: not repeated.
            shown = f"'{key}'" if _NAME.fullmatch(key) else "a field"
            yield f"{place} has {shown} that {type_.name} does not define; leave it out."
    if type_.is_one_of and (len(given) != 1 or None in given.values()):
        yield f"{place} takes exactly one of {', '.join(type_.fields)}, and it must not be null."
