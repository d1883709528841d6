"""One client of the API: what it asks, what it makes of the answers, and what surprises it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass
from typing import Any, Self

from gql import Client, GraphQLRequest
from gql.transport.exceptions import TransportConnectionFailed, TransportError, TransportQueryError

from calendera.tour.surprise import Surprise
from calendera.tour.telling import Telling
from calendera.tour.transport import Transport, trusted

Data = dict[str, Any]

# A bucket is full again after this long, however empty it was.
_MOST_WAITED = 20


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: `data` as far as there is any, and the top-level errors."""

    data: Data
    errors: list[Data]
    seconds: float


class Asker(AbstractAsyncContextManager["Asker"]):
    """A client with its credential, speaking GraphQL through gql. Each request is told with the sentence `why`.

    A document is a text, or the name of a trusted one, as `widget/Services`, which is asked for by its id.
    """

    def __init__(self, name: str, url: str, telling: Telling, headers: Mapping[str, str] | None = None) -> None:
        self.name = name
        self.telling = telling
        self.transport = Transport(url, headers or {})
        self._client = Client(transport=self.transport)
        self._open = AsyncExitStack()
        self._asked = ""

    async def __aenter__(self) -> Self:
        self._session = await self._open.enter_async_context(self._client)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._open.aclose()

    async def read(self, why: str, document: str, **variables: Any) -> Data:
        """The data of an answer that must have no errors."""
        return self._data(await self._ask(why, document, variables))

    async def do(self, why: str, document: str, **variables: Any) -> Data:
        """The payload of a mutation, which must not be refused."""
        name, result = self._only(await self.read(why, document, **variables))
        if not result["__typename"].endswith("Payload"):
            raise self.surprise(f"{name} to be carried out", f"{result['__typename']}: {result.get('message', '')}")
        return result

    async def refused(self, why: str, document: str, refusal: str, **variables: Any) -> Data:
        """The refusal of a mutation, which must be of this type."""
        answer = await self._ask(why, document, variables)
        name, result = self._only(answer.data or {"nothing": {"__typename": str(answer.errors)}})
        if answer.errors or result["__typename"] != refusal:
            raise self.surprise(f"{name} to be refused with {refusal}", answer.errors or result)
        self.telling.refusal(self.transport.noted.status, answer.seconds, refusal, result["message"])
        return result

    async def denied(self, why: str, document: str, code: str, **variables: Any) -> Answer:
        """The answer to what this credential may not do: a top-level error with this code, and no data for it."""
        answer = await self._ask(why, document, variables)
        codes = {error.get("extensions", {}).get("code") for error in answer.errors}
        if codes != {code} or any(value is not None for value in answer.data.values()):
            raise self.surprise(f"to be refused with {code}", answer.errors or answer.data)
        self.telling.refusal(self.transport.noted.status, answer.seconds, code, answer.errors[0]["message"])
        return answer

    def expect(self, what: str, holds: bool, came: object) -> None:
        """Make sure of something about the last answer, and say so."""
        if not holds:
            raise self.surprise(what, came)
        self.telling.seen(what)

    def surprise(self, expected: str, came: object) -> Surprise:
        """What ends the tour: the last question was not answered as expected."""
        return Surprise(f"{self.name}, step {self.telling.steps} ({self._asked})", expected, came)

    async def _ask(self, why: str, document: str, variables: Data) -> Answer:
        self._asked = why.partition(":")[0].rstrip(".")
        request = trusted(document, variables)
        if request is None:
            self.telling.step(why, "POST", document, variables)
        else:
            how = f"{request.method}, documentId {request.document_id[:15]}…"
            self.telling.step(why, how, f"graph/documents/{document}.graphql", variables)
        asked = request or GraphQLRequest(document, variable_values=variables)
        answer = await self._send(asked)
        if self.transport.noted.status == 429 and 0 < self.transport.noted.retry_after <= _MOST_WAITED:
            await asyncio.sleep(self.transport.noted.retry_after)  # as the answer asks of every client
            answer = await self._send(asked)
        return answer

    async def _send(self, asked: GraphQLRequest) -> Answer:
        began = time.perf_counter()
        try:
            data, errors = await self._session.execute(asked), []
        except TransportQueryError as error:
            data, errors = error.data or {}, error.errors or []
        except TransportConnectionFailed as error:
            raise self.surprise("a server that answers", error) from None
        except TransportError as error:
            raise self.surprise("a GraphQL answer", error) from None
        return Answer(data, errors, time.perf_counter() - began)

    def _data(self, answer: Answer) -> Data:
        if answer.errors:
            raise self.surprise("an answer", answer.errors)
        self.telling.answer(self.transport.noted.status, answer.seconds, answer.data)
        return answer.data

    @staticmethod
    def _only(data: Data) -> tuple[str, Data]:
        ((name, result),) = data.items()
        return name, result
