"""Which media type an answer has, and which status goes with it."""

from __future__ import annotations

import httpx
import pytest

from tests.http.conftest import Ask
from tests.http.toy import Server

JSON = "application/json"
GRAPHQL = "application/graphql-response+json"

ACCEPT = [
    ("", JSON),
    ("*/*", JSON),
    ("application/*", JSON),
    (JSON, JSON),
    (GRAPHQL, GRAPHQL),
    (f"{GRAPHQL}, {JSON}", GRAPHQL),
    (f"{JSON}, {GRAPHQL}", JSON),
    (f"{JSON};q=0.5, {GRAPHQL}", GRAPHQL),
    (f"{GRAPHQL};q=0.5, {JSON};q=0.4", GRAPHQL),
    (f"{GRAPHQL};q=0, */*", JSON),
    (f"{JSON};q=0, */*", GRAPHQL),
    ("text/html, application/xhtml+xml, */*;q=0.8", JSON),
    (f"{GRAPHQL}; charset=utf-8", GRAPHQL),
    (f"multipart/mixed, {GRAPHQL}, {JSON}", GRAPHQL),
    (f"{JSON}, text/event-stream", JSON),
    (GRAPHQL.upper(), GRAPHQL),
]


@pytest.mark.parametrize(("accept", "expected"), ACCEPT)
async def test_the_answer_has_the_type_that_is_preferred(ask: Ask, accept: str, expected: str) -> None:
    answer = await ask("{hello}", {"Accept": accept})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == f"{expected}; charset=utf-8"


@pytest.mark.parametrize(
    "accept",
    ["text/html", "text/event-stream", f"{JSON};q=0", f"{JSON};charset=utf-16", f"{JSON};q=x", ";;;,", "*/*," * 500],
)
async def test_a_caller_who_accepts_neither_type_is_told(ask: Ask, accept: str) -> None:
    answer = await ask("{hello}", {"Accept": accept})
    assert answer.status_code == 406
    assert answer.json()["errors"][0]["extensions"]["code"] == "BAD_REQUEST"


async def test_the_types_may_stand_in_several_headers(client: httpx.AsyncClient) -> None:
    headers = [("Accept", "text/html"), ("Accept", GRAPHQL), ("Authorization", "developer")]
    answer = await client.post("/graphql", json={"query": "{hello}"}, headers=headers)
    assert answer.headers["content-type"].startswith(GRAPHQL)


# Query, then the code and the status for each of the two types.
OUTCOMES = [
    ("{hello}", None, 200, 200),
    ("{", "GRAPHQL_PARSE_FAILED", 200, 400),
    ("", "GRAPHQL_PARSE_FAILED", 200, 400),
    ("{nope}", "GRAPHQL_VALIDATION_FAILED", 200, 400),
    ("query($a: Int!) {things(count: $a) {name}}", "BAD_USER_INPUT", 200, 400),
    ("{" * 60, "QUERY_TOO_COMPLEX", 200, 400),
    ("query A {hello} query B {hello}", "BAD_REQUEST", 400, 400),
    ("subscription {ticks}", "BAD_REQUEST", 400, 400),
    ("{denied}", "FORBIDDEN", 200, 200),
    ("{badCursor}", "BAD_USER_INPUT", 200, 200),
    ("{boom}", "INTERNAL_SERVER_ERROR", 200, 200),
    ("{requiredBoom}", "INTERNAL_SERVER_ERROR", 200, 200),
    ("{unsayable}", "INTERNAL_SERVER_ERROR", 500, 500),
]


@pytest.mark.parametrize(("query", "code", "as_json", "as_graphql"), OUTCOMES)
async def test_each_outcome_has_its_code_and_status(
    ask: Ask, query: str, code: str | None, as_json: int, as_graphql: int
) -> None:
    for accept, status in ((JSON, as_json), (GRAPHQL, as_graphql)):
        answer = await ask(query, {"Accept": accept})
        body = answer.json()
        assert (answer.status_code, body.get("errors", [{}])[0].get("extensions", {}).get("code")) == (status, code)
        assert ("data" in body) == (status == 200 and (as_graphql == 200))


@pytest.mark.parametrize(
    ("word", "status", "code", "header"),
    [
        ("none", 401, "UNAUTHENTICATED", ("www-authenticate", 'Bearer realm="calendera"')),
        ("eager", 429, "THROTTLED", ("retry-after", "7")),
        ("broken", 500, "INTERNAL_SERVER_ERROR", ("cache-control", "no-store")),
    ],
)
async def test_a_caller_who_is_turned_away_is_told_why(
    ask: Ask, word: str, status: int, code: str, header: tuple[str, str]
) -> None:
    answer = await ask("{hello}", {"Authorization": word})
    assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (status, code)
    assert answer.headers[header[0]] == header[1]
    assert "data" not in answer.json()


async def test_every_answer_has_a_request_id_and_is_not_stored(client: httpx.AsyncClient, ask: Ask) -> None:
    answers = [await ask("{hello}"), await ask("{"), await client.put("/graphql"), await client.get("/graphql")]
    assert len({answer.headers["x-request-id"] for answer in answers}) == 4
    assert all(answer.headers["cache-control"] == "no-store" for answer in answers)


async def test_the_request_id_of_a_fault_is_that_of_the_header_and_of_the_report(ask: Ask, server: Server) -> None:
    answer = await ask("{boom}")
    shown = answer.json()["errors"][0]["extensions"]["requestId"]
    assert shown == answer.headers["x-request-id"] == server.faults[0].request_id


async def test_a_resolver_may_add_headers_and_extensions(ask: Ask) -> None:
    answer = await ask('mutation {rename(to: "b")}')
    assert answer.headers["set-cookie"] == "a=b"
    assert answer.json()["extensions"] == {"cost": {"requested": 1}}


async def test_one_line_is_told_for_each_request(ask: Ask, server: Server) -> None:
    await ask("query Mine {boom denied badCursor other: boom}")
    (served,) = server.served
    assert (served.visit.operation, served.visit.kind, served.status) == ("Mine", "query", 200)
    assert set(served.codes) == {"INTERNAL_SERVER_ERROR", "FORBIDDEN", "BAD_USER_INPUT"}
