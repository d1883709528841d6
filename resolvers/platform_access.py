"""What the platform may do in an account, as its owner sees and decides it."""

from __future__ import annotations

import strawberry

from models.event import Event
from models.platform_access import LONGEST_GRANT, PlatformAccess, PlatformAccessKind, SupportFields
from permissions.roles import Permission
from resolvers.checking import Checks
from resolvers.context import Info
from resolvers.listing import Listing
from rules.errors import NotFound
from rules.text import clean_line

P = Permission
REASON_LENGTH = 500


def clean_reason(text: str) -> str:
    """Why, in a sentence that means something when it is read later."""
    return clean_line(text, "reason", most=REASON_LENGTH, least=10)


def check_fields(checks: Checks, fields: list[SupportFields]) -> None:
    """Note where nothing was named: who sees nothing need not enter."""
    if not fields:
        checks.wrong("fields", "Name at least one.")


def check_minutes(checks: Checks, minutes: int, most: int) -> None:
    """Note a time that is too long or none."""
    if not 1 <= minutes <= most:
        checks.wrong("minutes", f"must be from 1 to {most}.")


async def platform_accesses(info: Info) -> Listing:
    """Every permission to enter the account that people of the platform asked for or had, the newest first."""
    return Listing(info.context.rows(PlatformAccess, P.PLATFORM_ACCESS_READ), order="created_at", descending=True)


async def platform_uses(info: Info) -> Listing:
    """What people of the platform did in the account, the newest first: each operation with what it read."""
    rows = info.context.rows(Event, P.PLATFORM_ACCESS_READ).filter(subject="platform_access")
    return Listing(rows, order="created_at", descending=True)


@strawberry.input(description="For what and how long support is let in.")
class GrantSupportAccessInput:
    reason: str = strawberry.field(description=f"What it is for; 10 to {REASON_LENGTH} characters.")
    fields: list[SupportFields] = strawberry.field(description="What may be seen beside the shop window.")
    minutes: int = strawberry.field(description=f"For how long; 1 to {LONGEST_GRANT}.")
    request_id: strawberry.ID | None = strawberry.field(
        description="The request of support that it answers; then only who asked can enter, and the reason stays "
        "theirs. Null: anybody of support can.",
        default=None,
    )


async def grant_support_access(info: Info, input: GrantSupportAccessInput) -> PlatformAccess:
    """Let the platform's support into the account, for reading only. It ends by itself and can be revoked at once."""
    checks = Checks()
    reason = checks("reason", clean_reason, input.reason)
    check_fields(checks, input.fields)
    check_minutes(checks, input.minutes, LONGEST_GRANT)
    checks.done()
    if input.request_id is None:
        return await PlatformAccess.grant(info.context.act, reason, input.fields, input.minutes)
    asked = await _grant(info, input.request_id)
    await asked.give(info.context.act, input.fields, input.minutes)
    return asked


@strawberry.input(description="Which permission to end.")
class RevokeSupportAccessInput:
    id: strawberry.ID = strawberry.field(description="A grant or a request of support that `platformAccesses` lists.")


async def revoke_support_access(info: Info, input: RevokeSupportAccessInput) -> PlatformAccess:
    """Put support out of the account, or decline its request: from the next operation on."""
    found = await _grant(info, input.id)
    await found.revoke(info.context.act)
    return found


async def _grant(info: Info, id: str) -> PlatformAccess:
    """A grant or request by its id; what the platform decides about itself is not the owner's to answer."""
    found = await info.context.find(PlatformAccess, id, P.PLATFORM_ACCESS_MANAGE)
    if found.kind is not PlatformAccessKind.GRANT:
        raise NotFound("platform access")
    return found
