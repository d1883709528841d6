"""What is in use and what is archived: asked the same way of every noun."""

from __future__ import annotations

from typing import Annotated, Any, TypeVar

import strawberry
from tortoise.queryset import QuerySet

from models.kept import Kept
from models.tenancy import Owned
from permissions.classes import Requires
from permissions.roles import Permission
from resolvers.checking import Checks
from resolvers.context import Info, what
from rules.errors import NotFound

M = TypeVar("M", bound=Owned)
K = TypeVar("K", bound=Kept)

IncludeArchived = Annotated[bool, strawberry.argument(description="Also what is out of use.")]
# Where the rest is in the shop window.
IncludeHidden = Annotated[
    bool,
    strawberry.argument(
        description="Also what is out of use.", directives=[Requires(permission=Permission.CATALOGUE_INTERNALS_READ)]
    ),
]


def in_use(info: Info, rows: QuerySet[Any], include_archived: bool, permission: Permission) -> QuerySet[Any]:
    """The rows in use, or all of them where the archived ones are asked for; `Denied` without the permission."""
    if not include_archived:
        return rows.filter(archived_at=None)
    info.context.viewer.require(permission)
    return rows


async def find_in_use(info: Info, model: type[M], id: str, permission: Permission) -> M:
    """The row with this id; `NotFound` also for an archived one, which nothing new may refer to."""
    rows = info.context.rows(model, permission).filter(archived_at=None)
    row = await rows.get_or_none(id=info.context.key(model, id))
    if row is None:
        raise NotFound(what(model))
    return row


async def reference(
    info: Info, checks: Checks, path: str, model: type[Owned], id: str | None, permission: Permission
) -> Any:
    """The key of a row in use that an input refers to, None for none. Any other id is noted as a problem."""
    if id is None:
        return None
    row = await info.context.one(model, id, permission).filter(archived_at=None).get_or_none()
    if row is None:
        checks.wrong(path, f"There is no {what(model)} in use with this id.")
        return None
    return row.id


@strawberry.input(description="What to archive.")
class ArchiveInput:
    id: strawberry.ID = strawberry.field(description="Which one.")
    expected_version: int = strawberry.field(description="The `version` that was read.")


async def archive(info: Info, model: type[K], input: ArchiveInput, permission: Permission) -> K:
    """Take a row out of use; what refers to it keeps it."""
    found = await info.context.find(model, input.id, permission)
    await found.archive(info.context.act, input.expected_version)
    return found
