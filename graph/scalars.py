"""Strict scalars: instants with an offset, dates without one. What is ambiguous is refused, not guessed."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import strawberry
from graphql import GraphQLError
from strawberry.types.scalar import ScalarDefinition

from rules.instants import format_instant, parse_date, parse_instant


def _text(value: Any, read: Any, kind: str) -> Any:
    if not isinstance(value, str):
        raise GraphQLError(f"A {kind} is written as a string.")
    try:
        return read(value)
    except ValueError as error:
        raise GraphQLError(f"{error}.") from None


SCALARS: dict[object, ScalarDefinition] = {
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
    date: strawberry.scalar(
        name="Date",
        description="A calendar date as `YYYY-MM-DD`. Which zone it is meant in is said where it is used.",
        serialize=date.isoformat,
        parse_value=lambda value: _text(value, parse_date, "Date"),
    ),
}
