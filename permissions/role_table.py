"""The role table as a page: `docs/roles.md`, generated from `permissions/roles.py`."""

from __future__ import annotations

from collections.abc import Mapping

from models.membership import Role
from permissions.roles import CUSTOMER, ROLES, SCOPES, WIDGET, Access, Grants, Permission

_SIGNS = {Access.READ: "yes", Access.MASKED: "masked", Access.OWN: "own", None: "–"}
_HEAD = """# Who may do what

Generated from `permissions/roles.py` by `calendera roles`; do not edit.
*yes*: everything in the account. *masked*: with the characters of the value hidden. *own*: the viewer's own rows only.
A business may let its staff see customers' contacts unmasked (`updatePrivacySettings`).
"""


def documentation() -> str:
    """The text of docs/roles.md."""
    people: dict[str, Grants] = {role.name: ROLES[role] for role in Role}
    people |= {"widget": WIDGET, "customer": CUSTOMER}
    partners = {scope.value: grants for scope, grants in SCOPES.items()}
    return "\n".join(
        [
            _HEAD,
            "## Members, widgets and customers",
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
