"""The pages that the links in mails lead to, as a browser is given them, and what they ask the API for."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from fnmatch import fnmatch
from html.parser import HTMLParser
from urllib.parse import urlsplit

import httpx
import pytest

from calendera.pages import FOLDER
from calendera.security_headers import PAGE_POLICY
from calendera.worker import Worker
from graph.documents import Client, Trusted
from models.mail import Mail, MailTemplate
from rules.ids import global_id
from tests.api import Caller
from tests.appointments import appointment
from tests.businesses import Business, by_key
from tests.conftest import NOW
from tests.customers import link_asked
from tests.joining import invited
from tests.people import SIGN_UP, browser, new_email, sign_up_input, signed_in_as, signed_up
from tests.product import Product
from tests.served import ROOT

MAILED = ["/booking", "/confirm-sign-up", "/invitation", "/my-bookings", "/new-sign-in", "/reset-password"]
PAGES = [*MAILED, "/oauth/authorize"]
FILES = [f"/pages/{file.name}" for file in sorted(FOLDER.iterdir()) if file.suffix != ".html"]
PARTS = ["/pages/documents.js", *FILES]
DOCUMENTS = Trusted.load().of(Client.PAGES)
ASKED = {
    (file.name, name)
    for file in FOLDER.glob("*.js")
    for name in re.findall(r'\b(?:ask|carryOut)\(\s*"([^"]*)"', file.read_text("utf-8"))
}
FORGET = """
mutation ($email: String!) { requestPasswordReset(input: {email: $email}) { __typename } }
"""
MINE = """
{ viewer { kind account { name } booking { id reference customer { email } service { name } } } }
"""


@dataclass
class Read(HTMLParser):
    """What stands in a page: each start tag with its attributes, and the texts inside `title`, `script`, `style`."""

    tags: list[tuple[str, dict[str, str | None]]] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)
    inside: str = ""

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.inside = tag

    def handle_endtag(self, tag: str) -> None:
        self.inside = ""

    def handle_data(self, data: str) -> None:
        self.texts[self.inside] = self.texts.get(self.inside, "") + data.strip()

    def all(self, *names: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name in names]


@pytest.fixture
async def http(product: Product) -> AsyncIterator[httpx.AsyncClient]:
    async with product.http() as client:
        yield client


def name_of(path: str) -> str:
    return path.rpartition("/")[2]


async def read(http: httpx.AsyncClient, path: str) -> Read:
    page = Read()
    page.feed((await http.get(path)).text)
    return page


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_is_strict_html_that_nobody_keeps_and_sets_no_cookie(http: httpx.AsyncClient, path: str) -> None:
    answer = await http.get(path)
    found = 200 if path in MAILED else 400  # without an app that asks, the other says what is wrong
    assert answer.status_code == found
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers.get_list("content-security-policy") == [PAGE_POLICY]
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "set-cookie" not in answer.headers
    head = await http.head(path)
    assert (head.status_code, head.headers["content-length"]) == (found, str(len(answer.content)))


@pytest.mark.promise("6.2")
@pytest.mark.parametrize("path", PAGES)
async def test_a_page_loads_only_files_of_this_server_that_are_there(http: httpx.AsyncClient, path: str) -> None:
    page = await read(http, path)
    loaded = [tag.get("src") or tag.get("href") for tag in page.all("script", "link", "img", "iframe", "source")]
    assert loaded.pop(0) == "data:,"  # instead of a favicon, which browsers would ask for
    assert loaded == ["/pages/pages.css", f"/pages/{name_of(path)}.js"]
    linked = [tag["href"] for tag in page.all("a")]
    for url in [*loaded, *linked]:
        assert url and (await http.get(url)).status_code == 200


@pytest.mark.parametrize("path", PARTS)
async def test_a_part_is_served_as_what_it_is_and_asked_for_again_cheaply(http: httpx.AsyncClient, path: str) -> None:
    answer = await http.get(path)
    kind = "text/css" if path.endswith(".css") else "text/javascript"
    assert (answer.status_code, answer.headers["content-type"]) == (200, f"{kind}; charset=utf-8")
    assert answer.headers["cache-control"] == "no-cache"
    assert "set-cookie" not in answer.headers
    again = await http.get(path, headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert (await http.get(path, headers={"If-None-Match": '"older"'})).status_code == 200


@pytest.mark.parametrize("path", PARTS)
async def test_a_part_loads_its_neighbours_only(http: httpx.AsyncClient, path: str) -> None:
    text = (await http.get(path)).text
    imported = re.findall(r'\bfrom "([^"]*)"|\bimport\(?\s*"([^"]*)"|@import[^;]*|url\(([^)]*)\)', text)
    for url in [next(filter(None, found)) for found in imported]:
        assert url.startswith("./")
        assert f"/pages/{url[2:]}" in PARTS
    assert re.findall(r"\bfetch\(([^,)]*)", text) in ([], ['"/graphql"'])
    assert not re.search(r"https?://|//[a-z]+\.[a-z]", text)


def test_no_part_stores_anything_or_makes_markup_of_a_text() -> None:
    forbidden = re.compile(
        r"localStorage|sessionStorage|indexedDB|caches\b|\.cookie|serviceWorker|sendBeacon|"
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|\beval\b|new Function|\.style\b"
    )
    found = {file.name: forbidden.findall(file.read_text("utf-8")) for file in FOLDER.glob("*.js")}
    assert found and {name: words for name, words in found.items() if words} == {}


@pytest.mark.parametrize("path", PAGES)
async def test_nothing_in_a_page_is_inline(http: httpx.AsyncClient, path: str) -> None:
    page = await read(http, path)
    assert page.texts.get("script", "") == page.texts.get("style", "") == ""
    assert page.all("style") == []
    attributes = {name for _, attributes in page.tags for name in attributes}
    assert not [name for name in attributes if name.startswith("on") or name == "style"]
    assert not [tag for tag in page.all("a", "form") if str(tag.get("href") or tag.get("action")).startswith("java")]


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_can_be_used_by_whoever_cannot_see_it(http: httpx.AsyncClient, path: str) -> None:
    page = await read(http, path)
    assert page.all("html")[0]["lang"] == "en"
    assert page.texts["title"]
    assert len(page.all("h1")) == len(page.all("main")) == len(page.all("noscript")) == 1
    assert {"id": "message", "role": "status", "tabindex": "-1"} in page.all("p")
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    controls, labels = page.all("input", "select", "textarea"), page.all("label")
    assert sorted(str(one["id"]) for one in controls) == sorted(str(label["for"]) for label in labels)
    named = [str(one[name]) for _, one in page.tags for name in ("aria-describedby", "aria-labelledby") if name in one]
    assert {word for words in named for word in words.split()} <= set(ids)
    problems = [str(tag["data-about"]) for tag in page.all("span") if "data-about" in tag]
    assert set(problems) <= {str(one["name"]) for one in controls if "name" in one}


@pytest.mark.parametrize("path", PAGES)
async def test_a_module_finds_what_it_looks_for_in_its_page(http: httpx.AsyncClient, path: str) -> None:
    page = await read(http, path)
    ids = {attributes["id"] for _, attributes in page.tags if "id" in attributes}
    text = (await http.get(f"/pages/{name_of(path)}.js")).text
    if path == "/booking":
        text += (await http.get("/pages/moving.js")).text
    wanted = set(re.findall(r'\b(?:at|write|go|onClick|onSubmit|off)\("([^"]+)"', text))
    assert wanted and wanted <= ids


def test_every_page_asks_by_the_names_of_its_documents_and_each_is_asked_for() -> None:
    assert {name for _, name in ASKED} == set(DOCUMENTS)
    assert {file.removesuffix(".js") for file, _ in ASKED} >= {name_of(path) for path in PAGES}
    assert not [
        file for file in FOLDER.glob("*.js") if re.search(r"\bquery\b|\bmutation [A-Z]", file.read_text("utf-8"))
    ]


async def test_the_ids_are_served_as_a_part(http: httpx.AsyncClient) -> None:
    text = (await http.get("/pages/documents.js")).text
    assert json.loads(text.removeprefix("export default ").removesuffix(";\n")) == DOCUMENTS


@pytest.mark.parametrize(
    "path", ["/pages", "/pages/", "/pages/booking.html", "/pages/__init__.py", "/pages/..%2f__init__.py", "/bookings"]
)
async def test_nothing_else_is_there(http: httpx.AsyncClient, path: str) -> None:
    assert (await http.get(path)).status_code == 404


async def test_a_page_is_only_read(http: httpx.AsyncClient) -> None:
    assert (await http.post("/booking", content=b"token=mt_x")).status_code == 405


def test_a_wheel_carries_every_file() -> None:
    data = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["setuptools"]["package-data"]
    patterns = data["calendera.pages"]
    files = [str(file.relative_to(FOLDER.parent)) for file in FOLDER.iterdir()]
    assert files and [file for file in files if not any(fnmatch(file, pattern) for pattern in patterns)] == []


async def test_each_mailed_link_leads_to_a_page(product: Product, salon: Business, http: httpx.AsyncClient) -> None:
    await Mail.all().delete()
    for file in product.settings.mail_spool.glob("*"):  # of other tests
        file.unlink()
    given = sign_up_input()
    await browser(product).did(SIGN_UP, input=given)
    await browser(product).ok(FORGET, email=salon.owner_user.email)
    await invited(salon)
    await signed_in_as(product, await signed_up(product), agent="curl/8")
    made = await appointment(salon, email=new_email())
    await link_asked(salon, str(made.customer.email))
    await Mail.post(
        MailTemplate.BOOKING_CONFIRMED, str(made.customer.email), NOW, account_id=salon.account.id, about_id=made.id
    )
    await Worker(product.settings, product.clock).round()
    mails = [
        message_from_bytes(file.read_bytes(), policy=policy.default) for file in product.settings.mail_spool.iterdir()
    ]
    links = [urlsplit(link) for mail in mails for link in re.findall(rf"{product.settings.public_url}\S+", str(mail))]
    assert {link.path for link in links} >= set(MAILED)
    for link in {link.path for link in links}:
        assert (await http.get(link)).status_code == 200
    assert all(link.fragment.startswith("token=") and not link.query for link in links)


async def test_a_manage_link_finds_its_booking_and_no_other(product: Product, salon: Business) -> None:
    made, other = await appointment(salon), await appointment(salon)
    for one in (made, other):
        seen = (await by_key(product, one.token).ok(MINE))["viewer"]
        assert (seen["kind"], seen["account"]["name"]) == ("CUSTOMER", "Salon")
        assert seen["booking"]["id"] == global_id("booking", one.id)
        assert seen["booking"]["customer"]["email"] == one.customer.email


async def test_whoever_has_no_manage_link_has_no_booking_by_it(salon: Business, visitor: Caller) -> None:
    await appointment(salon)
    for caller in (salon.owner, salon.partner, visitor):
        assert (await caller.ok(MINE))["viewer"]["booking"] is None
    by_id = {"documentId": DOCUMENTS["Appointment"], "variables": {"id": "", "signedIn": False}}
    answer = await visitor.http.post("/graphql", json=by_id)
    assert answer.json()["data"] == {"viewer": {"account": None, "booking": None}}
