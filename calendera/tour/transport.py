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
from graphql import DocumentNode, ExecutionResult, OperationDefinitionNode, OperationType

from graph.documents import FOLDER, document_id


@dataclass(slots=True)
class Noted:
    """What HTTP said beside the last answer, and the cookie that a browser would keep."""

    status: int = 0
    retry_after: int = 0
    set_cookie: str = ""
    cookie: str = ""

    async def before(self, request: httpx.Request) -> None:
        """Send the kept cookie. By hand: browsers send a Secure cookie to 127.0.0.1, Python's jars do not."""
        if self.cookie:
            request.headers["Cookie"] = self.cookie

    async def after(self, response: httpx.Response) -> None:
        """Keep what came: a new cookie, or none any more where its age is 0."""
        self.status = response.status_code
        self.retry_after = int(response.headers.get("retry-after", 0))
        self.set_cookie = response.headers.get("set-cookie", "")
        if self.set_cookie:
            self.cookie = "" if "Max-Age=0" in self.set_cookie else self.set_cookie.partition(";")[0]


class ByDocumentId(GraphQLRequest):
    """A trusted document, asked for by the id of its exact text."""

    def __init__(self, text: str, variables: Mapping[str, Any]) -> None:
        super().__init__(text, variable_values=dict(variables))
        self.document_id = document_id(text)
        changes = any(part.operation is OperationType.MUTATION for part in operations_of(self.document))
        self.method = "POST" if changes else "GET"


def operations_of(document: DocumentNode) -> list[OperationDefinitionNode]:
    """The operations that a document defines."""
    return [part for part in document.definitions if isinstance(part, OperationDefinitionNode)]


def trusted(name: str, variables: Mapping[str, Any]) -> ByDocumentId | None:
    """The document of `graph/documents/` with this name; None for a text."""
    if "{" in name:
        return None
    return ByDocumentId((FOLDER / f"{name}.graphql").read_bytes().decode(), variables)


class Transport(HTTPXAsyncTransport):
    """Sends a trusted document by its id: a query as a GET, which from a page needs no preflight."""

    def __init__(self, url: str, headers: Mapping[str, str]) -> None:
        self.noted = Noted()
        hooks = {"request": [self.noted.before], "response": [self.noted.after]}
        super().__init__(url, headers=dict(headers), event_hooks=hooks, timeout=20, follow_redirects=False)

    async def execute(self, request: GraphQLRequest, **more: Any) -> ExecutionResult:
        """Send one request. TransportConnectionFailed where nothing answers."""
        if not isinstance(request, ByDocumentId) or self.client is None:
            return await super().execute(request, **more)
        asked = {"documentId": request.document_id, "variables": request.variable_values or {}}
        by_get = {"params": {**asked, "variables": json.dumps(asked["variables"])}}
        sent: dict[str, Any] = by_get if request.method == "GET" else {"json": asked}
        try:
            response = await self.client.request(request.method, self.url, **sent)
        except httpx.HTTPError as error:
            raise TransportConnectionFailed(str(error)) from error
        return self._prepare_result(response)
