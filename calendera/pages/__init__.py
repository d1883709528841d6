"""The pages that links in mails and partners' apps lead to, until there is a dashboard: HTML, one stylesheet, a few
modules.

They lie inside the package, not in a folder of their own, so that a wheel carries them as an editable install does.
Nothing is built and nothing is filled in: each page is the same for everybody, and asks /graphql for the rest, by the
ids of the trusted documents in `graph/documents/pages/`, which `/pages/documents.js` has by their names.
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from pathlib import Path

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from graph.documents import Client, Trusted

FOLDER = Path(__file__).with_name("files")
# `/oauth/authorize` looks at the request first.
_SERVED_ELSEWHERE = {"authorize"}
_PARTS = {".css": "text/css", ".js": "text/javascript"}


def page_routes(trusted: Trusted) -> list[Route]:
    """`/booking` for each page, `/pages/booking.js` for each of their parts. Read once, when the server starts."""
    files = sorted(FOLDER.iterdir())
    linked = [file for file in files if file.suffix == ".html" and file.stem not in _SERVED_ELSEWHERE]
    pages = [Route(f"/{file.stem}", _page(file.read_bytes())) for file in linked]
    parts = [
        Route(f"/pages/{file.name}", _part(file.read_bytes(), _PARTS[file.suffix]))
        for file in files
        if file.suffix in _PARTS
    ]
    if not pages or not parts:
        raise FileNotFoundError(f"No pages: {FOLDER} is empty in this installation.")
    ids = f"export default {orjson.dumps(trusted.of(Client.PAGES)).decode()};\n"
    return [*pages, *parts, Route("/pages/documents.js", _part(ids.encode(), _PARTS[".js"]))]


Endpoint = Callable[[Request], Awaitable[Response]]


def page_body(name: str) -> bytes:
    """A page as it is sent, for a route that has something to do before."""
    return FOLDER.joinpath(f"{name}.html").read_bytes()


def _page(body: bytes) -> Endpoint:
    # The address in the bar holds a secret: no copy of the page is kept to be looked at when its reader has left.
    async def page(_request: Request) -> Response:
        return Response(body, media_type="text/html", headers={"Cache-Control": "no-store"})

    return page


def _part(body: bytes, media_type: str) -> Endpoint:
    # Their names stay the same in every version, so browsers ask each time; the tag saves sending them again.
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"Cache-Control": "no-cache", "ETag": tag, "Cross-Origin-Resource-Policy": "same-origin"}

    async def part(request: Request) -> Response:
        if request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers=headers)
        return Response(body, media_type=media_type, headers=headers)

    return part
