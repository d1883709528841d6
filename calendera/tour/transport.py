"""gql's HTTP transport as two of the clients need it: trusted documents by GET, and a browser's session cookie."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx
from gql import GraphQLRequest
from gql.transport.exceptions import TransportConnectionFailed
from gql.transport.httpx import HTTPXAsyncTransport
from graphql import ExecutionResult

from graph.documents import document_id


@dataclass(slots=True)
class Noted:
    """What HTTP said beside the last answer, and the cookie that a browser would keep."""

    status: int = 0
    set_cookie: str = ""
    cookie: str = ""

    async def before(self, request: httpx.Request) -> None:
        """Send the kept cookie. By hand: browsers send a Secure cookie to 127.0.0.1, Python's jars do not."""
        if self.cookie:
            request.headers["Cookie"] = self.cookie

    async def after(self, response: httpx.Response) -> None:
        """Keep what came: a new cookie, or none any more where its age is 0."""
        self.status = response.status_code
        self.set_cookie = response.headers.get("set-cookie", "")
        if self.set_cookie:
            self.cookie = "" if "Max-Age=0" in self.set_cookie else self.set_cookie.partition(";")[0]


class ByDocumentId(GraphQLRequest):
    """A trusted document, asked for by the id of its exact text."""

    def __init__(self, text: str, variables: Mapping[str, Any]) -> None:
        super().__init__(text, variable_values=dict(variables))
        self.document_id = document_id(text)


class Transport(HTTPXAsyncTransport):
    """Sends a `ByDocumentId` as a GET, which from a page needs no preflight, and everything else as a POST."""

    def __init__(self, url: str, headers: Mapping[str, str]) -> None:
        self.noted = Noted()
        hooks = {"request": [self.noted.before], "response": [self.noted.after]}
        super().__init__(url, headers=dict(headers), event_hooks=hooks, timeout=20, follow_redirects=False)

    async def execute(self, request: GraphQLRequest, **more: Any) -> ExecutionResult:
        """Send one request. TransportConnectionFailed where nothing answers."""
        if not isinstance(request, ByDocumentId) or self.client is None:
            return await super().execute(request, **more)
        variables = json.dumps(request.variable_values)
        asked = {"documentId": request.document_id, "variables": variables}
        try:
            response = await self.client.get(self.url, params=asked)
        except httpx.HTTPError as error:
            raise TransportConnectionFailed(str(error)) from error
        return self._prepare_result(response)
