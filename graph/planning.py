"""What to read for a selection: per row type the columns, the rows that columns point to, the lists that point back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, cast

from graphql import FieldNode, GraphQLObjectType, get_named_type
from strawberry.types import Info
from tortoise.models import Model
from tortoise.queryset import QuerySet

from graph.selecting import selected
from graph.shape import Shape, Through, shape_of
from models.tenancy import Owned
from permissions.own import Owns


@dataclass(slots=True)
class Plan:
    """What to read of one row type. `edges` and `lists` are keyed by the field's Python name.

    `shown`, in a list, is the query that says which rows the viewer may be shown; None for all. `own` says which rows
    are the viewer's own.
    """

    model: type[Model]
    columns: dict[str, None] = field(default_factory=lambda: {"id": None})
    edges: dict[str, tuple[str, Plan]] = field(default_factory=dict)
    lists: dict[str, tuple[Through, Plan]] = field(default_factory=dict)
    shown: QuerySet[Any] | None = None
    own: Owns = ()


def model_of(type_: Any) -> type[Model] | None:
    """The model whose rows a GraphQL object type shows; None for plain objects."""
    definition = type_.extensions.get("strawberry-definition") if isinstance(type_, GraphQLObjectType) else None
    return getattr(definition.origin, "__model__", None) if definition else None


def model_class_of(type_: Any) -> type[Model] | None:
    """The same for the class that a GraphQL type is written as (also behind `| None` or `list[…]`)."""
    for inner in (type_, *getattr(type_, "__args__", ())):
        found = getattr(inner, "__model__", None)
        if found is not None:
            return cast("type[Model]", found)
    return None


def plan(info: Info, type_: GraphQLObjectType, nodes: Iterable[FieldNode]) -> Plan:
    """What to read of `type_` for what was selected beneath `nodes`."""
    model = model_of(type_)
    if model is None:
        raise TypeError(f"{type_.name} shows no rows: declare its model with @graph_type(Model).")
    made = Plan(model)
    if issubclass(model, Owned):
        made.columns["account_id"] = None
    made.own = info.context.viewer.own.get(model._meta.db_table, ())
    made.columns.update((own.column, None) for own in made.own)
    for name, children in selected(info, type_, nodes).items():
        if name != "__typename":
            _plan_field(info, made, type_, name, children)
    return made


def _plan_field(info: Info, made: Plan, type_: GraphQLObjectType, name: str, nodes: list[FieldNode]) -> None:
    definition = type_.fields[name]
    strawberry_field = definition.extensions["strawberry-definition"]
    shape: Shape | None = shape_of(strawberry_field)
    if shape is None:
        return
    child = get_named_type(definition.type)
    made.columns.update(dict.fromkeys(shape.needs))
    for near in shape.beside:
        made.edges[near.name] = (near.via, Plan(near.model, dict.fromkeys(("id", *near.columns))))
    if shape.via is not None:
        made.edges[strawberry_field.python_name] = (shape.via, plan(info, cast("GraphQLObjectType", child), nodes))
    elif shape.through is not None:
        through, below = shape.through, plan(info, cast("GraphQLObjectType", child), nodes)
        below.shown = through.shows(info.context) if through.shows else None
        below.columns.update({through.sorted_by: None} if through.sorted_by else {})
        made.lists[strawberry_field.python_name] = (through, below)
