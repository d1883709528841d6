"""Which permission opens which personal data: the whole list, so that a new way to some of it is seen by a reviewer."""

from __future__ import annotations

from graphql import GraphQLObjectType

from graph.planning import model_of
from graph.schema import build
from graph.shape import shape_of
from models.personal import Personal, mark_of

OPENED_BY = {
    ("app_user", "user.contact.email"): {"OWN_USER", "STAFF_CONTACT_READ"},
    ("app_user", "user.name"): {"OWN_USER", "MEMBERS_READ"},
    ("attendee", "user.contact.email"): {"CUSTOMER_CONTACT_READ"},
    ("attendee", "user.name"): {"CUSTOMER_NAME_READ"},
    ("booking", "user.behavior"): {"BOOKINGS_READ", "SCHEDULES_READ"},
    ("segment", "user.behavior"): {"BOOKINGS_READ"},
    ("booking", "user.content"): {"BOOKING_NOTES_READ", "BOOKING_NOTES_MANAGE"},
    ("booking", "user.location"): {"BOOKINGS_READ"},
    ("booking", "user.financial"): {"PAYMENTS_READ"},
    ("payment", "user.financial"): {"PAYMENTS_READ"},
    ("payment_entry", "user.financial"): {"PAYMENTS_READ"},
    ("booking_series", "user.behavior"): {"BOOKINGS_READ"},
    ("cancellation", "user.content"): {"BOOKING_NOTES_READ"},
    ("customer", "user.contact.email"): {"CUSTOMER_CONTACT_READ"},
    ("customer", "user.contact.phone_number"): {"CUSTOMER_CONTACT_READ"},
    ("customer", "user.content"): {"CUSTOMER_NOTES_READ"},
    ("customer", "user.name"): {"CUSTOMER_NAME_READ"},
    ("customer", "user.behavior"): {"CUSTOMERS_READ"},
    ("customer_block", "user.content"): {"CUSTOMER_NOTES_READ"},
    ("customer_session", "user.behavior"): {"OWN_CUSTOMER_SESSIONS"},
    ("customer_session", "user.device"): {"OWN_CUSTOMER_SESSIONS"},
    ("customer_tag", "user.content"): {"CUSTOMERS_LIST"},
    ("intake_answer", "user.content"): {"ANSWERS_READ", "SENSITIVE_ANSWERS_READ"},
    ("invitation", "user.contact.email"): {"STAFF_CONTACT_READ"},
    ("passkey", "user.device"): {"OWN_USER"},
    ("policy_notice", "user.behavior"): {"OWN_USER"},
    ("platform_access", "user.content"): {"PLATFORM_ACCESS_READ"},
    ("series_occurrence", "user.behavior"): {"BOOKINGS_READ"},
    ("session", "user.behavior"): {"OWN_USER"},
    ("session", "user.device"): {"OWN_USER"},
    ("staff", "user.contact.email"): {"STAFF_CONTACT_READ"},
    ("staff", "user.name"): {"CATALOGUE_READ"},
    ("time_off", "user.behavior"): {"SCHEDULES_READ"},
    ("time_off", "user.content"): {"SCHEDULES_READ"},
    ("travel", "user.behavior"): {"SCHEDULES_READ"},
    ("travel", "user.location"): {"SCHEDULES_READ"},
    ("waitlist_entry", "user.behavior"): {"WAITLIST_READ"},
    ("waitlist_entry", "user.location"): {"WAITLIST_READ"},
}


def test_personal_columns_are_opened_by_these_permissions_alone() -> None:
    found: dict[tuple[str, str], set[str]] = {}
    for type_ in build()._schema.type_map.values():
        model = model_of(type_)
        if not isinstance(type_, GraphQLObjectType) or model is None:
            continue
        for field in type_.fields.values():
            shape = shape_of(field.extensions["strawberry-definition"])
            assert shape is not None
            for mark in (mark_of(model, column) for column in shape.needs):
                if isinstance(mark, Personal):
                    opened_by = shape.permission.permission
                    found.setdefault((model._meta.db_table, mark.category), set()).add(
                        opened_by.name if opened_by else ""
                    )
    assert found == OPENED_BY
