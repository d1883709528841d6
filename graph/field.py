"""How a field is written: its permission and its description are compulsory, everything about it is declared.

shown      a column of the row                      computed   a value made from columns
edge       the one row that a column points to      many       the rows that point here
sole       the one row that points here, if any
told       a value of a payload, refusal or other plain object, for whoever got the object
one        a root field that answers one row        listing    a root field that answers a connection
value      a root field that answers a plain object
found      the one row that a plain object names
mutation   something a person would say; answers its payload or one of its refusals (`graph/mutations.py`)
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import replace
from typing import Any, ClassVar, TypeVar

import strawberry
from strawberry.extensions import FieldExtension
from strawberry.types.field import StrawberryField

from graph.directives import PersonalData, personal_data, price_tags
from graph.guard import Guard, table_of
from graph.paging import PAGE, Connection, Pages
from graph.reading import Reads
from graph.shape import KEY, Beside, Shape, Size, Through, reshape, shape_of
from models.personal import Mark, Personal, Plain, Why, mark_of
from permissions.classes import Anyone, Can
from permissions.roles import Permission
from rules.masking import Mask

C = TypeVar("C", bound=type)
# What an answer costs is about rows: what is read with a row, or made from it, is free.
ROW = 1


def _field(shape: Shape, description: str, *extensions: FieldExtension, **more: Any) -> Any:
    guard: list[FieldExtension] = []
    directives = [shape.permission.schema_directive]
    if isinstance(shape.permission, Can):
        # The last extension in the list runs first: nothing is read before the permission is known.
        guard, directives = [Guard(shape.permission, shape.mask, finds=shape.finds)], []
    return strawberry.field(
        description=inspect.cleandoc(description),
        metadata={KEY: shape},
        directives=[*directives, *price_tags(shape)],
        extensions=[*extensions, *guard],
        **more,
    )


def shown(permission: Permission, description: str, *, column: str | None = None, mask: Mask | None = None) -> Any:
    """A column, by the field's own name unless `column` says otherwise."""
    if column is None:
        return _field(Shape(Can(permission), (), mask), description)
    return _field(Shape(Can(permission), (column,), mask), description, resolver=lambda root: getattr(root, column))


def computed(
    permission: Permission, *needs: str, mask: Mask | None = None, beside: tuple[Beside, ...] = ()
) -> Callable[[Callable[..., Any]], Any]:
    """A value that the decorated function makes from the columns named in `needs`, and of the rows `beside`; its
    docstring describes it."""

    def decorate(resolver: Callable[..., Any]) -> Any:
        shape = Shape(Can(permission), needs, mask, beside=beside, weight=ROW if beside else 0)
        return _field(shape, _words(resolver), resolver=resolver)

    return decorate


def edge(permission: Permission, description: str, *, via: str) -> Any:
    """The one row that the column `via` points to."""
    return _field(Shape(Can(permission), (via,), via=via, weight=ROW), description)


def many(
    permission: Permission, description: str, through: Through, *, holds: int = 5, fresh_beyond_own: bool = False
) -> Any:
    """All the rows that point here. For lists that stay short; long ones are connections at the root.

    `holds` is how many there usually are at most, for the price; of a single one 1. `fresh_beyond_own`: whoever sees
    more than their own rows has proved in the last minutes who they are.
    """
    size = None if through.single else Size(assumed=holds)
    can = Can(permission, fresh=fresh_beyond_own, own_freely=fresh_beyond_own)
    return _field(Shape(can, ("id",), through=through, weight=ROW, size=size), description)


def sole(permission: Permission, description: str, through: Through) -> Any:
    """The one row that points here, or null where there is none."""
    return many(permission, description, replace(through, single=True))


def told(
    description: str,
    *,
    resolver: Callable[..., Any] | None = None,
    graphql_type: Any = None,
    weight: int = 0,
    size: Size | None = None,
) -> Any:
    """A value of a plain object, for whoever got the object."""
    more = {"resolver": resolver} if resolver else {}
    return _field(
        Shape(Anyone(), weight=weight, size=size),
        description,
        **more,
        **({"graphql_type": graphql_type} if graphql_type else {}),
    )


def one(resolver: Callable[..., Any], permission: Permission | None, type_: Any) -> Any:
    """A root field that answers one row (or a list, where `type_` is one); the resolver says which."""
    return _root(resolver, permission, type_, Reads(permission), weight=ROW)


def listing(resolver: Callable[..., Any], permission: Permission, node: Any) -> Any:
    """A root field that answers a connection over the rows that the resolver's `Listing` names."""
    return _root(resolver, permission, Connection[node], Pages(permission), weight=ROW, size=PAGE)


def value(
    resolver: Callable[..., Any],
    permission: Permission | None,
    type_: Any,
    *,
    weight: int = ROW,
    size: Size | None = None,
) -> Any:
    """A root field that answers a plain object, or a list of them."""
    return _root(resolver, permission, type_, weight=weight, size=size)


def found(resolver: Callable[..., Any], permission: Permission, type_: Any, *, holds: int | None = None) -> Any:
    """The one row that a plain object names, as far as the viewer's grant goes; null where it goes less far. Or the
    rows, where `type_` is a list: `holds` is how many there usually are at most, for the price."""
    size = None if holds is None else Size(assumed=holds)
    shape = Shape(Can(permission), finds=True, weight=ROW, size=size)
    return _field(shape, _words(resolver), Reads(permission), resolver=resolver, graphql_type=type_)


def _root(
    resolver: Callable[..., Any], permission: Permission | None, type_: Any, *extensions: FieldExtension, **price: Any
) -> Any:
    shape = Shape(Can(permission) if permission else Anyone(), **price)
    return _field(shape, _words(resolver), *extensions, Worded(), resolver=resolver, graphql_type=type_)


class Worded(FieldExtension):
    """Words for the arguments that mean the same everywhere; the others bring theirs by `strawberry.argument`."""

    _usual: ClassVar = {"id": "Which one.", "input": "What is asked for; see its type."}

    def apply(self, field: StrawberryField) -> None:
        for argument in field.arguments:
            argument.description = argument.description or self._usual.get(argument.python_name)


def graph_type(model: type[Any] | None = None, *, name: str | None = None) -> Callable[[C], C]:
    """Make a class a GraphQL type: its docstring is the description; marks of fields come from the model's columns."""

    def decorate(cls: C) -> C:
        for python_name, field in list(vars(cls).items()):
            if isinstance(field, StrawberryField):
                _complete(field, python_name, model)
        if model is not None:
            table = model._meta.db_table
            cls.is_type_of = classmethod(lambda _, source, __: table_of(source) == table)  # type: ignore[attr-defined]
            cls.__model__ = model  # type: ignore[attr-defined]
        return strawberry.type(cls, name=name, description=inspect.cleandoc(cls.__doc__ or ""))

    return decorate


def _complete(field: StrawberryField, python_name: str, model: type[Any] | None) -> None:
    """Give a field what follows from the columns of its row. TypeError for what cannot be shown, or not like this."""
    shape = shape_of(field)
    if shape is None or model is None:
        return
    if not shape.needs and shape.through is None and field.base_resolver is None:
        shape = reshape(field, needs=(python_name,))
    for column in shape.needs:
        if column not in model._meta.fields_map:
            raise TypeError(f"{python_name} needs {model.__name__}.{column}, and there is no such column.")
        _mark(field, shape, f"{model.__name__}.{column}", mark_of(model, column))


def _mark(field: StrawberryField, shape: Shape, column: str, mark: Mark | None) -> None:
    if mark == Plain(Why.SECRET):
        raise TypeError(f"{column} is a secret: no field shows it.")
    if not isinstance(mark, Personal):
        return
    if not isinstance(shape.permission, Can):
        raise TypeError(f"{column} is personal: write its field with `shown` or `computed` and a permission.")
    if not any(isinstance(directive, PersonalData) for directive in field.directives):
        field.directives = [*field.directives, personal_data(mark)]


def _words(resolver: Callable[..., Any]) -> str:
    if not resolver.__doc__:
        raise TypeError(
            f"{resolver.__module__}.{resolver.__qualname__} needs a docstring: it is the API's description."
        )
    return resolver.__doc__
