"""The application: routes, middleware, and what starts and stops with it."""

from __future__ import annotations

import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from dataclasses import replace
from datetime import datetime
from functools import lru_cache, partial

import strawberry
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from calendera.admission import Admission
from calendera.asking import Served
from calendera.authentication import Authentication
from calendera.buckets import Quota
from calendera.clock import Clock
from calendera.crowd import Crowd
from calendera.downloads import download_route
from calendera.embed import WidgetCors
from calendera.encrypted import OnlyEncrypted
from calendera.feeds import feed_route
from calendera.front_page import front_page
from calendera.graphql_http import graphql_endpoint
from calendera.health import health_routes
from calendera.live.identity import Door
from calendera.live.operation import Answering
from calendera.live.pace import PACE, Pace
from calendera.live.relay import Relay, relaying
from calendera.live.room import Room
from calendera.live.shared import Shared
from calendera.live.sockets import Sockets
from calendera.live.streams import Streams
from calendera.logs import log, log_operation
from calendera.metering import Meter
from calendera.oauth.challenge import Challenge
from calendera.oauth.routes import oauth_routes
from calendera.open_database import MODELS
from calendera.pages import page_routes
from calendera.payments import Payments, notice_route, paid_route
from calendera.privacy_pages import privacy_routes
from calendera.request_id import RequestId
from calendera.schema_page import schema_route
from calendera.secret_key import signing_key
from calendera.security_headers import SecurityHeaders
from calendera.seeding import demo
from calendera.seeding.salon import SALON
from calendera.settings import Settings, SettingsError
from calendera.shared_buckets import Line, SharedBuckets
from calendera.unbound import Unbound
from calendera.watching import Unwatched, Watch, watching
from calendera.ways_out import check_ways_out
from calendera.worker import Worker, working
from graph.answers import Fault
from graph.documents import Added, Trusted
from graph.execution import Operations
from graph.limits import Limits
from graph.schema import build as build_schema
from models import keyring, passwords
from models.credentials import access_key_of
from models.storage import database, migrate
from resolvers.context import Context

# How many visitors at once a widget key is good for: its bucket is that many times as large as each of theirs.
MANY = 50


def build(settings: Settings, clock: Clock | None = None, pace: Pace = PACE) -> ASGIApp:
    """The application of one server process."""
    clock = clock or Clock()
    watch, relay = Watch(clock, settings.operator_email), Relay(pace)
    line = Line(settings.redis_url.get_secret_value()) if settings.redis_url else None
    app = Starlette(
        lifespan=lambda _app: running(settings, clock, watch, relay, line),
        routes=routes(settings, clock, watch, meter(settings, line), relay, pace),
        middleware=[
            Middleware(RequestId),
            Middleware(SecurityHeaders, https=settings.secure),
            Middleware(OnlyEncrypted, required=settings.secure),
            Middleware(Unbound),
        ],
    )
    app.state.watch = watch
    app.state.line = line
    return app


@asynccontextmanager
async def running(
    settings: Settings, clock: Clock, watch: Watch, relay: Relay, line: Line | None
) -> AsyncIterator[None]:
    """What lasts as long as the process: secrets, the database, the line to Redis and, where it is asked to, the
    background work."""
    keyring.install(signing_key(settings).get_secret_value())
    passwords.install(settings.password_profile)
    url = settings.database_url.get_secret_value()
    strict = settings.environment == "production"
    await database.connect(url, models=MODELS, pool_size=settings.pool_size, walled=True, strict=strict)
    try:
        if settings.environment == "production":
            await refuse_demo_data(url, clock.now())
        await check_ways_out(settings, clock.now())
        worker = working(Worker(settings, clock)) if settings.run_worker else nullcontext()
        async with watching(watch), relaying(relay), worker:
            yield
    finally:
        await database.close()
        if line is not None:
            await line.close()


async def refuse_demo_data(url: str, now: datetime) -> None:
    """Raise SettingsError where the keys that everybody knows from `calendera seed` would open something."""
    if await migrate.pending(url):
        return
    if await access_key_of(demo.partner_key(SALON.slug), now) is not None:
        why = "This database was filled by `calendera seed`, whose credentials are public: use another."
        log.error(why)  # a library that reports our exception leaves its words out
        raise SettingsError(why)


@lru_cache(maxsize=1)
def _schema() -> strawberry.Schema:
    """The schema, which stays as long as the process: the collector of garbage is told to pass over it. Looking through
    it made a request now and then wait for 200 ms."""
    schema = build_schema()
    gc.collect()
    gc.freeze()
    return schema


def meter(settings: Settings, line: Line | None) -> Meter:
    """The buckets and places of this process, as the settings have them."""
    own = Quota(settings.cost_bucket, settings.cost_restored)
    common = Quota(own.maximum * MANY, own.restored * MANY)
    crowd = Crowd(settings.operations_running, settings.operations_each)
    return Meter(SharedBuckets(own, line), SharedBuckets(common, line), crowd)


def routes(settings: Settings, clock: Clock, watch: Watch, meter: Meter, relay: Relay, pace: Pace) -> list[BaseRoute]:
    """Every path that this server answers."""
    payments = Payments(settings, clock)
    authentication = Authentication(settings, clock, watch, payments)
    observe = partial(observed, watch)
    limits = Limits(seconds=settings.operation_timeout_seconds, cost=settings.operation_cost)
    trusted, added = Trusted.load(), Added(settings.documents_dir)
    operations = Operations(_schema(), trusted=trusted, added=added, report=report_fault, limits=limits)
    answering = Answering(Admission(operations, meter), relay, observe, watch.operation)
    shared = Shared(answering, Room(), pace, settings.live_connections)
    again = replace(authentication, watch=Unwatched(clock))
    at_graphql = Door(authentication.at_graphql, again.at_graphql)
    at_widget = Door(authentication.at_widget, again.at_widget)
    dashboard = Streams(shared, at_graphql, graphql_endpoint(operations, at_graphql.first, meter, observe=observe))
    widget = Streams(shared, at_widget, graphql_endpoint(operations, at_widget.first, meter, observe=observe))
    url = settings.database_url.get_secret_value()
    return [
        Route("/", front_page),
        Route("/graphql", Challenge(Counted(dashboard), settings.public_url)),
        WebSocketRoute("/graphql", Sockets(shared, at_graphql, own_origin=settings.public_url)),
        schema_route(operations.views, authentication),
        Route("/embed/v1/{key}/graphql", WidgetCors(Counted(widget), authentication)),
        WebSocketRoute("/embed/v1/{key}/graphql", Sockets(shared, at_widget, own_origin=None)),
        download_route(settings, authentication),
        feed_route(authentication, meter),
        notice_route(payments),
        paid_route(),
        *privacy_routes(clock, meter, settings.public_url),
        *oauth_routes(settings, clock, authentication),
        *page_routes(trusted),
        *health_routes(database.ping, lambda: migrate.pending(url)),
    ]


class Counted:
    """ASGI wrapper that counts the statements of a request, for its log line."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with database.counting() as statements:
            scope.setdefault("state", {})["statements"] = statements
            await self.app(scope, receive, send)


def observed(watch: Watch, served: Served) -> None:
    """One log line for an operation that is over, and a look at what it did."""
    context = served.visit.asking.context if served.visit.asking else None
    known = context if isinstance(context, Context) else None
    log_operation(
        name=served.visit.operation,
        kind=served.visit.kind or "none",
        credential=known.viewer.kind.value if known else "NONE",
        status=served.status,
        ms=served.seconds * 1000,
        statements=len(known.statements) if known else 0,
        errors=[*served.codes, *dict.fromkeys(known.refused if known else ())],
        events=served.events,
    )
    if known is not None:
        watch.operation(known, served.codes)


def report_fault(fault: Fault) -> None:
    """One log line for something unforeseen: where in the code, never with which values."""
    log.error(
        "fault",
        operation=fault.operation,
        error_types=[fault.kind],
        frames=list(fault.frames),
        field=fault.field,
        count=fault.count,
    )
