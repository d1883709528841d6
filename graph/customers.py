"""Customers: who books."""

from __future__ import annotations

from datetime import datetime

import strawberry

import resolvers.blocking as blocks
import resolvers.customer_changes as change
import resolvers.customer_merges as merges
import resolvers.customers as resolve
from graph.enums import Permission
from graph.errors import AlreadyTaken, IdempotencyKeyReused, NotFound, ValidationFailed, VersionConflict
from graph.field import graph_type, listing, many, one, shown, sole
from graph.mutations import mutation
from graph.node import Node
from graph.shape import Through
from models.blocking import CustomerBlock as CustomerBlockRow
from models.customer import Customer as CustomerRow
from models.customer import CustomerTag as CustomerTagRow
from rules.masking import Mask

P = Permission


@graph_type(CustomerTagRow)
class CustomerTag:
    """A word that the business sorts a customer by."""

    tag: str = shown(P.CUSTOMERS_LIST, "The word, as it was written.")


@graph_type(CustomerBlockRow)
class CustomerBlock:
    """That the business takes no bookings from a customer. Who decided so is an event."""

    reason: str = shown(P.CUSTOMER_NOTES_READ, "Why, in the words of who decided; may be empty.")
    created_at: datetime = shown(P.CUSTOMER_NOTES_READ, "Since when.")


@graph_type(CustomerRow)
class Customer(Node):
    """Somebody who books with the business. Known to this business only."""

    name: str | None = shown(
        P.CUSTOMER_NAME_READ, "What they are called; initials where the viewer may not see it.", mask=Mask.NAME
    )
    email: str | None = shown(P.CUSTOMER_CONTACT_READ, "In small letters; null where none is known.", mask=Mask.EMAIL)
    phone: str | None = shown(
        P.CUSTOMER_CONTACT_READ,
        "In the form that is dialled, as `+15551232253`; null where none is known.",
        mask=Mask.PHONE,
    )
    internal_notes: str | None = shown(P.CUSTOMER_NOTES_READ, "The business's own notes; the customer never sees them.")
    tags: list[CustomerTag] | None = many(
        P.CUSTOMERS_LIST,
        "What the business sorts them by; the customer never sees it.",
        Through(CustomerTagRow, near="customer_id", order="search_tag"),
    )
    wants_reminders: bool = shown(
        P.CUSTOMERS_READ, "Whether they are reminded of their appointments by mail, where the business does so."
    )
    block: CustomerBlock | None = sole(
        P.CUSTOMER_NOTES_READ,
        "Why the business takes no bookings from them; null while it does. The customer never sees it.",
        Through(CustomerBlockRow, near="customer_id"),
    )
    archived_at: datetime | None = shown(P.CUSTOMERS_LIST, "Since when they are out of the lists; null while in them.")
    version: int = shown(P.CUSTOMERS_READ, "Grows with every change; send it back as `expectedVersion`.")
    created_at: datetime = shown(P.CUSTOMERS_READ, "When they first booked or were entered.")
    updated_at: datetime = shown(P.CUSTOMERS_READ, "When anything here last changed.")


@strawberry.type
class CustomerQueries:
    customers = listing(resolve.customers, P.CUSTOMERS_LIST, Customer)
    customer = one(resolve.customer, P.CUSTOMERS_READ, Customer | None)
    duplicate_customers = listing(merges.duplicate_customers, P.CUSTOMERS_MERGE, Customer)


_STORED = {"customer": (Customer, "The customer as stored now.")}


@strawberry.type
class CustomerMutations:
    create_customer = mutation(change.create_customer, P.CUSTOMERS_MANAGE, _STORED, ValidationFailed, AlreadyTaken)
    update_customer = mutation(
        change.update_customer, P.CUSTOMERS_MANAGE, _STORED, ValidationFailed, AlreadyTaken, NotFound, VersionConflict
    )
    block_customer = mutation(blocks.block_customer, P.CUSTOMERS_BLOCK, _STORED, ValidationFailed, NotFound)
    unblock_customer = mutation(blocks.unblock_customer, P.CUSTOMERS_BLOCK, _STORED, NotFound)
    merge_customers = mutation(
        merges.merge_customers,
        P.CUSTOMERS_MERGE,
        {"customer": (Customer, "Who stays, as stored now.")},
        ValidationFailed,
        NotFound,
        VersionConflict,
        IdempotencyKeyReused,
        fresh=True,
    )
    archive_customer = mutation(change.archive_customer, P.CUSTOMERS_MANAGE, _STORED, NotFound, VersionConflict)
    choose_reminders = mutation(change.choose_reminders, P.OWN_REMINDERS, _STORED, NotFound)
