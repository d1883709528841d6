"""One's own sessions and accounts: listing, revoking, switching."""

from __future__ import annotations

from typing import Any

import pytest

from models.membership import Membership, Role
from models.session import Session
from models.user import User
from rules.devices import device_label
from rules.ids import global_id
from tests.api import Caller
from tests.businesses import Business
from tests.people import FIREFOX, ME, Browser, Person, browser, signed_in_as, signed_up
from tests.product import Product

SESSIONS = """
{ mySessions(first: 20) { totalCount nodes { id device createdAt lastUsedAt expiresAt isCurrent } } }
"""
REVOKE = """
mutation ($id: ID!) {
  revokeSession(input: {id: $id}) {
    __typename
    ... on RevokeSessionPayload { revokedId }
    ... on Refusal { code message }
  }
}
"""
REVOKE_OTHERS = """
mutation { revokeOtherSessions { __typename ... on RevokeOtherSessionsPayload { sessionsEnded } } }
"""
SWITCH = """
mutation ($accountId: ID!) {
  switchAccount(input: {accountId: $accountId}) {
    __typename
    ... on SwitchAccountPayload { viewer { role account { id name } } }
    ... on Refusal { code message }
  }
}
"""
RENAME = """
mutation ($name: String!) {
  changeMyName(input: {name: $name}) {
    __typename
    ... on ChangeMyNamePayload { user { name } }
    ... on ValidationFailed { code fields { path message } }
  }
}
"""
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/19.0 Mobile/15E148 Safari/604.1"
)


async def sessions_of(caller: Caller) -> list[dict[str, Any]]:
    found = (await caller.ok(SESSIONS))["mySessions"]
    assert found["totalCount"] == len(found["nodes"])
    nodes: list[dict[str, Any]] = found["nodes"]
    return nodes


@pytest.mark.promise("1.3")
async def test_a_person_sees_their_browsers_and_which_one_asks(product: Product) -> None:
    person = await signed_up(product)
    product.clock.advance(hours=2)
    phone = await signed_in_as(product, person, agent=IPHONE)
    listed = await sessions_of(phone)
    assert [(one["device"], one["isCurrent"]) for one in listed] == [
        ("Safari on iPhone", True),
        ("Firefox on Windows", False),
    ]
    assert listed[0]["createdAt"] == "2027-01-11T14:00:00Z"
    assert listed[0]["expiresAt"] == "2027-02-10T14:00:00Z"


async def test_the_last_use_of_a_session_is_noted_by_the_minute(product: Product) -> None:
    person = await signed_up(product)
    product.clock.advance(minutes=7)
    assert (await sessions_of(person.browser))[0]["lastUsedAt"] == "2027-01-11T12:07:00Z"


@pytest.mark.parametrize(
    ("agent", "label"),
    [
        (FIREFOX, "Firefox on Windows"),
        (IPHONE, "Safari on iPhone"),
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36",
         "Chrome on Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Windows"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 15_0) AppleWebKit/605.1 Version/19.0 Safari/605.1", "Safari on macOS"),
        ("Mozilla/5.0 (Linux; Android 16) AppleWebKit/537.36 SamsungBrowser/29.0 Chrome/130.0 Mobile Safari/537.36",
         "Samsung Internet on Android"),
        ("curl/8.11.0", "curl"),
        ("", "Unknown device"),
        ("<script>alert(1)</script> ada@example.com", "Unknown device"),
        ("x" * 400 + "Firefox/1 Windows", "Unknown device"),
    ],
)  # fmt: skip
def test_a_device_is_called_what_people_call_it(agent: str, label: str) -> None:
    assert device_label(agent) == label


async def test_what_a_browser_says_about_itself_is_not_stored(product: Product) -> None:
    person = await signed_up(product)
    await signed_in_as(product, person, agent="Mozilla/5.0 tattler-4711 Firefox/150.0")
    assert not await Session.filter(device__contains="tattler").exists()


async def test_a_revoked_session_ends_at_once(product: Product) -> None:
    person = await signed_up(product)
    lost = await signed_in_as(product, person, agent=IPHONE)
    (id,) = [one["id"] for one in await sessions_of(person.browser) if not one["isCurrent"]]
    assert (await person.browser.did(REVOKE, id=id))["revokedId"] == id
    assert await lost.denied(ME) == "UNAUTHENTICATED"
    assert [one["isCurrent"] for one in await sessions_of(person.browser)] == [True]
    assert (await person.browser.refused(REVOKE, id=id))["code"] == "NOT_FOUND"


async def test_revoking_the_session_that_asks_is_signing_out(product: Product) -> None:
    person = await signed_up(product)
    (mine,) = await sessions_of(person.browser)
    await person.browser.did(REVOKE, id=mine["id"])
    assert person.browser.token is None
    assert await person.browser.denied(ME) == "UNAUTHENTICATED"


async def test_all_other_sessions_end_together(product: Product) -> None:
    person = await signed_up(product)
    others = [await signed_in_as(product, person) for _ in range(3)]
    assert (await person.browser.did(REVOKE_OTHERS))["sessionsEnded"] == 3
    assert [await other.denied(ME) for other in others] == ["UNAUTHENTICATED"] * 3
    assert (await person.browser.did(REVOKE_OTHERS))["sessionsEnded"] == 0
    assert len(await sessions_of(person.browser)) == 1


async def test_the_sessions_of_others_answer_like_random_ids(product: Product) -> None:
    person, stranger = await signed_up(product), await signed_up(product)
    (theirs,) = await sessions_of(stranger.browser)
    answers = [
        await person.browser.refused(REVOKE, id=id)
        for id in (theirs["id"], theirs["id"][:-4] + "0000", "ses_", "nonsense", "", person.account_id)
    ]
    assert all(answer == answers[0] for answer in answers)
    assert answers[0]["code"] == "NOT_FOUND"
    assert len(await sessions_of(stranger.browser)) == 1


async def member_of_both(product: Product, salon: Business) -> Person:
    """Somebody who owns a business and is staff at the salon."""
    person = await signed_up(product)
    user = await User.get(email=person.email)
    await Membership.begin(salon.act, user_id=user.id, role=Role.STAFF)
    return person


async def test_a_person_switches_between_their_accounts(product: Product, salon: Business) -> None:
    person = await member_of_both(product, salon)
    before = Browser(person.browser.http, headers=dict(person.browser.headers))
    me = (await person.browser.ok(ME))["me"]
    assert {(one["accountName"], one["role"]) for one in me["memberships"]} == {
        ("River Street Salon", "OWNER"),
        ("Salon", "STAFF"),
    }
    salon_id = global_id("account", salon.account.id)
    viewer = (await person.browser.did(SWITCH, accountId=salon_id))["viewer"]
    assert viewer == {"role": "STAFF", "account": {"id": salon_id, "name": "Salon"}}
    assert (await person.browser.ok("{ account { id } }"))["account"]["id"] == salon_id
    assert await before.denied(ME) == "UNAUTHENTICATED"
    back = (await person.browser.did(SWITCH, accountId=person.account_id))["viewer"]
    assert back["role"] == "OWNER"
    assert len(await sessions_of(person.browser)) == 1


async def test_accounts_that_one_is_no_member_of_answer_like_random_ids(
    product: Product, salon: Business, rival: Business
) -> None:
    person = await member_of_both(product, salon)
    foreign = global_id("account", rival.account.id)
    answers = [
        await person.browser.refused(SWITCH, accountId=id)
        for id in (foreign, foreign[:-4] + "0000", "acc_", "nonsense", "", foreign.replace("acc_", "usr_"))
    ]
    assert all(answer == answers[0] for answer in answers)
    assert answers[0]["code"] == "NOT_FOUND"
    assert (await person.browser.ok("{ account { id } }"))["account"]["id"] == person.account_id


async def test_a_person_sees_nobody_but_themselves(salon: Business, rival: Business) -> None:
    mine, theirs = (await salon.owner.ok(ME))["me"], (await rival.owner.ok(ME))["me"]
    assert mine["id"] != theirs["id"]
    assert [one["accountName"] for one in mine["memberships"]] == ["Salon"]


@pytest.mark.promise("5.1")
async def test_a_person_changes_their_name(product: Product) -> None:
    person = await signed_up(product)
    assert (await person.browser.did(RENAME, name=" محمد  علي "))["user"]["name"] == "محمد علي"
    assert (await person.browser.ok(ME))["me"]["name"] == "محمد علي"
    for name in ("x" * 300, "", "\u202e"):
        refusal = await person.browser.refused(RENAME, name=name)
        assert [problem["path"] for problem in refusal["fields"]] == ["name"]


async def test_only_people_have_sessions_and_a_self(salon: Business, product: Product) -> None:
    for document in (ME, SESSIONS, REVOKE_OTHERS):
        for key in (salon.widget, salon.partner):
            assert await key.denied(document) == "FORBIDDEN"
        assert await browser(product).denied(document) == "UNAUTHENTICATED"
