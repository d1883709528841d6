"""What a client selected beneath a field: fragments entered, @skip and @include decided, aliases put together."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

from graphql import FieldNode, GraphQLObjectType
from graphql.language import DirectiveNode, FragmentSpreadNode, InlineFragmentNode, SelectionSetNode, VariableNode
from graphql.type import GraphQLSchema, is_abstract_type
from strawberry.types import Info


def selected(info: Info, type_: GraphQLObjectType, nodes: Iterable[FieldNode]) -> dict[str, list[FieldNode]]:
    """The fields selected on `type_` beneath `nodes`, by field name. Each fragment is entered once a level."""
    found: dict[str, list[FieldNode]] = {}
    seen: set[str] = set()
    for node in nodes:
        if node.selection_set:
            _collect(info._raw_info, type_, node.selection_set, found, seen)
    return found


def _collect(raw: Any, type_: GraphQLObjectType, selections: SelectionSetNode, found: Any, seen: set[str]) -> None:
    for selection in selections.selections:
        if not _included(raw, selection):
            continue
        if isinstance(selection, FieldNode):
            found.setdefault(selection.name.value, []).append(selection)
            continue
        inner: Any = selection
        if isinstance(selection, FragmentSpreadNode):
            if selection.name.value in seen:
                continue
            seen.add(selection.name.value)
            inner = raw.fragments[selection.name.value]
            inner = getattr(inner, "definition", inner)
        if _applies(raw.schema, cast("InlineFragmentNode", inner), type_):
            _collect(raw, type_, inner.selection_set, found, seen)


def _included(raw: Any, selection: Any) -> bool:
    return all(
        _condition(raw, directive) is (directive.name.value == "include")
        for directive in selection.directives or ()
        if directive.name.value in ("skip", "include")
    )


def _condition(raw: Any, directive: DirectiveNode) -> bool:
    (argument,) = directive.arguments or ()
    value: Any = argument.value
    return bool(raw.variable_values[value.name.value] if isinstance(value, VariableNode) else value.value)


def _applies(schema: GraphQLSchema, fragment: InlineFragmentNode, type_: GraphQLObjectType) -> bool:
    if fragment.type_condition is None or fragment.type_condition.name.value == type_.name:
        return True
    condition = schema.get_type(fragment.type_condition.name.value)
    return condition is not None and is_abstract_type(condition) and schema.is_sub_type(condition, type_)
