"""The protocol of a socket: who may open one, what it understands, and how it ends."""

from __future__ import annotations

from typing import Any

import pytest

from graph import documents as trusted
from tests.api import Caller
from tests.bookable import BOOK, CANCEL, bookable
from tests.businesses import ORIGIN, Business, by_key
from tests.product import Product
from tests.sockets import OWN_ORIGIN, Closed, opened, socket

ACCOUNT = "query Name { account { name } }"
WATCH = "subscription { bookingChanged { bookingId } }"
BEGUN = {"data": {"bookingChanged": None}}


async def refusal(product: Product, **more: Any) -> Closed:
    """How a handshake is refused."""
    assert product.app is not None
    with pytest.raises(Closed) as refused:
        async with opened(product.app, **more):
            pass
    return refused.value


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:8001", "https://127.0.0.1:8000"])
async def test_a_page_of_another_site_opens_no_socket(product: Product, salon: Business, origin: str) -> None:
    refused = await refusal(product, headers={**salon.owner.headers, "Origin": origin})
    assert (refused.code, "FORBIDDEN" in refused.reason) == (403, True)


async def test_a_cookie_counts_only_for_a_page_of_ours(product: Product, salon: Business) -> None:
    assert product.app is not None
    cookie = {"Cookie": salon.owner.headers["Cookie"]}
    async with opened(product.app, headers={**cookie, "X-Calendera-Client": "dashboard"}) as talk:
        await talk.send({"type": "connection_init"})
        assert (await talk.closed()).code == 4401
    async with opened(product.app, headers={**cookie, "Origin": OWN_ORIGIN}) as talk:
        await talk.greet()


@pytest.mark.parametrize(
    "payload", [None, {}, {"authorization": "Bearer sk_unknown"}, {"Authorization": "Basic abc"}, {"token": "x"}]
)
async def test_nobody_is_turned_away_with_a_code(product: Product, payload: dict[str, Any] | None) -> None:
    assert product.app is not None
    async with opened(product.app) as talk:
        await talk.send({"type": "connection_init", **({} if payload is None else {"payload": payload})})
        assert (await talk.closed()).code == 4401


async def test_a_secret_counts_once(product: Product, salon: Business) -> None:
    assert product.app is not None
    secret = salon.partner.headers["Authorization"]
    async with opened(product.app, headers={"Authorization": secret}) as talk:
        await talk.greet()
    for payload, headers in (
        ({"authorization": secret}, {"Authorization": secret}),
        ({"authorization": secret, "Authorization": secret}, {}),
        ({"authorization": ["x"]}, {}),
        ({"authorization": "Bearer ü"}, {}),
        ({"authorization": "x" * 5_000}, {}),
    ):
        async with opened(product.app, headers=headers) as talk:
            await talk.send({"type": "connection_init", "payload": payload})
            assert (await talk.closed()).code == 4400


@pytest.mark.parametrize("subprotocol", ["", "graphql-ws", "GRAPHQL-TRANSPORT-WS"])
async def test_another_subprotocol_is_not_spoken(product: Product, subprotocol: str) -> None:
    assert product.app is not None
    async with opened(product.app, subprotocol=subprotocol) as talk:
        assert (talk.subprotocol, (await talk.closed()).code) == (None, 4406)


async def test_a_widget_s_key_says_which_pages_may_connect(product: Product, salon: Business, rival: Business) -> None:
    assert product.app is not None
    path = salon.widget.path
    assert (await refusal(product, path=path, headers={"Origin": "https://evil.example"})).code == 403
    assert (await refusal(product, path="/embed/v1/pk_unknown/graphql", headers={"Origin": ORIGIN})).code == 401
    # The key alone may watch nothing.
    async with opened(product.app, path, {"Origin": ORIGIN}) as talk:
        await talk.send({"type": "connection_init"})
        assert (await talk.closed()).code == 4401
    desk = await bookable(rival)
    foreign = (await desk.book(rival.widget, at=desk.at(10)))["manageToken"]
    async with opened(product.app, path, {"Origin": ORIGIN}) as talk:
        await talk.send({"type": "connection_init", "payload": {"authorization": f"Bearer {foreign}"}})
        assert (await talk.closed()).code == 4401


MALFORMED: list[str | bytes | dict[str, Any]] = [
    "", "{", "null", "1", '"abc"', "[]", "[[[[", "{}", '{"type": null}', '{"type": 1}', '{"type": []}',
    '{"type": "nonsense"}', '{"type": "connection_ack"}', '{"type": "next", "id": "1", "payload": {}}',
    '{"type": "start", "id": "1", "payload": {"query": "{a}"}}', '{"type": "subscribe"}',
    '{"type": "subscribe", "id": "1"}', '{"type": "subscribe", "id": "1", "payload": null}',
    '{"type": "subscribe", "id": "1", "payload": "{a}"}', '{"type": "subscribe", "id": 1, "payload": {"query": "{a}"}}',
    '{"type": "subscribe", "id": "", "payload": {"query": "{a}"}}', '{"type": "complete"}',
    '{"type": "complete", "id": {}}', '{"type": "ping", "payload": 7}', '{"type": "pong", "payload": []}',
    '{"type": "ping", "type": "ping"}', '{"type": "ping", "payload": {"a": NaN}}', "\ud800", '{"type": "\\ud800"}',
    b'{"type": "ping"}', b"\xff\xfe", '{"type": "ping", "payload": ' + '{"a":' * 200 + "1" + "}" * 201,
    {"type": "subscribe", "id": "x" * 101, "payload": {"query": "{a}"}},
]  # fmt: skip


async def test_what_is_no_message_closes_the_socket_with_a_sentence(product: Product, salon: Business) -> None:
    assert product.app is not None
    for frame in MALFORMED:
        async with socket(product, salon.partner) as talk:
            await talk.send(frame)
            closed = await talk.closed()
            assert (closed.code, bool(closed.reason)) == (4400, True), frame
        async with opened(product.app) as talk:
            await talk.send(frame)
            assert (await talk.closed()).code in (4400, 4401), frame


async def test_the_order_of_messages_is_kept(product: Product, salon: Business) -> None:
    assert product.app is not None
    async with opened(product.app) as talk:
        await talk.subscribe("1", ACCOUNT)
        assert (await talk.closed()).code == 4401
    async with socket(product, salon.partner) as talk:
        await talk.send({"type": "connection_init"})
        assert (await talk.closed()).code == 4429
    async with socket(product, salon.partner) as talk:
        await talk.subscribe("1", WATCH)
        assert await talk.next("1") == BEGUN
        await talk.subscribe("1", WATCH)
        assert (await talk.closed()).code == 4409


async def test_queries_mutations_and_pings_are_answered(product: Product, salon: Business) -> None:
    desk = await bookable(salon)
    async with socket(product, salon.partner) as talk:
        await talk.send({"type": "ping", "payload": {"a": 1}})
        assert await talk.receive() == {"type": "pong", "payload": {"a": 1}}
        await talk.subscribe("1", ACCOUNT)
        assert await talk.next("1") == {"data": {"account": {"name": "Salon"}}}
        assert await talk.told("complete", "1") is None
        await talk.subscribe("1", BOOK, input=desk.wanted(desk.at(10)))  # an id is free again after its end
        assert (await talk.next("1"))["data"]["book"]["__typename"] == "BookPayload"
        assert await talk.told("complete", "1") is None
        await talk.subscribe("2", ACCOUNT)
        cost = (await talk.told("next", "2"))["extensions"]["cost"]
        assert cost == (await salon.partner(ACCOUNT)).body["extensions"]["cost"]
        assert await talk.told("complete", "2") is None
        await talk.send({"type": "complete", "id": "never begun"})
        await talk.settle()


async def test_a_socket_runs_what_a_request_may_run_and_no_more(product: Product, salon: Business) -> None:
    bomb = "{ a { ...F0 } }" + "".join(
        f" fragment F{i} on Query {{ ...F{i + 1} ...F{i + 1} }}" for i in range(30)
    )  # fmt: skip
    watch = "bookingChanged { bookingId }"
    refused = {
        "{": "GRAPHQL_PARSE_FAILED",
        "{ nonsense }": "GRAPHQL_VALIDATION_FAILED",
        bomb: "QUERY_TOO_COMPLEX",
        f"subscription {{ a: {watch} b: {watch} }}": "GRAPHQL_VALIDATION_FAILED",
        f"subscription A {{ {watch} }} subscription B {{ {watch} }}": "BAD_REQUEST",
    }
    async with socket(product, salon.partner) as talk:
        for query, code in refused.items():
            await talk.subscribe("1", query)
            assert [one["extensions"]["code"] for one in await talk.told("error", "1")] == [code]
        await talk.send({"type": "subscribe", "id": "2", "payload": {"query": 7}})
        assert (await talk.told("error", "2"))[0]["extensions"]["code"] == "BAD_REQUEST"
        await talk.subscribe("3", "query ($of: ID!) { booking(id: $of) { id } }", of={"canary": 1})
        assert "canary" not in str(await talk.told("error", "3"))


async def test_a_cookie_s_mutations_go_by_post(product: Product, salon: Business) -> None:
    async with socket(product, salon.owner) as talk:
        await talk.subscribe("1", "mutation { signOut { __typename } }")
        (error,) = await talk.told("error", "1")
        assert "POST" in error["message"]
    assert (await salon.owner.ok(ACCOUNT))["account"] == {"name": "Salon"}


async def test_whoever_booked_at_a_widget_watches_it_by_a_trusted_document(product: Product, salon: Business) -> None:
    desk = await bookable(salon)
    made = await desk.book(salon.widget, at=desk.at(10))
    caller = Caller(
        salon.widget.http, salon.widget.path, {"Origin": ORIGIN, **by_key(product, made["manageToken"]).headers}
    )
    document = (trusted.FOLDER / "widget" / "BookingChanged.graphql").read_text()
    async with socket(product, caller) as talk:
        await talk.send({"type": "subscribe", "id": "2", "payload": {"documentId": trusted.document_id(document)}})
        assert await talk.next("2") == BEGUN
        await salon.owner.did(CANCEL, input={"id": made["booking"]["id"], "expectedVersion": 1})
        assert (await talk.next("2"))["data"]["bookingChanged"]["booking"]["status"] == "CANCELLED"
