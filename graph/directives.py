"""What the SDL tells beside types: `@personalData` from the mark on a column, `@cost` and `@listSize` from a shape."""

from __future__ import annotations

import strawberry
from strawberry.schema_directive import Location

from graph.enums import RetentionClass
from graph.shape import Shape
from models.personal import Personal, Purpose, Subject


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION],
    name="personalData",
    description="Personal data: its category (a fideslang key), whose it is, why it is kept and by which rule.",
)
class PersonalData:
    # In the order of the alphabet, here and below: a sorted schema would print a second definition otherwise.
    category: str
    purpose: Purpose
    retention: RetentionClass
    subject: Subject


def personal_data(mark: Personal) -> PersonalData:
    """The directive that prints a mark."""
    return PersonalData(category=mark.category, subject=mark.subject, purpose=mark.purpose, retention=mark.retention)


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION],
    name="cost",
    description="What the field adds to the cost of an operation; for a list, what each of its items adds. A field "
    "without this is free. An operation may cost 1,000, and what it may cost is taken from the caller's bucket before "
    "it runs; `extensions.cost` tells what it did cost, and the rest is given back.",
)
class Cost:
    weight: int


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION],
    name="listSize",
    description="How many items a list is taken to have before it is read: as many as the largest of "
    "`slicingArguments` says, else `assumedSize`. With `sizedFields` these fields of the answer have as many. "
    "The cost of what is selected beneath counts once for each.",
)
class ListSize:
    assumed_size: int | None = strawberry.UNSET
    sized_fields: list[str] | None = strawberry.UNSET
    slicing_arguments: list[str] | None = strawberry.UNSET


def price_tags(shape: Shape) -> list[object]:
    """The directives that print what a field costs."""
    tags: list[object] = [Cost(weight=shape.weight)] if shape.weight else []
    if shape.size is not None:
        tags.append(
            ListSize(
                assumed_size=shape.size.assumed or strawberry.UNSET,
                slicing_arguments=list(shape.size.by) or strawberry.UNSET,
                sized_fields=list(shape.size.of) or strawberry.UNSET,
            )
        )
    return tags
