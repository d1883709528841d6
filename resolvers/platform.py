"""People of the platform: asking to be let into an account, entering it, and what a second person decides.

They name an account by its slug. One that does not exist answers like one that they may not enter. Each is bound to
that account for its own permissions there and nothing else, whatever account their session works in.
"""

from __future__ import annotations

import strawberry

from models.account import Account
from models.act import Act, Actor, ActorKind
from models.attempts import SUPPORT_ASKED, Attempts
from models.event import record
from models.platform_access import LONGEST_BREAK_GLASS, PlatformAccess, PlatformAccessKind, SupportFields
from models.platform_staff import PlatformRole
from models.session import Session
from models.storage.database import transaction
from models.storage.reach import bound
from models.user import User
from permissions.roles import Permission
from permissions.viewer import Viewer
from resolvers.checking import Checks
from resolvers.context import Context, Info
from resolvers.entering import become
from resolvers.platform_access import REASON_LENGTH, check_fields, check_minutes, clean_reason
from rules.errors import Denied, FieldProblem, NotFound, ValidationFailed
from rules.ids import global_id, key_of

P = Permission
SLUG_WORDS = "The business's part of web addresses."
REASON_WORDS = f"10 to {REASON_LENGTH} characters. The owner reads it."
_NO_FACTOR = (
    "Whoever enters accounts, or lets others in, needs a second factor. Set one up with `setUpCodes`, then try again."
)


def _act(context: Context, account: Account) -> Act:
    return Act(account.id, Actor(ActorKind.PLATFORM, context.viewer.user_id), context.now)


async def _check_factor(viewer: Viewer, permission: Permission) -> None:
    """Two people are two only where a password that was stolen from the second is not enough to be them."""
    if not await User.exists(id=viewer.user_id, second_factor=True):
        raise Denied(_NO_FACTOR, permission=permission.name)


async def _account(slug: str) -> Account:
    account = await Account.get_or_none(slug=slug)
    if account is None:
        raise NotFound("account")
    return account


def _check_role(viewer: Viewer, role: PlatformRole, *possible: PlatformRole) -> None:
    if role not in viewer.platform_roles or role not in possible:
        raise ValidationFailed(FieldProblem("role", "This is none of your roles that can do it; see `platformRoles`."))


@strawberry.input(description="Which account, and why.")
class RequestSupportAccessInput:
    account_slug: str = strawberry.field(description=SLUG_WORDS)
    reason: str = strawberry.field(description=REASON_WORDS)


async def request_support_access(info: Info, input: RequestSupportAccessInput) -> bool:
    """Ask a business to let support in. Its owners are mailed and decide; the same answer for unknown slugs.

    At most 20 in 24 hours for one person.
    """
    checks = Checks()
    reason = checks("reason", clean_reason, input.reason)
    checks.done()
    await Attempts.note(SUPPORT_ASKED, str(info.context.viewer.user_id), info.context.now)
    account = await Account.get_or_none(slug=input.account_slug)
    if account is not None:
        with bound(account.id):
            await PlatformAccess.ask(_act(info.context, account), reason)
    return True


@strawberry.input(description="Which account to enter, and as what.")
class EnterAccountInput:
    account_slug: str = strawberry.field(description=SLUG_WORDS)
    role: PlatformRole = strawberry.field(description="As what; one of one's own `platformRoles`.")
    purpose: str | None = strawberry.field(
        description=f"For oversight: what for, {REASON_WORDS} Null with a grant or an approval, which have a reason.",
        default=None,
    )


async def enter_account(info: Info, input: EnterAccountInput) -> Viewer:
    """Go on in an account, for reading only and for as long as one may: by its owner's grant, by an approved
    break-glass, or as privacy officer or auditor by naming a purpose. Each operation is recorded for the owner.

    The session gets a new token and leaves the account it was in. Needs a second factor.
    """
    context, viewer = info.context, info.context.viewer
    if viewer.user_id is None or viewer.session_id is None:
        raise viewer.denied(P.ACCOUNTS_ENTER)
    _check_role(viewer, input.role, *PlatformRole)
    await _check_factor(viewer, P.ACCOUNTS_ENTER)
    account = await _account(input.account_slug)
    act = _act(context, account)
    with bound(account.id):
        async with transaction():
            access = await PlatformAccess.usable(account.id, viewer.user_id, input.role, context.now)
            access = access or await _oversee(act, input)
            token = await Session.visit(viewer.session_id, account.id, access.id)
            await record(act, "account_entered", "platform_access", access.id, platform_access_id=str(access.id))
    return await become(info, token)


async def _oversee(act: Act, input: EnterAccountInput) -> PlatformAccess:
    if input.role is PlatformRole.SUPPORT:
        raise NotFound("account")
    checks = Checks()
    purpose = checks("purpose", clean_reason, input.purpose or "")
    checks.done()
    return await PlatformAccess.oversee(act, input.role, purpose)


async def leave_account(info: Info) -> Viewer:
    """Leave the account that was entered. The permission stays for as long as it was given."""
    viewer = info.context.viewer
    if viewer.session_id is None:
        raise viewer.denied(P.ACCOUNTS_ENTER)
    return await become(info, await Session.visit(viewer.session_id, None, None))


@strawberry.input(description="Entering without the owner's leave.")
class RequestBreakGlassInput:
    account_slug: str = strawberry.field(description=SLUG_WORDS)
    role: PlatformRole = strawberry.field(description="As what: SUPPORT or PRIVACY_OFFICER.")
    justification: str = strawberry.field(description=f"Why it cannot wait for the owner; {REASON_WORDS}")
    fields: list[SupportFields] = strawberry.field(description="What must be seen beside the shop window.")
    minutes: int = strawberry.field(description=f"For how long; 1 to {LONGEST_BREAK_GLASS}.")


async def request_break_glass(info: Info, input: RequestBreakGlassInput) -> strawberry.ID:
    """Ask to enter an account without its owner. A second person of the platform must approve within an hour; then the
    owners are mailed, and see it for ever. Needs a second factor."""
    _check_role(info.context.viewer, input.role, PlatformRole.SUPPORT, PlatformRole.PRIVACY_OFFICER)
    await _check_factor(info.context.viewer, P.BREAK_GLASS)
    checks = Checks()
    reason = checks("justification", clean_reason, input.justification)
    check_fields(checks, input.fields)
    check_minutes(checks, input.minutes, LONGEST_BREAK_GLASS)
    checks.done()
    act = _act(info.context, await _account(input.account_slug))
    with bound(act.account_id):
        return _id(await PlatformAccess.ask_to_break_glass(act, input.role, reason, input.fields, input.minutes))


@strawberry.input(description="Which break-glass to approve.")
class ApproveBreakGlassInput:
    account_slug: str = strawberry.field(description=SLUG_WORDS)
    id: strawberry.ID = strawberry.field(description="The id in the mail that asked.")


async def approve_break_glass(info: Info, input: ApproveBreakGlassInput) -> strawberry.ID:
    """Let a colleague of the platform enter an account without its owner. Not for who asked. Needs a second factor."""
    await _check_factor(info.context.viewer, P.BREAK_GLASS)
    account = await _account(input.account_slug)
    with bound(account.id):
        found = await _break_glass(account, input.id)
        await found.approve(_act(info.context, account))
    return _id(found)


@strawberry.input(description="What a break-glass was used for.")
class ReviewBreakGlassInput:
    account_slug: str = strawberry.field(description=SLUG_WORDS)
    id: strawberry.ID = strawberry.field(description="The id in the mail that asked.")
    finding: str = strawberry.field(description=f"What was done, and whether it was right; {REASON_WORDS}")


async def review_break_glass(info: Info, input: ReviewBreakGlassInput) -> strawberry.ID:
    """Write down, once and for the owner, what a colleague's break-glass was used for. Not for who used it."""
    await _check_factor(info.context.viewer, P.BREAK_GLASS)
    checks = Checks()
    finding = checks("finding", clean_reason, input.finding)
    checks.done()
    account = await _account(input.account_slug)
    with bound(account.id):
        found = await _break_glass(account, input.id)
        await found.review(_act(info.context, account), finding)
    return _id(found)


def _id(access: PlatformAccess) -> strawberry.ID:
    return strawberry.ID(global_id("platform_access", access.id))


async def _break_glass(account: Account, id: str) -> PlatformAccess:
    key = key_of("platform_access", id)
    rows = PlatformAccess.of(account.id).filter(kind=PlatformAccessKind.BREAK_GLASS)
    found = await rows.get_or_none(id=key) if key else None
    if found is None:
        raise NotFound("platform access")
    return found


async def note_use(context: Context, fields: list[str], permissions: list[str]) -> None:
    """Record an operation in an entered account, before anything of it is answered."""
    visit, happening = context.viewer.visit, context.happening
    # Whoever watches is asked about each event, this record too: nothing is read of it, and it must not make another.
    recording = happening is not None and happening.subject == "platform_access"
    if visit is not None and not recording:
        await record(
            context.act, "account_read", "platform_access", visit.id, platform_access_id=str(visit.id),
            fields=fields, permissions=permissions,
        )  # fmt: skip
