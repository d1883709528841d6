"""Every field says who may see it, and a refusal of one field never hides the row around it."""

from __future__ import annotations

import inspect
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import FrozenInstanceError, replace

import pytest
import strawberry
from graphql import GraphQLField, GraphQLNonNull, GraphQLObjectType

from graph.guard import Guard
from graph.planning import model_of
from graph.schema import Undeclared, build, check
from graph.shape import Shape, shape_of
from permissions.classes import Anyone, Can
from permissions.every_viewer import EVERY_VIEWER
from permissions.roles import Access, Grants, Permission
from permissions.viewer import Viewer
from resolvers.following import FOLLOWED, NOT_FOLLOWED
from resolvers.nodes import ROWS
from rules.errors import Denied
from rules.ids import PREFIXES

SCHEMA = build()._schema
EVERY_GRANT: list[Grants] = [viewer.grants for viewer in EVERY_VIEWER.values()]
OBJECTS = [t for t in SCHEMA.type_map.values() if isinstance(t, GraphQLObjectType) and not t.name.startswith("__")]


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
    # These widen `book` and `rescheduleBooking` instead of guarding a field of their own.
    widening = {Permission.BOOKINGS_MAKE_FREELY, Permission.BOOKINGS_OVERLAP, Permission.BOOKINGS_ENTER_LATE}
    assert set(Permission) - guarding - widening == set()
    assert set(Permission) - granted == set()


def guards_of(field: GraphQLField) -> list[Guard]:
    return [e for e in field.extensions["strawberry-definition"].extensions if isinstance(e, Guard)]


@pytest.mark.parametrize("type_", OBJECTS, ids=lambda type_: type_.name)
def test_a_field_is_guarded_by_what_it_declares_and_by_nothing_else(type_: GraphQLObjectType) -> None:
    """Rows, payloads, connections, edges, what a subscription answers: one guard, or `Anyone` in so many words."""
    for name, field, shape in fields(type_):
        declared = [shape.permission] if isinstance(shape.permission, Can) else []
        assert type(shape.permission) in (Can, Anyone), f"{type_.name}.{name}: a permission class of another kind"
        assert [guard.permission for guard in guards_of(field)] == declared, f"{type_.name}.{name}"
        if declared:
            last = field.extensions["strawberry-definition"].extensions[-1]
            assert isinstance(last, Guard), f"{type_.name}.{name}: something runs before its guard"


@pytest.mark.parametrize("type_", OBJECTS, ids=lambda type_: type_.name)
def test_what_an_interface_declares_is_what_its_types_have(type_: GraphQLObjectType) -> None:
    """A type may not loosen, nor tighten unseen, what a client reads through the interface."""
    for interface in type_.interfaces:
        for name, field in interface.fields.items():
            promised = shape_of(field.extensions["strawberry-definition"])
            own = shape_of(type_.fields[name].extensions["strawberry-definition"])
            assert promised and own and type(own.permission) is type(promised.permission)
            assert own.permission.permission is promised.permission.permission, f"{type_.name}.{name}"


@pytest.mark.parametrize(
    "decides", [Can.has_permission, Can.reach, Anyone.has_permission, Viewer.access, Viewer.require]
)
def test_a_permission_is_looked_up_and_never_awaited(decides: Callable[..., object]) -> None:
    assert not inspect.iscoroutinefunction(decides)
    assert not inspect.isasyncgenfunction(decides)
    assert "await" not in inspect.getsource(decides)


def test_a_permission_that_nobody_knows_is_refused() -> None:
    owner = EVERY_VIEWER["owner"]
    assert owner.access("EVERYTHING") is None  # type: ignore[arg-type]
    with pytest.raises(Denied):
        replace(owner, grants={}).require(Permission.ACCOUNT_READ)


def test_nobody_can_be_granted_more_within_a_request() -> None:
    """Decided once, from data: neither the viewer nor the tables behind it can be changed by what runs later."""
    for viewer in EVERY_VIEWER.values():
        with pytest.raises(FrozenInstanceError):
            viewer.grants = {}  # type: ignore[misc]


def test_everything_with_an_id_is_followed_or_is_said_not_to_be() -> None:
    """A new table: name it in `resolvers/following.py`, with what it takes to be told of its changes."""
    assert FOLLOWED.keys() | NOT_FOLLOWED == PREFIXES.keys()
    assert not FOLLOWED.keys() & NOT_FOLLOWED and FOLLOWED.keys() <= ROWS.keys()
