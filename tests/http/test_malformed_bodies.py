"""Whatever is sent as a body, the answer is a 4xx with a code and a sentence, and nothing is reported as our fault."""

from __future__ import annotations

import gzip
import json
from contextlib import suppress

import httpx
import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from calendera.bodies import BODY_LIMIT, strict_json
from calendera.stopped import Stopped
from tests.http.conftest import call
from tests.http.toy import CANARY, Server

JSON = {"Content-Type": "application/json", "Authorization": "developer"}

JSON_TYPE = (b"content-type", b"application/json")

MALFORMED = {
    "nothing": b"",
    "a string": b'"abc"',
    "a number": b"1",
    "null": b"null",
    "true": b"true",
    "an array": b"[]",
    "a batch": b'[{"query": "{hello}"}, {"query": "{hello}"}]',
    "an empty object": b"{}",
    "half an object": b'{"query": "{hello}"',
    "two objects": b'{"query": "{hello}"}{"query": "{hello}"}',
    "deep arrays": b"[" * 100_000,
    "deep closed arrays": b'{"query": "{hello}", "variables": {"a": ' + b"[" * 500 + b"]" * 500 + b"}}",
    "deep objects": b'{"query": "{hello}", "extensions": ' + b'{"a":' * 40 + b"1" + b"}" * 41,
    "not a number": b'{"query": "{hello}", "variables": {"a": NaN}}',
    "infinity": b'{"query": "{hello}", "variables": {"a": Infinity}}',
    "a number beyond doubles": b'{"query": "{hello}", "variables": {"a": 1e999}}',
    "bad UTF-8": b'{"query": "{hello}", "variables": {"a": "\xff\xfe"}}',
    "UTF-16": json.dumps({"query": "{hello}"}).encode("utf-16"),
    "a byte order mark": b"\xef\xbb\xbf" + b'{"query": "{hello}"}',
    "half a surrogate pair": b'{"query": "{hello}", "variables": {"a": "\\ud800"}}',
    "a raw NUL": b'{"query": "{hello}\x00"}',
    "a key twice": b'{"query": "{hello}", "query": "{boom}"}',
    "a key twice, once escaped": b'{"query": "{hello}", "\\u0071uery": "{boom}"}',
    "a variable twice": b'{"query": "{hello}", "variables": {"a": "x:y", "a": 2}}',
    "a key twice beside an escaped colon": b'{"query": "{hello}", "variables": {"b": "\\u003a", "a": 1, "a": 2}}',
    "query is a number": b'{"query": 1}',
    "query is null": b'{"query": null}',
    "query is an object": b'{"query": {"a": 1}}',
    "variables is a string": b'{"query": "{hello}", "variables": "{}"}',
    "variables is an array": b'{"query": "{hello}", "variables": []}',
    "operationName is a number": b'{"query": "{hello}", "operationName": 1}',
    "extensions is an array": b'{"query": "{hello}", "extensions": []}',
    "documentId is a number": b'{"documentId": 1}',
    "query and documentId": b'{"query": "{hello}", "documentId": "sha256:00"}',
    "a persisted query of version 2": b'{"extensions": {"persistedQuery": {"version": 2, "sha256Hash": "00"}}}',
    "a persisted query that is no object": b'{"extensions": {"persistedQuery": "abc"}}',
    "a persisted query whose hash is not its own": json.dumps(
        {"query": "{hello}", "extensions": {"persistedQuery": {"version": 1, "sha256Hash": "0" * 64}}}
    ).encode(),
    "a form": b"query=%7Bhello%7D",
    "a multipart upload": b"--x\r\nContent-Disposition: form-data; name=operations\r\n\r\n{}\r\n--x--",
    "a compressed body": gzip.compress(b'{"query": "{hello}"}'),
}


@pytest.mark.parametrize("accept", ["application/json", "application/graphql-response+json"])
@pytest.mark.parametrize("body", MALFORMED.values(), ids=MALFORMED)
async def test_a_malformed_body_is_refused_with_a_code(
    client: httpx.AsyncClient, server: Server, body: bytes, accept: str
) -> None:
    answer = await client.post("/graphql", content=body, headers=JSON | {"Accept": accept})
    assert answer.status_code == 400
    assert answer.headers["content-type"] == f"{accept}; charset=utf-8"
    (error,) = answer.json()["errors"]
    assert error["extensions"]["code"] == "BAD_REQUEST" and error["message"].endswith(".")
    assert "data" not in answer.json()
    assert server.faults == []


CONTENT_TYPES = [
    None,
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "application/json-patch+json",
    "application/graphql",
    "application/json; charset=utf-16",
    "application/json; charset=iso-8859-1",
    "application/json; boundary=x",
    "application/json, text/plain",
    "application/jsonp",
    "text/plain; application/json",
]


@pytest.mark.parametrize("content_type", CONTENT_TYPES)
async def test_a_body_of_another_type_is_refused(client: httpx.AsyncClient, content_type: str | None) -> None:
    headers = {"Authorization": "developer"} | ({"Content-Type": content_type} if content_type else {})
    answer = await client.post("/graphql", content=b'{"query": "{hello}"}', headers=headers)
    assert answer.status_code == 415
    assert answer.headers["accept-post"] == "application/json"


@pytest.mark.parametrize(
    "content_type",
    ["application/json", "Application/JSON", 'application/json; charset="UTF-8"', "application/json;charset=utf-8"],
)
async def test_json_in_utf_8_is_read(client: httpx.AsyncClient, content_type: str) -> None:
    body = '{"query": "query($n: String) {hello(name: $n)}", "variables": {"n": "Zoë 🏃: \\u003a"}}'
    answer = await client.post("/graphql", content=body.encode(), headers=JSON | {"Content-Type": content_type})
    assert answer.json() == {"data": {"hello": "hello Zoë 🏃: :"}}


async def test_a_compressed_body_is_refused(client: httpx.AsyncClient) -> None:
    body = gzip.compress(b'{"query": "{hello}"}')
    answer = await client.post("/graphql", content=body, headers=JSON | {"Content-Encoding": "gzip"})
    assert answer.status_code == 415


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "HEAD", "QUERY"])
async def test_other_methods_are_refused(client: httpx.AsyncClient, method: str) -> None:
    answer = await client.request(method, "/graphql")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, POST"


@pytest.mark.parametrize(("size", "status"), [(BODY_LIMIT, 200), (BODY_LIMIT + 1, 413)])
async def test_the_limit_of_a_body_is_exact(client: httpx.AsyncClient, size: int, status: int) -> None:
    body = b'{"query": "{hello}"}'.ljust(size)
    answer = await client.post("/graphql", content=body, headers=JSON)
    assert answer.status_code == status


async def test_a_body_without_a_length_is_counted_while_it_arrives(server: Server) -> None:
    sent = 0

    async def endless() -> dict[str, object]:
        nonlocal sent
        sent += 1
        return {"type": "http.request", "body": b" " * 65_536, "more_body": True}

    status = await call(server, receive=endless, headers=[JSON_TYPE])
    assert status == 413
    assert sent <= BODY_LIMIT // 65_536 + 1


@pytest.mark.parametrize("length", [b"-1", b"1e3", b"0x10", b"", b"\xb2", b"9" * 30, b"1, 1"])
async def test_a_length_that_lies_or_is_none_is_refused(server: Server, length: bytes) -> None:
    async def body() -> dict[str, object]:
        return {"type": "http.request", "body": b"x" * (BODY_LIMIT + 1), "more_body": False}

    headers = [JSON_TYPE, (b"content-length", length)]
    assert await call(server, receive=body, headers=headers) in (400, 413)
    assert server.faults == []


async def test_a_length_too_small_does_not_let_a_large_body_pass(server: Server) -> None:
    async def body() -> dict[str, object]:
        return {"type": "http.request", "body": b"x" * (BODY_LIMIT + 1), "more_body": False}

    headers = [JSON_TYPE, (b"content-length", b"10")]
    assert await call(server, receive=body, headers=headers) == 413


async def test_nothing_is_read_from_a_caller_whom_the_authentication_turns_away(server: Server) -> None:
    async def unread() -> dict[str, object]:
        raise AssertionError("The body was read.")

    headers = [JSON_TYPE, (b"authorization", b"none")]
    assert await call(server, receive=unread, headers=headers) == 401


@given(st.binary(max_size=200))
@settings(max_examples=150, deadline=None)
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    # Whatever else it raises, such as RecursionError or UnicodeDecodeError, fails the test.
    with suppress(Stopped):
        strict_json(raw, "The body")


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(_VALUES, st.booleans())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_every_json_value_is_read_as_it_is(value: object, escaped: bool) -> None:
    raw = json.dumps(value, ensure_ascii=True).encode() if escaped else orjson.dumps(value)
    assert strict_json(raw, "The body") == value


@given(st.dictionaries(st.text(), _VALUES, min_size=1, max_size=3), st.booleans())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_key_given_twice_is_always_noticed(value: dict[str, object], escaped: bool) -> None:
    raw = json.dumps(value, ensure_ascii=escaped).encode()
    again = json.dumps({next(iter(value)): CANARY}, ensure_ascii=escaped).encode()
    with pytest.raises(Stopped, match="twice"):
        strict_json(b"[" + raw[:-1] + b"," + again[1:] + b"]", "The body")
