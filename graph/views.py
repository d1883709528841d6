"""The schema as somebody sees it who holds certain permissions: what they may not use is not there.

A view is a schema of its own, made of copies of the types with the closed fields left out. Introspection is answered
from it, and the documents of whoever must learn nothing are checked against it, so that for them a hidden name and an
absent one cannot be told apart. Made once for each set of grants.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from typing import Any, cast

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
    specified_directives,
)

from graph.shape import Shape, shape_of
from permissions.classes import Can, Requires
from permissions.roles import Access, Grants, Permission

MOST_VIEWS = 64
_DEFINITION = "strawberry-definition"
_COPIED = (GraphQLObjectType, GraphQLInterfaceType, GraphQLUnionType, GraphQLInputObjectType)


class Views:
    """The views of one schema, those used last kept."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self.whole = schema
        self._made: OrderedDict[frozenset[Any], GraphQLSchema] = OrderedDict()

    def of(self, grants: Grants) -> GraphQLSchema:
        """The schema that these grants open."""
        key = frozenset(grants.items())
        view = self._made.get(key)
        if view is None:
            view = self._made[key] = View(self.whole, grants).schema
        self._made.move_to_end(key)
        while len(self._made) > MOST_VIEWS:
            self._made.popitem(last=False)
        return view


class View:
    """One view while it is made: first which types can be reached, then copies of them."""

    def __init__(self, whole: GraphQLSchema, grants: Grants) -> None:
        self.whole = whole
        self.grants = grants
        self.reached: dict[str, GraphQLNamedType] = {}
        roots = (whole.query_type, whole.mutation_type, whole.subscription_type)
        self.roots = [root if root and any(self._open_fields(root)) else None for root in roots]
        self._reach([root for root in self.roots if root])
        self.copies: dict[str, GraphQLNamedType] = {name: self._copy(type_) for name, type_ in self.reached.items()}
        query, mutation, subscription = (self.copies[root.name] if root else None for root in self.roots)
        self.schema = GraphQLSchema(
            query,  # type: ignore[arg-type]
            mutation,  # type: ignore[arg-type]
            subscription,  # type: ignore[arg-type]
            types=list(self.copies.values()),
            directives=specified_directives,
            description=whole.description,
        )

    def _reach(self, todo: list[Any]) -> None:
        while todo:
            type_ = todo.pop()
            if type_.name not in self.reached:
                self.reached[type_.name] = type_
                todo.extend(self._beneath(type_))

    def _beneath(self, type_: Any) -> Iterator[Any]:
        """The types that can be named or met where this one is."""
        if isinstance(type_, GraphQLUnionType):
            yield from type_.types
        if isinstance(type_, GraphQLInputObjectType):
            yield from (get_named_type(field.type) for _, field in self._open_inputs(type_.fields))
        if isinstance(type_, GraphQLInterfaceType):
            # Of everything with an id, only what shows more than the id.
            yield from (one for one in self.whole.get_possible_types(type_) if self._shows_something(one))
        if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType):
            yield from type_.interfaces
            for _, field in self._open_fields(type_):
                yield get_named_type(field.type)
                yield from (get_named_type(argument.type) for _, argument in self._open_inputs(field.args))

    def _open_fields(self, type_: Any) -> Iterator[tuple[str, GraphQLField]]:
        return ((name, field) for name, field in type_.fields.items() if self._is_open(field))

    def _is_open(self, field: GraphQLField) -> bool:
        written = field.extensions.get(_DEFINITION)
        shape = shape_of(written) if written is not None else None
        if shape is not None and isinstance(shape.permission, Can):
            return self._may(shape)
        # A public field that leads to a row of which nothing else is shown leads nowhere.
        beneath = get_named_type(field.type)
        return not isinstance(beneath, GraphQLObjectType) or not _is_row(beneath) or self._shows_something(beneath)

    def _may(self, shape: Shape) -> bool:
        access = self.grants.get(shape.permission.permission) if shape.permission.permission else None
        return access is not None and not (access is Access.MASKED and shape.mask is None)

    def _shows_something(self, type_: GraphQLObjectType) -> bool:
        shapes = (shape_of(field.extensions[_DEFINITION]) for field in type_.fields.values())
        return any(shape and isinstance(shape.permission, Can) and self._may(shape) for shape in shapes)

    def _open_inputs(self, fields: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
        return ((name, one) for name, one in fields.items() if self._may_give(needed(one)))

    def _may_give(self, permission: Permission | None) -> bool:
        # Choosing rows by a value is a way to read it: who sees it masked may not.
        return permission is None or self.grants.get(permission) in (Access.READ, Access.OWN)

    def _copy(self, type_: Any) -> Any:
        if isinstance(type_, GraphQLEnumType):
            return self._enum(type_)
        if not isinstance(type_, _COPIED):
            return type_  # scalars are the same for everybody
        values: dict[str, Any] = {**type_.to_kwargs(), "ast_node": None, "extension_ast_nodes": ()}
        if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType):
            values["fields"] = lambda: {name: self._field(field) for name, field in self._open_fields(type_)}
            values["interfaces"] = lambda: [self.copies[one.name] for one in type_.interfaces]
        elif isinstance(type_, GraphQLUnionType):
            values["types"] = lambda: [self.copies[one.name] for one in type_.types]
        else:
            values["fields"] = lambda: {name: self._input(one) for name, one in self._open_inputs(type_.fields)}
        kind: Any = type(type_)
        return kind(**values)

    def _enum(self, type_: GraphQLEnumType) -> GraphQLEnumType:
        definition: Any = type_.extensions[_DEFINITION]
        granted = {one.name for one in self.grants} if definition.wrapped_cls is Permission else type_.values.keys()
        open_ = {name: one for name, one in self._open_inputs(type_.values) if name in granted}
        if len(open_) == len(type_.values):
            return type_
        kind: Any = type(type_)  # Strawberry's own kind, whose defaults are members
        return cast("GraphQLEnumType", kind(enum=definition, **type_.to_kwargs() | {"values": open_}))

    def _field(self, field: GraphQLField) -> GraphQLField:
        arguments = {name: self._argument(one) for name, one in self._open_inputs(field.args)}
        return GraphQLField(**field.to_kwargs() | {"type_": self._type(field.type), "args": arguments})

    def _argument(self, one: GraphQLArgument) -> GraphQLArgument:
        return GraphQLArgument(**one.to_kwargs() | {"type_": self._type(one.type)})

    def _input(self, one: GraphQLInputField) -> GraphQLInputField:
        return GraphQLInputField(**one.to_kwargs() | {"type_": self._type(one.type)})

    def _type(self, type_: Any) -> Any:
        if isinstance(type_, GraphQLNonNull | GraphQLList):
            return type(type_)(self._type(type_.of_type))
        return self.copies[type_.name]


def needed(one: Any) -> Permission | None:
    """The permission that an argument, a field of an input or a value of an enumeration needs by itself."""
    definition = one.extensions.get(_DEFINITION)
    found = (each.permission for each in getattr(definition, "directives", ()) if isinstance(each, Requires))
    return next(found, None)


def _is_row(type_: GraphQLObjectType) -> bool:
    return any(interface.name == "Node" for interface in type_.interfaces)
