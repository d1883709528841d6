"""The platform's privacy policy: its published versions, how each promise stands, and who was told of a change."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import strawberry

from models.policy_notice import PolicyNotice
from models.promise_check import STALE_AFTER, PromiseCheck
from permissions.roles import Permission
from privacy import policy
from privacy.changes import Change
from privacy.changes import changes as differences
from privacy.policy import Policy, Subsection
from privacy.promises import PromiseStatus, promises
from resolvers.context import Info
from resolvers.listing import Listing
from rules.errors import BadInput, FieldProblem, ValidationFailed

P = Permission
_NO_SUCH = "No published version has this id; `privacyPolicyVersions` lists them."
_NOT_IN_FORCE = "This version is not in force, so that nothing is checked against it."
_NEVER = "Not checked yet: the background work of this server has not run."
_STALE = "What was found last is too old to say anything of now: the background work of this server has stopped."


@dataclass(frozen=True, slots=True)
class Kept:
    """A passage of a version, and how it stands. `checked_at` None: nothing was checked."""

    passage: Subsection
    status: PromiseStatus
    evidence: str
    checked_at: datetime | None = None
    since: datetime | None = None

    @property
    def sentence(self) -> str:
        return " ".join(self.passage.sentences)


def in_force(now: datetime) -> Policy | None:
    """The version in force on this day; None before the first one took effect."""
    return policy.current(now.date())


async def how_promises_stand(of: Policy, now: datetime) -> list[Kept]:
    """Every promise of a version, in its order. One statement where it is in force, none otherwise."""
    passages = of.passages
    if of != in_force(now):
        return [Kept(one, PromiseStatus.NOT_CHECKED, _NOT_IN_FORCE) for one in passages.values()]
    found = {one.promise: one for one in await PromiseCheck.all()}
    planned = {one.id: one.planned for one in promises()}
    return [_kept(one, planned.get(number), found.get(number), now) for number, one in passages.items()]


def _kept(passage: Subsection, planned: str | None, found: PromiseCheck | None, now: datetime) -> Kept:
    if planned is not None:
        return Kept(passage, PromiseStatus.PLANNED, planned)
    if found is None:
        return Kept(passage, PromiseStatus.NOT_CHECKED, _NEVER)
    if not now - STALE_AFTER <= found.checked_at <= now:
        return Kept(passage, PromiseStatus.NOT_CHECKED, _STALE, found.checked_at)
    return Kept(passage, found.status, found.evidence, found.checked_at, found.since)


Version = Annotated[
    str | None, strawberry.argument(description="Id of a version, as `2026-11-22`; the one in force if left out.")
]
At = Annotated[
    date | None,
    strawberry.argument(
        description="The version that was, or will be, in force on this day (UTC); not with `version`."
    ),
]


async def privacy_policy(info: Info, version: Version = None, at: At = None) -> Policy | None:
    """The platform's published policy, for everybody: the version in force, the one of a day or the one with this id;
    null for an id or a day that no version has. Before the first version takes effect that one is shown, with `inForce`
    false.
    """
    if version is not None and at is not None:
        raise BadInput("Give `version` or `at`, not both.")
    if version is not None:
        return _published(version, info.context.now)
    if at is not None:
        found = policy.current(at)
        return found if found in policy.published(info.context.now.date()) else None
    return in_force(info.context.now) or policy.versions()[0]


async def privacy_policy_versions(info: Info) -> list[Policy]:
    """Every published version of the policy, the newest first; the first ones may not be in force yet."""
    return [*reversed(policy.published(info.context.now.date()))]


@dataclass(frozen=True, slots=True)
class Difference:
    """From one version to another."""

    material: bool
    changes: list[Change]


async def policy_diff(
    info: Info,
    from_: Annotated[str, strawberry.argument(name="from", description="Id of a version, as `2026-11-22`.")],
    to: Annotated[str, strawberry.argument(description="Id of another.")],
) -> Difference | None:
    """What differs between two versions of the policy, passage by passage; null where an id is of none."""
    old, new = (_published(one, info.context.now) for one in (from_, to))
    if old is None or new is None:
        return None
    found = differences(old, new)
    return Difference(any(one.material for one in found), found)


def _published(id: str, now: datetime) -> Policy | None:
    found = policy.version(id)
    return found if found in policy.published(now.date()) else None


def _user_id(info: Info) -> UUID:
    user_id = info.context.viewer.user_id
    if user_id is None:
        raise info.context.viewer.denied(P.OWN_USER)
    return user_id


async def my_policy_notices(info: Info) -> Listing:
    """What the person who is signed in was told of versions of the policy, and said to them; the newest first."""
    return Listing(PolicyNotice.filter(user_id=_user_id(info)), order="version", descending=True)


class Acknowledgement(enum.Enum):
    """What somebody says to a version."""

    SEEN = "SEEN"
    AGREED = "AGREED"


@strawberry.input(description="What you say to a version of the policy.")
class AcknowledgePolicyInput:
    version: str = strawberry.field(description="Id of a published version, as `2026-11-22`.")
    says: Acknowledgement = strawberry.field(description="What you say to it. What was said once is not taken back.")


async def acknowledge_policy(info: Info, input: AcknowledgePolicyInput) -> PolicyNotice:
    """Say that you saw a version of the policy, or that you agree to it. Using the platform does not depend on it;
    saying it again changes nothing."""
    if _published(input.version, info.context.now) is None:
        raise ValidationFailed(FieldProblem("version", _NO_SUCH))
    agrees = input.says is Acknowledgement.AGREED
    return await PolicyNotice.acknowledge(_user_id(info), input.version, info.context.now, agrees=agrees)
