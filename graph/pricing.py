"""What an operation may cost, known before it runs: prices of fields, added up along a valid document.

A field costs its weight and what is selected beneath it, as many times as its list may hold items. All that does not
hang on variables is added up once, when the document is prepared. Each fragment is entered once for each place that
sizes it; a document was measured before it comes here, so it has at most 1,000 selections with its fragments spread
out. Where the same field is selected twice, it counts twice: the difference is given back.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from graphql import (
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    get_named_type,
    is_abstract_type,
)
from graphql.utilities import value_from_ast_untyped

from graph.price import FREE, Asked, Factor, Price, Quote, Switch, Total, count, one_of
from graph.weights import INTROSPECTION, declared


class _Sized(NamedTuple):
    """The fields of a connection that hold as many rows as were asked of it."""

    of: tuple[str, ...]
    times: Factor


class Pricing:
    """The prices of one document."""

    def __init__(self, schema: GraphQLSchema, document: DocumentNode) -> None:
        self._schema = schema
        self._fragments = {d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)}
        self._entered: dict[tuple[str, _Sized | None], Total] = {}

    def quote(self, operation: OperationDefinitionNode) -> Quote:
        """What one of its operations costs."""
        root = self._schema.get_root_type(operation.operation)
        variables = operation.variable_definitions or ()
        usual = {v.variable.name.value: value_from_ast_untyped(v.default_value) for v in variables if v.default_value}
        return Quote(self._total(operation.selection_set, root, None) if root else FREE, usual)

    def _total(self, selections: SelectionSetNode, type_: GraphQLNamedType, sized: _Sized | None) -> Total:
        always: list[Price | Total] = []
        by_type: dict[str, list[Price | Total]] = {}
        for node in selections.selections:
            found, condition = self._priced(node, type_, sized)
            if found is not None:
                # Of types that exclude each other only the dearest counts.
                alone = condition is not None and condition is not type_ and is_abstract_type(type_)
                (by_type.setdefault(condition.name, []) if condition and alone else always).append(found)
        return Total.of_all(always, [Total.of_all(each, []) for each in by_type.values()])

    def _priced(
        self, node: Any, type_: GraphQLNamedType, sized: _Sized | None
    ) -> tuple[Price | Total | None, GraphQLObjectType | None]:
        """The price of one selection, and the object type that it is for where it names one."""
        if isinstance(node, FieldNode):
            return self._field(node, type_, sized), None
        condition: Any = type_
        if isinstance(node, FragmentSpreadNode):
            fragment = self._fragments[node.name.value]
            condition = self._schema.get_type(fragment.type_condition.name.value)
            total = self._fragment(fragment, condition, sized)
        elif isinstance(node, InlineFragmentNode):
            condition = self._schema.get_type(node.type_condition.name.value) if node.type_condition else type_
            total = self._total(node.selection_set, condition, sized)
        price = Price.made("", 0, [*_switches(node)], total)
        return price, condition if isinstance(condition, GraphQLObjectType) else None

    def _fragment(self, fragment: FragmentDefinitionNode, type_: GraphQLNamedType, sized: _Sized | None) -> Total:
        place = (fragment.name.value, sized)
        if place not in self._entered:
            self._entered[place] = self._total(fragment.selection_set, type_, sized)
        return self._entered[place]

    def _field(self, node: FieldNode, type_: Any, sized: _Sized | None) -> Price | None:
        name = node.name.value
        if name in INTROSPECTION:
            return Price.made(name, INTROSPECTION[name], [*_switches(node)], FREE)
        definition = self._schema.get_field(type_, name)
        if definition is None or name == "__typename":
            return None
        shape = declared(definition)
        times = [*_switches(node)]
        within = None
        if shape.size is not None and shape.size.of:
            within = _Sized(shape.size.of, _size(node, shape.size.by, shape.size.assumed))
        elif shape.size is not None:
            times.append(_size(node, shape.size.by, shape.size.assumed))
        elif sized is not None and name in sized.of:
            times.append(sized.times)
        child = get_named_type(definition.type)
        beneath = self._total(node.selection_set, child, within) if node.selection_set else FREE
        return Price.made(node.alias.value if node.alias else name, shape.weight, times, beneath)


def _size(node: FieldNode, by: tuple[str, ...], assumed: int) -> Factor:
    values = [argument.value for argument in node.arguments or () if argument.name.value in by]
    if not values:
        return assumed
    names = tuple(value.name.value for value in values if isinstance(value, VariableNode))
    written = [count(value_from_ast_untyped(value)) for value in values if not isinstance(value, VariableNode)]
    return Asked(names, max(written, default=0)) if names else max(written)


def _switches(node: Any) -> Iterator[Factor]:
    """`@skip` and `@include` of a selection."""
    for directive in node.directives or ():
        if directive.name.value in ("skip", "include"):
            yield _switch(directive)


def _switch(directive: DirectiveNode) -> Factor:
    (argument,) = directive.arguments or ()
    value: Any = argument.value
    on = directive.name.value == "include"
    return Switch(value.name.value, on) if isinstance(value, VariableNode) else one_of(bool(value.value), on)
