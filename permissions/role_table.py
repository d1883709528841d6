"""The role table as a page: `docs/roles.md`, generated from `permissions/roles.py`."""

from __future__ import annotations

from collections.abc import Mapping

from permissions.every_viewer import EVERY_VIEWER
from permissions.roles import Access, Grants, Permission
from permissions.viewer import ViewerKind

_SIGNS = {Access.READ: "yes", Access.MASKED: "masked", Access.OWN: "own", None: "–"}
_HEAD = """# Who may do what

Generated from `permissions/roles.py` by `calendera roles`; do not edit.
*yes*: everything in the account. *masked*: with the characters of the value hidden. *own*: the viewer's own rows only.
Who each column is, and what follows for each field of the schema, is in [access-matrix.md](access-matrix.md).
"""


def documentation() -> str:
    """The text of docs/roles.md."""
    partners = {name: viewer.grants for name, viewer in EVERY_VIEWER.items() if viewer.kind is ViewerKind.PARTNER}
    people = {name: viewer.grants for name, viewer in EVERY_VIEWER.items() if name not in partners}
    return "\n".join(
        [
            _HEAD,
            "## Visitors, members, widgets and customers",
            "",
            *_table(people),
            "",
            "## Partner keys, by scope",
            "",
            *_table(partners),
            "",
        ]
    )


def _table(columns: Mapping[str, Grants]) -> list[str]:
    head = ["permission", "what it allows", *columns]
    rows = [
        [permission.name, permission.value, *(_SIGNS[grants.get(permission)] for grants in columns.values())]
        for permission in Permission
        if any(permission in grants for grants in columns.values())
    ]
    return [_row(head), _row(["---"] * len(head)), *map(_row, rows)]


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"
