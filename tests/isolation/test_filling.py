"""The filled account has its canary in every text that could leak: what the walks do not see, they cannot miss."""

from __future__ import annotations

from tortoise import fields
from tortoise.fields.data import CharEnumFieldInstance

from models.personal import Plain, Why, mark_of
from models.storage.database import fetch
from tests.businesses import Business
from tests.isolation.filling import OWNED, canary, fill

# Texts that hold no words: codes, states, names of tables, hashes, and values with a form of their own.
FORM = {
    "zone", "customer_zone", "currency", "local_start", "reference", "phone", "phone_digits", "subject", "search_phone",
    "rule", "link",
}  # fmt: skip


async def test_every_text_of_a_filled_account_holds_its_canary(salon: Business) -> None:
    await fill(salon)
    bare, seen = [], 0
    for model in OWNED:
        table = model._meta.db_table
        rows = await fetch(f'SELECT * FROM "{table}" WHERE account_id = $1', salon.account.id)
        for name, field in model._meta.fields_map.items():
            if not isinstance(field, fields.CharField | fields.TextField) or isinstance(field, CharEnumFieldInstance):
                continue
            if name in FORM or mark_of(model, name) == Plain(Why.SECRET):
                continue
            seen += 1
            if not any(canary(salon)[:12] in str(row[name]) for row in rows):
                bare.append(f"{table}.{name}")
    assert bare == []
    assert seen > 20
