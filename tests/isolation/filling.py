"""An account filled with one row of every kind, each text a canary that must never reach the rival."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from tortoise import fields
from tortoise.fields.data import CharEnumFieldInstance

import models
from models.storage.database import dialect, fetch
from models.storage.instant import Instant
from models.tenancy import Owned
from rules.ids import PREFIXES, global_id
from tests.businesses import Business

OWNED: list[type[Owned]] = [
    found for found in vars(models).values() if isinstance(found, type) and issubclass(found, Owned)
]
MINUTE = timedelta(minutes=1)


def canary(business: Business) -> str:
    """The word that is in every text of this business."""
    return f"canary{business.account.id.hex[-10:]}"


async def fill(business: Business) -> dict[str, UUID]:
    """One row of every owned table; the id of each by its table."""
    made: dict[str, UUID] = {}
    waiting = [model for model in OWNED if model._meta.db_table not in {"membership", "privacy_settings"}]
    while waiting:
        ready = [model for model in waiting if all(table in made for table in refers_to(model))]
        assert ready, f"references go in a circle: {waiting}"
        for model in ready:
            row = await model.create(account_id=business.account.id, **values(model, business, made))
            made[model._meta.db_table] = row.pk
            waiting.remove(model)
    return made


def refers_to(model: type[Owned]) -> list[str]:
    return [field.refers_to for field in model._meta.fields_map.values() if hasattr(field, "refers_to")]


def values(model: type[Owned], business: Business, made: dict[str, UUID]) -> dict[str, Any]:
    """A value for every column, then what the table's own constraints want."""
    found = {
        name: value_of(name, field, business, made)
        for name, field in model._meta.fields_map.items()
        if name not in {"id", "account_id"}
    }
    return found | special(model._meta.db_table, business, made)


def value_of(name: str, field: Any, business: Business, made: dict[str, UUID]) -> Any:
    now = business.product.clock.now()
    if hasattr(field, "refers_to"):
        return made[field.refers_to]
    if name in {"archived_at", "revoked_at", "dead_at", "lease_until"}:
        return None
    if isinstance(field, Instant):
        return now + timedelta(days=30) if name.startswith(("ends", "expires", "request")) else now
    if isinstance(field, CharEnumFieldInstance):
        return next(iter(field.enum_type))
    if field.has_db_default() or field.default is not None:
        return field.default() if callable(field.default) else field.default
    return plain_value(name, field, business)


def plain_value(name: str, field: Any, business: Business) -> Any:
    word = canary(business)
    if isinstance(field, fields.CharField | fields.TextField):
        if name == "email":
            return f"{word}@example.com"
        if name in {"zone", "customer_zone"}:
            return "America/Chicago"
        return word[: getattr(field, "max_length", 99)]
    if isinstance(field, fields.UUIDField):
        return business.owner_user.id
    if isinstance(field, fields.DateField):
        return date(2027, 1, 11)
    return 30


def special(table: str, business: Business, made: dict[str, UUID]) -> dict[str, Any]:
    now = business.product.clock.now()
    epoch = int(now.timestamp())
    money = {"price_minor": 1000, "currency": "USD"}
    known: dict[str, dict[str, Any]] = {
        "service": money | {"description": canary(business)},
        "booking": money
        | {"starts_at": now, "ends_at": now + 30 * MINUTE, "local_start": "2027-01-11T06:00"}
        | {"customer_note": canary(business), "internal_note": canary(business)},
        "time_off": {"ends_at": now + 60 * MINUTE},
        "hold": {"starts_at": now + 60 * MINUTE, "ends_at": now + 90 * MINUTE},
        "schedule": {"weekly": [
            {"weekday": day, "start_minute": 480, "end_minute": 1200, "valid_from": None, "valid_until": None}
            for day in range(1, 8)
        ]},
        "occupancy": {"starts": epoch, "ends": epoch + 1800}
        | {"booking_id": None, "hold_id": None, "expires": None},
        "group_session": {"taken": 2},  # by the booking and the hold
        "customer": {"internal_notes": canary(business), "phone": "+15125550100"},
        "event": {"subject": "booking", "subject_id": made.get("booking", business.account.id)},
    }  # fmt: skip
    return known.get(table, {})


def ids(made: dict[str, UUID], business: Business) -> list[str]:
    """The ids that clients would see of the filled rows."""
    tables = {**made, "account": business.account.id, "app_user": business.owner_user.id}
    return [global_id(table, key) for table, key in tables.items() if table in PREFIXES]


async def snapshot(business: Business) -> dict[str, list[tuple[Any, ...]]]:
    """Everything the account holds, as the database has it."""
    found = {}
    for model in OWNED:
        table = model._meta.db_table
        key = business.account.id if dialect() == "postgres" else str(business.account.id)
        rows = await fetch(f'SELECT * FROM "{table}" WHERE account_id = $1 ORDER BY id', key)
        found[table] = [tuple(row) if dialect() == "sqlite" else tuple(row.values()) for row in rows]
    return found
