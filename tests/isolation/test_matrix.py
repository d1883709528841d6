"""The running product answers what the access matrix says: every field of the schema, for every kind of viewer.

Five ways to try a cell, over HTTP with a real credential of a filled business: the field behind a door that is open to
all, so that its own guard stands alone; the root field at the product itself; a mutation with input that could be meant
where it must be refused; a mutation that must get past its permission. Reading shows the canary that is stored, masking
its mask, OWN the own row and no other, refusing a code and nothing else.
"""

from __future__ import annotations

from typing import Any

import pytest

from models.storage.reach import Reach, reaching
from permissions.every_viewer import EVERY_VIEWER
from tests.isolation.askers import MAKERS
from tests.isolation.filling import but_for_the_watch, snapshot
from tests.isolation.matrix import LINES
from tests.isolation.stage import Stage
from tests.product import Product


@pytest.fixture(scope="module")
async def stage(_product: Product) -> Stage:
    with reaching(Reach.OPERATOR):
        return await Stage.set(_product)


def test_there_is_a_real_credential_for_every_viewer() -> None:
    assert set(MAKERS) == set(EVERY_VIEWER)


@pytest.mark.promise("4.2")
@pytest.mark.parametrize("who", EVERY_VIEWER)
async def test_the_product_answers_what_the_page_says(
    who: str, stage: Stage, product: Product, record_property: Any
) -> None:
    check = await stage.check(who)
    found = await check.objects()
    found.add(await check.queries())
    found.add(await check.subscriptions())
    before = but_for_the_watch(await snapshot(stage.home.business))
    found.add(await check.refused_mutations())
    assert but_for_the_watch(await snapshot(stage.home.business)) == before, "something that was refused was done"
    found.add(await check.allowed_mutations())
    assert found.failures == [], "\n".join(found.failures)
    assert set(LINES) - found.tried == set(), "cells that were not tried"
    record_property("cells of the access matrix tried", len(found.tried))
