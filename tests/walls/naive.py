"""Wall (a) taken away: the models as Tortoise makes them, where every query finds every row."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from tortoise.manager import Manager
from tortoise.models import Model
from tortoise.queryset import QuerySet

from models.tenancy import Owned
from tests.isolation.filling import OWNED


def take_wall_a_away(monkeypatch: pytest.MonkeyPatch, *, forgetful: bool = False) -> None:
    """`forgetful`: even `of(account_id)` finds the rows of all accounts."""

    @classmethod  # type: ignore[misc]
    def of(cls: type[Owned], account_id: UUID) -> QuerySet[Any]:
        return QuerySet(cls) if forgetful else QuerySet(cls).filter(account_id=account_id)

    monkeypatch.setattr(Owned, "of", of)
    for name in ("save", "delete", "refresh_from_db", "fetch_related", "fetch_for_list"):
        monkeypatch.setattr(Owned, name, Model.__dict__[name])
    for model in OWNED:
        monkeypatch.setattr(model._meta, "manager", Manager(model))
