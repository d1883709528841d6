"""What a resolver is given: who asks, when, and the few things the program lends it. Made once per operation."""

from __future__ import annotations

from collections.abc import Sized
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol, TypeAlias, TypeVar
from uuid import UUID

import strawberry
from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from models.act import Act
from models.event_tail import Happening
from models.tenancy import Owned
from permissions.roles import Access, Permission
from permissions.viewer import Viewer
from resolvers.seen import Seen
from rules.errors import Denied, NotFound
from rules.ids import key_of

M = TypeVar("M", bound=Owned)


class Payments(Protocol):
    """The program's line to the payment gateway. `lasting`: how long a payment may take; None where there is none."""

    @property
    def lasting(self) -> timedelta | None: ...

    async def start(self, account_id: UUID, payment_id: UUID) -> None:
        """Bring a payment to the gateway, as far as it answers soon. Raises nothing."""


COOKIE = "__Host-calendera"


@dataclass(slots=True)
class Context:
    """`address` is the client's network address, for counting attempts; it is never stored as it is.

    `public_url` is where browsers find this server, without a slash at the end. `refused` are the codes of what its
    mutations refused, for the log; `seen` is what the watch for attacks looks at. `cookies` is False where an answer
    must never set one: at a widget's path, and live. `payments` is the line to the payment gateway. `happening` is the
    event that a subscription is asked about. `outgoing_to_loopback`: calendars elsewhere may be on this machine.
    """

    viewer: Viewer
    now: datetime
    request_id: str
    address: str
    device: str = ""
    public_url: str = ""
    session_days: int = 30
    cookies: bool = True
    headers: list[tuple[str, str]] = field(default_factory=list)
    statements: Sized = ()
    refused: list[str] = field(default_factory=list)
    seen: Seen = field(default_factory=Seen)
    happening: Happening | None = None
    payments: Payments | None = None
    loaders: dict[str, Any] = field(default_factory=dict)
    outgoing_to_loopback: bool = False

    @property
    def account_id(self) -> UUID:
        """The account that is asked for, or `Denied`."""
        return self.viewer.in_account()

    @property
    def act(self) -> Act:
        """The act that this request carries out."""
        return Act(self.account_id, self.viewer.actor, self.now)

    def set_session(self, token: str | None) -> None:
        """Give the browser its session's token with the answer, or take it back (None). The only cookie there is.

        Denied where no cookie may be set, so that a widget cannot sign anybody in.
        """
        if not self.cookies:
            raise Denied("A widget sets no cookie: sign in at /graphql.")
        age = self.session_days * 86_400 if token else 0
        self.headers.append(
            ("Set-Cookie", f"{COOKIE}={token or ''}; Path=/; Max-Age={age}; Secure; HttpOnly; SameSite=Lax")
        )

    def rows(self, model: type[M], permission: Permission) -> QuerySet[M]:
        """The rows of the viewer's account, or only their own where the permission reaches no further."""
        return self._own(model.of(self.account_id), permission)

    def confined(self, rows: QuerySet[Any], permission: Permission | None) -> QuerySet[Any]:
        """What a resolver named, less what this viewer cannot reach with the field's permission.

        The account, and own rows where the grant is OWN, are asked for once more where rows are read: a resolver that
        forgets them finds too little, never too much.
        """
        if issubclass(rows.model, Owned):
            rows = rows.filter(account_id=self.account_id)
        return rows if permission is None else self._own(rows, permission)

    def _own(self, rows: QuerySet[Any], permission: Permission) -> QuerySet[Any]:
        if self.viewer.require(permission) is not Access.OWN:
            return rows
        own = self.viewer.own.get(rows.model._meta.db_table, ())
        if not own:
            return rows.filter(id__in=[])
        return rows.filter(Q(*(one.condition(self.viewer.account_id) for one in own), join_type=Q.OR))

    async def find(self, model: type[M], id: str, permission: Permission) -> M:
        """The row with this id, if the viewer may reach it; otherwise `NotFound`, whatever the reason."""
        row = await self.rows(model, permission).get_or_none(id=self.key(model, id))
        if row is None:
            raise NotFound(what(model))
        return row

    def one(self, model: type[M], id: str, permission: Permission) -> QuerySet[M]:
        """The row with this id as a query, for a field that reads it; empty for whatever the viewer may not reach."""
        key = key_of(model._meta.db_table, id)
        rows = self.rows(model, permission)
        return rows.filter(id=key) if key else rows.filter(id__in=[])

    def key(self, model: type[Owned], id: str) -> UUID:
        """The key in an id of this model; `NotFound` for a malformed id and for an id of something else."""
        key = key_of(model._meta.db_table, id)
        if key is None:
            raise NotFound(what(model))
        return key


def what(model: type[Owned]) -> str:
    """The word for a row of this model in a message."""
    return model._meta.db_table.replace("_", " ")


Info: TypeAlias = strawberry.Info[Context, None]
