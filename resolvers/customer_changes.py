"""Customers: creating, changing and archiving them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import strawberry

from models.customer import Customer
from permissions.roles import Permission
from resolvers import archiving
from resolvers.archiving import ArchiveInput
from resolvers.checking import Checks, cleaned, given
from resolvers.context import Info
from rules.contacts import clean_email, clean_phone
from rules.names import NOTE_LENGTH, TAG_LENGTH, TAGS, clean_name, clean_note, clean_tags

P = Permission
WORDS: Mapping[str, str] = {
    "name": "What they are called; 1 to 120 characters.",
    "email": "Unique among the business's customers, archived ones included. Capitals do not matter. Null for none.",
    "phone": "Stored in the form that is dialled, as `+15551232253`. Null for none.",
    "internal_notes": f"The business's own notes; up to {NOTE_LENGTH} characters. Needs to see such notes.",
    "tags": f"Words to sort customers by: up to {TAGS}, of up to {TAG_LENGTH} characters and no comma.",
}


def _email(value: str | None) -> str | None:
    return None if value is None else clean_email(value)


def _phone(value: str | None) -> str | None:
    return None if value is None else clean_phone(value).normal


RULES: Mapping[str, Callable[[Any], Any]] = {
    "name": clean_name,
    "email": _email,
    "phone": _phone,
    "internal_notes": lambda text: clean_note(text, "internal note"),
    "tags": clean_tags,
}


@strawberry.input(description="A new customer.")
class CreateCustomerInput:
    name: str = strawberry.field(description=WORDS["name"])
    email: str | None = strawberry.field(description=WORDS["email"], default=None)
    phone: str | None = strawberry.field(description=WORDS["phone"], default=None)
    internal_notes: str = strawberry.field(description=WORDS["internal_notes"], default="")
    tags: list[str] = strawberry.field(description=WORDS["tags"], default_factory=list)


async def create_customer(info: Info, input: CreateCustomerInput) -> Customer:
    """Add a customer."""
    if input.internal_notes:
        info.context.viewer.require(P.CUSTOMER_NOTES_READ)
    checks = Checks()
    values = cleaned(checks, RULES, {column: getattr(input, column) for column in RULES})
    checks.done()
    return await Customer.begin(info.context.act, **values)


@strawberry.input(description="Changes to a customer. What is left out stays as it is.")
class UpdateCustomerInput:
    id: strawberry.ID = strawberry.field(description="Which customer.")
    expected_version: int = strawberry.field(description="The `version` that was read.")
    name: strawberry.Maybe[str] = strawberry.field(description=WORDS["name"], default=None)
    email: strawberry.Maybe[str | None] = strawberry.field(description=WORDS["email"], default=None)
    phone: strawberry.Maybe[str | None] = strawberry.field(description=WORDS["phone"], default=None)
    internal_notes: strawberry.Maybe[str] = strawberry.field(description=WORDS["internal_notes"], default=None)
    tags: strawberry.Maybe[list[str]] = strawberry.field(
        description=f"{WORDS['tags']} These replace all that there are.", default=None
    )


async def update_customer(info: Info, input: UpdateCustomerInput) -> Customer:
    """Change what is known of a customer."""
    changes = given(input, *RULES)
    if "internal_notes" in changes:
        # Nobody overwrites what they cannot read.
        info.context.viewer.require(P.CUSTOMER_NOTES_READ)
    found = await info.context.find(Customer, input.id, P.CUSTOMERS_MANAGE)
    checks = Checks()
    values = cleaned(checks, RULES, changes)
    checks.done()
    await found.change(info.context.act, input.expected_version, **values)
    return found


@strawberry.input(description="What to archive.")
class ArchiveCustomerInput(ArchiveInput):
    pass


async def archive_customer(info: Info, input: ArchiveCustomerInput) -> Customer:
    """Take a customer out of the lists. Their bookings stay; when they book again, they are back in use."""
    return await archiving.archive(info, Customer, input, P.CUSTOMERS_MANAGE)
