"""Every word of the API says what a caller cannot guess."""

from __future__ import annotations

from collections.abc import Iterator

from graphql import GraphQLEnumType, GraphQLInputObjectType, GraphQLInterfaceType, GraphQLNamedType, GraphQLObjectType

from graph.schema import build

SCHEMA = build()._schema
BUILT_IN = {"String", "Int", "Float", "Boolean", "ID"}


def described() -> Iterator[tuple[str, str | None]]:
    """(name, description) of everything in the schema that has words."""
    for name, type_ in SCHEMA.type_map.items():
        if name.startswith("__") or name in BUILT_IN:
            continue
        yield name, type_.description
        yield from inside(name, type_)


def inside(name: str, type_: GraphQLNamedType) -> Iterator[tuple[str, str | None]]:
    if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType):
        for field, definition in type_.fields.items():
            yield f"{name}.{field}", definition.description
            yield from ((f"{name}.{field}({arg}:)", a.description) for arg, a in definition.args.items())
    elif isinstance(type_, GraphQLInputObjectType):
        yield from ((f"{name}.{field}", f.description) for field, f in type_.fields.items())
    elif isinstance(type_, GraphQLEnumType):
        yield from ((f"{name}.{value}", v.description) for value, v in type_.values.items())


def test_everything_in_the_schema_has_a_description() -> None:
    assert [name for name, words in described() if not (words or "").strip()] == []


def test_a_mutation_s_input_is_named_after_it() -> None:
    assert SCHEMA.mutation_type
    for name, field in SCHEMA.mutation_type.fields.items():
        assert [str(arg.type) for arg in field.args.values()] in ([], [f"{name[0].upper()}{name[1:]}Input!"]), name


def test_descriptions_are_sentences() -> None:
    assert [name for name, words in described() if words and not words.strip().endswith((".", "…", ":", "`"))] == []
