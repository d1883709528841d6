import re
from collections.abc import AsyncIterator

import httpx
import pytest
import structlog
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from calendera.request_id import RequestId, current_request_id
from calendera.security_headers import DATA_POLICY, PAGE_POLICY, SecurityHeaders


async def data(request: Request) -> Response:
    return JSONResponse({"state": request.state.request_id, "context": current_request_id()})


async def page(_request: Request) -> Response:
    return HTMLResponse("<p>", headers={"Server": "chatty"})


async def framed(_request: Request) -> Response:
    return HTMLResponse("<p>", headers={"Content-Security-Policy": "frame-ancestors *"})


def client(*, https: bool = False) -> httpx.AsyncClient:
    app = Starlette(
        routes=[Route("/data", data), Route("/page", page), Route("/framed", framed)],
        middleware=[Middleware(RequestId), Middleware(SecurityHeaders, https=https)],
    )
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test")


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with client() as http:
        yield http


async def test_every_answer_carries_the_headers_even_a_404(http: httpx.AsyncClient) -> None:
    for path in ("/data", "/nowhere"):
        answer = await http.get(path)
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["content-security-policy"] == DATA_POLICY
        assert "strict-transport-security" not in answer.headers


async def test_a_page_may_load_our_files_only_and_the_server_says_no_name(http: httpx.AsyncClient) -> None:
    answer = await http.get("/page")
    assert answer.headers["content-security-policy"] == PAGE_POLICY
    assert "unsafe" not in PAGE_POLICY and "http" not in PAGE_POLICY
    assert "server" not in answer.headers


async def test_a_route_may_set_its_own_policy(http: httpx.AsyncClient) -> None:
    assert (await http.get("/framed")).headers.get_list("content-security-policy") == ["frame-ancestors *"]


async def test_over_https_browsers_are_told_to_stay_there() -> None:
    async with client(https=True) as http:
        assert "max-age=63072000" in (await http.get("/data")).headers["strict-transport-security"]


async def test_each_request_gets_its_own_id_in_state_context_and_header(http: httpx.AsyncClient) -> None:
    answers = [await http.get("/data") for _ in range(2)]
    ids = [answer.headers["x-request-id"] for answer in answers]
    assert ids[0] != ids[1] and all(re.fullmatch("[0-9a-f]{32}", one) for one in ids)
    assert [answer.json() for answer in answers] == [{"state": one, "context": one} for one in ids]
    assert current_request_id() == "" and structlog.contextvars.get_contextvars() == {}


@pytest.mark.parametrize("given", ["01890a5d-ac96-774b-bcce-b302099a8057", "0123456789abcdef"])
async def test_a_well_formed_id_of_the_caller_is_kept(http: httpx.AsyncClient, given: str) -> None:
    assert (await http.get("/data", headers={"X-Request-Id": given})).headers["x-request-id"] == given


@pytest.mark.parametrize(
    "given", ["", "anna.kovacs@example.com", "deadbeef", "a" * 65, "anna-kovacs-anna-kovacs", "0" * 16 + "\t x"]
)
async def test_any_other_id_is_replaced(http: httpx.AsyncClient, given: str) -> None:
    kept = (await http.get("/data", headers={"X-Request-Id": given})).headers["x-request-id"]
    assert kept != given and re.fullmatch("[0-9a-f]{32}", kept)
