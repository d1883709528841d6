"""Watching: what looks like an attack is counted, told once to whoever is responsible, and never to the rival."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from calendera.mail_letters import letter_for
from calendera.mail_words import Letter
from models.access_key import AccessKey
from models.attempts import Attempts
from models.booking import Booking
from models.customer import Customer
from models.mail import Mail, MailTemplate
from models.membership import Role
from models.security_event import PlatformAlert, SecurityEvent, Source
from models.session import Session
from models.storage.reach import bound
from models.watch_sign import STALLED_AFTER, WatchSign
from permissions.roles import Scope
from rules.ids import global_id
from rules.watching import DETECTORS, SecurityEventKind, due
from tests.api import Caller
from tests.businesses import Business, id_of
from tests.conftest import NOW
from tests.people import PASSWORD, SIGN_IN, browser, new_email, signed_up
from tests.product import Product

K = SecurityEventKind

EVENTS = """
query ($all: Boolean! = false) {
  securityEvents(first: 50, includeAcknowledged: $all) {
    nodes { id kind count message subjectId firstAt lastAt acknowledgedAt acknowledgedById }
  }
}
"""
ACKNOWLEDGE = """
mutation ($id: ID!) {
  acknowledgeSecurityEvent(input: {id: $id}) {
    __typename
    ... on AcknowledgeSecurityEventPayload { securityEvent { id acknowledgedAt acknowledgedById } }
    ... on Refusal { code message }
  }
}
"""
BOOKING = "query ($id: ID!) { booking(id: $id) { id } }"
CANCEL = """
mutation ($id: ID!) {
  cancelBooking(input: {id: $id, expectedVersion: 1}) { __typename ... on Refusal { code } }
}
"""
CONTACTS = "{ customers(first: 100) { nodes { id email } } }"


@pytest.fixture(autouse=True)
async def nothing_counted_yet(product: Product) -> None:
    await product.watched()
    await Attempts.all().delete()
    await PlatformAlert.all().delete()


async def events(business: Business, caller: Caller | None = None, **variables: Any) -> list[dict[str, Any]]:
    await business.product.watched()
    return list((await (caller or business.owner).ok(EVENTS, **variables))["securityEvents"]["nodes"])


async def letters(business: Business, template: MailTemplate = MailTemplate.SECURITY_EVENT) -> list[tuple[str, Letter]]:
    """What would be mailed about the account, by addressee."""
    mails = await Mail.filter(template=template, account_id=business.account.id)
    written = [(mail.to, await letter_for(mail, NOW, "https://calendera.example")) for mail in mails]
    return [(to, letter) for to, letter in written if letter is not None]


def someone_elses(number: int) -> list[str]:
    return [global_id("booking", uuid4()) for _ in range(number)]


@pytest.mark.promise("4.2")
async def test_twenty_probes_for_other_peoples_ids_are_one_alert(salon: Business, rival: Business) -> None:
    """Ids of the rival's and ids of nobody's count alike: telling them apart would tell whoever asks, too."""
    theirs = id_of(await rival.customer())
    for id in [theirs, *someone_elses(18)]:
        assert (await salon.partner.ok(BOOKING, id=id))["booking"] is None
    assert await events(salon) == []
    assert (await salon.partner.refused(CANCEL, id=someone_elses(1)[0]))["code"] == "NOT_FOUND"
    (event,) = await events(salon)
    assert (event["kind"], event["count"], event["acknowledgedAt"]) == ("ID_PROBING", 20, None)
    key = await AccessKey.of(salon.account.id).get(kind="PARTNER")
    assert event["subjectId"] == id_of(key)
    for id in someone_elses(25):
        await salon.partner.ok(BOOKING, id=id)
    (same,) = await events(salon)
    assert (same["id"], same["count"]) == (event["id"], 40)
    ((to, letter),) = await letters(salon)
    assert to == salon.owner_user.email and same["message"] in letter.text and "Salon" in letter.subject
    assert await events(rival) == [] and await letters(rival) == []


async def test_nodes_count_each_id_that_leads_nowhere(salon: Business) -> None:
    asked = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }"
    await salon.owner.ok(asked, ids=[id_of(await salon.customer()), *someone_elses(19)])
    assert await events(salon) == []
    await salon.owner.ok(asked, ids=someone_elses(1))
    (event,) = await events(salon)
    assert event["subjectId"] == global_id("app_user", salon.owner_user.id)


async def test_what_is_found_is_no_probe(salon: Business) -> None:
    id = id_of(await salon.customer())
    for _ in range(25):
        await salon.partner.ok("query ($id: ID!) { customer(id: $id) { id } }", id=id)
    assert await events(salon) == []


async def test_a_window_that_is_over_begins_anew(product: Product, salon: Business) -> None:
    for id in someone_elses(19):
        await salon.partner.ok(BOOKING, id=id)
    await product.watched()
    product.clock.stand_at(NOW + timedelta(hours=1))
    for id in someone_elses(19):
        await salon.partner.ok(BOOKING, id=id)
    assert await events(salon) == []


async def test_a_program_without_the_scope_is_reported_after_twenty_denials(salon: Business) -> None:
    narrow = await salon.partner_with(Scope.CATALOGUE_READ)
    for _ in range(19):
        await narrow(CONTACTS)
    assert await events(salon) == []
    assert await narrow.denied(CONTACTS) == "FORBIDDEN"
    ((kind, count),) = [(one["kind"], one["count"]) for one in await events(salon)]
    assert (kind, count) == ("DENIALS", 20)


async def test_reading_a_thousand_contacts_in_clear_is_reported_and_masked_ones_are_not(salon: Business) -> None:
    for number in range(50):
        await salon.customer(f"Customer {number}", email=f"c{number}@customers.example")
    staff = await salon.member(Role.STAFF)
    for _ in range(21):
        await staff.ok(CONTACTS)
    for _ in range(19):
        await salon.partner.ok(CONTACTS)
    assert await events(salon) == []
    await salon.partner.ok(CONTACTS)
    ((kind, count),) = [(one["kind"], one["count"]) for one in await events(salon)]
    assert (kind, count) == ("MASS_READ", 1_000)


async def test_guessing_one_members_password_is_told_to_owners_and_to_them(product: Product, salon: Business) -> None:
    email = salon.owner_user.email
    for _ in range(9):
        await browser(product).refused(SIGN_IN, email=email, password="wrong but long enough")
    assert await events(salon) == []
    await browser(product).refused(SIGN_IN, email=email, password="wrong but long enough")
    (event,) = await events(salon)
    assert (event["kind"], event["subjectId"]) == ("FAILED_SIGN_INS", global_id("app_user", salon.owner_user.id))
    assert [to for to, _ in await letters(salon)] == [email]


async def test_guessing_at_nobody_reports_nothing_to_anybody(product: Product, salon: Business) -> None:
    email = new_email()
    for _ in range(12):
        await browser(product).refused(SIGN_IN, email=email, password="wrong but long enough")
    assert await events(salon) == []
    assert await PlatformAlert.all().count() == 0


async def test_a_list_of_stolen_passwords_alerts_the_operator_once(product: Product) -> None:
    """Trying one address again and again is no list: each counts once."""
    for _ in range(25):
        await browser(product, address="203.0.113.7").refused(SIGN_IN, email="one@people.example", password=PASSWORD)
    await Attempts.filter(count__gte=10).delete()  # what throttles, not what is watched
    for number in range(19):
        await browser(product, address="203.0.113.7").refused(
            SIGN_IN, email=f"stolen{number}@people.example", password=PASSWORD
        )
    await product.watched()
    (alert,) = await PlatformAlert.waiting()
    assert (alert.kind, alert.count) == (K.CREDENTIAL_STUFFING, 20)
    assert "203.0.113" not in alert.source
    assert await PlatformAlert.acknowledge_all(NOW) == 1
    assert await PlatformAlert.waiting() == []


async def test_the_operator_is_mailed_where_there_is_an_address(product: Product) -> None:
    assert await PlatformAlert.report(K.CREDENTIAL_STUFFING, "network", 20, NOW, "operator@example.com")
    assert not await PlatformAlert.report(K.CREDENTIAL_STUFFING, "network", 5, NOW, "operator@example.com")
    (mail,) = await Mail.filter(template=MailTemplate.PLATFORM_ALERT)
    letter = await letter_for(mail, NOW, "https://calendera.example")
    assert letter is not None and "25 email addresses were tried from one network" in letter.text
    await PlatformAlert.acknowledge_all(NOW)
    assert await letter_for(mail, NOW, "https://calendera.example") is None
    await Mail.all().delete()


async def test_many_sources_at_once_flood_no_mailbox(product: Product, salon: Business, rival: Business) -> None:
    """All of them are listed; an hour later the next one is mailed again."""
    for number in range(8):
        assert await PlatformAlert.report(K.CREDENTIAL_STUFFING, f"network {number}", 20, NOW, "operator@example.com")
    assert await Mail.filter(template=MailTemplate.PLATFORM_ALERT).count() == 5
    with bound(salon.account.id):
        for moment in [*[NOW] * 8, NOW + timedelta(hours=1)]:
            assert await SecurityEvent.report(K.DENIALS, Source(salon.account.id, "booking", uuid4()), 20, moment)
    assert len(await events(salon)) == 9
    assert len(await letters(salon)) == 6
    assert await letters(rival) == []


async def test_a_revoked_key_and_an_ended_session_that_go_on_are_reported(product: Product, salon: Business) -> None:
    key = await AccessKey.of(salon.account.id).get(kind="PARTNER")
    await key.revoke(salon.act)
    await Session.end(Session.filter(user_id=salon.owner_user.id), NOW)
    for _ in range(5):
        assert await salon.partner.denied(CONTACTS) == "UNAUTHENTICATED"
        assert await salon.owner.denied(CONTACTS) == "UNAUTHENTICATED"
    admin = await salon.member(Role.ADMIN)
    found = {one["subjectId"]: (one["kind"], one["count"]) for one in await events(salon, admin)}
    ended = ("ENDED_CREDENTIAL", 5)
    assert found == {id_of(key): ended, global_id("app_user", salon.owner_user.id): ended}


async def test_a_secret_that_never_was_one_is_reported_to_nobody(product: Product, salon: Business) -> None:
    unknown = Caller(product.http(), headers={"Authorization": "Bearer sk_never_was_one"})
    for _ in range(10):
        assert await unknown.denied(CONTACTS) == "UNAUTHENTICATED"
    assert await events(salon) == []


async def test_more_of_the_same_after_somebody_looked_is_a_new_event(salon: Business, rival: Business) -> None:
    async def probe() -> None:
        for id in someone_elses(20):
            await salon.partner.ok(BOOKING, id=id)

    await probe()
    (first,) = await events(salon)
    assert (await rival.owner.refused(ACKNOWLEDGE, id=first["id"]))["code"] == "NOT_FOUND"
    done = (await salon.owner.did(ACKNOWLEDGE, id=first["id"]))["securityEvent"]
    assert done["acknowledgedById"] == global_id("app_user", salon.owner_user.id)
    assert (await salon.owner.did(ACKNOWLEDGE, id=first["id"]))["securityEvent"] == done
    assert await events(salon) == []
    await probe()
    (second,) = await events(salon)
    assert second["id"] != first["id"] and second["count"] == 20
    assert len(await events(salon, all=True)) == 2
    # Of the first nothing is told any more.
    assert len(await letters(salon)) == 1


@pytest.mark.parametrize("role", [Role.MANAGER, Role.STAFF])
async def test_who_runs_the_day_does_not_see_them(salon: Business, role: Role) -> None:
    member = await salon.member(role)
    assert await member.denied(EVENTS) == "FORBIDDEN"
    assert await member.denied("{ securityWatch { stalled } }") == "FORBIDDEN"


async def test_an_auditor_sees_them_and_acknowledges_none(salon: Business) -> None:
    for id in someone_elses(20):
        await salon.partner.ok(BOOKING, id=id)
    auditor = await salon.member(Role.AUDITOR)
    (event,) = await events(salon, auditor)
    assert await auditor.denied(ACKNOWLEDGE, id=event["id"]) == "FORBIDDEN"


async def test_a_watch_that_stands_still_says_so(product: Product, salon: Business) -> None:
    asked = "{ securityWatch { stalled lastSignAt detectors { kind most withinSeconds } } }"
    await WatchSign.all().delete()
    never = (await salon.owner.ok(asked))["securityWatch"]
    assert (never["stalled"], never["lastSignAt"]) == (True, None)
    assert {one["kind"] for one in never["detectors"]} == {kind.value for kind in K}
    await WatchSign.give(NOW)
    await WatchSign.give(NOW)
    assert not (await salon.owner.ok(asked))["securityWatch"]["stalled"]
    product.clock.stand_at(NOW + STALLED_AFTER + timedelta(seconds=1))
    assert (await salon.owner.ok(asked))["securityWatch"]["stalled"]


async def test_a_flood_of_signals_slows_nobody_down(product: Product, salon: Business) -> None:
    """What the queue cannot hold is dropped; what it held is dealt with, and answers go on."""
    assert await Booking.of(salon.account.id).count() == await Customer.of(salon.account.id).count() == 0
    for _ in range(30):
        await salon.owner.ok("query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=someone_elses(100))
    (event,) = await events(salon)
    assert event["count"] == 3_000


async def test_people_signing_up_and_in_raise_nothing(product: Product) -> None:
    person = await signed_up(product)
    for _ in range(12):
        await browser(product).did(SIGN_IN, email=person.email, password=PASSWORD)
    await product.watched()
    assert (await person.browser.ok(EVENTS))["securityEvents"]["nodes"] == []


@pytest.mark.parametrize("kind", list(K))
def test_a_report_is_due_each_time_the_number_is_full(kind: SecurityEventKind) -> None:
    most = DETECTORS[kind].most
    assert due(kind, 0, most - 1) == 0
    assert due(kind, most - 1, most) == most
    assert due(kind, most, 2 * most - 1) == 0
    assert due(kind, most - 1, 4 * most - 1) == 3 * most
