"""Server-sent events: who is streamed to, in which frames, and how it ends."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from models.access_key import AccessKey
from models.session import Session
from tests.api import Caller
from tests.bookable import bookable
from tests.businesses import Business
from tests.product import HASTY, Product
from tests.sockets import Stream, paced, stream

WATCH = "subscription { bookingChanged { bookingId booking { status customer { name } } } }"
BEGUN = ("next", {"data": {"bookingChanged": None}})
BEAT = ("", "")
ACCOUNT = "{ account { name } }"


async def past_beats(answer: Stream) -> tuple[str, Any]:
    """The next event that is no heartbeat."""
    while (event := await answer.event()) == BEAT:
        pass
    return event


async def test_a_dashboard_is_streamed_what_happens(product: Product, salon: Business, rival: Business) -> None:
    desk, theirs = await bookable(salon), await bookable(rival)
    assert product.app is not None
    async with stream(product.app, salon.owner, WATCH) as mine, stream(product.app, rival.owner, WATCH) as other:
        assert (mine.status, mine.headers["content-type"]) == (200, "text/event-stream; charset=utf-8")
        assert mine.headers["cache-control"] == "no-store"
        assert await mine.event() == await other.event() == BEGUN
        booking = (await desk.book(salon.widget, at=desk.at(10)))["booking"]
        name, told = await mine.event()
        assert (name, told["data"]["bookingChanged"]["bookingId"]) == ("next", booking["id"])
        assert told["data"]["bookingChanged"]["booking"]["customer"] == {"name": "Ada Lovelace"}
        await other.nothing()
        await theirs.book(rival.widget, at=theirs.at(10))
        assert booking["id"] not in str(await other.event())


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        ("text/event-stream", "text/event-stream"),
        ("text/event-stream, */*;q=0.1", "text/event-stream"),
        ("application/json, text/event-stream", "application/json"),
        (
            "application/graphql-response+json, application/json, text/event-stream",
            "application/graph",
        ),
        ("*/*", "application/json"),
    ],
)
async def test_only_who_cannot_read_json_is_streamed_to(
    product: Product, salon: Business, accept: str, media: str
) -> None:
    assert product.app is not None
    async with stream(product.app, salon.partner, ACCOUNT, accept) as answer:
        assert answer.headers["content-type"].startswith(media)


async def test_a_query_is_answered_and_completed(product: Product, salon: Business) -> None:
    assert product.app is not None
    async with stream(product.app, salon.partner, ACCOUNT) as answer:
        assert await answer.event() == ("next", {"data": {"account": {"name": "Salon"}}})
        assert [await answer.event(), await answer.event()] == [("complete", ""), ("end", None)]
    async with stream(product.app, salon.partner, "{ nonsense }") as answer:
        name, body = await answer.event()
        assert (name, body["errors"][0]["extensions"]["code"]) == ("next", "GRAPHQL_VALIDATION_FAILED")
        assert await answer.event() == ("complete", "")


async def test_a_subscription_is_no_plain_request(salon: Business) -> None:
    answer = await salon.owner(WATCH)
    assert (answer.codes, answer.data) == (["BAD_REQUEST"], None)


async def test_who_may_not_is_refused_as_ever(product: Product, salon: Business, visitor: Caller) -> None:
    assert product.app is not None
    unmarked = Caller(salon.owner.http, headers={"Cookie": salon.owner.headers["Cookie"]})
    for caller, method, status in ((unmarked, "POST", 403), (salon.partner, "GET", 405)):
        async with stream(product.app, caller, WATCH, method=method) as answer:
            assert answer.status == status
    for caller, code in ((visitor, "UNAUTHENTICATED"), (salon.widget, "FORBIDDEN")):
        async with stream(product.app, caller, WATCH) as answer:
            _, body = await answer.event()
            assert [error["extensions"]["code"] for error in body["errors"]] == [code]
            assert await answer.event() == ("complete", "")
    async with stream(product.app, salon.owner, "mutation { signOut { __typename } }") as answer:
        _, body = await answer.event()
        assert "POST" in body["errors"][0]["message"]
    assert await Session.filter(user_id=salon.owner_user.id, ended_at=None).exists()


async def test_a_stream_ends_with_its_credential(product: Product, salon: Business) -> None:
    assert product.app is not None
    async with stream(product.app, salon.partner, WATCH) as answer:
        assert await answer.event() == BEGUN
        await (await AccessKey.of(salon.account.id).get(kind="PARTNER")).revoke(salon.act)
        assert await answer.event() == ("end", None)


async def test_a_quiet_stream_shows_that_it_lives_until_the_server_stops(product: Product, salon: Business) -> None:
    async with paced(product, replace(HASTY, beat=0.02)) as app, stream(app, salon.partner, WATCH) as answer:
        assert await past_beats(answer) == BEGUN  # one may come before it
        assert await answer.event() == BEAT
        answer.scope["state"]["when_stopping"]()
        assert await past_beats(answer) == ("end", None)


async def test_streams_are_counted(product: Product, salon: Business) -> None:
    async with (
        paced(product, replace(HASTY, per_credential=1)) as app,
        stream(app, salon.partner, WATCH) as first,
        stream(app, salon.partner, WATCH) as second,
    ):
        assert (first.status, second.status) == (200, 503)
