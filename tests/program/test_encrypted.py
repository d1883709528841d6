"""A server whose public address is https answers nothing in clear."""

from __future__ import annotations

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from calendera.encrypted import OnlyEncrypted

answered: list[str] = []


async def reached(request: Request) -> PlainTextResponse:
    answered.append(request.url.path)
    return PlainTextResponse("reached")


def client(scheme: str, *, required: bool) -> httpx.AsyncClient:
    routes = [Route(path, reached, methods=["GET", "POST"]) for path in ("/graphql", "/healthz")]
    app = Starlette(routes=routes, middleware=[Middleware(OnlyEncrypted, required=required)])
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=f"{scheme}://test")


@pytest.mark.promise("4.1")
async def test_a_request_in_clear_is_refused_before_anything_reads_it() -> None:
    answered.clear()
    response = await client("http", required=True).post("/graphql", content=b"secret")
    assert response.status_code == 403
    assert response.json()["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    assert "location" not in response.headers
    # A header that anybody can send does not make it encrypted.
    spoofed = await client("http", required=True).post("/graphql", headers={"X-Forwarded-Proto": "https"})
    assert spoofed.status_code == 403
    assert answered == []


async def test_encrypted_requests_and_health_checks_pass() -> None:
    answered.clear()
    assert (await client("https", required=True).post("/graphql")).status_code == 200
    assert (await client("http", required=True).get("/healthz")).status_code == 200
    assert (await client("http", required=False).post("/graphql")).status_code == 200
    assert answered == ["/graphql", "/healthz", "/graphql"]
