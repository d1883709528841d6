"""What a field may be made from is decided when the schema is built, not when somebody asks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from graph.directives import PersonalData
from graph.enums import Permission
from graph.field import computed, edge, graph_type, many, shown, told
from graph.shape import Through
from models.booking import Booking
from models.customer import Customer

P = Permission


def typed(column: str, field: Any, model: type[Any] = Customer) -> type[Any]:
    made = type("Made", (), {"__doc__": "A row.", "__annotations__": {column: str}, column: field})
    return graph_type(model)(made)


@computed(P.CUSTOMERS_READ, "nonsense")
def _of_nothing(root: Any) -> str:
    """Made from a column that is none."""
    return str(root)


@computed(P.BOOKINGS_READ, "manage_nonce")
def _of_a_secret(root: Any) -> str:
    """Made from a secret."""
    return str(root)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: typed("nmae", shown(P.CUSTOMER_NAME_READ, "A slip.")), "Customer.nmae"),
        (lambda: typed("label", shown(P.CUSTOMER_NAME_READ, "A slip.", column="nmae")), "Customer.nmae"),
        (lambda: typed("label", _of_nothing), "Customer.nonsense"),
        (lambda: typed("booking", edge(P.BOOKINGS_READ, "A slip.", via="booking_id")), "Customer.booking_id"),
        (lambda: typed("bookings", many(P.BOOKINGS_READ, "A slip.", Through(Booking, near="client_id"))), "client_id"),
        (lambda: typed("bookings", many(P.BOOKINGS_READ, "A slip.", Through(Booking, near="id", far="far"))), "far"),
        (lambda: typed("manage_hash", shown(P.BOOKINGS_READ, "A secret."), Booking), "secret"),
        (lambda: typed("link", _of_a_secret, Booking), "secret"),
        (lambda: typed("email", told("A contact for whoever sees the row.")), "personal"),
    ],
)
def test_what_cannot_be_shown_does_not_build(make: Callable[[], type[Any]], words: str) -> None:
    with pytest.raises(TypeError, match=words):
        make()


def test_a_personal_column_is_marked_once_under_whatever_name() -> None:
    made = typed("notes", shown(P.CUSTOMER_NOTES_READ, "Notes.", column="internal_notes"))
    (field,) = made.__strawberry_definition__.fields
    marks = [directive for directive in field.directives if isinstance(directive, PersonalData)]
    assert [mark.category for mark in marks] == ["user.content"]
