"""The pages that the links in mails lead to, until there is a dashboard: HTML, one stylesheet, a few modules.

They lie inside the package, not in a folder of their own, so that a wheel carries them as an editable install does.
Nothing is built and nothing is filled in: each page is the same for everybody, and asks /graphql for the rest.
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

FOLDER = Path(__file__).with_name("files")
_PARTS = {".css": "text/css", ".js": "text/javascript"}


def page_routes() -> list[Route]:
    """`/booking` for each page, `/pages/booking.js` for each of their parts. Read once, when the server starts."""
    files = sorted(FOLDER.iterdir())
    pages = [Route(f"/{file.stem}", _page(file.read_bytes())) for file in files if file.suffix == ".html"]
    parts = [
        Route(f"/pages/{file.name}", _part(file.read_bytes(), _PARTS[file.suffix]))
        for file in files
        if file.suffix in _PARTS
    ]
    if not pages or not parts:
        raise FileNotFoundError(f"No pages: {FOLDER} is empty in this installation.")
    return [*pages, *parts]


Endpoint = Callable[[Request], Awaitable[Response]]


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
