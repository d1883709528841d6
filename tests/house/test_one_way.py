"""One way to do each thing: the doors to rows, the clock, and the size of a file."""

from __future__ import annotations

import ast

import pytest

from tests.house.tree import LAYERS, ROOT, calls, sources

# Where rows of all accounts may be looked at: finding an account by a secret or a link, and the worker's rounds.
ACROSS_ACCOUNTS = {
    "models/export.py",  # the worker's rounds
    "models/membership.py",  # the link of an invitation
}
BANNED = {"utils", "helpers", "common", "core", "manager", "misc"}


def test_rows_of_all_accounts_are_opened_only_where_listed() -> None:
    found = {path for path, tree in sources() for name, _ in calls(tree) if name.endswith("across_accounts")}
    assert found == ACROSS_ACCOUNTS


def test_nobody_saves_or_deletes_an_instance() -> None:
    found = [
        f"{path}:{line}"
        for path, tree in sources("graph", "resolvers", "permissions", "models", "calendera")
        for name, line in calls(tree)
        if name.endswith((".save", ".refresh_from_db", ".get_or_create", ".update_or_create"))
    ]
    # The door itself inserts by it.
    assert [one for one in found if not one.startswith("models/tenancy.py:")] == []


def test_only_the_clock_asks_the_time() -> None:
    asking = ("datetime.now", "datetime.utcnow", "date.today", "datetime.today", "time.time")
    found = {path for path, tree in sources() for name, _ in calls(tree) if name.endswith(asking)}
    assert found <= {"calendera/clock.py"}


def test_zones_are_opened_in_one_place() -> None:
    """Anywhere else the operating system's copy of the zone database could come in."""
    found = {path for path, tree in sources() for name, _ in calls(tree) if name.split(".")[-1] == "ZoneInfo"}
    assert found == {"rules/zones.py"}


@pytest.mark.parametrize("layer", LAYERS)
def test_no_file_has_a_name_that_says_nothing(layer: str) -> None:
    names = {part for path in (ROOT / layer).rglob("*.py") for part in path.stem.split("_")}
    assert names & BANNED == set()
    assert not any(path.stem.endswith("service") and path.stem != "service" for path in (ROOT / layer).rglob("*.py"))


def test_no_file_is_longer_than_a_person_reads() -> None:
    long = {path: len((ROOT / path).read_text("utf-8").splitlines()) for path, _ in sources()}
    assert {path: lines for path, lines in long.items() if lines > 400} == {}


def test_functions_stay_short() -> None:
    long = {
        f"{path}:{node.lineno} {node.name}": node.end_lineno - node.lineno
        for path, tree in sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno
        if node.end_lineno - node.body[0].lineno > 30
    }
    assert long == {}


def test_tests_do_not_mock_our_own_code() -> None:
    found = [
        path.name
        for path in (ROOT / "tests").rglob("*.py")
        if path.name != "test_one_way.py" and "unittest.mock" in path.read_text("utf-8")
    ]
    assert found == []
