"""The documents that the tests of series send, and what they look at afterwards.

made = await series(desk, salon.owner, desk.at(10), "FREQ=WEEKLY;COUNT=3")
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tests.api import Caller
from tests.bookable import ADA, Desk, said

SERIES = """
fragment S on BookingSeries {
  id rule size version endedAt local { dateTime zone }
  occurrences { position plannedAt refused booking { id reference status startsAt version staff { id } } }
}
"""
SERIES_REFUSAL = """
    ... on Refusal { code message }
    ... on ValidationFailed { fields { path message } }
    ... on SeriesConflicts { conflicts {
      position startsAt refusal reason message alternatives { startsAt } local { dateTime }
    } }
"""
CREATE = f"""
mutation Create($input: CreateBookingSeriesInput!) {{
  createBookingSeries(input: $input) {{
    __typename ... on CreateBookingSeriesPayload {{ series {{ ...S }} }} {SERIES_REFUSAL}
  }}
}}
{SERIES}
"""
PREVIEW = """
query Preview($serviceId: ID!, $startsAt: DateTime!, $rule: String!, $staffId: ID, $zone: String, $leftOut: [Date!]) {
  previewSeries(serviceId: $serviceId, startsAt: $startsAt, rule: $rule, staffId: $staffId, zone: $zone,
    leftOut: $leftOut) { zone occurrences { position startsAt offered reason message } }
}
"""
WEEKLY = "FREQ=WEEKLY;COUNT=3"


def repeating(desk: Desk, at: datetime, rule: str = WEEKLY, **more: Any) -> dict[str, Any]:
    """The input of a series for Ada."""
    return desk.wanted(at, rule=rule, **more)


async def series(desk: Desk, caller: Caller, at: datetime, rule: str = WEEKLY, **more: Any) -> Any:
    """A series that must be booked."""
    return (await caller.did(CREATE, input=repeating(desk, at, rule, **more)))["series"]


def starts(made: Any) -> list[str | None]:
    """When the bookings of a series begin; None for those that were refused."""
    return [one["booking"] and one["booking"]["startsAt"] for one in made["occurrences"]]


def ids(made: Any) -> list[str]:
    """The bookings of a series, in the order of their positions."""
    return [one["booking"]["id"] for one in made["occurrences"] if one["booking"]]


__all__ = [
    "ADA",
    "CREATE",
    "PREVIEW",
    "SERIES",
    "SERIES_REFUSAL",
    "WEEKLY",
    "ids",
    "repeating",
    "said",
    "series",
    "starts",
]
