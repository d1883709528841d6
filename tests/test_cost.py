"""What an operation costs: told before and after, counted the same way, and bounded."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.api import Answer, Caller
from tests.bookable import Desk, bookable
from tests.businesses import Business, id_of

PAGE = "query ($first: Int = 2, $deep: Boolean = true) { bookings(first: $first) { nodes { id %s } } }"
DEEP = "service @include(if: $deep) { name } staff @skip(if: $deep) { name }"


DOORS = ("owner", "widget", "partner")


def cost(answer: Answer) -> tuple[int, int]:
    told = answer.body["extensions"]["cost"]
    return told["requested"], told["actual"]


@pytest.fixture
def salon(salon: Business) -> Business:
    """The salon as it is served with the limits that the product ships with."""
    http = salon.product.http(salon.product.limited())
    doors = {name: Caller(http, (door := getattr(salon, name)).path, door.headers) for name in DOORS}
    return replace(salon, **doors)


@pytest.fixture
async def desk(salon: Business) -> Desk:
    """A service with three bookings."""
    desk = await bookable(salon)
    for hour in (9, 10, 11):
        await desk.book(salon.owner, at=desk.at(hour))
    return desk


@pytest.mark.parametrize(
    ("document", "variables", "requested", "actual"),
    [
        ("{ __typename }", {}, 1, 1),
        ("{ viewer { kind role } }", {}, 1, 1),
        ("{ bookings(first: 50) { nodes { id reference price { currency } } } }", {}, 51, 4),
        ("{ bookings(last: 50) { edges { cursor node { service { name } staff { name } } } } }", {}, 151, 10),
        ("{ bookings(first: 2) { totalCount pageInfo { endCursor } nodes { id } } }", {}, 8, 8),
        ("{ bookings(first: 2) { nodes { history { id } } } }", {}, 23, 5),
        ("{ bookings(first: 2) { nodes { cancellation { reason } } } }", {}, 5, 5),
        (PAGE % DEEP, {}, 5, 5),
        (PAGE % DEEP, {"first": 40}, 81, 7),
        (PAGE % "service @include(if: $deep) { name }", {"first": 3, "deep": False}, 4, 4),
        (PAGE % DEEP, {"first": 3, "deep": False}, 7, 7),
        ("{ bookings(first: 9) { ...P } } fragment P on BookingConnection { nodes { ...B } }"
         " fragment B on Booking { service { ...S } staff { id } } fragment S on Service { id }", {}, 28, 10),
        ("{ a: bookings(first: 9) { ...P } b: bookings(first: 1) { ...P } }"
         " fragment P on BookingConnection { nodes { id } }", {}, 12, 6),
        ("{ bookings(first: 9) @skip(if: true) { nodes { id } } viewer { kind } }", {}, 1, 1),
        ("{ viewer { ...W } } fragment W on Viewer { kind }", {}, 1, 1),
        ("{ __type(name: \"Booking\") { name fields { name } } }", {}, 10, 10),
    ],
)  # fmt: skip
async def test_an_operation_says_what_it_might_have_cost_and_what_it_did(
    desk: Desk, document: str, variables: dict[str, Any], requested: int, actual: int
) -> None:
    assert cost(await desk.business.partner(document, **variables)) == (requested, actual)


async def test_ids_multiply_and_of_types_that_exclude_each_other_the_dearest_counts(desk: Desk) -> None:
    document = """
    query ($ids: [ID!]!) {
      nodes(ids: $ids) {
        ... on Booking { service { id } staff { id } }
        ... on Service { offerings { id } }
        ... on Node { id }
      }
    }
    """
    ids = [id_of(desk.service)] * 3
    assert cost(await desk.business.owner(document, ids=ids)) == (3 * (1 + 5), 3 * (1 + 1))
    assert cost(await desk.business.owner(document, ids="one")) == (6, 1)


async def test_searching_and_changing_weigh_more_than_reading(salon: Business) -> None:
    desk = await bookable(salon)
    made = await salon.widget(
        "mutation ($input: BookInput!) { book(input: $input) { ... on BookPayload { booking { service { id } } } } }",
        input={"serviceId": desk.id, "startsAt": desk.at(9).isoformat(), "customer": {"name": "Grace"}},
    )
    assert cost(made) == (12, 12)
    free = await salon.widget(
        "query ($id: ID!, $on: Date!) { availability(serviceId: $id, from: $on, to: $on) { slots { startsAt } } }",
        id=desk.id,
        on="2027-01-13",
    )
    assert free.data["availability"]["slots"]
    assert cost(free) == (20, 20)


async def test_what_may_cost_more_than_any_may_is_not_run_and_says_what_to_ask_less_of(desk: Desk) -> None:
    document = "query ($n: Int) { viewer { kind } bookings(first: $n) { nodes { history { id } service { id } } } }"
    answer = await desk.business.owner(document, n=100)
    assert answer.codes == ["MAX_COST_EXCEEDED"]
    assert "data" not in answer.body
    assert cost(answer) == (1_202, 10)
    assert answer.errors[0]["message"].startswith(
        "The operation may cost 1,202; 1,000 is allowed. Most of it is `bookings.nodes.history` with 1,000:"
    )
    assert cost(await desk.business.owner(document, n=80))[0] == 962


async def test_a_whole_number_that_is_written_with_a_point_is_as_many(desk: Desk) -> None:
    document = "query ($n: Int) { bookings(first: $n) { nodes { history { id } service { id } } } }"
    answer = await desk.business.owner(document, n=100.0)
    assert (answer.codes, cost(answer)[0]) == (["MAX_COST_EXCEEDED"], 1_201)


async def test_a_page_that_is_too_long_is_refused_for_its_length_and_not_for_a_cost_of_millions(
    salon: Business,
) -> None:
    document = "query ($n: Int!) { bookings(first: $n) { nodes { id } } }"
    for size in (101, 2**31 - 1, -5):
        answer = await salon.owner(document, n=size)
        assert answer.codes == ["BAD_USER_INPUT"]
        assert cost(answer)[0] <= 101


def bomb(levels: int, width: int) -> str:
    """Fragments that spread the next one twice, as wide and as deep as the measure lets through, with variables."""
    spread = " ".join(
        f"a{n}: services(first: $n) {{ nodes {{ staff {{ services {{ id }} }} }} }}" for n in range(width)
    )
    chain = "".join(f"fragment F{n} on Query {{ ...F{n + 1} ...F{n + 1} }} " for n in range(levels))
    return f"query ($n: Int) {{ ...F0 }} {chain} fragment F{levels} on Query {{ {spread} }}"


@pytest.mark.parametrize(("levels", "width"), [(3, 1), (0, 10), (60, 10)])
async def test_a_hostile_document_is_refused_for_its_price(salon: Business, levels: int, width: int) -> None:
    """Priced once for each fragment: spread out, the last has 2^60 copies. `bench/hostile.py` measures the time."""
    answer = await salon.owner(bomb(levels, width), n=100)
    assert answer.codes[0] in ("MAX_COST_EXCEEDED", "QUERY_TOO_COMPLEX")
