"""Take any one permission away, and a test fails: each removal is made in this process, and its cell is asked again.

*Fields*: the guard of every guarded field lets everybody through. What notices is the field behind its open door. Where
a resolver refuses by itself there are two walls, and the page is what notices, for it is written of the declaration.
*Grants*: every entry of every table in `permissions/roles.py` is turned: what was granted is taken, what was narrowed
reaches everything, what was refused is granted.

A run takes a different part each day; `CALENDERA_TEST_ALL_MUTANTS=1` takes them all.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pytest

from graph.access_matrix import Cell, cell
from models.storage.reach import Reach, reaching
from permissions.classes import Anyone, Can
from permissions.every_viewer import EVERY_VIEWER
from permissions.roles import Access, Permission
from permissions.viewer import Viewer
from tests.isolation.askers import asker
from tests.isolation.matrix import ENDING, EXPECTED, LINES, SCHEMA, Check, Findings, Name
from tests.isolation.probing import OBJECTS
from tests.isolation.stage import Stage
from tests.product import Product

PARTS = 8
GUARDED = [name for name, line in LINES.items() if isinstance(line.shape.permission, Can)]

# Entries that decide something else than whether a field answers, with the test that notices.
ELSEWHERE = {
    Permission.BOOKINGS_MAKE_FREELY: "tests/attacks/refused/booking_freely_at_a_widget.graphql",
    Permission.BOOKINGS_OVERLAP: "tests/attacks/refused/booking_over_another_at_a_widget.graphql",
    Permission.BOOKINGS_ENTER_LATE: "tests/attacks/refused/booking_what_has_begun_at_a_widget.graphql",
}
# Viewers whose grants are those of another column, or made of them: the table they share is turned once.
SHARED = {"customer at widget", "booker", "link at widget", "booker at widget", "staff, contacts", "staff, own diary"}


def of_today(mutants: list[Any]) -> list[Any]:
    """A part of them, another one each day; all where that is asked for."""
    if os.environ.get("CALENDERA_TEST_ALL_MUTANTS"):
        return mutants
    return mutants[date.today().toordinal() % PARTS :: PARTS]


@dataclass(slots=True)
class Turned:
    """Changes what a credential may while a mutant lives."""

    change: tuple[Permission, Access | None] | None = None

    def __call__(self, viewer: Viewer) -> Viewer:
        if self.change is None:
            return viewer
        permission, access = self.change
        rest = {key: value for key, value in viewer.grants.items() if key is not permission}
        return replace(viewer, grants=rest | ({permission: access} if access else {}))


TURNED = Turned()


@pytest.fixture(scope="module")
async def stage(_product: Product) -> Stage:
    with reaching(Reach.OPERATOR):
        return await Stage.set(_product, TURNED)


@contextmanager
def opened(permission: Can) -> Iterator[None]:
    """A guard without its permission."""
    permission.reach = lambda _info: Access.READ  # type: ignore[method-assign]
    try:
        yield
    finally:
        del permission.reach


async def again(check: Check, name: Name) -> Findings:
    """The one cell, asked as the matrix test asks for it."""
    if name[0] in OBJECTS:
        return await check.objects(name)
    if name[0] == "Query":
        return await check.queries(name[1])
    if name[0] == "Subscription":
        return await check.subscriptions(name[1])
    refused = EXPECTED[(*name, check.asker.name)] is Cell.REFUSED
    return await (check.refused_mutations if refused else check.allowed_mutations)(name[1])


def cell_of(viewer: Viewer, name: Name, permission: Can | Anyone | None = None) -> Cell:
    """What the page would say of a cell, for this viewer and this permission of its field."""
    shape, type_ = LINES[name].shape, SCHEMA.type_map[name[0]]
    shape = replace(shape, permission=permission or shape.permission)
    return cell(viewer, type_, type_.fields[name[1]], shape, name[0] not in OBJECTS)  # type: ignore[arg-type,attr-defined]


def noticed_on_the_page(name: Name) -> bool:
    """Whether the page would be another one without this permission."""
    return all(cell_of(viewer, name, Anyone()) is not EXPECTED[(*name, who)] for who, viewer in EVERY_VIEWER.items())


async def test_no_field_can_lose_its_permission_unnoticed(stage: Stage, record_property: Any) -> None:
    checks = {who: stage.of(await asker(who, stage.home)) for who in ("widget", "auditor", "owner")}
    await stage.check("visitor")  # lays out what is behind the doors
    mutants, twice, survivors = of_today(GUARDED), [], []
    for name in mutants:
        who = next((who for who in checks if EXPECTED[(*name, who)] is Cell.REFUSED), "visitor")
        check = checks.get(who) or checks.setdefault(who, stage.of(await asker(who, stage.home)))
        with opened(LINES[name].shape.permission):  # type: ignore[arg-type]
            found = await again(check, name)
        if not found.failures and noticed_on_the_page(name):
            twice.append(name)
        elif not found.failures:
            survivors.append(name)
    assert survivors == []
    record_property("permissions of fields taken away and noticed", len(mutants))
    record_property("of these, refused by a second wall as well and noticed on the page", len(twice))


def turns() -> list[tuple[str, Permission, Access | None, Name]]:
    """(viewer, permission, what it becomes, the cell that must notice)."""
    found = []
    for who in EVERY_VIEWER.keys() - SHARED:
        for permission in Permission:
            if permission not in ELSEWHERE:
                found += [(who, permission, *turn) for turn in turns_of(who, permission)]
    return sorted(found, key=str)


def turns_of(who: str, permission: Permission) -> Iterator[tuple[Access | None, Name]]:
    """The entry turned each way, with a field of this permission whose cell it changes."""
    before = EVERY_VIEWER[who].access(permission)
    guarded = [name for name in GUARDED if LINES[name].shape.permission.permission is permission]
    for after in (Access.READ, None):
        if after is not before:
            yield after, max(guarded, key=lambda name: telling(who, name, after))


def telling(who: str, name: Name, after: Access | None) -> tuple[bool, bool, bool]:
    """How well a cell tells this turn: it changes, it belongs to a row, and whoever asks can ask again."""
    now = EXPECTED[(*name, who)]
    changes = now is not (Cell.READ if after else Cell.REFUSED)
    return changes, name[0] in OBJECTS, name[1] not in ENDING


async def test_no_grant_can_be_turned_unnoticed(stage: Stage, record_property: Any) -> None:
    checks: dict[str, Check] = {}
    survivors, twice, mutants = [], [], of_today(turns())
    for who, permission, after, name in mutants:
        if who not in checks:
            checks[who] = await stage.check(who)
        check = stage.at_doors(checks[who])
        TURNED.change = (permission, after)
        try:
            found = await again(check, name)
        finally:
            TURNED.change = None
        if name[0] == "Mutation" and (await check.probe("{ __typename }")).errors:
            del checks[who]  # whoever could do more for once has ended their own credential
        if found.failures:
            continue
        # It needs another permission as well, which this viewer has not; the page changes nevertheless.
        turned = replace(TURNED, change=(permission, after))(EVERY_VIEWER[who])
        (twice if cell_of(turned, name) is not EXPECTED[(*name, who)] else survivors).append((who, permission, name))
    assert survivors == [], "\n".join(map(str, survivors))
    record_property("grants turned and noticed", len(mutants))
    record_property("of these, noticed on the page alone", len(twice))
