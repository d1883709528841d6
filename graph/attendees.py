"""Attendees: who comes to a booking beside who made it."""

from __future__ import annotations

from graph.enums import Permission
from graph.field import graph_type, shown
from models.attendee import Attendee as AttendeeRow
from rules.masking import Mask

P = Permission


@graph_type(AttendeeRow)
class Attendee:
    """A person who comes to a booking beside the customer who made it. No customer of the business by that."""

    name: str | None = shown(
        P.CUSTOMER_NAME_READ, "What they are called; initials where the viewer may not see it.", mask=Mask.NAME
    )
    email: str | None = shown(P.CUSTOMER_CONTACT_READ, "In small letters; null where none was given.", mask=Mask.EMAIL)
