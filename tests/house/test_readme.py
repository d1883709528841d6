"""The README is true: what it shows is tried against a seeded server, what it names exists. So is docs/partners.md."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from calendera.seeding import demo
from calendera.settings import Settings, variable
from resolvers.context import COOKIE
from tests.house.tree import ROOT
from tests.partner_apps import APPROVE, answered
from tests.served import Served, seeded_server
from tests.shell import Shell, answers

README = (ROOT / "README.md").read_text("utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
SHELL = [text for language, text in BLOCKS if language == "sh"]
ADDRESS = "http://127.0.0.1:8000"
PARTNERS = re.findall(r"^```sh\n(.*?)^```", (ROOT / "docs/partners.md").read_text("utf-8"), re.MULTILINE | re.DOTALL)
SIGN_IN = """mutation ($input: SignInInput!) {
  signIn(input: $input) { ... on SignInPayload { viewer { account { id } } } } }"""


@pytest.fixture(scope="module")
async def served(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Served]:
    async with seeded_server(tmp_path_factory.mktemp("readme")) as running:
        yield running


async def test_its_query_has_its_answer(served: Served) -> None:
    (query,) = (text for language, text in BLOCKS if language == "graphql")
    (answer,) = (text for language, text in BLOCKS if language == "json")
    (secret,) = set(re.findall(r"Bearer (sk_\w+)", README))
    async with httpx.AsyncClient(base_url=served.url, headers={"Authorization": f"Bearer {secret}"}) as partner:
        response = await partner.post("/graphql", json={"query": query})
    said = response.json()
    assert said.pop("extensions")["cost"]["actual"] > 0
    assert said == json.loads(answer)


@pytest.mark.skipif(not shutil.which("curl"), reason="these are commands for curl, which is not here")
@pytest.mark.parametrize("block", [text for text in SHELL if "curl" in text], ids=["widget", "dashboard", "partner"])
async def test_its_commands_are_answered_as_it_says(served: Served, block: str, tmp_path: Path) -> None:
    assert ADDRESS in block
    commands = block.replace(ADDRESS, served.url)
    run = await asyncio.to_thread(
        subprocess.run, ["bash", "-euc", commands], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    got = [one["errors"][0]["extensions"]["code"] if "errors" in one else "data" for one in answers(run.stdout)]
    # A comment before a command names the code it is refused with.
    said = re.findall(r"^(?:# ([A-Z_]+):.*\n)?curl ", block, re.MULTILINE)
    assert got == [code or "data" for code in said]
    assert all(shows_something(one) for one in answers(run.stdout) if "errors" not in one)


def shows_something(answer: Any) -> bool:
    """Whether the last thing that was asked for is a list with rows, a mutation's payload, or is watched now."""
    *_, value = answer["data"].values()
    if value is None:
        return set(answer["data"]) == {"bookingChanged"}
    return bool(value.get("nodes")) or value["__typename"].endswith("Payload")


def approved(url: str, request: str) -> str:
    """Where the browser of the salon's owner goes, once she has approved an app."""
    with httpx.Client(base_url=url, headers={"X-Calendera-Client": "dashboard"}) as browser:
        given = {"email": "marisol@example.com", "password": demo.PASSWORD}
        signed_in = browser.post("/graphql", json={"query": SIGN_IN, "variables": {"input": given}})
        account = signed_in.json()["data"]["signIn"]["viewer"]["account"]["id"]
        cookie = {"Cookie": f"{COOKIE}={signed_in.cookies[COOKIE]}"}
        sent = {"query": APPROVE, "variables": {"input": {"request": request, "accountId": account}}}
        answer = browser.post("/graphql", json=sent, headers=cookie)
    return str(answer.json()["data"]["approveApp"]["redirectTo"])


@pytest.mark.skipif(not (shutil.which("curl") and shutil.which("openssl")), reason="these are commands for both")
def test_a_partner_connects_as_docs_partners_says(served: Served, tmp_path: Path) -> None:
    discovery, making, sending, redeeming, using, following = PARTNERS
    shell = Shell(tmp_path, ADDRESS, served.url)
    server, api = answers(shell(discovery))
    assert api["authorization_servers"] == [server["issuer"]]
    made = answers(shell(making))[-1]["data"]["createApp"]
    shell.sets(ID=made["app"]["clientId"], SECRET=made["secret"])
    choosing, rest = sending.split("\n", 1)
    shell.sets(V=shell(f'{choosing}\necho "$V"').strip())
    sent = shell(rest).strip()
    assert httpx.get(sent).status_code == 200
    back = answered(approved(served.url, sent.partition("?")[2]))
    assert (back["state"], back["iss"]) == ("1", server["issuer"])
    shell.sets(CODE=back["code"])
    (tokens,) = answers(shell(redeeming))
    shell.sets(ACCESS=tokens["access_token"], REFRESH=tokens["refresh_token"])
    (copied,) = answers(shell(following))
    assert copied["data"]["changes"]["nextCursor"] and copied["data"]["changes"]["changes"][0]["node"]
    asked, refreshed, revoked = answers(shell(using))
    assert asked["data"]["viewer"]["scopes"] == ["CATALOGUE_READ", "BOOKINGS_READ"] and asked["data"]["account"]
    assert refreshed["refresh_token"] != tokens["refresh_token"] and revoked == {}


def test_its_commands_exist_and_none_is_missing(served: Served) -> None:
    listed = re.findall(r"^\| `calendera ([a-z-]+)` ", README, re.MULTILINE)
    offered = re.findall(r"^│ ([a-z][a-z-]+)  ", served.calendera("--help").stdout, re.MULTILINE)
    assert sorted(listed) == sorted(offered)


def test_its_doors_exist() -> None:
    doors = set(re.findall(r"^([a-z]+):.*## ", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    named = set(re.findall(r"(?:`|^|\s)make ([a-z]+)", README, re.MULTILINE))
    assert {"dev", "test", "check"} <= named <= doors


def test_what_it_points_to_exists() -> None:
    places = re.findall(r"\]\(([^)]+)\)", README) + re.findall(r"ARGS=(\S+?)`", README)
    assert places
    assert [place for place in places if not (ROOT / place).exists()] == []
    named = set(re.findall(r"CALENDERA_[A-Z_]+", README))
    settings = {variable(field) for field in Settings.model_fields}
    assert {name for name in named if not name.startswith("CALENDERA_TEST_")} <= settings
    assert named > {"CALENDERA_DATABASE_URL"}


def test_it_is_short() -> None:
    assert len(README.splitlines()) <= 150
    assert max(map(len, README.splitlines())) <= 130
