"""The platform's privacy policy, as everybody reads it through the API."""

from __future__ import annotations

from datetime import UTC, datetime

from privacy import policy
from tests.api import Caller
from tests.businesses import Business
from tests.product import Product

READ = """query ($version: String) { privacyPolicy(version: $version) {
  version lastUpdated inForce title introduction { number sentences }
  sections { number heading passages { number heading sentences } }
  contact { email postalAddress phone phoneDigits sentences } } }"""


async def test_a_visitor_reads_every_sentence_of_the_version_in_force(product: Product, visitor: Caller) -> None:
    found = (await visitor.ok(READ))["privacyPolicy"]
    published = policy.current(product.clock.now().date())
    assert published is not None
    assert found["version"] == found["lastUpdated"] == published.version
    assert found["inForce"] is True
    assert [section["number"] for section in found["sections"]] == list(range(1, 11))
    told = {p["number"]: tuple(p["sentences"]) for section in found["sections"] for p in section["passages"]}
    told["header"] = tuple(found["introduction"]["sentences"])
    told["contact"] = tuple(found["contact"]["sentences"])
    assert told == {number: passage.sentences for number, passage in published.passages.items()}
    assert found["contact"]["phoneDigits"] == "+15551232253"


async def test_everyone_reads_the_same(salon: Business, visitor: Caller) -> None:
    expected = await visitor.ok(READ)
    for caller in (salon.owner, salon.widget, salon.partner):
        assert await caller.ok(READ) == expected


async def test_a_version_is_found_by_its_id_and_an_unknown_one_is_null(visitor: Caller) -> None:
    first = policy.versions()[0].version
    assert (await visitor.ok(READ, version=first))["privacyPolicy"]["version"] == first
    for unknown in ("2001-01-01", "", "../published", "x" * 5000):
        assert (await visitor.ok(READ, version=unknown))["privacyPolicy"] is None


async def test_before_the_first_version_takes_effect_it_is_shown_as_not_yet_in_force(
    product: Product, visitor: Caller
) -> None:
    product.clock.stand_at(datetime(2020, 1, 1, tzinfo=UTC))
    found = (await visitor.ok(READ))["privacyPolicy"]
    assert (found["version"], found["inForce"]) == (policy.versions()[0].version, False)
