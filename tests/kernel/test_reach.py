"""How far a grant goes: OWN and MASKED never let more through than they say, whatever a resolver forgot."""

from __future__ import annotations

import pytest

from models.membership import Role
from rules.ids import global_id
from tests.businesses import Business
from tests.kernel.diary import Diary
from tests.kernel.toy import Kernel


async def test_a_list_that_forgot_to_narrow_holds_own_rows_only(kernel: Kernel, diary: Diary) -> None:
    data = await kernel.ok(diary.customer(), "{ forgetful(first: 9) { totalCount nodes { id } edges { cursor } } }")
    assert data["forgetful"]["nodes"] == [{"id": global_id("booking", diary.bookings[0].id)}]
    assert data["forgetful"]["totalCount"] == 1


async def test_a_row_that_a_resolver_forgot_to_narrow_is_null_unless_own(kernel: Kernel, diary: Diary) -> None:
    document = "query ($id: ID!) { forgetfulOne(id: $id) { id } }"
    own, other = (global_id("booking", booking.id) for booking in diary.bookings)
    assert (await kernel.ok(diary.customer(), document, id=own))["forgetfulOne"] == {"id": own}
    assert (await kernel.ok(diary.customer(), document, id=other))["forgetfulOne"] is None


async def test_an_own_grant_does_not_reach_the_values_of_a_plain_object(kernel: Kernel, diary: Diary) -> None:
    answer = await kernel(diary.customer(), "{ plain { secret } }")
    assert "plain@example.com" not in str(answer.body())
    assert answer.code == "FORBIDDEN"


async def test_a_masked_grant_refuses_what_has_no_mask_at_the_root_too(kernel: Kernel, diary: Diary) -> None:
    answer = await kernel(diary.member(Role.STAFF), "{ contact }")
    assert "root@example.com" not in str(answer.body())
    assert answer.code == "FORBIDDEN"


async def test_a_masked_grant_masks_values_of_plain_objects(kernel: Kernel, diary: Diary) -> None:
    assert (await kernel.ok(diary.member(Role.STAFF), "{ plain { secret } }"))["plain"] == {"secret": "p…@e….com"}


async def test_a_masked_grant_shows_nothing_of_a_list(kernel: Kernel, diary: Diary) -> None:
    document = '{ customers(first: 9, order: "id") { nodes { contacts } } }'
    answer = await kernel(diary.member(Role.STAFF), document)
    assert "example.com" not in str(answer.body())
    assert {error["extensions"]["code"] for error in answer.errors} == {"FORBIDDEN"}
    answer = await kernel(diary.member(Role.STAFF), document.replace("contacts", "maskedContacts"))
    assert "example.com" not in str(answer.body())


async def test_own_rows_lead_to_nothing_of_others(kernel: Kernel, diary: Diary) -> None:
    document = """{ careful(first: 9) { nodes {
      customer { ...C } staff { name bookings { id startsAt customer { ...C } } }
      service { offeredBy { email bookings { customer { ...C } } } } } } }
    fragment C on Customer { a: name b: email ... on Node { id } notes }"""
    answer = await kernel(diary.customer(), document)
    assert "Berta" not in str(answer.body())
    assert "berta" not in str(answer.body())
    assert "staff@" not in str(answer.body())
    assert global_id("booking", diary.bookings[1].id) not in str(answer.body())


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.STAFF])
async def test_aliases_and_fragments_do_not_take_a_mask_off(kernel: Kernel, diary: Diary, role: Role) -> None:
    document = """query ($on: Boolean! = true) { customers(first: 9, order: "id") { edges { cursor node { ...A } } } }
    fragment A on Customer { x: email ...B @include(if: $on) ... on Node { ... on Customer { z: email } } }
    fragment B on Customer { y: email email }"""
    answer = await kernel(diary.member(role), document)
    node = answer.data["customers"]["edges"][0]["node"]
    assert set(node) == {"x", "y", "z", "email"}
    assert set(node.values()) == {"a…@e….com"}
    assert "anna" not in str(answer.body())


async def test_a_resolver_that_names_rows_of_another_account_finds_none(
    kernel: Kernel, diary: Diary, rival: Business
) -> None:
    theirs = await Diary.make(rival)
    for id in (theirs.bookings[0].id, diary.bookings[0].id):
        key = global_id("booking", id)
        answer = await kernel(theirs.member(Role.OWNER), "query ($id: ID!) { anyones(id: $id) { id } }", id=key)
        assert (answer.data["anyones"] is None) is (id == diary.bookings[0].id)
        assert not answer.errors
