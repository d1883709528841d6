"""Privacy settings through the API, and that they count at once."""

from __future__ import annotations

import pytest

from models.customer import Customer
from models.event import Event
from models.membership import Role
from models.privacy_settings import PrivacySettings
from rules.ids import global_id
from tests.api import Caller
from tests.businesses import Business

FIELDS = "bookingMonths customerMonths staffSeeContacts staffSeeOwnDiary analytics bookingNotice version"
READ = f"""{{ privacySettings {{ {FIELDS} updatedAt retention {{
  retentionClass since unit amount default least most settable }} }} }}"""
UPDATE = f"""mutation ($input: UpdatePrivacySettingsInput!) {{ updatePrivacySettings(input: $input) {{
  __typename ... on UpdatePrivacySettingsPayload {{ privacySettings {{ {FIELDS} }} }}
  ... on Refusal {{ code message }} ... on ValidationFailed {{ fields {{ path message }} }}
  ... on VersionConflict {{ currentVersion }} }} }}"""
NOTICE = "{ privacyNotice { text bookingMonths customerMonths updatedAt } }"


async def test_a_new_account_has_the_platforms_settings_and_can_read_their_limits(salon: Business) -> None:
    found = (await salon.owner.ok(READ))["privacySettings"]
    periods = {period["retentionClass"]: period for period in found.pop("retention")}
    assert found == {
        "bookingMonths": 24, "customerMonths": 24, "staffSeeContacts": False, "staffSeeOwnDiary": False,
        "analytics": True, "bookingNotice": "", "version": 1, "updatedAt": "2027-01-11T12:00:00Z",
    }  # fmt: skip
    booking = periods["BOOKING"]
    assert booking["since"] == "the appointment ended"
    assert (booking["unit"], booking["amount"], booking["least"], booking["most"]) == ("months", 24, 1, 84)
    assert [kind for kind, period in periods.items() if period["settable"]] == ["BOOKING", "CUSTOMER"]
    assert all(p["least"] == p["most"] == p["amount"] for p in periods.values() if not p["settable"])


async def test_settings_are_changed_in_part_with_an_event_that_tells_no_value(salon: Business) -> None:
    notice = "Wir löschen nach 6 Monaten.\nהודעה 🔒"
    made = await salon.owner.did(UPDATE, input={"expectedVersion": 1, "bookingMonths": 6, "bookingNotice": notice})
    assert made["privacySettings"] == {
        "bookingMonths": 6, "customerMonths": 24, "staffSeeContacts": False, "staffSeeOwnDiary": False,
        "analytics": True, "bookingNotice": notice, "version": 2,
    }  # fmt: skip
    (event,) = await Event.of(salon.account.id).filter(name="privacy_settings_changed")
    assert event.data == {"columns": ["booking_months", "booking_notice"]}
    periods = (await salon.owner.ok(READ))["privacySettings"]["retention"]
    assert [p["amount"] for p in periods if p["retentionClass"] == "BOOKING"] == [6]


@pytest.mark.parametrize(
    ("values", "paths"),
    [
        ({"bookingMonths": 0}, ["bookingMonths"]),
        ({"bookingMonths": 85, "customerMonths": -1}, ["bookingMonths", "customerMonths"]),
        ({"bookingNotice": "x" * 4001}, ["bookingNotice"]),
        ({"bookingNotice": "\u0007"}, ["bookingNotice"]),
        ({"customerMonths": 2_000_000_000, "analytics": False}, ["customerMonths"]),
    ],
)
async def test_a_refusal_tells_the_limits_and_changes_nothing(
    salon: Business, values: dict[str, object], paths: list[str]
) -> None:
    refusal = await salon.owner.refused(UPDATE, input={"expectedVersion": 1, **values})
    assert [problem["path"] for problem in refusal["fields"]] == paths
    if "Months" in paths[0]:
        assert "between 1 and 84 months" in refusal["fields"][0]["message"]
    row = await PrivacySettings.of(salon.account.id).get()
    assert (row.version, row.booking_months, row.analytics) == (1, 24, True)


async def test_null_is_no_choice(salon: Business) -> None:
    for field in (
        "bookingMonths",
        "customerMonths",
        "staffSeeContacts",
        "staffSeeOwnDiary",
        "analytics",
        "bookingNotice",
    ):
        answer = await salon.owner(UPDATE, input={"expectedVersion": 1, field: None})
        assert answer.codes == ["BAD_USER_INPUT"]
    assert (await PrivacySettings.of(salon.account.id).get()).version == 1


async def test_settings_that_somebody_changed_meanwhile_are_not_overwritten(salon: Business) -> None:
    await salon.owner.did(UPDATE, input={"expectedVersion": 1, "analytics": False})
    refusal = await salon.owner.refused(UPDATE, input={"expectedVersion": 1, "bookingMonths": 3})
    assert (refusal["code"], refusal["currentVersion"]) == ("VERSION_CONFLICT", 2)
    assert (await PrivacySettings.of(salon.account.id).get()).booking_months == 24


async def test_what_staff_see_changes_with_the_next_request_and_only_in_this_business(
    salon: Business, rival: Business
) -> None:
    viewer = "{ viewer { permissions { name access } } }"
    staff, theirs = await salon.member(Role.STAFF), await rival.member(Role.STAFF)
    customer = await Customer.begin(salon.act, name="Ada Lovelace", email="ada@example.com")
    assert await contact(staff, customer) == "a…@e….com"
    await salon.owner.did(UPDATE, input={"expectedVersion": 1, "staffSeeContacts": True})
    assert await contact(staff, customer) == "ada@example.com"
    stranger = await Customer.begin(rival.act, name="Grace Hopper", email="grace@example.com")
    assert await contact(theirs, stranger) == "g…@e….com"
    await salon.owner.did(UPDATE, input={"expectedVersion": 2, "staffSeeContacts": False})
    assert await contact(staff, customer) == "a…@e….com"
    assert "CUSTOMER_CONTACT_READ" in str((await staff.ok(viewer))["viewer"]["permissions"])


async def contact(caller: Caller, customer: Customer) -> str:
    asked = "query ($id: ID!) { customer(id: $id) { email } }"
    found = (await caller.ok(asked, id=global_id("customer", customer.id)))["customer"]
    return str(found["email"])


async def test_the_notice_is_read_by_whoever_may_book_and_holds_the_businesss_own_words(
    salon: Business, rival: Business, visitor: Caller
) -> None:
    await salon.owner.did(UPDATE, input={"expectedVersion": 1, "bookingNotice": "Ours.", "bookingMonths": 12})
    for caller in (salon.widget, salon.partner, salon.owner, await salon.member(Role.STAFF)):
        notice = (await caller.ok(NOTICE))["privacyNotice"]
        assert (notice["text"], notice["bookingMonths"], notice["customerMonths"]) == ("Ours.", 12, 24)
    assert (await rival.widget.ok(NOTICE))["privacyNotice"]["text"] == ""
    assert await visitor.denied(NOTICE) == "UNAUTHENTICATED"


@pytest.mark.parametrize("role", [Role.ADMIN, Role.AUDITOR])
async def test_admins_and_auditors_read_what_only_owners_change(salon: Business, role: Role) -> None:
    member = await salon.member(role)
    assert (await member.ok(READ))["privacySettings"]["version"] == 1
    assert await member.denied(UPDATE, input={"expectedVersion": 1, "analytics": False}) == "FORBIDDEN"


async def test_nobody_else_reads_them(salon: Business, visitor: Caller) -> None:
    for caller in (await salon.member(Role.MANAGER), await salon.member(Role.STAFF), salon.partner, salon.widget):
        assert await caller.denied(READ) == "FORBIDDEN"
        assert await caller.denied(UPDATE, input={"expectedVersion": 1, "bookingMonths": 1}) == "FORBIDDEN"
    assert await visitor.denied(READ) == "UNAUTHENTICATED"
    assert (await PrivacySettings.of(salon.account.id).get()).version == 1
