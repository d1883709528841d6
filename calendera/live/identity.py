"""Who is at the other end of a connection that stays open, asked again whenever it matters.

A socket is not authenticated by rules of its own: each time, the request that it stands for is put together and given
to the authentication of plain requests. So every kind of credential works, and ends, alike.
"""

from __future__ import annotations

from collections.abc import Mapping, Sized
from dataclasses import dataclass, replace
from typing import cast

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import Scope

from calendera.asking import Asking, Authenticate
from calendera.same_site import CLIENT_HEADER
from permissions.viewer import Viewer
from resolvers.context import Context
from rules.errors import Denied

RawHeaders = list[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class Door:
    """The authentication of a path, the first time and `again`. A tab that is open when its session ends has done
    nothing to be suspected of, so what looks again must not report that the credential has ended."""

    first: Authenticate
    again: Authenticate


class Changed(Exception):
    """The credential has ended, or stands for somebody who may do something else than before."""


class Identity:
    """One connection's credential: `headers` are those of the request that it stands for."""

    def __init__(self, door: Door, scope: Scope, headers: RawHeaders) -> None:
        self._door = door
        self._scope = scope
        self._headers = headers
        self._viewer: Viewer | None = None

    async def ask(self, statements: Sized = ()) -> Asking:
        """Who it is now, for one operation or event. Raises what the authentication raises, and Changed."""
        state = {**self._scope.get("state", {}), "statements": statements}
        request = Request({**self._scope, "type": "http", "method": "POST", "headers": self._headers, "state": state})
        try:
            asking = await (self._door.again if self._viewer else self._door.first)(request)
        except Denied:
            if self._viewer is None:
                raise
            raise Changed from None
        context = cast("Context", asking.context)
        context.cookies = False
        if self._viewer is None:
            self._viewer = context.viewer
        if _standing(context.viewer) != _standing(self._viewer):
            raise Changed
        return asking

    @property
    def viewer(self) -> Viewer:
        """Who it was at the beginning, and still is. To be asked for after `ask`."""
        if self._viewer is None:
            raise RuntimeError("Nobody has been asked for yet.")
        return self._viewer

    @property
    def by_cookie(self) -> bool:
        """Whether the credential is one that a browser sends by itself."""
        return self.viewer.session_id is not None


def _standing(viewer: Viewer) -> Viewer:
    """Who somebody is and what they may do, whenever they last proved it."""
    return replace(viewer, proved_at=None)


def request_of_socket(scope: Scope, given: Mapping[str, str], *, own_page: bool) -> RawHeaders:
    """The headers of the request that a socket stands for; `given` were sent in its first message.

    A browser sends cookies with every socket that any page opens, so they count only for a page of ours (`own_page`),
    whose Origin other pages can no more send than they can send the client header.
    """
    dropped = {CLIENT_HEADER.lower(), *given} | (set() if own_page else {"cookie"})
    kept = {name: value for name, value in Headers(scope=scope).items() if name not in dropped}
    kept |= {**given, **({CLIENT_HEADER.lower(): "socket"} if own_page else {})}
    return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in kept.items()]
