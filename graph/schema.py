"""The schema: every noun's queries and mutations glued together, and checked before it may serve."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import strawberry
from graphql import GraphQLInterfaceType, GraphQLObjectType
from strawberry.schema.config import StrawberryConfig

from graph.access_keys import AccessKeyMutations, AccessKeyQueries
from graph.accounts import AccountQueries
from graph.locations import LocationMutations, LocationQueries
from graph.privacy import PrivacyMutations, PrivacyQueries
from graph.scalars import SCALARS
from graph.shape import shape_of


@strawberry.type(description="What can be read.")
class Query(AccountQueries, LocationQueries, AccessKeyQueries, PrivacyQueries):
    pass


@strawberry.type(description="What can be done. Each answers its payload, or a refusal that says why not.")
class Mutation(LocationMutations, AccessKeyMutations, PrivacyMutations):
    pass


class Undeclared(TypeError):
    """A field was written without saying who may see it, or without words."""


@lru_cache(maxsize=1)
def build() -> strawberry.Schema:
    """The checked schema. Raises `Undeclared` when any field lacks its permission or its description."""
    schema = _make(sort=False)
    check(schema)
    return schema


def _make(*, sort: bool) -> strawberry.Schema:
    # A sorted schema is for printing: Strawberry sorts into new types, and its unions then know none of their members.
    config = StrawberryConfig(sort_schema=sort, scalar_map=SCALARS, disable_field_suggestions=True)
    return strawberry.Schema(query=Query, mutation=Mutation, config=config)


def check(schema: strawberry.Schema) -> None:
    """Every field of every type says who may see it and what it is."""
    problems = [problem for type_ in schema._schema.type_map.values() for problem in _problems(type_)]
    if problems:
        raise Undeclared("; ".join(problems))


def _problems(type_: Any) -> list[str]:
    if not isinstance(type_, GraphQLObjectType | GraphQLInterfaceType) or type_.name.startswith("__"):
        return []
    found = [] if type_.description else [f"{type_.name} has no description"]
    for name, field in type_.fields.items():
        written = field.extensions.get("strawberry-definition")
        if written is None or shape_of(written) is None:
            found.append(f"{type_.name}.{name} declares no permission: write it with graph/field.py")
        if not field.description:
            found.append(f"{type_.name}.{name} has no description")
    return found


def print_sdl() -> str:
    """The schema as SDL, as it is committed in schema.graphql."""
    return f"{_make(sort=True).as_str()}\n"
