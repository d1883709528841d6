"""The checks of the running product notice what must be noticed, and what they find is written down with its date."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from calendera.gateway import TOLD
from calendera.promises import Promises
from calendera.promises.checks import CHECKS
from calendera.promises.code import MAILED_FOR, born, held, loaded_elsewhere, mailed, purposes
from calendera.promises.live import DELETED, companies, transport
from calendera.worker import Worker
from models.clearing import CLEARINGS, overdue
from models.mail import MailTemplate
from models.personal import Personal, Purpose, Subject
from models.promise_check import AGAIN, STALE_AFTER, Finding, PromiseCheck
from models.storage.reach import bound
from models.user import SignUp
from privacy.promises import PromiseStatus, promises
from rules.retention import RetentionClass
from tests.api import Caller
from tests.conftest import NOW
from tests.product import Product, settings_for

STANDING = "{ privacyPolicy { promises { id status evidence lastCheckedAt since } } }"
PASSING, FAILING = PromiseStatus.PASSING, PromiseStatus.FAILING


async def standing(visitor: Caller) -> dict[str, dict[str, str]]:
    found = (await visitor.ok(STANDING))["privacyPolicy"]["promises"]
    return {promise["id"]: promise for promise in found}


async def checked(product: Product, at: datetime) -> None:
    """As the worker does, for nobody in particular: the tests themselves see as an operator."""
    product.clock.stand_at(at)
    with bound(None):
        await Promises(product.settings, product.clock).check_now()


@pytest.mark.promise("2.1")
@pytest.mark.promise("3.1")
def test_a_purpose_of_sale_would_be_noticed() -> None:
    real = [purpose.value for purpose in Purpose]
    assert purposes(real).status is PASSING
    assert purposes([*real, "SALE"]).status is FAILING


@pytest.mark.promise("2.2")
def test_every_mail_is_of_a_kind_that_the_policy_names() -> None:
    assert mailed(MailTemplate).status is PASSING
    named = [template for kinds in MAILED_FOR.values() for template in kinds]
    assert len(named) == len(set(named)) == len(MailTemplate)


@pytest.mark.promise("3.2")
def test_a_payment_company_is_told_nothing_of_a_person(product: Product) -> None:
    assert companies(TOLD, product.settings).status is PASSING
    assert companies([*TOLD, "email"], product.settings).status is FAILING


@pytest.mark.promise("4.1")
def test_a_server_in_clear_for_others_is_failing(product: Product) -> None:
    def served(**more: str) -> PromiseStatus:
        return transport(settings_for(product.folder, product.database.url, **more)).status

    assert served() is PASSING
    assert served(CALENDERA_PUBLIC_URL="https://book.example") is PASSING
    assert served(CALENDERA_PUBLIC_URL="http://book.example") is FAILING
    assert served(CALENDERA_HOST="192.0.2.7") is FAILING


@pytest.mark.promise("9")
def test_a_date_of_birth_would_be_noticed() -> None:
    assert born(["starts_at", "page Info", "message"]).status is PASSING
    for name in ("date_of_birth", "birth Date", "born On", "age", "dob"):
        assert born([name]).status is FAILING, name


def test_data_that_the_policy_does_not_name_would_be_noticed() -> None:
    mark = Personal("user.health", Subject.CUSTOMER, Purpose.SERVICE, RetentionClass.BOOKING)
    assert held([mark], {Subject.CUSTOMER}, {"user.name"}, "customers").status is FAILING
    assert held([replace(mark, category="user.name")], {Subject.CUSTOMER}, {"user.name"}, "c").status is PASSING


@pytest.mark.parametrize(
    "text", ['<script src="//cdn.example/x.js">', "@import 'https://fonts.example'", 'url("https://x.example/i.png")']
)
def test_a_page_that_loads_from_elsewhere_would_be_noticed(text: str) -> None:
    assert loaded_elsewhere([text]) == 1


def test_what_is_said_to_be_deleted_is_cleared() -> None:
    assert {one.table for one in CLEARINGS} >= DELETED


@pytest.mark.promise("4.3")
async def test_the_worker_checks_and_dates_every_promise(product: Product, visitor: Caller) -> None:
    await PromiseCheck.all().delete()
    assert {one["status"] for one in (await standing(visitor)).values()} == {"NOT_CHECKED", "PLANNED"}
    await Worker(product.settings, product.clock).round()
    found = await standing(visitor)
    planned = {promise.id for promise in promises() if promise.planned}
    assert {id for id, one in found.items() if one["status"] == "PLANNED"} == planned
    # What other tests left behind may be overdue or untold; what is of the program must be as it should be.
    wrong = {id: one for id, one in found.items() if one["status"] != "PASSING" and id not in {*planned, "7.1", "10"}}
    assert wrong == {}
    assert {found[id]["lastCheckedAt"] for id in CHECKS} == {"2027-01-11T12:00:00Z"}
    product.clock.stand_at(NOW + STALE_AFTER + timedelta(seconds=1))
    late = (await standing(visitor))["3.1"]
    assert (late["status"], late["lastCheckedAt"]) == ("NOT_CHECKED", "2027-01-11T12:00:00Z")


@pytest.mark.promise("7.1")
async def test_what_should_be_gone_by_now_is_failing(product: Product, visitor: Caller) -> None:
    before = await overdue(DELETED, NOW)
    kept = {"name": "A", "business_name": "B", "slug": "c", "zone": "UTC", "currency": "EUR", "locale": "de"}
    await SignUp.ask(NOW - timedelta(hours=26), email="late@example.com", password_hash="!", **kept)
    assert await overdue(DELETED, NOW) == before + 1
    await checked(product, NOW)
    assert (await standing(visitor))["7.1"]["status"] == "FAILING"
    await SignUp.filter(email="late@example.com").delete()


async def test_since_when_it_stands_so_is_kept_and_what_is_wrong_is_looked_at_again_soon() -> None:
    later, again = NOW + timedelta(minutes=1), NOW + AGAIN + timedelta(minutes=1)
    await PromiseCheck.all().delete()
    assert await PromiseCheck.found({"3.1": Finding(FAILING, "Sold.")}, NOW) == ["3.1"]
    assert not await PromiseCheck.are_due(later) and await PromiseCheck.are_due(NOW + AGAIN)
    assert await PromiseCheck.found({"3.1": Finding(FAILING, "Still sold.")}, later) == []
    row = await PromiseCheck.get(promise="3.1")
    assert (row.since, row.checked_at, row.evidence) == (NOW, later, "Still sold.")
    await PromiseCheck.found({"3.1": Finding(PASSING, "Kept.")}, again)
    assert (await PromiseCheck.get(promise="3.1")).since == again
    assert not await PromiseCheck.are_due(again + AGAIN)
    assert await PromiseCheck.are_due(again - timedelta(days=1))  # the clock was set back


async def test_another_version_claims_nothing_of_now(product: Product, visitor: Caller) -> None:
    await checked(product, NOW)
    asked = '{ privacyPolicy(version: "2026-11-22") { inForce promises { status lastCheckedAt } } }'
    old = (await visitor.ok(asked))["privacyPolicy"]
    assert old["inForce"] is False
    assert {(one["status"], one["lastCheckedAt"]) for one in old["promises"]} == {("NOT_CHECKED", None)}
