"""What is declared on the fields of a schema about cost, and the count of what an operation did cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from graphql import GraphQLField, GraphQLObjectType, GraphQLSchema, get_nullable_type, is_list_type

from graph.shape import Shape, shape_of
from permissions.classes import Anyone

# Answered from the schema, which is large, and by every worker anew.
INTROSPECTION = {"__schema": 100, "__type": 10}
_UNDECLARED = Shape(Anyone())

Weights = Mapping[str, Mapping[str, int]]


def declared(field: GraphQLField) -> Shape:
    """The shape of a field; a free one where none was declared."""
    written = field.extensions.get("strawberry-definition")
    return (shape_of(written) if written is not None else None) or _UNDECLARED


@dataclass(slots=True)
class Tally:
    """What an operation may cost, known before it runs, and what it has cost so far."""

    requested: int
    actual: int = 0


@dataclass(frozen=True, slots=True)
class Scales:
    """The weights of all fields that have one, by type and name: of single answers, and of the items of lists."""

    single: Weights
    items: Weights

    @classmethod
    def of(cls, schema: GraphQLSchema) -> Scales:
        """Read off a schema."""
        single: dict[str, dict[str, int]] = {}
        items: dict[str, dict[str, int]] = {}
        for type_ in schema.type_map.values():
            for name, field in type_.fields.items() if isinstance(type_, GraphQLObjectType) else ():
                if weight := declared(field).weight:
                    on = items if is_list_type(get_nullable_type(field.type)) else single
                    on.setdefault(type_.name, {})[name] = weight
        if schema.query_type is not None:
            single.setdefault(schema.query_type.name, {}).update(INTROSPECTION)
        return cls(single, items)
