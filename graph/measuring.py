"""Counting what a parsed document asks for. Linear in the document, whatever its fragments multiply to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
)

from graph.limits import Measure

_INTROSPECTION = frozenset({"__schema", "__type"})


class _Place(NamedTuple):
    """Where a selection set stands: fields above it, and whether they began with an introspection field."""

    depth: int
    introspecting: bool


@dataclass(slots=True)
class _Part:
    """What one definition contains by itself, and which fragments it spreads where."""

    depth: int = 0
    introspection_depth: int = 0
    aliases: int = 0
    directives: int = 0
    root_fields: int = 0
    selections: int = 0
    introspects: bool = False
    spreads: list[tuple[str, _Place]] = field(default_factory=list)


def measure(document: DocumentNode) -> Measure:
    """Measure every definition of the document. Cycles and unknown fragments are left to validation."""
    operations: list[_Part] = []
    fragments: dict[str, _Part] = {}
    for definition in document.definitions:
        if isinstance(definition, OperationDefinitionNode):
            operations.append(_walk(definition))
        elif isinstance(definition, FragmentDefinitionNode):
            fragments[definition.name.value] = _walk(definition)
    for name in _inner_first(fragments):
        _add_spreads(fragments[name], fragments)
    for part in operations:
        _add_spreads(part, fragments)
    return _largest(operations, [*operations, *fragments.values()])


def _walk(definition: OperationDefinitionNode | FragmentDefinitionNode) -> _Part:
    part = _Part(directives=len(definition.directives or ()))
    for variable in definition.variable_definitions or ():
        part.directives += len(variable.directives or ())
    todo = [(definition.selection_set, _Place(0, introspecting=False))]
    while todo:
        selection_set, place = todo.pop()
        todo.extend(_count(selection_set, place, part))
    return part


def _count(selection_set: SelectionSetNode, place: _Place, part: _Part) -> Iterator[tuple[SelectionSetNode, _Place]]:
    """Add one selection set to its part; yields the sets inside it."""
    for selection in selection_set.selections:
        part.selections += 1
        part.directives += len(selection.directives or ())
        if isinstance(selection, FieldNode):
            inner = _count_field(selection, place, part)
            if selection.selection_set:
                yield selection.selection_set, inner
        elif isinstance(selection, InlineFragmentNode):
            yield selection.selection_set, place
        elif isinstance(selection, FragmentSpreadNode):
            part.spreads.append((selection.name.value, place))


def _count_field(node: FieldNode, place: _Place, part: _Part) -> _Place:
    depth = place.depth + 1
    part.aliases += node.alias is not None
    if place.introspecting:
        part.introspection_depth = max(part.introspection_depth, depth)
        return _Place(depth, introspecting=True)
    part.depth = max(part.depth, depth)
    part.root_fields += depth == 1
    if node.name.value in _INTROSPECTION:
        part.introspects = True
        return _Place(0, introspecting=True)
    return _Place(depth, introspecting=False)


def _inner_first(fragments: dict[str, _Part]) -> Iterator[str]:
    """Names of the fragments, each after those it spreads. A spread that closes a cycle is passed over."""
    done: set[str] = set()
    for root in fragments:
        path: dict[str, Iterator[tuple[str, _Place]]] = {}
        if root not in done:
            path[root] = iter(fragments[root].spreads)
        while path:
            name, rest = next(reversed(path.items()))
            following = next((s for s, _ in rest if s in fragments and s not in done and s not in path), None)
            if following is not None:
                path[following] = iter(fragments[following].spreads)
                continue
            del path[name]
            done.add(name)
            yield name


def _add_spreads(part: _Part, fragments: dict[str, _Part]) -> None:
    """Add what the fragments of a part contain, once for each place. Emptied spreads make a second call harmless."""
    spreads, part.spreads = part.spreads, []
    for name, place in spreads:
        inner = fragments.get(name)
        if inner is None or inner is part:
            continue
        part.aliases += inner.aliases
        part.directives += inner.directives
        part.selections += inner.selections
        deepest = place.depth + inner.depth
        part.introspection_depth = max(part.introspection_depth, inner.introspection_depth)
        if place.introspecting:
            part.introspection_depth = max(part.introspection_depth, deepest)
        else:
            part.depth = max(part.depth, deepest)
            part.root_fields += inner.root_fields if place.depth == 0 else 0


def _largest(operations: list[_Part], parts: list[_Part]) -> Measure:
    """Depth and root fields depend on where a fragment is spread; the other figures count in unused ones too."""
    return Measure(
        operations=len(operations),
        depth=max((o.depth for o in operations), default=0),
        introspection_depth=max((o.introspection_depth for o in operations), default=0),
        root_fields=max((o.root_fields for o in operations), default=0),
        aliases=max((p.aliases for p in parts), default=0),
        directives=max((p.directives for p in parts), default=0),
        selections=max((p.selections for p in parts), default=0),
        introspects=any(p.introspects for p in parts),
    )
