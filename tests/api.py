"""Speaking GraphQL to the product as each of its clients does.

answer = await salon.owner("{ account { name } }")          # answer.data, answer.errors, answer.headers
made = await salon.owner.ok(CREATE, input={...})            # data, or the test fails with what went wrong
refusal = await salon.owner.refused(CREATE, input={...})    # the union member that is no payload
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import httpx


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server said."""

    status: int
    body: dict[str, Any]
    headers: httpx.Headers

    @property
    def data(self) -> Any:
        return self.body.get("data")

    @property
    def errors(self) -> list[dict[str, Any]]:
        return self.body.get("errors", [])

    @property
    def codes(self) -> list[str]:
        """The codes of the top-level errors."""
        return [error["extensions"]["code"] for error in self.errors]


@dataclass(slots=True)
class Caller:
    """One client with its credential: `path` and `headers` are what it sends with each request."""

    http: httpx.AsyncClient
    path: str = "/graphql"
    headers: dict[str, str] = field(default_factory=dict)

    async def __call__(self, document: str, **variables: Any) -> Answer:
        sent = {"query": document, "variables": variables}
        response = await self.http.post(self.path, json=sent, headers={"Accept": "application/json", **self.headers})
        return Answer(response.status_code, response.json(), response.headers)

    async def ok(self, document: str, **variables: Any) -> Any:
        """The data of an answer without errors. Where one root field answers a payload, that payload's fields."""
        answer = await self(document, **variables)
        assert not answer.errors, answer.errors
        return answer.data

    async def did(self, document: str, **variables: Any) -> Any:
        """The payload of a document with a single mutation, which must not be refused."""
        (result,) = (await self.ok(document, **variables)).values()
        assert result["__typename"].endswith("Payload"), result
        return result

    async def refused(self, document: str, **variables: Any) -> Any:
        """The refusal of a document with a single mutation."""
        (result,) = (await self.ok(document, **variables)).values()
        assert not result["__typename"].endswith("Payload"), result
        return result

    async def denied(self, document: str, **variables: Any) -> str:
        """The code of the only error of a document that must be denied."""
        answer = await self(document, **variables)
        assert len(answer.errors) >= 1, answer.body
        return str(answer.codes[0])
