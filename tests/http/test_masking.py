"""What a resolver, a permission, a scalar or a caller's own input says never comes out where it should not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.http.conftest import Ask
from tests.http.toy import CANARY, Server

FAULTS = {
    "resolver": "{boom}",
    "awaited resolver": "{boomLater}",
    "required field": "{requiredBoom}",
    "permission": "{guarded}",
    "value out of range": "{tooBig}",
    "output scalar": "{cursed}",
    "what JSON cannot say": "{unsayable}",
}


@pytest.mark.parametrize("query", FAULTS.values(), ids=FAULTS)
async def test_a_fault_is_masked_and_reported_without_its_words(ask: Ask, server: Server, query: str) -> None:
    answer = await ask(query)
    (error,) = answer.json()["errors"]
    assert error["message"] == "Something failed on our side."
    assert error["extensions"] == {
        "code": "INTERNAL_SERVER_ERROR",
        "requestId": answer.headers["x-request-id"],
    }
    (fault,) = server.faults
    assert fault.kind and fault.frames
    for secret in (CANARY, str(2**40 + 777), "Traceback", str(Path(__file__).parents[2]), "Error"):
        assert secret not in answer.text
    assert CANARY not in repr(fault) and str(2**40 + 777) not in repr(fault)


async def test_many_faults_of_one_operation_make_one_report(ask: Ask, server: Server) -> None:
    await ask("query Many {a: boom b: boom boomLater guarded denied}")
    (fault,) = server.faults
    assert (fault.operation, fault.field, fault.kind, fault.count) == ("Many", "boom", "builtins.RuntimeError", 4)
    assert fault.frames[-1].startswith("tests.http.toy:") and fault.frames[-1].endswith(" boom")


async def test_too_many_at_once_is_no_fault_but_asks_to_come_again(ask: Ask, server: Server) -> None:
    inside = await ask("{crowded}")
    (error,) = inside.json()["errors"]
    assert (inside.status_code, error["extensions"], inside.json()["data"]) == (
        200, {"code": "TRY_AGAIN"}, {"crowded": None}
    )  # fmt: skip
    outside = await ask("{hello}", {"Authorization": "crowded"})
    assert (outside.status_code, outside.headers["retry-after"]) == (503, "1")
    assert outside.json()["errors"][0]["extensions"] == {"code": "TRY_AGAIN"}
    assert server.faults == [] and CANARY not in inside.text + outside.text


async def test_a_fault_outside_of_graphql_is_masked_and_reported(ask: Ask, server: Server) -> None:
    answer = await ask("{hello}", {"Authorization": "broken"})
    assert answer.status_code == 500 and CANARY not in answer.text
    assert server.faults[0].kind == "builtins.RuntimeError" and CANARY not in repr(server.faults)


async def test_what_was_written_for_the_caller_passes(ask: Ask, server: Server) -> None:
    errors = (await ask("{denied badCursor}")).json()["errors"]
    assert [(error["message"], error["path"], error["extensions"]) for error in errors] == [
        ("You may not read customers.", ["denied"], {"code": "FORBIDDEN", "permission": "customers.read"}),
        ("That cursor is not one of ours. Start without `after`.", ["badCursor"], {"code": "BAD_USER_INPUT"}),
    ]
    assert server.faults == []


SEARCH = "query($i: Search!) {search(input: $i)}"
FIND = "query($b: By!) {find(by: $b)}"
# Operation, variables that carry a canary, and the sentences that answer them.
VARIABLES: list[tuple[str, dict[str, Any], list[str]]] = [
    (SEARCH, {}, ["$i is missing; its type is Search!."]),
    (SEARCH, {"i": None}, ["$i is null; its type Search! needs a value."]),
    (SEARCH, {"i": CANARY}, ["$i cannot be read as Search!; the type's description says how to write it."]),
    (
        SEARCH,
        {"i": {"limit": 1, "days": [CANARY]}},
        ["$i.email is missing; its type is String!.", "$i.days[0]: A day is written as 2026-01-31."],
    ),
    (SEARCH, {"i": {"email": None}}, ["$i.email is null; its type String! needs a value."]),
    (
        SEARCH,
        {"i": {"email": [CANARY]}},
        ["$i.email cannot be read as String!; the type's description says how to write it."],
    ),
    (
        SEARCH,
        {"i": {"email": CANARY, "limit": CANARY}},
        ["$i.limit cannot be read as Int!; the type's description says how to write it."],
    ),
    (SEARCH, {"i": {"email": CANARY, "days": CANARY}}, ["$i.days: A day is written as 2026-01-31."]),
    (SEARCH, {"i": {"email": CANARY, "phone": CANARY}}, ["$i has 'phone' that Search does not define; leave it out."]),
    (SEARCH, {"i": {"email": "a", CANARY: 1}}, ["$i has a field that Search does not define; leave it out."]),
    (FIND, {"b": {"email": CANARY, "id": "1"}}, ["$b takes exactly one of id, email, and it must not be null."]),
    (FIND, {"b": {}}, ["$b takes exactly one of id, email, and it must not be null."]),
    (
        "query($c: Cursed!) {curse(value: $c)}",
        {"c": CANARY},
        ["$c cannot be read as Cursed!; the type's description says how to write it."],
    ),
    ("query($n: [[Int!]!]! = [[1]], $s: Search!) {search(input: $s)}", {"n": [[1, CANARY]], "s": {"email": "a"}}, []),
]


@pytest.mark.parametrize(("query", "variables", "sentences"), VARIABLES)
async def test_a_refused_variable_is_named_and_never_repeated(
    ask: Ask, server: Server, query: str, variables: dict[str, Any], sentences: list[str]
) -> None:
    answer = await ask(query, variables=variables)
    errors = answer.json()["errors"]
    if sentences:
        assert sorted(error["message"] for error in errors) == sorted(sentences)
        assert {error["extensions"]["code"] for error in errors} == {"BAD_USER_INPUT"}
    assert CANARY not in answer.text
    assert server.faults == []


async def test_the_sentences_about_variables_are_limited(ask: Ask) -> None:
    days = {"i": {"email": "a", "days": [CANARY] * 500}}
    assert len((await ask(SEARCH, variables=days)).json()["errors"]) == 10


RUNTIME = [
    ("query($n: Int = 5) {things(count: $n) {name}}", {"n": None}, "Argument 'count' has"),
    ("query($p: Patch!) {patch(patch: $p)}", {"p": {"name": None}}, "An argument has"),
    ("query($e: String) {find(by: {email: $e})}", {"e": None}, "Argument 'by' has"),
]


@pytest.mark.parametrize(("query", "variables", "begins"), RUNTIME)
async def test_an_argument_refused_while_running_is_the_callers_mistake(
    ask: Ask, server: Server, query: str, variables: dict[str, Any], begins: str
) -> None:
    (error,) = (await ask(query, variables=variables)).json()["errors"]
    assert error["extensions"] == {"code": "BAD_USER_INPUT"} and error["message"].startswith(begins)
    assert server.faults == []


LITERALS = [
    ('{day(on: "yesterday")}', "A day is written as 2026-01-31."),
    (
        '{curse(value: "x")}',
        "A value cannot be read as the type that is expected here; the type's description says how to write it.",
    ),
    ("{patch(patch: {name: null})}", "'name' may be left out, but it cannot be null."),
    (
        "{find(by: {})}",
        "Within OneOf Input Object type 'By', exactly one field must be specified, "
        "and the value for that field must be non-null.",
    ),
]


@pytest.mark.parametrize(("query", "message"), LITERALS)
async def test_a_refused_literal_is_answered_in_our_words(ask: Ask, query: str, message: str) -> None:
    answer = await ask(query)
    assert [error["message"] for error in answer.json()["errors"]] == [message]
    assert answer.json()["errors"][0]["extensions"] == {"code": "GRAPHQL_VALIDATION_FAILED"}
    assert CANARY not in answer.text


async def test_one_of_is_checked_where_a_fragment_uses_the_variable(ask: Ask) -> None:
    for document in (
        "fragment F on Query {find(by: {email: $e})} query($e: String!) {...F}",
        "query($e: String!) {...F} fragment F on Query {find(by: {email: $e})}",
    ):
        assert (await ask(document, variables={"e": "a"})).json() == {"data": {"find": "email"}}
    assert (await ask("{find(by: {email: $e})}")).json()["errors"][0]["message"] == "Variable '$e' is not defined."


async def test_only_our_words_are_in_what_malformed_json_is_told(client: httpx.AsyncClient) -> None:
    headers = {"Content-Type": "application/json", "Authorization": "developer"}
    answer = await client.post("/graphql", content=f'{{"query": "{CANARY}'.encode(), headers=headers)
    assert CANARY not in answer.text
