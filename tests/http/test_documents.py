"""Trusted documents, documents by id, and what may be asked for by GET."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import httpx
import pytest

from graph.documents import Client, Document, Trusted, document_id
from graph.execution import Operations
from graph.prepared import Shelf
from graph.rights import Rights
from graph.sent import Sent
from tests.http.conftest import Ask, call
from tests.http.toy import PAGE_DOCUMENT, WIDGET_DOCUMENT, WIDGET_MUTATION, Server, schema

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


async def test_what_one_account_sent_another_cannot_ask_for_by_its_hash(client: httpx.AsyncClient, ask: Ask) -> None:
    text = '{hello(name: "ours")}'
    by_hash = {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": document_id(text)[7:]}}}

    async def asked(word: str, **body: object) -> str | None:
        answer = await client.post("/graphql", json=by_hash | body, headers={"Authorization": word})
        return None if "errors" not in answer.json() else _code(answer)

    assert await asked("developer", query=text) is None
    assert [await asked(word) for word in ("developer", "colleague")] == [None, None]
    # Neither a competitor nor a stranger finds it, not even one who sent the same text as a stranger.
    assert [await asked(word) for word in ("competitor", "", "widget")] == ["PERSISTED_QUERY_NOT_FOUND"] * 3
    assert await asked("", query=text) is None
    assert await asked("") == "PERSISTED_QUERY_NOT_FOUND"
    # A text under another's hash is refused, and nothing is kept under it.
    poison = {"query": "{__typename}", "extensions": {"persistedQuery": {"version": 1, "sha256Hash": "0" * 64}}}
    assert await asked("competitor", **poison) == "BAD_REQUEST"
    assert await asked("competitor", extensions=poison["extensions"]) == "PERSISTED_QUERY_NOT_FOUND"


async def test_a_client_of_persisted_queries_is_told_in_its_own_words(client: httpx.AsyncClient) -> None:
    for word in WORDS:
        extensions = {"persistedQuery": {"version": 1, "sha256Hash": "0" * 64}}
        headers = {"Authorization": word}
        (error,) = (await client.post("/graphql", json={"extensions": extensions}, headers=headers)).json()["errors"]
        assert error == {"message": "PersistedQueryNotFound", "extensions": {"code": "PERSISTED_QUERY_NOT_FOUND"}}


async def test_a_document_runs_only_for_the_clients_it_was_written_for(client: httpx.AsyncClient) -> None:
    for word in WORDS:
        params = {"documentId": document_id(PAGE_DOCUMENT)}
        answer = await client.get("/graphql", params=params, headers={"Authorization": word})
        assert _code(answer) == "PERSISTED_QUERY_NOT_FOUND"


def test_each_account_has_room_for_its_own_texts_only() -> None:
    sent = Sent(shelves=2, texts=2)
    for shelf, text in [("a", "1"), ("b", "1"), ("b", "2"), ("b", "3"), (None, "4")]:
        sent.note(shelf, text, f"key {text}")
    assert sent.key("a", "1") == "key 1"
    assert [sent.key("b", text) for text in ("1", "2", "3")] == [None, "key 2", "key 3"]
    assert sent.key(None, "4") is None
    sent.note("c", "1", "key 1")  # the shelf that was used longest ago goes
    assert [sent.key(shelf, "1") for shelf in ("a", "c")] == [None, "key 1"]


async def test_introspection_is_for_those_who_may(ask: Ask, client: httpx.AsyncClient) -> None:
    hidden = 'query {...F} fragment F on Query {a: __type(name: "Thing") {name}}'
    for query in ("{__schema {types {name}}}", hidden):
        assert "errors" not in (await ask(query)).json()
        refused = await ask(query, {"Authorization": ""})
        assert (refused.status_code, _code(refused)) == (403, "FORBIDDEN")
        by_id = {"documentId": document_id(query)}
        assert _code(await client.post("/graphql", json=by_id)) == "PERSISTED_QUERY_NOT_FOUND"
        colleague = await client.post("/graphql", json=by_id, headers={"Authorization": "colleague"})
        assert _code(colleague) == "FORBIDDEN"
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
    (tmp_path / "widget").mkdir()
    file = tmp_path / "widget" / "A.graphql"
    file.write_bytes(b"{\r\n  hello # Zo\xc3\xab\r\n}\r\n")
    (tmp_path / "widget" / "notes.md").write_text("no document")
    (tmp_path / "B.graphql").write_text("{of no client}")
    (document,) = Trusted.load(tmp_path)
    assert document.id == "sha256:" + hashlib.sha256(file.read_bytes()).hexdigest()
    assert (document.client, document.name, document.text[-2:]) == (Client.WIDGET, "A", "\r\n")


def test_an_installation_without_its_documents_does_not_start(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        Trusted.load(tmp_path / "missing")
    assert isinstance(Trusted.load(), Trusted)


@pytest.mark.parametrize("text", ["{nope}", "{", "{__schema {types {name}}}", "{" + "thing {" * 11 + "name" + "}" * 12])
def test_a_trusted_document_that_cannot_be_served_stops_the_start(text: str) -> None:
    trusted = Trusted([Document(Client.WIDGET, "Bad", text)])
    with pytest.raises(ValueError, match="Bad"):
        Operations(schema(), report=lambda fault: None, trusted=trusted)


def test_the_shelf_is_bounded_in_number_and_in_bytes() -> None:
    shelf = Shelf(entries=3, weight=10**9)
    operations = Operations(schema(), report=lambda fault: None, shelf=shelf)
    texts = [json.dumps(f"a{n}").join(["{hello(name: ", ")}"]) for n in range(5)]
    for text in texts[:3]:
        operations.prepare(text, Rights(own=True))
    operations.prepare(texts[0], Rights(own=True))
    operations.prepare(texts[3], Rights(own=True))
    assert [shelf.get(document_id(text)) is not None for text in texts] == [True, False, True, True, False]

    one = shelf.get(document_id(texts[0]))
    assert one is not None
    light = Shelf(entries=100, weight=one.weight * 2)
    operations = Operations(schema(), report=lambda fault: None, shelf=light)
    for text in [*texts, texts[-1]]:
        operations.prepare(text, Rights(own=True))
    assert len(light) == 2


def test_a_refused_document_is_not_kept() -> None:
    shelf = Shelf(entries=3, weight=10**9)
    operations = Operations(schema(), report=lambda fault: None, shelf=shelf)
    for text in ("{nope}", "{", "{hello} " * 6):
        operations.prepare(text, Rights(own=True, sees={}))
    assert len(shelf) == 0
