"""Customers: creating, changing and archiving them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import strawberry

from models.customer import Customer
from permissions.classes import Requires
from permissions.roles import Permission
from resolvers import archiving
from resolvers.archiving import ArchiveInput
from resolvers.checking import Checks, cleaned, given
from resolvers.context import Info
from rules.contacts import clean_email, clean_phone
from rules.errors import NotFound
from rules.names import NOTE_LENGTH, TAG_LENGTH, TAGS, clean_name, clean_note, clean_tags

P = Permission
NOTES = [Requires(permission=P.CUSTOMER_NOTES_READ)]
WORDS: Mapping[str, str] = {
    "name": "What they are called; 1 to 120 characters.",
    "email": "Unique among the business's customers, archived ones included. Capitals do not matter. Null for none.",
    "phone": "Stored in the form that is dialled, as `+15551232253`. Null for none.",
    "internal_notes": f"The business's own notes; up to {NOTE_LENGTH} characters.",
    "tags": f"Words to sort customers by: up to {TAGS}, of up to {TAG_LENGTH} characters and no comma.",
    "wants_reminders": "Whether they are reminded of their appointments by mail, where the business does so.",
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
    "wants_reminders": bool,
}


@strawberry.input(description="A new customer.")
class CreateCustomerInput:
    name: str = strawberry.field(description=WORDS["name"])
    email: str | None = strawberry.field(description=WORDS["email"], default=None)
    phone: str | None = strawberry.field(description=WORDS["phone"], default=None)
    internal_notes: str = strawberry.field(description=WORDS["internal_notes"], default="", directives=NOTES)
    tags: list[str] = strawberry.field(description=WORDS["tags"], default_factory=list)
    wants_reminders: bool = strawberry.field(description=WORDS["wants_reminders"], default=True)


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
    internal_notes: strawberry.Maybe[str] = strawberry.field(
        description=WORDS["internal_notes"], default=None, directives=NOTES
    )
    tags: strawberry.Maybe[list[str]] = strawberry.field(
        description=f"{WORDS['tags']} These replace all that there are.", default=None
    )
    wants_reminders: strawberry.Maybe[bool] = strawberry.field(description=WORDS["wants_reminders"], default=None)


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


@strawberry.input(description="Whether the customer wants to be reminded.")
class ChooseRemindersInput:
    wanted: bool = strawberry.field(description="False: from now on no appointment here is reminded of by mail.")


async def choose_reminders(info: Info, input: ChooseRemindersInput) -> Customer:
    """Say whether one wants to be reminded of one's appointments at this business.

    For a customer who signed in, and by a mailed manage link. The link that `book` answers at a widget proves no
    mailbox and is refused as NOT_FOUND.
    """
    customer = await info.context.rows(Customer, P.OWN_REMINDERS).first()
    if customer is None:
        raise NotFound("customer")
    await customer.choose_reminders(info.context.act, input.wanted)
    return customer
