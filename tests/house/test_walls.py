"""The walls between accounts have no door that is not on a list, and stand around every table."""

from __future__ import annotations

import ast
import re
import sqlite3

import asyncpg

import models
from models.crossings import CROSSINGS
from models.storage.sqlite_wall import account_tables
from models.tenancy import Global, Owned
from tests.house.tree import calls, sources
from tests.product import ENGINE, Product

OWNED = {m._meta.db_table for m in vars(models).values() if isinstance(m, type) and issubclass(m, Owned)}
# Who says whose rows a task reaches: what a request, a job or a command begins with, or a row that a secret led to.
BINDING = {
    "calendera/auditing.py",
    "calendera/downloads.py",
    "calendera/exporting.py",
    "calendera/feeds.py",  # the account of the address in a calendar program
    "calendera/imports/__init__.py",
    "calendera/mailing.py",
    "calendera/oauth/issuing.py",  # the account of a code or token
    "calendera/open_database.py",
    "calendera/seeding/__init__.py",
    "calendera/subscribing.py",
    "calendera/unbound.py",
    "calendera/retz.py",
    "calendera/verify.py",
    "calendera/watching.py",
    "calendera/worker.py",
    "graph/behind_the_wall.py",
    "models/account.py",  # the account that is being opened
    "models/calendar_subscription.py",  # of the worker's round
    "models/credentials.py",
    "models/export.py",  # of the worker's round
    "models/hold.py",  # of the worker's round
    "calendera/payments.py",  # of the worker's round, and of a notice that the gateway signed
    "models/membership.py",  # the account of an invitation's link
    "models/setback.py",  # of the worker's rounds
    "models/session.py",  # a person's sessions are in several accounts
    "resolvers/customer_sessions.py",  # the account of a mailed link
    "resolvers/waitlist_links.py",  # the account of a mailed link
    "resolvers/platform.py",  # the account that somebody of the platform names, for their permissions there
}
REACHING = {
    "models/backlog.py",
    "models/audit.py",
    "models/belonging.py",
    "models/booking_changes.py",
    "models/calendar_subscription.py",
    "models/clearing.py",
    "models/credentials.py",
    "models/event_tail.py",
    "models/export.py",
    "models/hold.py",
    "models/paying.py",
    "models/refunding.py",
    "models/reminder.py",
    "models/waitlist_offers.py",
}
# Have no model: a trigger writes ids into each, and one place reads them.
WITHOUT_MODEL = {"event_position", "event_tail"}
# Rows of several accounts that are nobody's: everything that finds them names a person or a secret.
SHARED = {"mail", "session"}
SQL = re.compile(r"\s*(SELECT|INSERT|UPDATE|DELETE|WITH)\b", re.IGNORECASE)


def callers(*names: str) -> set[str]:
    own = ("models/storage/",)
    return {path for path, tree in sources() for name, _ in calls(tree) if name in names and not path.startswith(own)}


def test_only_listed_places_say_whose_rows_a_task_reaches() -> None:
    assert callers("bound", "following") == BINDING


def test_only_listed_places_reach_across_accounts() -> None:
    assert callers("reaching") == REACHING


def test_no_server_reaches_as_an_operator() -> None:
    found = [path for path, tree in sources() for node in ast.walk(tree)
             if isinstance(node, ast.Attribute) and node.attr == "OPERATOR"]  # fmt: skip
    assert set(found) == {"models/crossings.py", "models/tenancy.py", "models/storage/postgres_wall.py"}


def test_nobody_goes_around_the_door() -> None:
    around = re.compile(r"(^|\.)(QuerySet|Manager|RawSQL|raw|using_db|bulk_update|in_bulk|_choose_db)$")
    found = {path for path, tree in sources() for name, _ in calls(tree) if around.search(name)}
    # The door itself, and the one place that reads: it asks `Context.confined`.
    assert found == {"models/tenancy.py", "graph/reading.py"}


def test_sql_by_hand_on_account_tables_names_the_account() -> None:
    table = re.compile(rf'\b(FROM|JOIN|INTO|UPDATE)\s+"?({"|".join(sorted(OWNED))})\b', re.IGNORECASE)
    found = []
    for path, tree in sources("models", "resolvers", "graph", "calendera"):
        for node in ast.walk(tree):
            text = _text(node)
            if text and SQL.match(text) and table.search(text) and "account_id" not in text:
                found.append(f"{path}:{getattr(node, 'lineno', 0)}")
    # By the hash of a secret, which is unique among all accounts.
    assert {one.partition(":")[0] for one in found} <= {"models/credentials.py"}, found


def _text(node: ast.AST) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(part.value if isinstance(part, ast.Constant) else "x" for part in node.values)
    return ""


def test_what_may_be_crossed_is_a_table_of_accounts() -> None:
    assert {table for tables in CROSSINGS.values() for table in tables} <= OWNED | WITHOUT_MODEL


async def test_every_table_of_accounts_has_the_wall(product: Product) -> None:
    walled, shared = await _walled(product.database.url)
    assert walled == OWNED | WITHOUT_MODEL
    assert shared == SHARED | {model._meta.db_table for model in vars(models).values()
                               if isinstance(model, type) and issubclass(model, Global)
                               and "account_id" in model._meta.fields_map}  # fmt: skip


async def _walled(url: str) -> tuple[set[str], set[str]]:
    """Tables with a wall around them, and those that have an account only sometimes."""
    if ENGINE == "sqlite":
        database = sqlite3.connect(url.removeprefix("sqlite:///"))
        every = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        named = {
            name for (name,) in every
            if any(row[1] == "account_id" for row in database.execute(f"PRAGMA table_info({name})"))
        }  # fmt: skip
        walled = set(account_tables(database))
        database.close()
        return walled, named - walled
    connection = await asyncpg.connect(url)
    rows = await connection.fetch(
        "SELECT c.relname AS name, c.relrowsecurity AND c.relforcerowsecurity AND EXISTS ("
        "  SELECT FROM pg_policy p WHERE p.polrelid = c.oid) AS walled"
        " FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'account_id'"
        " WHERE c.relkind = 'r'"
    )
    await connection.close()
    return {row["name"] for row in rows if row["walled"]}, {row["name"] for row in rows if not row["walled"]}
