"""The access matrix as a page: `docs/access-matrix.md`, written by `calendera matrix`, read again by `cells_of`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from graphql import GraphQLSchema

from graph.access_matrix import Cell, Line, lines
from permissions.classes import Can
from permissions.every_viewer import EVERY_VIEWER, WORDS

_HEAD = """# Who gets what of every field

Generated from the declarations by `calendera matrix`; do not edit. Fields of a type whose cells are all alike share a
line. The running product is asked for every cell over HTTP by `tests/isolation/test_matrix.py`.

| sign | means |
| --- | --- |
| read | the value, for every row of the account; a mutation may be called |
| masked | the value with its characters hidden |
| own | the value of the viewer's own rows; of every other row it is refused, or the row is not found |
| · | needs no permission of its own: whoever gets the object gets the value |
| – | refused with FORBIDDEN, or UNAUTHENTICATED for a visitor |
"""
_EVERYBODY = "everybody"
_SECTIONS = {
    "Query": "What can be asked",
    "Mutation": "What can be done",
    "Subscription": "What can be followed",
    "guarded": "Rows and values",
    "open": "What comes with an answer",
}


def documentation(schema: GraphQLSchema) -> str:
    """The text of docs/access-matrix.md."""
    found: dict[str, list[Line]] = {}
    for name, group in groupby(lines(schema), key=lambda line: line.type_name):
        of_type = list(group)
        guarded = any(isinstance(line.shape.permission, Can) for line in of_type)
        found.setdefault(name if name in _SECTIONS else "guarded" if guarded else "open", []).extend(of_type)
    parts = [_HEAD, "## Who asks", "", *_table(("viewer", "who"), ((f"**{who}**", w) for who, w in WORDS.items())), ""]
    for key, title in _SECTIONS.items():
        if key in found:
            parts += [f"## {title}", "", *(_open if key == "open" else _section)(found[key]), ""]
    return "\n".join(parts)


def _open(of_section: list[Line]) -> list[str]:
    types = groupby(of_section, key=lambda line: line.type_name)
    rows = ((name, " ".join(line.field_name for line in group), "", Cell.OPEN.value) for name, group in types)
    return _table(("type", "fields", "needs", _EVERYBODY), rows)


def _section(of_section: list[Line]) -> list[str]:
    rows = []
    for name, group in groupby(of_section, key=lambda line: line.type_name):
        alike: dict[tuple[str, ...], list[str]] = {}
        for line in group:
            alike.setdefault((_needs(line), *(c.value for c in line.cells.values())), []).append(line.field_name)
        rows += [(name, " ".join(names), *cells) for cells, names in alike.items()]
    return _table(("type", "fields", "needs", *EVERY_VIEWER), rows)


def _needs(line: Line) -> str:
    permission = line.shape.permission.permission
    return permission.name if permission else ""


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> list[str]:
    return [_row(head), _row(("---",) * len(head)), *map(_row, rows)]


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def cells_of(page: str) -> Iterator[tuple[str, str, str, Cell]]:
    """(type, field, viewer, cell) of each cell on a page."""
    columns: list[str] = []
    for line in page.splitlines():
        parts = [part.strip() for part in line.strip("|").split("|")]
        if parts[:2] == ["type", "fields"]:
            columns = parts[3:]
        elif line.startswith("| ") and columns and parts[0] != "---":
            whose = (
                dict.fromkeys(EVERY_VIEWER, parts[3])
                if columns == [_EVERYBODY]
                else dict(zip(columns, parts[3:], strict=True))
            )
            for field in parts[1].split():
                yield from ((parts[0], field, who, Cell(sign)) for who, sign in whose.items())
