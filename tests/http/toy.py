"""A small schema in which everything can go wrong, behind the real endpoint.

`python -m tests.http.toy PORT` serves it, for suites that need a server.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from typing import Any, NewType

import strawberry
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Route
from strawberry.permission import BasePermission, PermissionExtension
from strawberry.schema.config import StrawberryConfig

from calendera.asking import Asking, Served
from calendera.buckets import Quota
from calendera.crowd import Crowd
from calendera.graphql_http import graphql_endpoint
from calendera.metering import Meter
from calendera.payers import Payer
from calendera.shared_buckets import SharedBuckets
from graph.answers import Fault
from graph.documents import Client, Document, Trusted
from graph.execution import Operations
from graph.limits import Limits
from graph.rights import Rights
from models.storage.errors import Contended
from rules.errors import BadInput, Denied, Throttled

CANARY = "canary-anna@example.com"
WIDGET_DOCUMENT = "query Greeting($name: String!) {\n  hello(name: $name)\n}\n"
WIDGET_MUTATION = 'mutation Rename {\n  rename(to: "x")\n}\n'
PAGE_DOCUMENT = "query Page {\n  hello\n}\n"
TRUSTED = Trusted(
    [
        Document(Client.WIDGET, "Greeting", WIDGET_DOCUMENT),
        Document(Client.WIDGET, "Rename", WIDGET_MUTATION),
        Document(Client.PAGES, "Page", PAGE_DOCUMENT),
    ]
)
WIDGET = frozenset({Client.WIDGET})
RIGHTS = {
    "developer": Rights(clients=WIDGET, own=True, own_by_get=True, shelf="developer", sees={}),
    "colleague": Rights(own=True, shelf="developer"),
    "competitor": Rights(own=True, own_by_get=True, shelf="competitor", sees={}),
    "widget": Rights(clients=WIDGET),
}


@dataclass
class Toy:
    """The context of each operation, and what resolvers noticed."""

    asking: Asking | None = None
    seen: list[str] = field(default_factory=list)


def _parse_day(value: object) -> str:
    if not (isinstance(value, str) and len(value) == 10):
        raise BadInput("A day is written as 2026-01-31.")
    return value


def _curse(value: object) -> str:
    raise RuntimeError(CANARY)


Day = NewType("Day", str)
Cursed = NewType("Cursed", str)
Anything = NewType("Anything", object)
DAY = strawberry.scalar(name="Day", parse_value=_parse_day, serialize=str)
CURSED = strawberry.scalar(name="Cursed", parse_value=_curse, serialize=_curse)
ANYTHING = strawberry.scalar(name="Anything", serialize=lambda value: value)


@strawberry.input(one_of=True)
class By:
    id: strawberry.Maybe[strawberry.ID]
    email: strawberry.Maybe[str]


@strawberry.input
class Search:
    email: str
    limit: int = 10
    days: list[Day] | None = None


@strawberry.input
class Patch:
    name: strawberry.Maybe[str]


class Broken(BasePermission):
    def has_permission(self, source: Any, info: strawberry.Info, **kwargs: Any) -> bool:
        raise RuntimeError(CANARY)


@strawberry.type
class Thing:
    name: str = "thing"

    @strawberry.field
    def thing(self) -> Thing:
        return Thing()

    @strawberry.field
    def fragile(self) -> str | None:
        raise BadInput("This one breaks.")

    @strawberry.field
    async def slow_name(self) -> str:
        await asyncio.sleep(0)
        return self.name


@strawberry.type
class Query:
    @strawberry.field
    def hello(self, name: str = "world") -> str:
        return f"hello {name}"

    @strawberry.field
    def thing(self) -> Thing:
        return Thing()

    @strawberry.field
    def things(self, count: int) -> list[Thing]:
        return [Thing() for _ in range(count)]

    @strawberry.field
    def denied(self) -> str | None:
        raise Denied("You may not read customers.", permission="customers.read")

    @strawberry.field
    def bad_cursor(self) -> str | None:
        raise BadInput("That cursor is not one of ours. Start without `after`.")

    @strawberry.field
    def boom(self) -> str | None:
        raise RuntimeError(CANARY)

    @strawberry.field
    async def crowded(self) -> str | None:
        raise Contended(CANARY)

    @strawberry.field
    async def boom_later(self) -> str | None:
        await asyncio.sleep(0)
        raise LookupError(CANARY)

    @strawberry.field
    def required_boom(self) -> str:
        raise RuntimeError(CANARY)

    @strawberry.field(extensions=[PermissionExtension([Broken()])])  # type: ignore[untyped-decorator]
    def guarded(self) -> str | None:
        return "never"

    @strawberry.field
    def too_big(self) -> int | None:
        return 2**40 + 777

    @strawberry.field
    def cursed(self) -> Cursed | None:
        return Cursed("x")

    @strawberry.field
    def unsayable(self) -> Anything:
        return Anything(object())

    @strawberry.field
    def day(self, on: Day) -> str:
        return on

    @strawberry.field
    def curse(self, value: Cursed) -> str:
        return value

    @strawberry.field
    def find(self, by: By) -> str:
        return "email" if by.email else "id"

    @strawberry.field
    def search(self, input: Search) -> str:
        return input.email

    @strawberry.field
    def patch(self, patch: Patch) -> str:
        return "kept" if patch.name is None else patch.name.value

    @strawberry.field
    async def slow(self, info: strawberry.Info, seconds: float = 60) -> str:
        info.context.seen.append("began")
        try:
            await asyncio.sleep(seconds)
        except asyncio.CancelledError:
            info.context.seen.append("cancelled")
            raise
        return "done"


@strawberry.type
class Mutation:
    @strawberry.mutation
    def rename(self, info: strawberry.Info, to: str) -> str:
        info.context.seen.append(f"renamed {to}")
        info.context.asking.headers.append(("Set-Cookie", "a=b"))
        info.context.asking.extensions["cost"] = {"requested": 1}
        return to

    @strawberry.mutation
    async def slow_rename(self, info: strawberry.Info) -> str:
        await asyncio.sleep(60)
        return "never"


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def ticks(self) -> AsyncGenerator[int, None]:
        yield 1


def schema() -> strawberry.Schema:
    config = StrawberryConfig(scalar_map={Day: DAY, Cursed: CURSED, Anything: ANYTHING})
    return strawberry.Schema(Query, Mutation, Subscription, config=config)


def metering(running: int = 64, each: int = 32) -> Meter:
    """A meter, as the endpoint wants one; who pays here is named by the header X-Caller, and nobody without it."""
    buckets = SharedBuckets(Quota(1_000, 50), None)
    return Meter(buckets, buckets, Crowd(running, each))


class Server:
    """The endpoint over the toy schema. The credential is a word in the Authorization header."""

    def __init__(self, limits: Limits | None = None, meter: Meter | None = None) -> None:
        self.faults: list[Fault] = []
        self.served: list[Served] = []
        self.contexts: list[Toy] = []
        self.operations = Operations(schema(), report=self.faults.append, trusted=TRUSTED, limits=limits)
        endpoint = graphql_endpoint(self.operations, self.authenticate, meter or metering(), observe=self.served.append)
        self.app = Starlette(routes=[Route("/graphql", endpoint=endpoint)])

    async def authenticate(self, request: Request) -> Asking:
        word = request.headers.get("authorization", "")
        if word == "none":
            raise Denied("Sign in first.", code="UNAUTHENTICATED")
        if word == "eager":
            raise Throttled(7)
        if word == "crowded":
            raise Contended(CANARY)
        if word == "broken":
            raise RuntimeError(CANARY)
        context = Toy()
        context.asking = Asking(context, rights=RIGHTS.get(word, Rights(clients=WIDGET, own=True)))
        if caller := request.headers.get("x-caller"):
            context.asking.payer = Payer(caller)
        self.contexts.append(context)
        return context.asking


if __name__ == "__main__":
    import uvicorn

    uvicorn.run(Server().app, port=int(sys.argv[1]), log_level="warning")
