"""Operations that take too long, ask for too many fields, or whose caller has left."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable

import httpx
import pytest

from calendera.asking import Asking
from graph.answers import Answer
from graph.limits import Limits
from graph.rights import Rights
from tests.http.conftest import Ask
from tests.http.toy import Server, Toy

HASTY = Limits(seconds=0.05)
FRUGAL = Limits(resolved_fields=100)


async def _until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not condition():  # noqa: ASYNC110 - what is waited for happens in a server, which sets no event
            await asyncio.sleep(0.005)


async def _run(server: Server, query: str, context: Toy | None = None) -> Answer:
    prepared = server.operations.prepare(query, Rights(own=True))
    assert not isinstance(prepared, Answer)
    return await server.operations.run(prepared, context=context or Toy(), request_id="r")


async def test_a_slow_resolver_is_cancelled_and_the_caller_is_told() -> None:
    toy = Toy()
    answer = await _run(Server(HASTY), "{slow a: slow hello}", toy)
    assert (answer.code, answer.data, answer.executed) == ("OPERATION_TIMEOUT", None, True)
    assert sorted(toy.seen) == ["began", "began", "cancelled", "cancelled"]


async def test_a_slow_mutation_says_that_changes_may_have_been_made() -> None:
    answer = await _run(Server(HASTY), "mutation {slowRename}")
    assert "idempotency key" in answer.errors[0]["message"]


async def test_a_fault_beside_a_slow_resolver_is_still_reported() -> None:
    server = Server(HASTY)
    await _run(server, "{boom slow}")
    assert [fault.field for fault in server.faults] == ["boom"]


async def test_what_a_failed_required_field_leaves_behind_is_cancelled() -> None:
    toy = Toy()
    answer = await _run(Server(), "{slow requiredBoom}", toy)
    assert answer.code == "INTERNAL_SERVER_ERROR"
    assert toy.seen == ["began", "cancelled"]


@pytest.mark.parametrize("field", ["name", "slowName"])
@pytest.mark.parametrize(("count", "code"), [(99, None), (100, "QUERY_TOO_COMPLEX"), (5_000, "QUERY_TOO_COMPLEX")])
async def test_resolved_fields_are_counted(field: str, count: int, code: str | None) -> None:
    answer = await _run(Server(FRUGAL), f"{{things(count: {count}) {{{field}}}}}")
    assert answer.code == code
    assert (answer.data is None) == (code is not None)


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("{__schema {types {name}}}", None),
        ("{__schema {types {name fields {name type {name}}}}}", "QUERY_TOO_COMPLEX"),
        ("{__schema {types {name}} things(count: 97) {name}}", None),
        ("{__schema {types {name}} things(count: 99) {name}}", "QUERY_TOO_COMPLEX"),
    ],
)
async def test_what_describes_the_schema_is_counted_apart_and_lends_nothing(query: str, code: str | None) -> None:
    server = Server(Limits(resolved_fields=100, introspected_fields=60))
    prepared = server.operations.prepare(query, Rights(own=True, sees={}))
    assert not isinstance(prepared, Answer)
    assert (await server.operations.run(prepared, context=Toy(), request_id="r")).code == code


async def test_the_budget_is_one_for_each_operation() -> None:
    server = Server(FRUGAL)
    for _ in range(3):
        assert (await _run(server, "{things(count: 99) {name}}")).errors == []


async def test_a_mutation_beyond_the_budget_does_not_run_its_next_field() -> None:
    toy = Toy()
    server = Server(Limits(resolved_fields=1))
    toy.asking = Asking(toy)
    answer = await _run(server, 'mutation {rename(to: "a") again: rename(to: "b")}', toy)
    assert (answer.code, toy.seen) == ("QUERY_TOO_COMPLEX", ["renamed a"])


async def test_errors_are_limited_and_the_rest_is_counted(ask: Ask) -> None:
    answer = (await ask("{things(count: 60) {fragile name}}")).json()
    assert len(answer["errors"]) == 50
    assert answer["extensions"] == {"errorsLeftOut": 10}
    assert len(answer["data"]["things"]) == 60


async def test_a_cancelled_caller_cancels_the_resolvers() -> None:
    toy = Toy()
    task = asyncio.create_task(_run(Server(), "{slow a: slow}", toy))
    await _until(lambda: len(toy.seen) == 2)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert sorted(toy.seen) == ["began", "began", "cancelled", "cancelled"]


async def test_a_client_that_leaves_cancels_its_operation(server: Server, port: int) -> None:
    body = json.dumps({"query": "query Left {slow}"}).encode()
    head = (
        f"POST /graphql HTTP/1.1\r\nHost: toy\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    _reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(head.encode() + body)
    await _until(lambda: bool(server.contexts) and server.contexts[0].seen == ["began"])
    writer.close()
    await _until(lambda: bool(server.served))
    assert server.contexts[0].seen == ["began", "cancelled"]
    assert (server.served[0].status, server.served[0].visit.operation) == (499, "Left")
    assert server.faults == []


async def test_a_client_that_leaves_within_its_body_is_no_fault(server: Server, port: int) -> None:
    head = "POST /graphql HTTP/1.1\r\nHost: toy\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"
    _reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(head.encode())
    await _until(lambda: bool(server.contexts))
    writer.close()
    await _until(lambda: bool(server.served))
    assert (server.served[0].status, server.faults) == (499, [])


async def test_a_patient_client_gets_a_slow_answer(port: int) -> None:
    async with httpx.AsyncClient() as client:
        answer = await client.post(f"http://127.0.0.1:{port}/graphql", json={"query": "{slow(seconds: 0.4)}"})
    assert answer.json() == {"data": {"slow": "done"}}


async def test_a_large_body_is_refused_on_a_real_socket_before_it_has_arrived(port: int) -> None:
    head = "POST /graphql HTTP/1.1\r\nHost: toy\r\nContent-Type: application/json\r\n"
    chunk = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
    for rest in (b"Content-Length: 300000\r\n\r\n", b"Transfer-Encoding: chunked\r\n\r\n" + chunk * 5):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(head.encode() + rest)
        assert (await reader.readline()).split()[1] == b"413"
        assert b"connection: close" in (await reader.readuntil(b"\r\n\r\n")).lower()
        writer.close()
