"""A business asks its members for a second factor: who has none sets one up, and can do nothing else until then."""

from __future__ import annotations

from typing import Any

from models.membership import Membership, Role
from models.user import User
from rules.ids import global_id
from tests.businesses import Business, signed_in
from tests.people import ME, Person, signed_up
from tests.product import Product
from tests.second_factors import CONFIRM_CODES, REMOVE_CODES, SET_UP, App
from tests.test_sessions import SWITCH

REQUIRE = """
mutation ($required: Boolean!, $version: Int!) {
  updatePrivacySettings(input: {requireSecondFactor: $required, expectedVersion: $version}) {
    __typename
    ... on UpdatePrivacySettingsPayload { privacySettings { requireSecondFactor version } }
    ... on ValidationFailed { code fields { path message } }
  }
}
"""
VIEWER = "{ viewer { role factorMissing permissions { name } } }"
MEMBERS = "{ members(first: 9) { nodes { role person { name secondFactor } } } }"


async def with_app(product: Product, caller: Any) -> App:
    app = App(product, (await caller.did(SET_UP))["secret"])
    await caller.did(CONFIRM_CODES, code=app.code())
    return app


async def at_the_salon(product: Product, salon: Business, role: Role) -> Person:
    """Somebody with a business of their own who also works at the salon, and is there now."""
    person = await signed_up(product)
    user = await User.get(email=person.email)
    await Membership.begin(salon.act, user_id=user.id, role=role)
    await person.browser.did(SWITCH, accountId=global_id("account", salon.account.id))
    return person


async def required(salon: Business, product: Product) -> None:
    """The salon's owner, with an app of their own, asks for a second factor."""
    await with_app(product, salon.owner)
    # The session that set it up has a new token now, which this caller does not keep.
    again = await signed_in(product, salon.owner_user, salon.account)
    await again.did(REQUIRE, required=True, version=1)


async def test_an_owner_without_one_cannot_ask_for_it(salon: Business) -> None:
    refusal = await salon.owner.refused(REQUIRE, required=True, version=1)
    assert [problem["path"] for problem in refusal["fields"]] == ["requireSecondFactor"]
    await salon.owner.did(REQUIRE, required=False, version=1)


async def test_who_has_none_can_only_set_one_up(product: Product, salon: Business) -> None:
    person = await at_the_salon(product, salon, Role.MANAGER)
    assert (await person.browser.ok(VIEWER))["viewer"]["factorMissing"] is False
    await required(salon, product)
    seen = (await person.browser.ok(VIEWER))["viewer"]
    assert seen == {
        "role": "MANAGER",
        "factorMissing": True,
        "permissions": [{"name": "OWN_USER"}, {"name": "SIGN_IN"}],
    }
    answer = await person.browser("{ account { name } }")
    assert answer.codes == ["SECOND_FACTOR_REQUIRED"] and answer.data is None
    assert "setUpCodes" in answer.errors[0]["message"]
    for document in (MEMBERS, "{ bookings(first: 1) { totalCount } }", "{ customers(first: 1) { totalCount } }"):
        assert await person.browser.denied(document) == "SECOND_FACTOR_REQUIRED"
    assert (await person.browser.ok(ME))["me"]["email"] == person.email
    await with_app(product, person.browser)
    assert (await person.browser.ok(VIEWER))["viewer"]["factorMissing"] is False
    assert (await person.browser.ok("{ account { name } }"))["account"]["name"] == "Salon"
    await person.browser.did(REMOVE_CODES)
    assert await person.browser.denied("{ account { name } }") == "SECOND_FACTOR_REQUIRED"


async def test_it_is_asked_for_at_that_business_alone(product: Product, salon: Business, rival: Business) -> None:
    person = await at_the_salon(product, salon, Role.STAFF)
    await required(salon, product)
    await person.browser.did(SWITCH, accountId=person.account_id)
    assert (await person.browser.ok("{ account { name } }"))["account"]["name"] == "River Street Salon"
    assert (await rival.owner.ok(VIEWER))["viewer"]["factorMissing"] is False
    assert (await salon.partner.ok("{ account { name } }"))["account"]["name"] == "Salon"


async def test_who_decides_about_members_sees_who_has_one(product: Product, salon: Business) -> None:
    person = await at_the_salon(product, salon, Role.MANAGER)
    await with_app(product, person.browser)
    nodes = (await salon.owner.ok(MEMBERS))["members"]["nodes"]
    assert [(one["role"], one["person"]["secondFactor"]) for one in nodes] == [("OWNER", False), ("MANAGER", True)]
    answer = await person.browser(MEMBERS)
    assert set(answer.codes) == {"FORBIDDEN"}
    assert [one["person"]["secondFactor"] for one in answer.data["members"]["nodes"]] == [None, None]
    assert all(one["person"]["name"] for one in answer.data["members"]["nodes"])
