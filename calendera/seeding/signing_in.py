"""Who signs in to the seeded businesses, and with which keys programs do."""

from __future__ import annotations

from uuid import UUID

from calendera.seeding import demo
from calendera.seeding.chance import Chance
from calendera.seeding.days import Days
from calendera.seeding.plan import BusinessPlan, MemberPlan
from models import AccessKey, AccessKeyKind, Account, Membership, PrivacySettings, Role, User
from models.access_key import RECOGNISED_BY
from models.act import Act, Actor, ActorKind
from models.event import record
from models.passwords import hashed
from models.policy_notice import PolicyNotice
from privacy.policy import latest_change
from rules.tokens import token_hash


async def open_account(plan: BusinessPlan, days: Days, chance: Chance) -> Act:
    """The account with its owner. Answers an act of the owner on the day it was opened."""
    owner = next(member for member in plan.members if member.role is Role.OWNER)
    user = await _user(owner, days, chance)
    account = await Account.open(
        user, days.opened, name=plan.name, slug=plan.slug, zone=plan.zone, currency=plan.currency, locale=plan.locale
    )
    return Act(account.id, Actor(ActorKind.MEMBER, user.id), days.opened)


async def furnish(act: Act, plan: BusinessPlan, days: Days, chance: Chance) -> None:
    """Its settings and keys."""
    if plan.notice:
        settings = await PrivacySettings.of(act.account_id).get()
        await settings.change(act, settings.version, booking_notice=plan.notice)
    scopes = [scope.value for scope in demo.PARTNER_SCOPES]
    await _key(act, AccessKeyKind.WIDGET, "Website", demo.widget_key(plan.slug), list(demo.ORIGINS), [], chance)
    await _key(act, AccessKeyKind.PARTNER, "Bookkeeping", demo.partner_key(plan.slug), [], scopes, chance)


async def add_members(act: Act, plan: BusinessPlan, staff: dict[str, UUID], days: Days, chance: Chance) -> None:
    """Everybody but the owner, and the owner's own place among the staff."""
    for member in plan.members:
        staff_id = staff[member.staff] if member.staff else None
        if member.role is not Role.OWNER:
            user = await _user(member, days, chance)
            await Membership.begin(
                act, id=chance.key(act.at), user_id=user.id, role=member.role, staff_id=staff_id
            )  # fmt: skip
        elif staff_id is not None:
            row = await Membership.of(act.account_id).get(role=Role.OWNER)
            await row.change(act, row.version, staff_id=staff_id)


async def _user(member: MemberPlan, days: Days, chance: Chance) -> User:
    """The person, who may be known from another business."""
    known = await User.get_or_none(email=member.email)
    if known is not None:
        return known
    user = await User.create(
        id=chance.key(days.opened), created_at=days.opened, updated_at=days.opened, email=member.email,
        name=member.name, password_hash=await hashed(demo.PASSWORD),
    )  # fmt: skip
    # Or the worker would begin by mailing everybody about the last change of the privacy policy.
    if (latest := latest_change(days.today.date())) is not None:
        await PolicyNotice.create(
            id=user.id, created_at=days.today, user_id=user.id, version=latest.version, seen_at=days.today
        )
    return user


async def _key(
    act: Act, kind: AccessKeyKind, name: str, token: str, origins: list[str], scopes: list[str], chance: Chance
) -> None:
    """A key as `AccessKey.issue` makes it, but with a token that is known beforehand."""
    shown = token if kind is AccessKeyKind.WIDGET else f"{token[:RECOGNISED_BY]}…"
    row = await AccessKey.add(
        act.account_id, id=chance.key(act.at), created_at=act.at, kind=kind, name=name, shown=shown,
        token_hash=token_hash(token), origins=origins, scopes=scopes,
    )  # fmt: skip
    await record(act, "access_key_issued", "access_key", row.id, kind=kind.value, scopes=scopes)
