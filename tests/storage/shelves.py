"""Throwaway models for the storage tests, over the tables of `migrations/`."""

from __future__ import annotations

import os
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from tortoise import fields
from tortoise.models import Model

from models.storage.database import connect, execute, transaction
from models.storage.instant import Instant

ROOT = Path(__file__).parent / "migrations"
ENGINE = os.environ.get("CALENDERA_TEST_DATABASE", "sqlite")

only_sqlite = pytest.mark.skipif(ENGINE != "sqlite", reason="about SQLite")
only_postgres = pytest.mark.skipif(ENGINE != "postgres", reason="about PostgreSQL")


class Shelf(Model):
    id = fields.UUIDField(primary_key=True, default=uuid4)
    name = fields.TextField()
    size = fields.IntField(default=0)
    at = Instant(null=True)

    class Meta:
        table = "shelf"


class Book(Model):
    id = fields.UUIDField(primary_key=True, default=uuid4)
    shelf_id = fields.UUIDField()
    title = fields.TextField()

    class Meta:
        table = "book"


async def connect_shelves(url: str, pool_size: int = 4) -> None:
    await connect(url, models=[__name__], pool_size=pool_size)


async def add_shelf(name: str, books: int = 0) -> UUID:
    """A shelf and its books, which belong together: both or neither."""
    shelf = uuid4()
    async with transaction():
        await Shelf.create(id=shelf, name=name, size=books)
        for number in range(books):
            await execute("INSERT INTO book (id, shelf_id, title) VALUES ($1, $2, $3)", uuid4(), shelf, f"{number}")
    return shelf
