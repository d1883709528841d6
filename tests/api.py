"""Speaking GraphQL to the product as each of its clients does.

answer = await salon.owner("{ account { name } }")          # answer.data, answer.errors, answer.headers
made = await salon.owner.ok(CREATE, input={...})            # data, or the test fails with what went wrong
refusal = await salon.owner.refused(CREATE, input={...})    # the union member that is no payload

At a widget's path only trusted documents run: there, a document is put into the operator's folder and asked for by its
id, as for a page that a business made itself.
"""

from __future__ import annotations

import atexit
import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from starlette.types import ASGIApp

from graph.documents import document_id

# CALENDERA_DOCUMENTS_DIR of every server that this process starts.
OWN_DOCUMENTS = Path(tempfile.mkdtemp(prefix="calendera-documents-"))
atexit.register(shutil.rmtree, OWN_DOCUMENTS, ignore_errors=True)


def asked(path: str, document: str) -> dict[str, str]:
    """How a document is asked for at a path: by its text, or at a widget's by its id."""
    if not path.startswith("/embed/"):
        return {"query": document}
    id_ = document_id(document)
    file = OWN_DOCUMENTS / "widget" / f"{id_.removeprefix('sha256:')}.graphql"
    if not file.exists():
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(document.encode())
    return {"documentId": id_}


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
    """One client with its credential: `path` and `headers` are what it sends with each request. `as_text`: it sends
    the text of a document also where only ids of trusted ones are taken."""

    http: httpx.AsyncClient
    path: str = "/graphql"
    headers: dict[str, str] = field(default_factory=dict)
    as_text: bool = False

    async def __call__(self, document: str, **variables: Any) -> Answer:
        what = {"query": document} if self.as_text else asked(self.path, document)
        sent = {**what, "variables": variables}
        response = await self.http.post(self.path, json=sent, headers={"Accept": "application/json", **self.headers})
        return Answer(response.status_code, response.json(), response.headers)

    def to(self, app: ASGIApp) -> Caller:
        """The same credential with documents of its own, sent to another application in this process."""
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        http = httpx.AsyncClient(transport=transport, base_url=self.http.base_url)
        return Caller(http, self.path, self.headers, as_text=True)

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
