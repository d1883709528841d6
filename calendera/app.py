"""The application: routes, middleware, and what starts and stops with it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from datetime import datetime

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from calendera.asking import Served
from calendera.authentication import Authentication
from calendera.clock import Clock
from calendera.downloads import download_route
from calendera.embed import WidgetCors
from calendera.encrypted import OnlyEncrypted
from calendera.front_page import front_page
from calendera.graphql_http import graphql_endpoint
from calendera.health import health_routes
from calendera.logs import log, log_operation
from calendera.open_database import MODELS
from calendera.pages import page_routes
from calendera.request_id import RequestId
from calendera.secret_key import signing_key
from calendera.security_headers import SecurityHeaders
from calendera.seeding import demo
from calendera.seeding.salon import SALON
from calendera.settings import Settings, SettingsError
from calendera.worker import Worker, working
from graph.answers import Fault
from graph.documents import Trusted
from graph.execution import Operations
from graph.limits import Limits
from graph.schema import build as build_schema
from models import keyring, passwords
from models.credentials import access_key_of
from models.storage import database, migrate
from resolvers.context import Context


def build(settings: Settings, clock: Clock | None = None) -> ASGIApp:
    """The application of one server process."""
    clock = clock or Clock()
    return Starlette(
        lifespan=lambda _app: running(settings, clock),
        routes=routes(settings, clock),
        middleware=[
            Middleware(RequestId),
            Middleware(SecurityHeaders, https=settings.secure),
            Middleware(OnlyEncrypted, required=settings.secure),
        ],
    )


@asynccontextmanager
async def running(settings: Settings, clock: Clock) -> AsyncIterator[None]:
    """What lasts as long as the process: secrets, the database and, where it is asked to, the background work."""
    keyring.install(signing_key(settings).get_secret_value())
    passwords.install(settings.password_profile)
    url = settings.database_url.get_secret_value()
    await database.connect(url, models=MODELS, pool_size=settings.pool_size)
    try:
        if settings.environment == "production":
            await refuse_demo_data(url, clock.now())
        async with working(Worker(settings, clock)) if settings.run_worker else nullcontext():
            yield
    finally:
        await database.close()


async def refuse_demo_data(url: str, now: datetime) -> None:
    """Raise SettingsError where the keys that everybody knows from `calendera seed` would open something."""
    if await migrate.pending(url):
        return
    if await access_key_of(demo.partner_key(SALON.slug), now) is not None:
        why = "This database was filled by `calendera seed`, whose credentials are public: use another."
        log.error(why)  # a library that reports our exception leaves its words out
        raise SettingsError(why)


def routes(settings: Settings, clock: Clock) -> list[Route]:
    """Every path that this server answers."""
    authentication = Authentication(settings, clock)
    limits = Limits(seconds=settings.operation_timeout_seconds)
    operations = Operations(build_schema(), trusted=Trusted.load(), report=report_fault, limits=limits)
    dashboard = Counted(graphql_endpoint(operations, authentication.at_graphql, observe=observe))
    widget = Counted(graphql_endpoint(operations, authentication.at_widget, observe=observe))
    url = settings.database_url.get_secret_value()
    return [
        Route("/", front_page),
        Route("/graphql", dashboard),
        Route("/embed/v1/{key}/graphql", WidgetCors(widget, authentication)),
        download_route(settings, authentication),
        *page_routes(),
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


def observe(served: Served) -> None:
    """One log line for an operation that is over."""
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
    )


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
