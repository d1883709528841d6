"""The platform's privacy policy, as everybody reads it through the API."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from html import unescape

import pytest

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


VERSIONS = "{ privacyPolicyVersions { version publishedOn material inForce } }"
DIFF = """query ($from: String!, $to: String!) { policyDiff(from: $from, to: $to) {
  material changes { passage kind material before after } } }"""


async def test_versions_are_listed_from_their_publication_on(product: Product, visitor: Caller) -> None:
    found = (await visitor.ok(VERSIONS))["privacyPolicyVersions"]
    assert [one["version"] for one in found] == sorted((one.version for one in policy.versions()), reverse=True)
    assert [(one["material"], one["inForce"]) for one in found[-2:]] == [(True, True), (None, False)]
    product.clock.stand_at(datetime(2026, 11, 22, 23, 59, 59, tzinfo=UTC))
    (only,) = (await visitor.ok(VERSIONS))["privacyPolicyVersions"]
    assert (only["version"], only["inForce"]) == ("2026-11-22", True)
    assert (await visitor.ok(READ, version="2026-11-23"))["privacyPolicy"] is None


async def test_the_version_of_a_day_is_found(visitor: Caller) -> None:
    of_day = "query ($at: Date) { privacyPolicy(at: $at) { version } }"
    for day, version in (("2026-11-22", "2026-11-22"), ("2026-11-23", "2026-11-23"), ("2999-12-31", "2026-11-23")):
        assert (await visitor.ok(of_day, at=day))["privacyPolicy"] == {"version": version}
    assert (await visitor.ok(of_day, at="2026-11-21"))["privacyPolicy"] is None
    both = await visitor('{ privacyPolicy(version: "2026-11-22", at: "2026-11-22") { version } }')
    assert both.codes == ["BAD_USER_INPUT"]


async def test_what_differs_is_told_passage_by_passage(visitor: Caller) -> None:
    found = (await visitor.ok(DIFF, **{"from": "2026-11-22", "to": "2026-11-23"}))["policyDiff"]
    told = {change["passage"]: change for change in found["changes"]}
    assert found["material"] is True and {one["kind"] for one in told.values()} == {"CHANGED"}
    assert any("takes no payments" in text for text in told["3.2"]["before"])
    assert not any("takes no payments" in text for text in told["3.2"]["after"])
    same = (await visitor.ok(DIFF, **{"from": "2026-11-23", "to": "2026-11-23"}))["policyDiff"]
    assert same == {"material": False, "changes": []}
    assert (await visitor.ok(DIFF, **{"from": "2001-01-01", "to": "2026-11-23"}))["policyDiff"] is None


@pytest.mark.parametrize("path", ["/privacy", "/privacy/2026-11-22"])
async def test_the_page_shows_every_sentence_and_how_each_promise_stands(product: Product, path: str) -> None:
    async with product.http() as http:
        answer = await http.get(path)
        assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
        assert "set-cookie" not in answer.headers and "<script" not in answer.text
        loaded = set(re.findall(r'<link rel="(?:icon|stylesheet)" href="([^"]*)"', answer.text))
        assert loaded == {"data:,", "/pages/pages.css"} and " src=" not in answer.text
        text = unescape(answer.text)
        shown = policy.versions()[-1] if path == "/privacy" else policy.version("2026-11-22")
        assert shown is not None
        for passage in shown.passages.values():
            assert " ".join(passage.sentences) in text
        assert text.count('<p class="hint"><strong>') == len(shown.passages)
        for link in re.findall(r'<a href="(/[^"]*)"', answer.text):
            assert (await http.get(link)).status_code == 200
        assert (await http.get("/privacy/2001-01-01")).status_code == 404


async def test_the_feed_tells_each_version_at_one_address(product: Product) -> None:
    async with product.http() as http:
        answer = await http.get("/privacy.atom")
        product.clock.stand_at(datetime(2026, 11, 22, 12, tzinfo=UTC))
        earlier = await http.get("/privacy.atom")
    assert answer.headers["content-type"] == "application/atom+xml"
    entries = re.findall(r"<entry><id>tag:calendera.com,2026:privacy/(\S+?)</id>", answer.text)
    assert entries == sorted((one.version for one in policy.versions()), reverse=True)
    assert "<updated>2026-11-23T00:00:00Z</updated>" in answer.text and "Promises something else: 1.1" in answer.text
    assert "2026-11-23" not in earlier.text


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
