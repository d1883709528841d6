"""Whoever has emptied their bucket waits, and nobody else does."""

from __future__ import annotations

from dataclasses import replace

import pytest
from starlette.types import ASGIApp

from models.membership import Role
from tests.api import Answer, Caller
from tests.bookable import bookable
from tests.businesses import Business
from tests.product import Product

FEW = {"CALENDERA_OPERATION_COST": "100", "CALENDERA_COST_BUCKET": "100", "CALENDERA_COST_RESTORED": "1"}
LONG = "{ bookings(first: 90) { nodes { id } } }"
RENAME = 'mutation { updateAccount(input: {expectedVersion: 99, name: "X"}) { __typename } }'
FREE = "query ($id: ID!) { availability(serviceId: $id, from: %s, to: %s) { zone } }" % (('"2027-01-13"',) * 2)


@pytest.fixture
def served(product: Product) -> ASGIApp:
    """The product with buckets of 100, of which 1 comes back each second."""
    return product.limited(**FEW)


def from_(caller: Caller, served: ASGIApp, product: Product, address: str = "127.0.0.1") -> Caller:
    return Caller(product.http(served, address), caller.path, caller.headers)


def left(answer: Answer) -> int:
    return int(answer.body["extensions"]["cost"]["throttle"]["remaining"])


def about(points: int) -> range:
    """That many, and what comes back meanwhile on a busy machine."""
    return range(points, points + 5)


async def test_every_answer_tells_what_is_left_and_what_was_not_used_is_there_again(
    salon: Business, served: ASGIApp, product: Product
) -> None:
    owner = from_(salon.owner, served, product)
    for nth in range(1, 6):
        answer = await owner(LONG)
        told = answer.body["extensions"]["cost"]
        assert (told["requested"], told["actual"]) == (91, 1)
        assert left(answer) in about(100 - nth)
        assert told["throttle"] == {"maximum": 100, "remaining": left(answer), "restoreRate": 1}


async def test_an_empty_bucket_is_answered_429_with_the_wait_in_words_and_figures(
    salon: Business, served: ASGIApp, product: Product
) -> None:
    owner = from_(salon.owner, served, product)
    for _ in range(5):
        assert (await owner(RENAME)).status == 200
    answer = await owner(LONG)
    assert (answer.status, answer.codes) == (429, ["THROTTLED"])
    assert "data" not in answer.body
    assert 30 <= int(answer.headers["retry-after"]) <= 41
    rate = f"{left(answer)} of 100 are left, and 1 come back each second."
    wait = f"Send it again in {answer.headers['retry-after']} seconds."
    assert answer.errors[0]["message"] == f"This may cost 91; {rate} {wait}"
    while (answer := await owner(RENAME)).status == 200:
        pass
    assert 8 <= int(answer.headers["retry-after"]) <= 10
    same_account = from_(salon.partner, served, product)
    assert left(await same_account("{ viewer { kind } }")) in about(99)
    another_member = from_(await salon.member(Role.MANAGER), served, product)
    assert left(await another_member("{ viewer { kind } }")) in about(99)


async def test_visitors_of_one_site_do_not_starve_each_other(
    salon: Business, rival: Business, served: ASGIApp, product: Product
) -> None:
    desk = await bookable(salon)
    greedy = from_(salon.widget, served, product, "2001:db8:1:2::7")
    while (answer := await greedy(FREE, id=desk.id)).status == 200:
        pass
    assert answer.codes == ["THROTTLED"]
    neighbour = from_(salon.widget, served, product, "2001:db8:1:2:ffff::1")
    assert (await neighbour(FREE, id=desk.id)).status == 429
    other = from_(salon.widget, served, product, "2001:db8:1:3::7")
    assert left(await other(FREE, id=desk.id)) in about(80)
    elsewhere = from_(rival.widget, served, product, "2001:db8:1:2::7")
    assert left(await elsewhere("{ viewer { kind } }")) in about(99)
    product.clock.advance(days=1)
    assert (await greedy(FREE, id=desk.id)).status == 200


async def test_a_manage_link_at_a_widget_is_no_second_bucket(
    salon: Business, served: ASGIApp, product: Product
) -> None:
    desk = await bookable(salon)
    made = await desk.book(salon.widget, at=desk.at(9))
    widget = from_(salon.widget, served, product, "198.51.100.4")
    assert left(await widget(FREE, id=desk.id)) in about(80)
    held = replace(widget, headers={**widget.headers, "Authorization": f"Bearer {made['manageToken']}"})
    assert left(await held(FREE, id=desk.id)) in about(60)


async def test_many_networks_at_one_widget_share_a_larger_bucket(
    salon: Business, served: ASGIApp, product: Product
) -> None:
    desk = await bookable(salon)
    on = "2027-01-13"
    four = " ".join(f'{name}: availability(serviceId: $id, from: "{on}", to: "{on}") {{ zone }}' for name in "abcd")
    for network in range(250):
        visitor = from_(salon.widget, served, product, f"198.51.100.{network}")
        answer = await visitor(f"query ($id: ID!) {{ {four} }}", id=desk.id)
        if answer.status != 200:
            break
    assert 61 <= network <= 200, "5,000 hold 62 times 80, and some come back meanwhile"
    assert (answer.status, answer.codes) == (429, ["THROTTLED"])
    assert answer.errors[0]["message"].startswith("Many visitors are here at once. Send it again in ")
    assert left(answer) in about(100), "nothing is taken from whoever is turned away"


async def test_what_is_read_and_not_run_costs_as_much_whatever_the_reason(
    salon: Business, served: ASGIApp, product: Product
) -> None:
    partner = from_(salon.partner, served, product)
    for nth in range(3):
        by_get = await partner.http.get(
            partner.path, headers=partner.headers, params={"query": f"mutation M{nth} {{ signOut {{ __typename }} }}"}
        )
        assert by_get.status_code == 405
    for nth in range(3):
        sent = {"query": f"query Q{nth} {{ __typename }}", "operationName": "Another"}
        answer = await partner.http.post(partner.path, headers=partner.headers, json=sent)
        assert answer.json()["errors"][0]["extensions"]["code"] == "BAD_REQUEST"
    assert left(await partner("{ __typename }")) in about(100 - 6 * 10 - 1)


async def test_reading_a_long_document_costs_once(salon: Business, served: ASGIApp, product: Product) -> None:
    partner = from_(salon.partner, served, product)
    long = "query Long { services(first: 1) { nodes { %s } } }" % ("name slug " * 300)
    assert left(await partner(long)) in about(100 - 12 - 1)
    assert left(await partner(long)) in about(100 - 12 - 2)
    answers = [await partner(long.replace("Long", f"L{nth}")) for nth in range(10)]
    assert [answer.codes for answer in answers].count(["THROTTLED"]) in (3, 4)


async def test_documents_that_cannot_be_run_cost_too_and_are_not_even_read_any_more_once_the_bucket_is_empty(
    salon: Business, visitor: Caller, served: ASGIApp, product: Product
) -> None:
    stranger = from_(visitor, served, product, "198.51.100.77")
    codes = []
    while "THROTTLED" not in codes:
        codes += (await stranger("{ nonsense")).codes
    assert set(codes[:-1]) == {"GRAPHQL_PARSE_FAILED"}
    assert len(codes) in about(11)
    too_dear = await from_(salon.owner, served, product)("{ services(first: 100) { nodes { id } } }")
    assert too_dear.codes == ["MAX_COST_EXCEEDED"]
    assert too_dear.body["extensions"]["cost"]["requested"] == 101
    assert left(too_dear) in about(90)
