"""What pages of other sites can make a browser send: every method × content type × page × header of ours, as a table.

Allowed is only what a page of this server sends. The three locks are tried apart: the header, the content type, and
what the browser says of the page that asks.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product as every

import pytest

from tests.api import Caller
from tests.businesses import Business
from tests.product import Product

OURS = "http://127.0.0.1:8000"
BODY = b'{"query": "{ viewer { kind } }"}'

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
TYPES = [
    "application/json", "application/json; charset=utf-8", None, "text/plain", "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x", "application/graphql", "text/plain; application/json",
]  # fmt: skip
# (Origin, Sec-Fetch-Site): what a browser says of the page; the last three are not browsers, or old ones.
PAGES = {
    "ours": (OURS, "same-origin"),
    "another site": ("https://evil.example", "cross-site"),
    "a neighbour's subdomain": ("http://evil.127.0.0.1:8000", "same-site"),
    "the same host on another port": ("http://127.0.0.1:9000", "same-site"),
    "a sandboxed frame": ("null", "cross-site"),
    "our name with https": ("https://127.0.0.1:8000", "same-site"),
    "our name as a prefix": (f"{OURS}.evil.example", "cross-site"),
    "another site that sends no Origin": (None, "cross-site"),
    "an old browser elsewhere": ("https://evil.example", None),
    "an old browser here": (OURS, None),
    "a program": (None, None),
}
WELCOME = {"ours", "an old browser here", "a program"}
READ = {"application/json", "application/json; charset=utf-8"}


@dataclass(frozen=True, slots=True)
class Try:
    """One request that a browser could be made to send."""

    method: str
    type: str | None
    page: str
    header: bool

    @property
    def allowed(self) -> bool:
        return self.method == "POST" and self.type in READ and self.page in WELCOME and self.header

    def headers(self, cookie: str) -> dict[str, str]:
        origin, site = PAGES[self.page]
        sent = {"Cookie": cookie, "Content-Type": self.type, "Origin": origin, "Sec-Fetch-Site": site}
        sent |= {"X-Calendera-Client": "dashboard" if self.header else None}
        return {name: value for name, value in sent.items() if value is not None}


TRIES = [Try(*one) for one in every(METHODS, TYPES, PAGES, [True, False])]


async def test_the_cookie_speaks_for_pages_of_this_server_only(salon: Business) -> None:
    cookie = salon.owner.headers["Cookie"]
    answered = []
    for one in TRIES:
        content = BODY if one.method in ("POST", "PUT", "PATCH", "DELETE") else None
        answer = await salon.owner.http.request(one.method, "/graphql", headers=one.headers(cookie), content=content)
        assert "access-control-allow-origin" not in answer.headers, one
        assert answer.status_code < 500, one
        member = '"MEMBER"' in answer.text
        assert member is one.allowed, (one, answer.text)
        answered += [one] if member else []
    assert (len(TRIES), len(answered)) == (1_232, 6)


async def test_a_trusted_document_by_get_needs_the_same(salon: Business) -> None:
    cookie = salon.owner.headers["Cookie"]
    for page, header in every(PAGES, [True, False]):
        one = Try("GET", None, page, header)
        answer = await salon.owner.http.get("/graphql", params={"query": "{viewer{kind}}"}, headers=one.headers(cookie))
        # Whoever comes past the locks is told about the method; the others nothing but that they may not.
        assert answer.status_code == (405 if page in WELCOME and header else 403), one


async def test_nobody_is_signed_in_by_a_page_of_another_site(visitor: Caller) -> None:
    for page, (origin, site) in PAGES.items():
        sent = {"Origin": origin, "Sec-Fetch-Site": site, "Content-Type": "application/json"}
        headers = {name: value for name, value in sent.items() if value is not None}
        answer = await visitor.http.post("/graphql", content=BODY, headers=headers)
        assert (answer.status_code == 200) is (page in WELCOME), page


async def test_whoever_sends_a_secret_may_be_anywhere(salon: Business) -> None:
    for origin, site in PAGES.values():
        sent = {**salon.partner.headers, "Origin": origin, "Sec-Fetch-Site": site, "Content-Type": "application/json"}
        headers = {name: value for name, value in sent.items() if value is not None}
        assert (await salon.partner.http.post("/graphql", content=BODY, headers=headers)).status_code == 200


LOADED = [("no-cors", "image"), ("no-cors", "script"), ("cors", "empty"), ("navigate", "iframe"), ("navigate", "embed")]


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
async def test_a_download_is_followed_from_anywhere_and_loaded_into_no_other_page(salon: Business, site: str) -> None:
    path, cookie = "/exports/exp_unknown", {"Cookie": salon.owner.headers["Cookie"]}
    for mode, dest in LOADED:
        sent = {**cookie, "Sec-Fetch-Site": site, "Sec-Fetch-Mode": mode, "Sec-Fetch-Dest": dest}
        answer = await salon.owner.http.get(path, headers=sent)
        assert (answer.status_code, answer.headers["cross-origin-resource-policy"]) == (403, "same-origin")
    followed = {**cookie, "Sec-Fetch-Site": site, "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
    assert (await salon.owner.http.get(path, headers=followed)).status_code == 404


async def test_the_pages_are_the_same_for_everybody_and_stand_in_no_frame(product: Product) -> None:
    async with product.http() as http:
        for origin, site in PAGES.values():
            sent = {"Origin": origin, "Sec-Fetch-Site": site}
            headers = {name: value for name, value in sent.items() if value is not None}
            answer = await http.get("/booking", headers=headers)
            assert answer.status_code == 200 and "access-control-allow-origin" not in answer.headers
            assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
