"""The business itself: who sees it, who changes it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from models.event import Event
from models.membership import Role
from tests.api import Caller
from tests.businesses import Business
from tests.people import browser, new_email
from tests.product import Product

ACCOUNT = "{ account { name slug zone currency locale } }"
UPDATE = """
mutation ($input: UpdateAccountInput!) {
  updateAccount(input: $input) {
    __typename
    ... on UpdateAccountPayload { account { name slug zone currency locale version } }
    ... on Refusal { code message }
    ... on ValidationFailed { fields { path message } }
    ... on VersionConflict { currentVersion }
    ... on AlreadyTaken { path }
  }
}
"""


def new_slug() -> str:
    """A slug that nobody has."""
    return new_email().partition("@")[0]


async def seen(caller: Caller) -> dict[str, Any]:
    found: dict[str, Any] = (await caller.ok(ACCOUNT))["account"]
    return found


@pytest.mark.promise("5.1")
async def test_an_admin_changes_what_is_given_and_nothing_else(salon: Business, rival: Business) -> None:
    admin, before, theirs = await salon.member(Role.ADMIN), await seen(salon.owner), await seen(rival.owner)
    given = {"name": " Río  Salón 💈 ", "zone": "Europe/Madrid", "currency": "eur", "locale": "es_es"}
    done = (await admin.did(UPDATE, input={"expectedVersion": 1, **given}))["account"]
    assert done == {
        "name": "Río Salón 💈", "slug": before["slug"], "zone": "Europe/Madrid", "currency": "EUR", "locale": "es-ES",
        "version": 2,
    }  # fmt: skip
    assert (await seen(salon.widget))["name"] == "Río Salón 💈"
    assert await seen(rival.owner) == theirs
    changed = await Event.of(salon.account.id).get(name="account_changed")
    assert changed.data == {"columns": ["currency", "locale", "name", "zone"]}


async def test_every_problem_is_told_at_once_and_nothing_is_changed(salon: Business) -> None:
    before = await seen(salon.owner)
    wrong = {"name": "x" * 300, "slug": "admin", "zone": "Mars/Base", "currency": "XXX", "locale": "?"}
    refusal = await salon.owner.refused(UPDATE, input={"expectedVersion": 1, **wrong})
    assert {problem["path"] for problem in refusal["fields"]} == set(wrong)
    assert await seen(salon.owner) == before


async def test_a_stale_version_is_refused_with_the_current_one(salon: Business) -> None:
    await salon.owner.did(UPDATE, input={"expectedVersion": 1, "name": "First"})
    refusal = await salon.owner.refused(UPDATE, input={"expectedVersion": 1, "name": "Second"})
    assert (refusal["code"], refusal["currentVersion"]) == ("VERSION_CONFLICT", 2)
    assert (await seen(salon.owner))["name"] == "First"


async def test_a_slug_belongs_to_one_business(salon: Business, rival: Business) -> None:
    taken = (await seen(rival.owner))["slug"]
    refusal = await salon.owner.refused(UPDATE, input={"expectedVersion": 1, "slug": taken.upper(), "name": "Lost"})
    assert (refusal["code"], refusal["path"]) == ("ALREADY_TAKEN", "slug")
    assert (await seen(salon.owner))["name"] == "Salon"
    free = new_slug()
    assert (await salon.owner.did(UPDATE, input={"expectedVersion": 1, "slug": free}))["account"]["slug"] == free


async def test_of_two_who_want_one_slug_at_once_one_gets_it(salon: Business, rival: Business) -> None:
    wanted = {"expectedVersion": 1, "slug": new_slug()}
    answers = await asyncio.gather(salon.owner.ok(UPDATE, input=wanted), rival.owner.ok(UPDATE, input=wanted))
    kinds = sorted(answer["updateAccount"]["__typename"] for answer in answers)
    assert kinds == ["AlreadyTaken", "UpdateAccountPayload"]


@pytest.mark.parametrize("role", [Role.MANAGER, Role.STAFF, Role.AUDITOR])
async def test_roles_below_admin_change_nothing(salon: Business, role: Role) -> None:
    caller = await salon.member(role)
    assert await caller.denied(UPDATE, input={"expectedVersion": 1, "name": "Mine"}) == "FORBIDDEN"
    assert (await seen(caller))["name"] == "Salon"


async def test_keys_and_visitors_change_nothing(salon: Business, product: Product) -> None:
    for key in (salon.widget, salon.partner):
        assert await key.denied(UPDATE, input={"expectedVersion": 1, "name": "Mine"}) == "FORBIDDEN"
    visitor = browser(product)
    assert await visitor.denied(UPDATE, input={"expectedVersion": 1, "name": "Mine"}) == "UNAUTHENTICATED"
    assert await visitor.denied(ACCOUNT) == "UNAUTHENTICATED"


async def test_a_viewer_without_an_account_has_none_to_show(product: Product, salon: Business) -> None:
    document = "{ viewer { kind account { name } } }"
    assert (await browser(product).ok(document))["viewer"] == {"kind": "VISITOR", "account": None}
    assert (await salon.widget.ok(document))["viewer"] == {"kind": "WIDGET", "account": {"name": "Salon"}}
