"""What a person sees who opens the server's address: that it runs, and where to go on."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import PlainTextResponse

_TEXT = """Calendera is running.

POST /graphql                       dashboards (session cookie), partners (Authorization: Bearer sk_…),
                                    customers (Authorization: Bearer mt_…)
GET  /graphql/schema                the schema as SDL, as far as a partner or member may use it
POST /embed/v1/{key}/graphql        booking widgets (pk_…)
GET  /booking, /invitation, …       pages that mailed links lead to
GET  /privacy                       the privacy policy, and how each of its promises stands
GET  /healthz, /readyz              is it alive, can it serve

The API is described in schema.graphql. Begin with the README.
"""


async def front_page(_request: Request) -> PlainTextResponse:
    """Plain text; nothing is loaded and nothing is set."""
    return PlainTextResponse(_TEXT)
