"""The platform's privacy policy as types: published versions, served from `privacy/`."""

from __future__ import annotations

from datetime import date

import strawberry
from strawberry.types import Info

from graph.field import told
from privacy.policy import Policy
from resolvers.privacy import in_force


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


def _in_force(root: Policy, info: Info) -> bool:
    return root == in_force(info.context.now)


@strawberry.type(description="A published version of the platform's privacy policy. Its text never changes.")
class PrivacyPolicy:
    version: str = told("Id of the version: the day it took effect, as `2026-11-22`.")
    last_updated: date = told("The day it took effect, in UTC.")
    in_force: bool = told("Whether it is the version that counts now.", resolver=_in_force)
    title: str = told("Its title.")
    introduction: PolicyPassage = told("What stands before the sections.")
    sections: list[PolicySection] = told("The sections in their order.", resolver=lambda root: [*root.sections])
    contact: PrivacyContact = told("Where questions go.")
