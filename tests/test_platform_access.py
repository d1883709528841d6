"""People of the platform: what they see of an account and when, and that its owner sees them."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import Any

import asyncpg
import pytest

from models.event import Event
from models.mail import Mail, MailTemplate
from models.membership import Role
from models.platform_access import PlatformAccess
from models.platform_staff import PlatformRole, PlatformStaff
from models.user import User
from rules.ids import global_id, key_of
from tests.api import Caller
from tests.bookable import CANCEL, bookable
from tests.businesses import Business, id_of
from tests.people import Browser
from tests.platform_people import (
    APPROVE,
    ASK,
    BREAK,
    ENTER,
    GRANT,
    LEAVE,
    REASON,
    REVIEW,
    REVOKE,
    SEEN,
    entered,
    overseeing,
    platform_person,
    support_let_in,
)
from tests.product import ENGINE, Product
from tests.sockets import stream

SUPPORT, OFFICER, AUDITOR = PlatformRole.SUPPORT, PlatformRole.PRIVACY_OFFICER, PlatformRole.AUDITOR
ALL = ["BOOKINGS", "CUSTOMERS", "CUSTOMER_CONTACTS", "STAFF"]
LOOK = """{ bookings(first: 9) { nodes { startsAt customer { name email phone } } } }"""
NOTES = "{ bookings(first: 9) { nodes { internalNote customerNote customer { internalNotes } history { name } } } }"
WHO = "{ viewer { kind account { slug } } }"
MINUTES = {"reason": REASON, "fields": ["BOOKINGS"], "minutes": 30}


async def booked(business: Business) -> dict[str, Any]:
    desk = await bookable(business)
    return dict((await desk.book(business.widget, at=desk.at(10)))["booking"])


async def test_a_role_alone_opens_no_account(product: Product, salon: Business) -> None:
    await booked(salon)
    for role in PlatformRole:
        person = await platform_person(product, role)
        assert (await person.ok(WHO))["viewer"] == {"kind": "MEMBER", "account": None}
        for document in (LOOK, "{ account { name } }", "{ customers(first: 1) { totalCount } }", SEEN):
            assert await person.denied(document) == "FORBIDDEN"
    support = await platform_person(product, SUPPORT)
    wanted = {"accountSlug": salon.account.slug, "role": "SUPPORT", "purpose": "I would like to look around"}
    nowhere = {**wanted, "accountSlug": "there-is-no-such-business"}
    assert await support.refused(ENTER, input=wanted) == await support.refused(ENTER, input=nowhere)
    assert (await support.refused(ENTER, input={**wanted, "role": "AUDITOR"}))["fields"] == [{"path": "role"}]
    assert await salon.owner.denied(ENTER, input=wanted) == "FORBIDDEN"


async def test_support_sees_what_was_granted_and_contacts_masked(salon: Business, rival: Business) -> None:
    booking = await booked(salon)
    support = await support_let_in(salon, *ALL)
    (seen,) = (await support.ok(LOOK))["bookings"]["nodes"]
    assert seen["customer"] == {"name": "Ada Lovelace", "email": "a…@e….com", "phone": "+1 ••• ••00"}
    answer = await support(NOTES)
    assert answer.data["bookings"]["nodes"][0]["customer"] == {"internalNotes": None}
    assert set(answer.codes) == {"FORBIDDEN"} and len(answer.codes) == 4
    for document in ("{ members(first: 1) { totalCount } }", "{ accessKeys(first: 1) { totalCount } }", SEEN,
                     "{ privacySettings { version } }", "{ exports(first: 1) { totalCount } }"):  # fmt: skip
        assert await support.denied(document) == "FORBIDDEN"
    assert await support.denied(CANCEL, input={"id": booking["id"]}) == "FORBIDDEN", "reading only"
    theirs = await booked(rival)
    assert (await support.ok("query ($id: ID!) { booking(id: $id) { id } }", id=theirs["id"]))["booking"] is None


@pytest.mark.parametrize("field", ALL)
async def test_each_group_of_fields_opens_no_other(field: str, salon: Business) -> None:
    await booked(salon)
    support = await support_let_in(salon, field)
    asked = {
        "BOOKINGS": "{ bookings(first: 1) { totalCount } }",
        "CUSTOMERS": "{ customers(first: 1) { nodes { name } } }",
        "CUSTOMER_CONTACTS": "{ customers(first: 1) { nodes { email } } }",
        "STAFF": "{ staffMembers(first: 1) { nodes { email } } }",
    }
    open_ones = {name for name, document in asked.items() if not (await support(document)).errors}
    # Nobody on this staff has an address: reaching the field at all is what counts.
    assert open_ones == {field}


async def test_watching_is_recorded_once_for_each_change_and_ends_with_the_leave(salon: Business) -> None:
    desk = await bookable(salon)
    support = await support_let_in(salon, "BOOKINGS")
    document = "subscription { bookingChanged { bookingId } }"
    async with stream(salon.product.app, support, document) as events:
        assert (await events.event())[1] == {"data": {"bookingChanged": None}}
        made = await desk.book(salon.widget, at=desk.at(10))
        assert (await events.event())[1] == {"data": {"bookingChanged": {"bookingId": made["booking"]["id"]}}}
        read = await Event.of(salon.account.id).filter(name="account_read").count()
        assert 2 <= read <= 6, "the records themselves are not recorded"
        (row,) = await PlatformAccess.of(salon.account.id)
        await salon.owner.did(REVOKE, id=global_id("platform_access", row.id))
        later = await desk.book(salon.widget, at=desk.at(12))
        told = [await events.event()]
        while told[-1] != ("end", None):
            told.append(await events.event())
        assert later["booking"]["id"] not in str(told)


@pytest.mark.promise("4.2")
async def test_what_support_reads_its_owner_reads_too(salon: Business, rival: Business) -> None:
    await booked(salon)
    support = await support_let_in(salon, "BOOKINGS", "CUSTOMERS")
    secret = "query Ada_Lovelace { x: bookings(first: 9) { nodes { customer { name email } } } }"
    await support(secret)
    await support.ok(LEAVE)
    found = await salon.owner.ok(SEEN)
    (access,) = found["platformAccesses"]["nodes"]
    assert (access["reason"], access["kind"], access["status"]) == (REASON, "GRANT", "ACTIVE")
    uses = list(reversed(found["platformUses"]["nodes"]))
    names = ["support_access_asked", "support_access_granted", "account_entered", "account_read", "account_read"]
    assert [one["name"] for one in uses] == names
    read = {one["name"]: one["value"] for one in uses[3]["details"]}
    assert read == {
        "platformAccessId": access["id"], "fields": "bookings",
        "permissions": "BOOKINGS_LIST, CUSTOMERS_READ, CUSTOMER_NAME_READ",
    }  # fmt: skip
    assert uses[3]["actorKind"] == "PLATFORM" and uses[3]["actorId"].startswith("usr_")
    assert "Ada" not in str(uses)
    for role in (Role.MANAGER, Role.STAFF):
        assert await (await salon.member(role)).denied(SEEN) == "FORBIDDEN"
    for role in (Role.ADMIN, Role.AUDITOR):
        assert len((await (await salon.member(role)).ok(SEEN))["platformUses"]["nodes"]) == 5
    assert (await rival.owner.ok(SEEN))["platformUses"]["nodes"] == []


async def by_hand(product: Product, *, sqlite: str, postgres: str) -> None:
    """Change the database as its owner, beside the running product."""
    if ENGINE == "sqlite":
        with closing(sqlite3.connect(product.database.url.removeprefix("sqlite:///"))) as database:
            database.execute(sqlite)
            database.commit()
    else:
        owner = await asyncpg.connect(product.database.url)
        await owner.execute(postgres)
        await owner.close()


async def test_what_cannot_be_recorded_is_not_answered(salon: Business, product: Product) -> None:
    await booked(salon)
    support = await support_let_in(salon, "CUSTOMERS")
    await by_hand(
        product,
        sqlite="CREATE TRIGGER full_disk BEFORE INSERT ON event WHEN NEW.name = 'account_read' "
        "BEGIN SELECT RAISE(ABORT, 'full'); END",
        postgres="ALTER TABLE event ADD CONSTRAINT full_disk CHECK (name <> 'account_read') NOT VALID",
    )
    try:
        answer = await support("{ customers(first: 9) { nodes { name } } }")
    finally:
        dropped = "ALTER TABLE event DROP CONSTRAINT full_disk"
        await by_hand(product, sqlite="DROP TRIGGER full_disk", postgres=dropped)
    assert answer.codes == ["INTERNAL_SERVER_ERROR"] and not answer.data
    assert (await support.ok("{ customers(first: 9) { totalCount } }"))["customers"]["totalCount"] == 1


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"minutes": 241}, "minutes"),
        ({"minutes": 0}, "minutes"),
        ({"fields": []}, "fields"),
        ({"reason": "x"}, "reason"),
    ],
)
async def test_a_grant_has_limits(change: dict[str, Any], path: str, salon: Business) -> None:
    refusal = await salon.owner.refused(GRANT, input={**MINUTES, **change})
    assert [one["path"] for one in refusal["fields"]] == [path]
    assert not await PlatformAccess.of(salon.account.id).exists()


async def test_only_an_owner_lets_in_and_only_after_a_fresh_sign_in(salon: Business) -> None:
    for role in (Role.ADMIN, Role.MANAGER, Role.STAFF, Role.AUDITOR):
        assert await (await salon.member(role)).denied(GRANT, input=MINUTES) == "FORBIDDEN"
    assert await salon.partner.denied(GRANT, input=MINUTES) == "FORBIDDEN"
    salon.product.clock.advance(minutes=11)
    assert await salon.owner.denied(GRANT, input=MINUTES) == "REAUTH_REQUIRED"


async def test_a_grant_opens_its_own_account_until_it_is_over(salon: Business, rival: Business) -> None:
    await booked(salon)
    support = await support_let_in(salon, "BOOKINGS", minutes=240)
    there = {"accountSlug": rival.account.slug, "role": "SUPPORT"}
    assert (await support.refused(ENTER, input=there))["__typename"] == "NotFound"
    clock = salon.product.clock
    clock.advance(minutes=240, seconds=-1)
    assert (await support.ok("{ bookings(first: 1) { totalCount } }"))["bookings"]["totalCount"] == 1
    clock.advance(seconds=1)
    assert await support.denied("{ bookings(first: 1) { totalCount } }") == "FORBIDDEN"
    assert (await support.ok(WHO))["viewer"] == {"kind": "MEMBER", "account": None}


async def test_revoking_counts_in_the_middle_of_a_session(salon: Business, rival: Business) -> None:
    support = await support_let_in(salon, "BOOKINGS")
    await support.ok("{ bookings(first: 1) { totalCount } }")
    (row,) = await PlatformAccess.of(salon.account.id)
    id = global_id("platform_access", row.id)
    assert (await rival.owner.refused(REVOKE, id=id))["__typename"] == "NotFound"
    assert (await salon.owner.did(REVOKE, id=id))["access"]["status"] == "ENDED"
    assert await support.denied("{ bookings(first: 1) { totalCount } }") == "FORBIDDEN"
    again = {"accountSlug": salon.account.slug, "role": "SUPPORT"}
    assert (await support.refused(ENTER, input=again))["__typename"] == "NotFound"


async def test_losing_the_role_or_the_second_factor_ends_it_too(salon: Business, product: Product) -> None:
    for lose in ("role", "factor"):
        support = await support_let_in(salon, "BOOKINGS")
        mine = key_of("app_user", (await support.ok("{ me { id } }"))["me"]["id"])
        assert mine is not None
        if lose == "role":
            await PlatformStaff.revoke(mine, SUPPORT)
        else:
            await User.filter(id=mine).update(second_factor=False)
        assert await support.denied("{ bookings(first: 1) { totalCount } }") == "FORBIDDEN"
    bare = await platform_person(product, SUPPORT, factor=False)
    answer = await bare(ENTER, input={"accountSlug": salon.account.slug, "role": "SUPPORT"})
    assert answer.codes == ["FORBIDDEN"] and "second factor" in answer.errors[0]["message"]


async def test_support_asks_and_the_owner_answers(salon: Business, product: Product) -> None:
    await Mail.all().delete()
    asker, other = [await platform_person(product, SUPPORT) for _ in range(2)]
    for slug in (salon.account.slug, "there-is-no-such-business"):
        assert (await asker.did(ASK, input={"accountSlug": slug, "reason": REASON}))["requested"] is True
    for person in (await platform_person(product, AUDITOR), salon.owner):
        assert await person.denied(ASK, input={"accountSlug": salon.account.slug, "reason": REASON}) == "FORBIDDEN"
    (mail,) = await Mail.filter(template=MailTemplate.SUPPORT_ASKED)
    assert mail.to == salon.owner_user.email
    (asked,) = (await salon.owner.ok(SEEN))["platformAccesses"]["nodes"]
    assert (asked["status"], asked["reason"]) == ("ASKED", REASON)
    wanted = {"accountSlug": salon.account.slug, "role": "SUPPORT"}
    assert (await asker.refused(ENTER, input=wanted))["__typename"] == "NotFound", "asking opens nothing"
    given = await salon.owner.did(GRANT, input={**MINUTES, "requestId": asked["id"]})
    assert given["access"]["givenById"] == id_of(salon.owner_user)
    assert (await salon.owner.refused(GRANT, input={**MINUTES, "requestId": asked["id"]}))["__typename"] == "NotFound"
    assert (await other.refused(ENTER, input=wanted))["__typename"] == "NotFound", "only who asked"
    await entered(asker, salon)


async def test_entering_leaves_ones_own_account_and_the_old_token_is_dead(salon: Business, product: Product) -> None:
    support = await platform_person(product, SUPPORT)
    await salon.owner.did(GRANT, input=MINUTES)
    before = Browser(support.http, headers=dict(support.headers))
    viewer = await entered(support, salon)
    assert (viewer["kind"], viewer["account"]["slug"]) == ("PLATFORM", salon.account.slug)
    assert viewer["expiresAt"] == "2027-01-11T12:30:00Z"
    assert {"name": "BOOKINGS_LIST", "access": "READ"} in viewer["permissions"]
    assert (await before.ok(WHO))["viewer"]["kind"] == "VISITOR"
    assert (await support.ok(LEAVE))["leaveAccount"]["viewer"] == {"kind": "MEMBER", "account": None}
    assert await support.denied("{ bookings(first: 1) { totalCount } }") == "FORBIDDEN"


async def test_nobody_breaks_the_glass_with_a_password_alone(salon: Business, product: Product) -> None:
    """Neither of the two: whoever stole the second one's password could approve themselves."""
    asker = await platform_person(product, SUPPORT)
    weak = await platform_person(product, SUPPORT, OFFICER, factor=False)
    there = {"accountSlug": salon.account.slug, "role": "SUPPORT"}
    asked = {**there, "justification": REASON, "fields": ["BOOKINGS"], "minutes": 60}
    which = {"accountSlug": salon.account.slug, "id": (await asker.did(BREAK, input=asked))["accessId"]}
    assert await weak.denied(BREAK, input=asked) == "FORBIDDEN"
    assert await weak.denied(APPROVE, input=which) == "FORBIDDEN"
    assert await weak.denied(REVIEW, input={**which, "finding": REASON}) == "FORBIDDEN"
    assert (await PlatformAccess.of(salon.account.id).get()).given_at is None
    assert (await asker.refused(ENTER, input=there))["__typename"] == "NotFound"


async def test_breaking_the_glass_takes_two_and_tells_the_owner(salon: Business, product: Product) -> None:
    await booked(salon)
    await Mail.all().delete()
    asker, second = await platform_person(product, SUPPORT), await platform_person(product, OFFICER)
    asked = {
        "accountSlug": salon.account.slug, "role": "SUPPORT", "minutes": 60, "fields": ["BOOKINGS"],
        "justification": "The owner cannot be reached",
    }  # fmt: skip
    for change, path in (({"minutes": 61}, "minutes"), ({"justification": "soon"}, "justification")):
        assert (await asker.refused(BREAK, input=asked | change))["fields"] == [{"path": path}]
    assert (
        await (await platform_person(product, AUDITOR)).denied(BREAK, input={**asked, "role": "AUDITOR"}) == "FORBIDDEN"
    )
    id = (await asker.did(BREAK, input=asked))["accessId"]
    decided = {"accountSlug": salon.account.slug, "id": id}
    wanted = {"accountSlug": salon.account.slug, "role": "SUPPORT"}
    assert (await asker.refused(ENTER, input=wanted))["__typename"] == "NotFound"
    assert (await asker.refused(APPROVE, input=decided))["__typename"] == "SecondPersonNeeded"
    assert await salon.owner.denied(APPROVE, input=decided) == "FORBIDDEN"
    await second.did(APPROVE, input=decided)
    told = {(mail.template, mail.to) for mail in await Mail.all() if mail.template is MailTemplate.GLASS_BROKEN}
    assert told == {(MailTemplate.GLASS_BROKEN, salon.owner_user.email)}
    assert (await second.refused(ENTER, input=wanted | {"role": "PRIVACY_OFFICER"}))["__typename"] == "ValidationFailed"
    await entered(asker, salon)
    assert (await asker.ok("{ bookings(first: 1) { totalCount } }"))["bookings"]["totalCount"] == 1
    assert (await salon.owner.refused(REVOKE, id=id))["__typename"] == "NotFound", "what two people decided stands"
    review = decided | {"finding": "Looked at one day, as was said"}
    assert (await second.refused(REVIEW, input=review))["__typename"] == "ValidationFailed", "it is still in use"
    product.clock.advance(minutes=60)
    assert await asker.denied("{ bookings(first: 1) { totalCount } }") == "FORBIDDEN"
    assert (await asker.refused(REVIEW, input=review))["__typename"] == "SecondPersonNeeded"
    await second.did(REVIEW, input=review)
    assert (await second.refused(REVIEW, input=review))["__typename"] == "NotFound", "once"
    (seen,) = (await salon.owner.ok(SEEN))["platformAccesses"]["nodes"]
    assert (seen["kind"], seen["status"], seen["finding"]) == ("BREAK_GLASS", "ENDED", "Looked at one day, as was said")
    assert seen["askedById"] != seen["givenById"]


async def test_an_unanswered_break_glass_is_over_after_an_hour(
    salon: Business, rival: Business, product: Product
) -> None:
    asker, second = await platform_person(product, SUPPORT), await platform_person(product, SUPPORT)
    asked = {
        "accountSlug": salon.account.slug, "role": "SUPPORT", "minutes": 5, "fields": ["BOOKINGS"],
        "justification": "The owner cannot be reached",
    }  # fmt: skip
    id = (await asker.did(BREAK, input=asked))["accessId"]
    elsewhere = {"accountSlug": rival.account.slug, "id": id}
    assert (await second.refused(APPROVE, input=elsewhere))["__typename"] == "NotFound"
    product.clock.advance(hours=1)
    fresh = await platform_person(product, SUPPORT)
    assert (await fresh.refused(APPROVE, input=elsewhere | {"accountSlug": salon.account.slug}))[
        "__typename"
    ] == "NotFound"
    nowhere = asked | {"accountSlug": "there-is-no-such-business"}
    assert (await fresh.refused(BREAK, input=nowhere))["__typename"] == "NotFound"


async def test_oversight_names_a_purpose_and_sees_what_the_role_shows(salon: Business, product: Product) -> None:
    await booked(salon)
    for role in (OFFICER, AUDITOR):
        person = await platform_person(product, role)
        for purpose in ({}, {"purpose": "why not"}):
            wanted = {"accountSlug": salon.account.slug, "role": role.value, **purpose}
            assert (await person.refused(ENTER, input=wanted))["fields"] == [{"path": "purpose"}]
    officer, auditor = await overseeing(salon, OFFICER), await overseeing(salon, AUDITOR)
    for person in (officer, auditor):
        await person.ok("{ privacySettings { bookingMonths } platformAccesses(first: 9) { nodes { reason } } }")
        assert await person.denied(GRANT, input=MINUTES) == "FORBIDDEN"
    assert await officer.denied(LOOK) == "FORBIDDEN"
    (seen,) = (await auditor.ok(LOOK))["bookings"]["nodes"]
    assert seen["customer"]["name"] == "A… L…" and seen["customer"]["email"] == "a…@e….com"
    kinds = {one["kind"] for one in (await salon.owner.ok(SEEN))["platformAccesses"]["nodes"]}
    assert kinds == {"OVERSIGHT"}
    product.clock.advance(minutes=60)
    assert await auditor.denied(LOOK) == "FORBIDDEN"


async def test_a_person_of_the_platform_keeps_their_own_business(product: Product, salon: Business) -> None:
    """Somebody may work for the platform and own a salon: neither opens the other."""
    await PlatformStaff.grant(salon.owner_user.id, SUPPORT, product.clock.now())
    viewer: Caller = salon.owner
    assert (await viewer.ok(WHO))["viewer"] == {"kind": "MEMBER", "account": {"slug": salon.account.slug}}
    assert (await viewer.ok(SEEN))["platformAccesses"]["nodes"] == []


async def test_support_asks_twenty_times_a_day_and_no_more(product: Product, salon: Business) -> None:
    """Each is a mail to owners, who have not asked for any."""
    asker = await platform_person(product, PlatformRole.SUPPORT)
    for number in range(20):
        await asker.did(ASK, input={"accountSlug": f"nobody-{number}", "reason": REASON})
    refused = await asker.refused(ASK, input={"accountSlug": salon.account.slug, "reason": REASON})
    assert refused["__typename"] == "Throttled"
    assert await Mail.filter(template=MailTemplate.SUPPORT_ASKED, account_id=salon.account.id).count() == 0
