"""Intake through the API: what a service asks, what counts as an answer, and who reads which."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from models.membership import Role
from permissions.roles import Scope
from tests.api import Caller
from tests.bookable import BOOK, Desk, bookable, said
from tests.businesses import Business, id_of
from tests.clearing import clear_away
from tests.product import Product

QUESTION = "question { id key label help type required options least most dataCategory keptDays place version }"
REFUSED = "... on Refusal { code message } ... on ValidationFailed { fields { path message } }"
TAKEN, STALE = "... on AlreadyTaken { path }", "... on VersionConflict { currentVersion }"
ASK = f"""mutation ($input: CreateIntakeQuestionInput!) {{ createIntakeQuestion(input: $input) {{
    __typename ... on CreateIntakeQuestionPayload {{ {QUESTION} }} {REFUSED} {TAKEN} }} }}"""
CHANGE = f"""mutation ($input: UpdateIntakeQuestionInput!) {{ updateIntakeQuestion(input: $input) {{
    __typename ... on UpdateIntakeQuestionPayload {{ {QUESTION} }} {REFUSED} {STALE} }} }}"""
ARCHIVE = """mutation ($input: ArchiveIntakeQuestionInput!) { archiveIntakeQuestion(input: $input) {
    __typename ... on ArchiveIntakeQuestionPayload { question { archivedAt } } ... on Refusal { code } } }"""
QUESTIONS = "query ($id: ID!) { service(id: $id) { questions { key label required options } } }"
ANSWERS = "query ($id: ID!) { booking(id: $id) { answers { key label type dataCategory values dueAt } } }"
SENSITIVE = "query ($id: ID!) { booking(id: $id) { sensitiveAnswers { key values dataCategory } } }"
ANSWER = f"""mutation ($input: UpdateBookingAnswersInput!) {{ updateBookingAnswers(input: $input) {{
    __typename ... on UpdateBookingAnswersPayload {{ booking {{ id version }} }} {REFUSED} {STALE} }} }}"""
MOVE = """mutation ($input: RescheduleBookingInput!) { rescheduleBooking(input: $input) {
    __typename ... on RescheduleBookingPayload { booking { id version } } ... on Refusal { message } } }"""


async def ask(desk: Desk, label: str, type_: str = "TEXT", category: str = "PREFERENCE", **more: Any) -> Any:
    asked = {"serviceId": desk.id, "label": label, "type": type_, "dataCategory": category, **more}
    return (await desk.business.owner.did(ASK, input=asked))["question"]


def answered(**answers: str | list[str]) -> list[dict[str, Any]]:
    return [{"key": key, "values": [one] if isinstance(one, str) else one} for key, one in answers.items()]


async def book(desk: Desk, caller: Caller, hour: int = 10, **answers: str | list[str]) -> Any:
    return await desk.book(caller, at=desk.at(hour), answers=answered(**answers))


async def tidy(product: Product) -> None:
    await clear_away(product.clock.now())


async def test_a_visitor_is_asked_and_the_business_reads_what_was_answered(salon: Business) -> None:
    desk = await bookable(salon)
    await ask(desk, "What shall it be?", "LONG_TEXT", required=True, help="Length, colour")
    await ask(desk, "How did you find us?", "SELECT", options=["A friend", "The web"])
    shown = (await salon.widget.ok(QUESTIONS, id=desk.id))["service"]["questions"]
    assert [question["key"] for question in shown] == ["what_shall_it_be", "how_did_you_find_us"]
    booking = (await book(desk, salon.widget, what_shall_it_be="Short.\r\n\r\nNo dye"))["booking"]
    assert (await salon.owner.ok(ANSWERS, id=booking["id"]))["booking"]["answers"] == [
        {
            "key": "what_shall_it_be", "label": "What shall it be?", "type": "LONG_TEXT",
            "dataCategory": "PREFERENCE", "values": ["Short.\n\nNo dye"], "dueAt": None,
        }
    ]  # fmt: skip


GOOD: list[tuple[str, dict[str, Any], list[str], list[str]]] = [
    ("TEXT", {"least": 2, "most": 5}, ["  a   b "], ["a b"]),
    ("EMAIL", {}, ["Ada@Example.COM"], ["ada@example.com"]),
    ("PHONE", {}, ["+1 (512) 555-0100"], ["+15125550100"]),
    ("NUMBER", {"least": -5, "most": 5}, ["-0.50"], ["-0.5"]),
    ("NUMBER", {}, ["100"], ["100"]),
    ("BOOLEAN", {}, ["false"], ["false"]),
    ("SELECT", {"options": ["Yes", "No"]}, ["No"], ["No"]),
    ("MULTI_SELECT", {"options": ["a", "b", "c"], "most": 2}, ["c", "a"], ["a", "c"]),
    ("DATE", {}, ["2028-02-29"], ["2028-02-29"]),
]


@pytest.mark.parametrize(("type_", "more", "given", "kept"), GOOD)
async def test_each_type_is_kept_in_one_form(
    salon: Business, type_: str, more: dict[str, Any], given: list[str], kept: list[str]
) -> None:
    desk = await bookable(salon)
    await ask(desk, "It?", type_, key="it", **more)
    booking = (await book(desk, salon.widget, it=given))["booking"]
    (answer,) = (await salon.owner.ok(ANSWERS, id=booking["id"]))["booking"]["answers"]
    assert answer["values"] == kept


BAD: list[tuple[str, dict[str, Any], list[str], str]] = [
    ("TEXT", {"least": 3}, ["ab"], "at least 3 characters"),
    ("TEXT", {}, ["one", "two"], "one answer"),
    ("TEXT", {}, ["x" * 201], "too long"),
    ("LONG_TEXT", {}, ["\x00"], "cannot be shown"),
    ("EMAIL", {}, ["ada"], "name@example.com"),
    ("PHONE", {}, ["none"], "number"),
    ("NUMBER", {"most": 3}, ["3.5"], "at most 3"),
    ("NUMBER", {}, ["1e9"], "digits"),
    ("NUMBER", {}, ["٣"], "digits"),
    ("BOOLEAN", {}, ["yes"], "`true` or `false`"),
    ("SELECT", {"options": ["Yes", "No"]}, ["Maybe"], "Yes, No"),
    ("MULTI_SELECT", {"options": ["a", "b", "c"], "least": 2}, ["a"], "at least 2 options"),
    ("MULTI_SELECT", {"options": ["a", "b"]}, ["a", "z"], "a, b"),
    ("DATE", {}, ["2027-02-29"], "no such date"),
    ("DATE", {}, ["2027-W01-1"], "YYYY-MM-DD"),
]


@pytest.mark.parametrize(("type_", "more", "given", "said_so"), BAD)
async def test_what_is_no_answer_is_refused_and_nothing_is_booked(
    salon: Business, type_: str, more: dict[str, Any], given: list[str], said_so: str
) -> None:
    desk = await bookable(salon)
    await ask(desk, "It?", type_, key="it", **more)
    refusal = await desk.refused(salon.widget, at=desk.at(10), answers=answered(it=given))
    (problem,) = refusal["fields"]
    assert problem["path"] == "answers.0.values"
    assert said_so in problem["message"]
    assert "10:00" in await desk.free(salon.widget)


async def test_what_must_be_answered_is_asked_of_visitors_and_partners_and_not_of_the_desk(salon: Business) -> None:
    desk = await bookable(salon)
    await ask(desk, "Allergies?", "TEXT", "HEALTH", key="allergies", required=True)
    partner = await salon.partner_with(Scope.BOOKINGS_WRITE, Scope.CUSTOMERS_WRITE)
    for caller in (salon.widget, partner):
        for answers in ([], answered(allergies="  ")):
            refusal = await desk.refused(caller, at=desk.at(10), answers=answers)
            assert "has to be answered" in refusal["fields"][0]["message"]
    assert (await book(desk, salon.owner))["booking"]["status"] == "CONFIRMED"


async def test_a_question_that_is_not_asked_or_is_answered_twice_is_refused(salon: Business) -> None:
    desk = await bookable(salon)
    nothing = await desk.refused(salon.widget, at=desk.at(10), answers=answered(shoe="43"))
    assert "asks no questions" in nothing["fields"][0]["message"]
    await ask(desk, "Size?", key="size")
    unknown = await desk.refused(salon.widget, at=desk.at(10), answers=answered(shoe="43"))
    assert unknown["fields"][0]["path"] == "answers.0.key"
    assert "size" in unknown["fields"][0]["message"]
    twice = await desk.refused(salon.widget, at=desk.at(10), answers=2 * answered(size="4"))
    assert "twice" in twice["fields"][0]["message"]


@pytest.mark.promise("1.2")
async def test_a_special_category_is_for_whom_it_was_told_to_and_an_owner_who_has_just_proved_it(
    product: Product, salon: Business
) -> None:
    desk = await bookable(salon, staff=2)
    await ask(desk, "Allergies?", "TEXT", "HEALTH", key="allergies")
    made = await desk.book(salon.widget, at=desk.at(10), staff=desk.staff[0], answers=answered(allergies="Latex"))
    asked = {"id": made["booking"]["id"]}
    serving = await salon.member(Role.STAFF, staff_id=desk.staff[0].id)
    colleague = await salon.member(Role.STAFF, staff_id=desk.staff[1].id)
    told = [{"key": "allergies", "values": ["Latex"], "dataCategory": "HEALTH"}]
    product.clock.advance(hours=1)
    assert (await serving.ok(SENSITIVE, **asked))["booking"]["sensitiveAnswers"] == told
    for caller in (colleague, await salon.member(Role.ADMIN), await salon.member(Role.MANAGER)):
        assert await caller.denied(SENSITIVE, **asked) == "FORBIDDEN"
        assert (await caller.ok(ANSWERS, **asked))["booking"]["answers"] == []
    assert await salon.owner.denied(SENSITIVE, **asked) == "REAUTH_REQUIRED"
    await salon.owner_proves()
    assert (await salon.owner.ok(SENSITIVE, **asked))["booking"]["sensitiveAnswers"] == told
    partner = await salon.partner_with(Scope.BOOKINGS_READ)
    assert await partner.denied(SENSITIVE, **asked) == await partner.denied(ANSWERS, **asked) == "FORBIDDEN"


async def test_its_customer_reads_and_changes_the_answers_by_their_link(salon: Business, rival: Business) -> None:
    desk = await bookable(salon)
    await ask(desk, "Allergies?", "TEXT", "HEALTH", key="allergies", required=True)
    await ask(desk, "Tea?", "BOOLEAN", key="tea")
    made = await book(desk, salon.widget, allergies="Nuts", tea="true")
    mine = Caller(salon.widget.http, headers={"Authorization": f"Bearer {made['manageToken']}"})
    asked = {"id": made["booking"]["id"], "expectedVersion": made["booking"]["version"]}
    refusal = await mine.refused(ANSWER, input={**asked, "answers": answered(allergies=[])})
    assert "has to be answered" in refusal["fields"][0]["message"]
    version = (await mine.did(ANSWER, input={**asked, "answers": answered(tea=[], allergies="None")}))["booking"]
    assert version["version"] == asked["expectedVersion"] + 1
    stale = await mine.refused(ANSWER, input={**asked, "answers": answered(tea="false")})
    assert stale["currentVersion"] == version["version"]
    id_ = {"id": asked["id"]}
    assert (await mine.ok(ANSWERS, **id_))["booking"]["answers"] == []
    assert (await mine.ok(SENSITIVE, **id_))["booking"]["sensitiveAnswers"][0]["values"] == ["None"]
    theirs = await rival.owner.refused(ANSWER, input={**asked, "answers": []})
    assert theirs["code"] == "NOT_FOUND"
    happened = await salon.owner.ok(
        "query ($id: ID!) { booking(id: $id) { history { name details { value } } } }", **id_
    )
    (change,) = [one for one in happened["booking"]["history"] if one["name"] == "booking_answers_changed"]
    assert change["details"] == [{"value": "allergies, tea"}]


async def test_an_answer_keeps_the_question_as_it_was_asked(salon: Business) -> None:
    desk = await bookable(salon)
    question = await ask(desk, "Tea?", "BOOLEAN", key="tea")
    booking = (await book(desk, salon.widget, tea="true"))["booking"]
    changed = {"id": question["id"], "expectedVersion": 1, "label": "Coffee?", "required": True}
    question = (await salon.owner.did(CHANGE, input=changed))["question"]
    assert (question["label"], question["required"], question["version"]) == ("Coffee?", True, 2)
    assert (await salon.owner.did(ARCHIVE, input={"id": question["id"], "expectedVersion": 2}))["question"][
        "archivedAt"
    ]
    assert (await salon.widget.ok(QUESTIONS, id=desk.id))["service"]["questions"] == []
    (answer,) = (await salon.owner.ok(ANSWERS, id=booking["id"]))["booking"]["answers"]
    assert (answer["label"], answer["values"]) == ("Tea?", ["true"])


async def test_an_answer_is_deleted_some_days_after_the_appointment_wherever_that_moved(
    product: Product, salon: Business
) -> None:
    desk = await bookable(salon)
    await ask(desk, "Allergies?", "TEXT", "PREFERENCE", key="allergies", keptDays=2)
    await ask(desk, "Tea?", "BOOLEAN", key="tea")
    booking = (await book(desk, salon.widget, allergies="Nuts", tea="true"))["booking"]
    moved = {"id": booking["id"], "expectedVersion": booking["version"], "startsAt": said(desk.at(10, day=3))}
    await salon.owner.did(MOVE, input=moved)
    due = (await salon.owner.ok(ANSWERS, id=booking["id"]))["booking"]["answers"][0]["dueAt"]
    assert due == said(desk.at(11, day=5))
    product.clock.stand_at(desk.at(11, day=5) - timedelta(seconds=1))
    await tidy(product)
    assert len((await salon.owner.ok(ANSWERS, id=booking["id"]))["booking"]["answers"]) == 2
    product.clock.advance(seconds=1)
    await tidy(product)
    assert [one["key"] for one in (await salon.owner.ok(ANSWERS, id=booking["id"]))["booking"]["answers"]] == ["tea"]


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"type": "SELECT", "options": ["one"]}, "options"),
    ({"type": "SELECT", "options": ["one", "ONE"]}, "options"),
    ({"type": "TEXT", "options": ["one", "two"]}, "options"),
    ({"type": "DATE", "least": 1}, "least"),
    ({"type": "NUMBER", "least": 2, "most": 1}, "least"),
    ({"type": "TEXT", "most": 201}, "least"),
    ({"type": "TEXT", "key": "Not A Key"}, "key"),
    ({"type": "TEXT", "keptDays": 0}, "keptDays"),
    ({"type": "TEXT", "label": " "}, "label"),
    ({"type": "TEXT", "place": -1}, "place"),
]


@pytest.mark.parametrize(("given", "path"), WRONG)
async def test_a_question_that_nobody_could_answer_is_refused(
    salon: Business, given: dict[str, Any], path: str
) -> None:
    desk = await bookable(salon)
    asked = {"serviceId": desk.id, "label": "It?", "dataCategory": "PREFERENCE", **given}
    refusal = await salon.owner.refused(ASK, input=asked)
    assert [field["path"] for field in refusal["fields"]] == [path]


async def test_a_key_is_taken_once_and_thirty_questions_are_enough(salon: Business, rival: Business) -> None:
    desk = await bookable(salon)
    await ask(desk, "Tea?", key="tea")
    again = {"serviceId": desk.id, "label": "Tea", "type": "TEXT", "dataCategory": "PREFERENCE"}
    assert (await salon.owner.refused(ASK, input={**again, "key": "tea"}))["path"] == "key"
    assert (await ask(desk, "Tea"))["key"] == "tea_2"
    for number in range(28):
        await ask(desk, f"日本 {number}")
    assert "30 questions" in (await salon.owner.refused(ASK, input=again))["fields"][0]["message"]
    theirs = await rival.owner.refused(ASK, input=again)
    assert theirs["code"] == "NOT_FOUND"


async def test_questions_of_a_private_service_are_told_to_nobody_outside(salon: Business) -> None:
    desk = await bookable(salon, visibility="PRIVATE")
    await ask(desk, "Secret?", key="secret", required=True)
    for service in (desk.id, desk.id[:-3] + "000"):
        asked = {"serviceId": service, "startsAt": said(desk.at(10)), "customer": {"name": "Ada"}}
        refusal = await salon.widget.refused(BOOK, input={**asked, "answers": answered(secret="x")})
        assert [problem["message"] for problem in refusal["fields"]] == [
            "The service asks no such question. This service asks no questions; leave the answers out."
        ]
    assert id_of(desk.service) == desk.id
