"""The access matrix names every field of the schema and every kind of viewer, and is what the declarations say."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from graphql import GraphQLObjectType

from graph.access_page import cells_of, documentation
from graph.schema import build
from models.membership import Role
from permissions import roles, viewers
from permissions.every_viewer import EVERY_VIEWER, WORDS
from permissions.roles import Permission, Scope
from permissions.viewer import Viewer, ViewerKind

PAGE = Path(__file__).parents[2] / "docs" / "access-matrix.md"
SCHEMA = build()._schema


def test_the_committed_page_is_what_the_declarations_say() -> None:
    assert PAGE.read_text("utf-8") == documentation(SCHEMA), "run `calendera matrix`, read what changed, commit it"


def test_every_field_of_the_schema_meets_every_viewer() -> None:
    types = [t for t in SCHEMA.type_map.values() if isinstance(t, GraphQLObjectType) and not t.name.startswith("__")]
    fields = {(type_.name, name) for type_ in types for name in type_.fields}
    cells = [(type_name, field, who) for type_name, field, who, _ in cells_of(PAGE.read_text("utf-8"))]
    assert len(cells) == len(set(cells)) == len(fields) * len(EVERY_VIEWER)
    assert {(type_name, field) for type_name, field, _ in cells} == fields
    assert {who for _, _, who in cells} == set(EVERY_VIEWER)


def test_every_kind_of_viewer_is_a_column() -> None:
    """Whoever adds a kind of credential adds it to `permissions/every_viewer.py`, and with it to every table."""
    columns = list(EVERY_VIEWER.values())
    assert {viewer.kind for viewer in columns} == set(ViewerKind)
    assert {viewer.role for viewer in columns if viewer.role} == set(Role)
    assert {scope for viewer in columns for scope in viewer.scopes} == set(Scope)
    assert all(WORDS.values())


def test_every_table_of_grants_is_what_some_viewer_has() -> None:
    tables = {name: table for name, table in vars(roles).items() if not name.startswith("_") and is_grants(table)}
    assert {"NOBODY", "SIGNED_IN", "WIDGET", "CUSTOMER"} <= set(tables)
    for name, table in tables.items():
        assert any(dict(viewer.grants) == dict(table) for viewer in EVERY_VIEWER.values()), name


def is_grants(table: object) -> bool:
    return isinstance(table, Mapping) and bool(table) and all(isinstance(key, Permission) for key in table)


def test_every_way_to_make_a_viewer_is_used() -> None:
    """A function of `permissions/viewers.py` that no column is made by would be a credential outside the matrix."""
    source = Path(viewers.__file__).with_name("every_viewer.py").read_text("utf-8")
    made = [n for n, f in vars(viewers).items() if getattr(f, "__annotations__", {}).get("return") == "Viewer"]
    assert made and [name for name in made if f"viewers.{name}(" not in source] == []


def test_whoever_has_no_grants_gets_nothing_that_asks_for_one() -> None:
    """Deny by default: a viewer as it is made when nothing is said about it."""
    bare = Viewer(ViewerKind.MEMBER, EVERY_VIEWER["owner"].actor, "bare")
    assert not bare.grants and not bare.own and all(bare.access(permission) is None for permission in Permission)
