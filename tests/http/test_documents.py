"""Trusted documents, documents by id, and what may be asked for by GET."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import httpx
import pytest

from graph.documents import Trusted, document_id
from graph.execution import Operations
from graph.prepared import Shelf
from tests.http.conftest import Ask, call
from tests.http.toy import WIDGET_DOCUMENT, WIDGET_MUTATION, Server, schema

GREETING = {"documentId": document_id(WIDGET_DOCUMENT), "variables": '{"name": "Zoë"}'}
WORDS = ["", "widget", "developer"]


def _code(answer: httpx.Response) -> str:
    return str(answer.json()["errors"][0]["extensions"]["code"])


@pytest.mark.parametrize("word", WORDS)
async def test_a_trusted_document_is_answered_by_get_and_by_post(client: httpx.AsyncClient, word: str) -> None:
    headers = {"Authorization": word}
    by_get = await client.get("/graphql", params=GREETING, headers=headers)
    body = GREETING | {"variables": {"name": "Zoë"}}
    by_post = await client.post("/graphql", json=body, headers=headers)
    assert by_get.json() == by_post.json() == {"data": {"hello": "hello Zoë"}}


@pytest.mark.parametrize(("word", "status"), [("", 405), ("widget", 403), ("developer", 200)])
async def test_a_document_of_ones_own_by_get_is_for_those_who_may_introspect(
    client: httpx.AsyncClient, word: str, status: int
) -> None:
    answer = await client.get("/graphql", params={"query": "{hello}"}, headers={"Authorization": word})
    assert answer.status_code == status


@pytest.mark.parametrize("word", WORDS)
async def test_a_mutation_by_get_changes_nothing(client: httpx.AsyncClient, server: Server, word: str) -> None:
    params = {"documentId": document_id(WIDGET_MUTATION)}
    answer = await client.get("/graphql", params=params, headers={"Authorization": word})
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
    assert [context.seen for context in server.contexts] == [[]]


async def test_a_mutation_of_ones_own_by_get_changes_nothing(client: httpx.AsyncClient, server: Server) -> None:
    params = {"query": 'query A {hello} mutation B {rename(to: "x")}', "operationName": "B"}
    answer = await client.get("/graphql", params=params, headers={"Authorization": "developer"})
    assert answer.status_code == 405
    assert server.contexts[0].seen == []


async def test_a_widget_runs_nothing_of_its_own(ask: Ask) -> None:
    for query in ("{hello}", WIDGET_DOCUMENT, "{__typename}"):
        answer = await ask(query, {"Authorization": "widget"})
        assert (answer.status_code, _code(answer)) == (403, "FORBIDDEN")


async def test_an_unknown_id_is_not_found(client: httpx.AsyncClient) -> None:
    for id_ in ("sha256:" + "0" * 64, "", "nonsense", document_id(WIDGET_DOCUMENT).upper()):
        answer = await client.get("/graphql", params={"documentId": id_})
        assert _code(answer) == "PERSISTED_QUERY_NOT_FOUND"


async def test_a_text_that_was_sent_before_is_found_by_its_hash(client: httpx.AsyncClient, ask: Ask) -> None:
    text = '{hello(name: "again")}'
    extensions = {"persistedQuery": {"version": 1, "sha256Hash": hashlib.sha256(text.encode()).hexdigest()}}
    by_hash = {"json": {"extensions": extensions}, "headers": {"Authorization": "developer"}}
    assert _code(await client.post("/graphql", **by_hash)) == "PERSISTED_QUERY_NOT_FOUND"  # type: ignore[arg-type]
    assert (await ask(text, extensions=extensions)).json() == {"data": {"hello": "hello again"}}
    answer = await client.post("/graphql", **by_hash)  # type: ignore[arg-type]
    assert answer.json() == {"data": {"hello": "hello again"}}
    # Remembered is not trusted: neither a widget nor a GET without the right to introspect may use it.
    for word, method in (("widget", "POST"), ("widget", "GET"), ("", "GET")):
        named = {"documentId": document_id(text)}
        sent = {"json": named} if method == "POST" else {"params": named}
        refused = await client.request(method, "/graphql", headers={"Authorization": word}, **sent)  # type: ignore[arg-type]
        assert _code(refused) == "PERSISTED_QUERY_NOT_FOUND"


async def test_introspection_is_for_those_who_may(ask: Ask, client: httpx.AsyncClient) -> None:
    hidden = 'query {...F} fragment F on Query {a: __type(name: "Thing") {name}}'
    for query in ("{__schema {types {name}}}", hidden):
        assert "errors" not in (await ask(query)).json()
        refused = await ask(query, {"Authorization": ""})
        assert (refused.status_code, _code(refused)) == (403, "FORBIDDEN")
        by_id = {"documentId": document_id(query)}
        assert _code(await client.post("/graphql", json=by_id)) == "FORBIDDEN"
    assert (await ask("{__typename}", {"Authorization": ""})).json() == {"data": {"__typename": "Query"}}


@pytest.mark.parametrize(
    "query_string",
    [
        b"",
        b"query=%ff",
        b"query=%7Bhello%7D&query=%7Bboom%7D",
        b"query=%7Bhello%7D&variables=%5B%5D",
        b"query=%7Bhello%7D&variables=NaN",
        b"query=%7Bhello%7D&variables=",
        b"query=%7Bhello%7D&extensions=1",
        b"&".join([b"a=1"] * 60),
    ],
)
async def test_a_malformed_query_string_is_refused(client: httpx.AsyncClient, query_string: bytes) -> None:
    url = httpx.URL("http://toy/graphql").copy_with(query=query_string)
    answer = await client.get(url, headers={"Authorization": "developer"})
    assert (answer.status_code, _code(answer)) == (400, "BAD_REQUEST")


async def test_a_query_string_beyond_ascii_is_refused(server: Server) -> None:
    assert await call(server, "GET", query_string=b"query={hell\xc3\xb6}") == 400


async def test_an_empty_operation_name_by_get_is_none(client: httpx.AsyncClient) -> None:
    answer = await client.get("/graphql", params=GREETING | {"operationName": ""})
    assert answer.json() == {"data": {"hello": "hello Zoë"}}


def test_the_id_is_the_hash_of_the_files_bytes(tmp_path: Path) -> None:
    (tmp_path / "A.graphql").write_bytes(b"{\r\n  hello # Zo\xc3\xab\r\n}\r\n")
    (tmp_path / "notes.md").write_text("no document")
    ((id_, text),) = Trusted.load(tmp_path)
    assert id_ == "sha256:" + hashlib.sha256((tmp_path / "A.graphql").read_bytes()).hexdigest()
    assert text.endswith("\r\n")


def test_an_installation_without_its_documents_does_not_start(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        Trusted.load(tmp_path / "missing")
    assert isinstance(Trusted.load(), Trusted)


@pytest.mark.parametrize("text", ["{nope}", "{", "{__schema {types {name}}}", "{" + "thing {" * 11 + "name" + "}" * 12])
def test_a_trusted_document_that_cannot_be_served_stops_the_start(text: str) -> None:
    with pytest.raises(ValueError, match=r"Bad\.graphql"):
        Operations(schema(), report=lambda fault: None, trusted=Trusted({"Bad.graphql": text}))


def test_the_shelf_is_bounded_in_number_and_in_bytes() -> None:
    shelf = Shelf(entries=3, weight=10**9)
    operations = Operations(schema(), report=lambda fault: None, shelf=shelf)
    texts = [json.dumps(f"a{n}").join(["{hello(name: ", ")}"]) for n in range(5)]
    for text in texts[:3]:
        operations.prepare(text, may_introspect=False)
    operations.prepare(texts[0], may_introspect=False)
    operations.prepare(texts[3], may_introspect=False)
    assert [shelf.get(document_id(text)) is not None for text in texts] == [True, False, True, True, False]

    one = shelf.get(document_id(texts[0]))
    assert one is not None
    light = Shelf(entries=100, weight=one.weight * 2)
    operations = Operations(schema(), report=lambda fault: None, shelf=light)
    for text in [*texts, texts[-1]]:
        operations.prepare(text, may_introspect=False)
    assert len(light) == 2


def test_a_refused_document_is_not_kept() -> None:
    shelf = Shelf(entries=3, weight=10**9)
    operations = Operations(schema(), report=lambda fault: None, shelf=shelf)
    for text in ("{nope}", "{", "{hello} " * 6):
        operations.prepare(text, may_introspect=True)
    assert len(shelf) == 0
