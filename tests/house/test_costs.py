"""Whatever reads rows has a price, and whatever changes some a higher one."""

from __future__ import annotations

from collections.abc import Iterator

from graphql import (
    GraphQLField,
    GraphQLObjectType,
    build_schema,
    get_named_type,
    get_nullable_type,
    is_abstract_type,
    is_list_type,
)

from graph.planning import model_of
from graph.schema import build, print_sdl
from graph.shape import shape_of
from graph.weights import declared

SCHEMA = build()._schema


def fields() -> Iterator[tuple[GraphQLObjectType, str, GraphQLField]]:
    for type_ in SCHEMA.type_map.values():
        if isinstance(type_, GraphQLObjectType) and not type_.name.startswith("__"):
            for name, field in type_.fields.items():
                yield type_, name, field


def test_every_field_that_leads_to_rows_costs_something() -> None:
    leading = [
        (type_.name, name, declared(field).weight)
        for type_, name, field in fields()
        if (model_of(get_named_type(field.type)) or is_abstract_type(get_named_type(field.type)))
        and not type_.name.endswith("Edge")  # its `edges` costs what its `node` would
    ]
    assert len(leading) > 100
    assert [place for place in leading if place[2] < 1] == []


def test_every_list_of_rows_says_how_many_it_is_taken_to_hold() -> None:
    """Those of a connection: as many as the page."""
    unsized = [
        f"{type_.name}.{name}"
        for type_, name, field in fields()
        if is_list_type(get_nullable_type(field.type))
        and model_of(get_named_type(field.type))
        and declared(field).size is None
        and not type_.name.endswith("Connection")
    ]
    assert unsized == []


def test_every_connection_multiplies_by_its_page() -> None:
    connections = [
        (f"{type_.name}.{name}", shape_of(field.extensions["strawberry-definition"]).size.of)  # type: ignore[union-attr]
        for type_, name, field in fields()
        if get_named_type(field.type).name.endswith("Connection")
    ]
    assert len(connections) > 10
    assert {of for _, of in connections} == {("edges", "nodes")}


def test_every_mutation_costs_more_than_reading_a_row() -> None:
    assert SCHEMA.mutation_type is not None
    assert {n: w for n, f in SCHEMA.mutation_type.fields.items() if (w := declared(f).weight) < 10} == {}


def test_the_published_schema_can_be_read_by_other_tools_and_says_what_fields_cost() -> None:
    text = print_sdl()
    schema = build_schema(text)
    assert [d.name for d in schema.directives].count("cost") == 1
    assert "bookings" in schema.query_type.fields  # type: ignore[union-attr]
    root = text[text.index("type Query {") :]
    assert '@listSize(sizedFields: ["edges", "nodes"], slicingArguments: ["first", "last"])' in root
    assert ": Availability @cost(weight: 20)" in root
