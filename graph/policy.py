"""The platform's privacy policy as types: published versions, served from `privacy/`, and how each promise stands."""

from __future__ import annotations

from datetime import date, datetime

import strawberry

import resolvers.policy as resolve
from graph.enums import Permission, described
from graph.errors import ValidationFailed
from graph.field import computed, graph_type, listing, shown, told, value
from graph.mutations import mutation
from graph.shape import Size
from models.policy_notice import PolicyNotice as PolicyNoticeRow
from privacy.changes import ChangeKind
from privacy.policy import Policy, before, is_material, version
from privacy.promises import PromiseStatus
from resolvers.context import Info
from resolvers.policy import Acknowledgement, how_promises_stand, in_force

P = Permission
_VERSIONS = Size(assumed=10)
_PASSAGES = Size(assumed=30)

described(
    PromiseStatus,
    "PromiseStatus",
    "How a promise of the policy stands on this server.",
    PASSING="It was checked within the last hours, and is kept.",
    FAILING="It was checked, and is not kept.",
    NOT_CHECKED="Nothing can be said of it now; the evidence says why.",
    PLANNED="No software keeps it by itself yet; the evidence says who does.",
)
described(
    ChangeKind,
    "PolicyChangeKind",
    "What became of a passage.",
    ADDED="It is new.",
    REMOVED="It is gone.",
    CHANGED="It says something else.",
    EDITORIAL="It says the same: spacing, punctuation, capitals, its heading or a misspelt word differ.",
)
described(
    Acknowledgement,
    "PolicyAcknowledgement",
    "What somebody says to a version of the policy.",
    SEEN="I have seen it.",
    AGREED="I agree to it; and have seen it.",
)


@strawberry.type(description="The smallest part of the policy that can be pointed at.")
class PolicyPassage:
    number: str = told("`1.1`, or `8` where a section is not divided; `header` for the introduction.")
    heading: str = told("Its heading.")
    sentences: list[str] = told("Its sentences in their order, as plain text.", resolver=lambda root: [*root.sentences])


@strawberry.type(description="One of the numbered sections of the policy.")
class PolicySection:
    number: int = told("From 1; the same in every version.")
    heading: str = told("Its heading.")
    passages: list[PolicyPassage] = told("Its parts in their order.", resolver=lambda root: [*root.subsections])


@strawberry.type(description="Where questions about privacy go.")
class PrivacyContact:
    email: str = told("Address for questions and requests.")
    postal_address: str = told("As it stands on an envelope, in one line.")
    phone: str = told("As people write it.")
    phone_digits: str = told("As a telephone dials it, beginning with `+`.")
    sentences: list[str] = told("What stands above the addresses.", resolver=lambda root: [*root.sentences])


@strawberry.type(description="What one passage of the policy promises, and how that stands on this server.")
class PolicyPromise:
    id: str = told("The number of its passage, as `5.3`.", resolver=lambda root: root.passage.number)
    heading: str = told("The heading of its passage.", resolver=lambda root: root.passage.heading)
    sentence: str = told("What is promised: the sentences of the passage, as one text.")
    status: PromiseStatus = told("How it stands.")
    evidence: str = told("What shows it, or why nothing can be said, in words for people.")
    last_checked_at: datetime | None = told(
        "When it was checked last; null where it never was.", resolver=lambda root: root.checked_at
    )
    since: datetime | None = told("Since when it has had this status; null where it was not checked.")


def _in_force(root: Policy, info: Info) -> bool:
    return root == in_force(info.context.now)


def _changes(root: Policy) -> bool | None:
    return None if before(root) is None else is_material(root)


async def _promises(root: Policy, info: Info) -> list[PolicyPromise]:
    return await how_promises_stand(root, info.context.now)  # type: ignore[return-value]  # shown as the type


@strawberry.type(description="A published version of the platform's privacy policy. Its text never changes.")
class PrivacyPolicy:
    version: str = told("Id of the version: the day it takes effect, as `2026-11-22`.")
    last_updated: date = told("The day it takes effect, in UTC.")
    published_on: date = told("The day it was published, in UTC; no later than the day it takes effect.")
    in_force: bool = told("Whether it is the version that counts now.", resolver=_in_force)
    material: bool | None = told(
        "Whether it promises something else than the version before it, by a rule that compares their words; null for "
        "the first.",
        resolver=_changes,
    )
    title: str = told("Its title.")
    introduction: PolicyPassage = told("What stands before the sections.")
    sections: list[PolicySection] = told("The sections in their order.", resolver=lambda root: [*root.sections])
    contact: PrivacyContact = told("Where questions go.")
    promises: list[PolicyPromise] = told(
        "Every promise in the order of the policy; checked for the version in force.",
        resolver=_promises,
        weight=1,
        size=_PASSAGES,
    )


@strawberry.type(description="One passage that is not what it was.")
class PolicyChange:
    passage: str = told("Its number, as `5.3`; `contact` where any of the addresses differs.")
    heading: str = told("Its heading, in the later version if it is there.")
    kind: ChangeKind = told("What became of it.")
    material: bool = told("Whether it promises something else.")
    before: list[str] = told("Its sentences in the earlier version.", resolver=lambda root: [*root.before])
    after: list[str] = told("Its sentences in the later version.", resolver=lambda root: [*root.after])


@strawberry.type(description="What differs between two versions of the policy.")
class PolicyDiff:
    material: bool = told("Whether anything else is promised.")
    changes: list[PolicyChange] = told("Every passage that differs.", resolver=lambda root: root.changes)


@graph_type(PolicyNoticeRow)
class PolicyNotice:
    """What one person who signs in was told of a version of the policy, and said to it. Moments never change."""

    version: str = shown(P.OWN_USER, "Of which version.")
    mailed_at: datetime | None = shown(P.OWN_USER, "When a mail about it left; null where none did.")
    seen_at: datetime | None = shown(P.OWN_USER, "When the person said first that they saw it.")
    agreed_at: datetime | None = shown(P.OWN_USER, "When the person said first that they agree.")

    @computed(P.OWN_USER, "version")
    def posted_on(root: PolicyNoticeRow) -> date:
        """The day it was published for everybody."""
        return _version(root.version).published_on


def _version(id: str) -> Policy:
    found = version(id)
    if found is None:
        raise LookupError(f"There is a notice of the policy {id}, which is none.")
    return found


@strawberry.type
class PolicyQueries:
    privacy_policy = value(resolve.privacy_policy, None, PrivacyPolicy | None)
    privacy_policy_versions = value(resolve.privacy_policy_versions, None, list[PrivacyPolicy], size=_VERSIONS)
    policy_diff = value(resolve.policy_diff, None, PolicyDiff | None)
    my_policy_notices = listing(resolve.my_policy_notices, P.OWN_USER, PolicyNotice)


@strawberry.type
class PolicyMutations:
    acknowledge_policy = mutation(
        resolve.acknowledge_policy,
        P.OWN_USER,
        {"notice": (PolicyNotice, "What was told and said so far.")},
        ValidationFailed,
    )
