"""Every field says who may see it, and a refusal of one field never hides the row around it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest
import strawberry
from graphql import GraphQLField, GraphQLNonNull, GraphQLObjectType

from graph.planning import model_of
from graph.schema import Undeclared, build, check
from graph.shape import Shape, shape_of
from permissions.classes import Can
from permissions.roles import CUSTOMER, ROLES, SCOPES, SIGNED_IN, WIDGET, Access, Grants, Permission

SCHEMA = build()._schema
EVERY_GRANT: list[Grants] = [*ROLES.values(), *SCOPES.values(), WIDGET, CUSTOMER, SIGNED_IN]


def fields(type_: GraphQLObjectType) -> Iterator[tuple[str, GraphQLField, Shape]]:
    for name, field in type_.fields.items():
        shape = shape_of(field.extensions["strawberry-definition"])
        assert shape is not None
        yield name, field, shape


def row_types() -> Iterator[GraphQLObjectType]:
    for type_ in SCHEMA.type_map.values():
        if isinstance(type_, GraphQLObjectType) and model_of(type_) is not None:
            yield type_


def permission_of_row(type_: GraphQLObjectType) -> Permission:
    """What most fields of a row need is what its reader has."""
    needed = [shape.permission.permission for _, _, shape in fields(type_) if isinstance(shape.permission, Can)]
    return Counter(needed).most_common(1)[0][0]


@pytest.mark.parametrize("type_", list(row_types()), ids=lambda type_: type_.name)
def test_a_field_that_some_reader_of_the_row_may_not_see_is_nullable(type_: GraphQLObjectType) -> None:
    row = permission_of_row(type_)
    readers = [grants for grants in EVERY_GRANT if row in grants]
    for name, field, shape in fields(type_):
        if isinstance(shape.permission, Can) and isinstance(field.type, GraphQLNonNull):
            refused = [g for g in readers if refuses(g, shape)]
            assert not refused, f"{type_.name}.{name} is refused to some who read the row: make it nullable"


def refuses(grants: Grants, shape: Shape) -> bool:
    access = grants.get(shape.permission.permission) if shape.permission.permission else Access.READ
    return access is None or (access is Access.MASKED and shape.mask is None)


def test_every_mutation_but_those_of_visitors_needs_a_permission() -> None:
    assert SCHEMA.mutation_type is not None
    free = {name for name, _, shape in fields(SCHEMA.mutation_type) if not isinstance(shape.permission, Can)}
    # What somebody does who has no session yet, or is ending one; each proves its right by a secret of its own.
    visitors = {
        "signUp",
        "confirmSignUp",
        "signIn",
        "signOut",
        "requestPasswordReset",
        "resetPassword",
        "acceptInvitation",
    }
    assert free <= visitors | {"releaseHold"}


def test_a_field_without_a_permission_does_not_build() -> None:
    @strawberry.type(description="A query.")
    class Query:
        @strawberry.field(description="Written past the house's ways.")
        def loose(self) -> str:
            return "loose"

    with pytest.raises(Undeclared, match=r"Query.loose declares no permission"):
        check(strawberry.Schema(query=Query))


def test_every_permission_is_granted_to_somebody_and_guards_something() -> None:
    guarding = {
        shape.permission.permission
        for type_ in SCHEMA.type_map.values()
        if isinstance(type_, GraphQLObjectType) and not type_.name.startswith("__")
        for _, _, shape in fields(type_)
    }
    granted = {permission for grants in EVERY_GRANT for permission in grants}
    # BOOKINGS_MAKE_FREELY widens `book` and `rescheduleBooking` instead of guarding a field of its own.
    assert set(Permission) - guarding - {Permission.BOOKINGS_MAKE_FREELY} == set()
    assert set(Permission) - granted == set()
