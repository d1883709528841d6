"""Every column says whether it is personal, and the database has exactly the columns that the models name."""

from __future__ import annotations

import sqlite3

import pytest
from tortoise.models import Model

import models
from models.personal import Mark, Personal, Plain, Why, mark_of
from models.storage.database import dialect, fetch
from models.tenancy import Global, Owned
from tests.product import Product

MODELS: list[type[Model]] = [
    found for found in vars(models).values() if isinstance(found, type) and issubclass(found, Model)
]
COLUMNS = [(model, column) for model in MODELS for column in model._meta.fields_map]


@pytest.mark.promise("1.1")
@pytest.mark.parametrize(("model", "column"), COLUMNS, ids=lambda value: getattr(value, "__name__", value))
def test_a_column_is_marked_personal_or_plain(model: type[Model], column: str) -> None:
    assert isinstance(mark_of(model, column), Personal | Plain), (
        f"{model.__name__}.{column} is marked neither: wrap it in personal(…) or plain(…) from models/personal.py"
    )


def test_secrets_are_marked_as_such() -> None:
    secret = {
        "secret_hash",
        "earlier_secret_hash",
        "code_hash",
        "code_challenge",
        "token_hash",
        "password_hash",
        "nonce",
        "manage_hash",
        "manage_nonce",
        "digest",
    }
    marks: dict[str, Mark | None] = {
        f"{m.__name__}.{column}": mark_of(m, column) for m, column in COLUMNS if column in secret
    }
    assert {name: mark for name, mark in marks.items() if mark != Plain(Why.SECRET)} == {}


def test_every_model_is_owned_or_global() -> None:
    assert [model.__name__ for model in MODELS if not issubclass(model, Owned | Global)] == []


def by_hand(product: Product, sql: str) -> list[sqlite3.Row]:
    """What SQLite says of a table: of the table itself, not of the view that the product sees."""
    database = sqlite3.connect(product.database.url.removeprefix("sqlite:///"))
    database.row_factory = sqlite3.Row
    rows = database.execute(sql).fetchall()
    database.close()
    return rows


async def columns_of(product: Product, table: str) -> dict[str, bool]:
    """Column → whether it may be null, as the database says."""
    if dialect() == "sqlite":
        rows = by_hand(product, f"PRAGMA table_info('{table}')")
        return {row["name"]: not (row["notnull"] or row["pk"]) for row in rows}
    rows = await fetch(
        "SELECT column_name, is_nullable FROM information_schema.columns"
        " WHERE table_schema = current_schema() AND table_name = $1",
        table,
    )
    return {row["column_name"]: row["is_nullable"] == "YES" for row in rows}


async def foreign_keys_of(product: Product, table: str) -> list[tuple[str, list[str]]]:
    """(referred table, own columns in order) of each foreign key."""
    if dialect() == "sqlite":
        rows = sorted(by_hand(product, f"PRAGMA foreign_key_list('{table}')"), key=lambda row: (row["id"], row["seq"]))
        found: dict[int, tuple[str, list[str]]] = {}
        for row in rows:
            found.setdefault(row["id"], (row["table"], []))[1].append(row["from"])
        return list(found.values())
    rows = await fetch(
        "SELECT c.confrelid::regclass::text AS referred,"
        " (SELECT array_agg(a.attname::text ORDER BY k.place)"
        "  FROM unnest(c.conkey) WITH ORDINALITY AS k (number, place)"
        "  JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.number) AS own"
        " FROM pg_constraint c WHERE c.contype = 'f' AND c.conrelid = $1::text::regclass",
        table,
    )
    return [(row["referred"], list(row["own"])) for row in rows]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
async def test_the_migrated_table_has_the_columns_of_the_model(product: Product, model: type[Model]) -> None:
    wanted = {name: bool(field.null) for name, field in model._meta.fields_map.items()}
    assert await columns_of(product, model._meta.db_table) == wanted


@pytest.mark.parametrize("model", [m for m in MODELS if issubclass(m, Owned)], ids=lambda model: model.__name__)
async def test_every_reference_of_account_data_stays_in_the_account(product: Product, model: type[Model]) -> None:
    keys = await foreign_keys_of(product, model._meta.db_table)
    # Only the account itself, the people who sign in and the apps that anybody may install lie outside.
    outside = {"account", "app_user", "app"}
    assert [own for referred, own in keys if own[0] != "account_id" and referred not in outside] == []
    kept = {own[-1]: referred for referred, own in keys if own[:-1] == ["account_id"]}
    declared = {name: field.refers_to for name, field in model._meta.fields_map.items() if hasattr(field, "refers_to")}
    assert kept == declared
