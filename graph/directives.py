"""`@personalData`: printed on every field that shows a personal column, from the mark on the column."""

from __future__ import annotations

import strawberry
from strawberry.schema_directive import Location

from graph.enums import RetentionClass
from models.personal import Personal, Purpose, Subject


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION],
    name="personalData",
    description="Personal data: its category (a fideslang key), whose it is, why it is kept and by which rule.",
)
class PersonalData:
    category: str
    subject: Subject
    purpose: Purpose
    retention: RetentionClass


def personal_data(mark: Personal) -> PersonalData:
    """The directive that prints a mark."""
    return PersonalData(category=mark.category, subject=mark.subject, purpose=mark.purpose, retention=mark.retention)
