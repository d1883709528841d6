"""Strict scalars: instants with an offset, dates without one, whole amounts. Nothing is guessed."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import strawberry
from graphql import GraphQLError
from strawberry.scalars import JSON
from strawberry.types.scalar import ScalarDefinition

from rules.currencies import EXACT, MinorUnits
from rules.instants import format_instant, parse_date, parse_instant


def _text(value: Any, read: Any, kind: str) -> Any:
    if not isinstance(value, str):
        raise GraphQLError(f"A {kind} is written as a string.")
    try:
        return read(value)
    except ValueError as error:
        raise GraphQLError(f"{error}.") from None


def _object(value: Any) -> Any:
    if not isinstance(value, dict):
        raise GraphQLError("A JSON value is an object here, as it came.")
    return value


def _whole(value: Any) -> int:
    """GraphQL's Int ends at 2,147,483,647, which is 21 million rials; JSON's numbers are whole up to 2^53."""
    if isinstance(value, bool) or not isinstance(value, int | float) or (isinstance(value, float) and value % 1 != 0):
        raise GraphQLError("An amount is a whole number of minor units, as 4500; not text and without a fraction.")
    if abs(value) > EXACT:
        raise GraphQLError(f"An amount lies between -{EXACT} and {EXACT} minor units.")
    return int(value)


SCALARS: dict[object, ScalarDefinition] = {
    JSON: strawberry.scalar(
        name="JSON",
        description="A JSON object in the form of another standard, which is named where it is used; passed on whole.",
        specified_by_url="https://datatracker.ietf.org/doc/html/rfc8259",
        serialize=lambda value: value,
        parse_value=_object,
    ),
    datetime: strawberry.scalar(
        name="DateTime",
        description=(
            "An instant as RFC 3339 text with seconds and an offset: `2026-03-08T09:00:00Z` or "
            "`2026-03-08T09:00:00-05:00`. Answers are always in UTC, ending in Z."
        ),
        specified_by_url="https://datatracker.ietf.org/doc/html/rfc3339#section-5.6",
        serialize=format_instant,
        parse_value=lambda value: _text(value, parse_instant, "DateTime"),
    ),
    MinorUnits: strawberry.scalar(
        name="MinorUnits",
        description=(
            "A whole number of a currency's smallest unit: 4500 is 45.00 USD, ¥4500 and 4.500 KWD. A JSON number, "
            f"exact also in JavaScript: between -{EXACT} and {EXACT}, which a 32-bit integer does not hold."
        ),
        serialize=_whole,
        parse_value=_whole,
    ),
    date: strawberry.scalar(
        name="Date",
        description="A calendar date as `YYYY-MM-DD`. Which zone it is meant in is said where it is used.",
        serialize=date.isoformat,
        parse_value=lambda value: _text(value, parse_date, "Date"),
    ),
}
