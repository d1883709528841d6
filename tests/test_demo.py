"""The seeded demo, all of it as processes: its first query, the tour, what happens when the server surprises the tour,
and a server in production that does not start on it.
"""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import subprocess
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta

import httpx
import pytest

from calendera.cli_start import Stop
from calendera.seeding.days import Days
from calendera.tour import tour as take_tour
from calendera.tour.cast import OWNER, PASSWORD
from tests.api import Caller
from tests.served import CALENDERA, PATIENCE, ROOT, Served, command, seeded_server


@pytest.fixture(scope="module")
async def served(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Served]:
    # Points come back faster than usual: tours one after the other, and these tests, are all the same owner.
    faster = {"CALENDERA_WORKERS": "2", "CALENDERA_COST_RESTORED": "500"}
    async with seeded_server(tmp_path_factory.mktemp("tour"), **faster) as running:
        yield running


def tour(served: Served, *more: str) -> subprocess.CompletedProcess[str]:
    return served.calendera("tour", "--url", served.url, *more)


@pytest.fixture
async def owner(served: Served) -> AsyncIterator[Caller]:
    """The salon's owner, signed in."""
    signing_in = "mutation ($input: SignInInput!) { signIn(input: $input) { __typename } }"
    async with httpx.AsyncClient(base_url=served.url) as http:
        caller = Caller(http, headers={"X-Calendera-Client": "dashboard"})
        answer = await caller(signing_in, input={"email": OWNER, "password": PASSWORD})
        caller.headers["Cookie"] = answer.headers["set-cookie"].partition(";")[0]
        yield caller


async def booked_by_tours(owner: Caller) -> list[str]:
    """The states of all bookings that tours have made."""
    customer = await owner.ok('{ customers(first: 2, filter: {email: "tour.guest@example.com"}) { nodes { id } } }')
    (guest,) = customer["customers"]["nodes"]
    found = await owner.ok(
        "query ($id: ID!) { bookings(first: 10, filter: {customerId: $id}) { nodes { status } } }", id=guest["id"]
    )
    return [node["status"] for node in found["bookings"]["nodes"]]


async def set_staff_see_contacts(owner: Caller, shown: bool) -> None:
    settings = (await owner.ok("{ privacySettings { version } }"))["privacySettings"]
    await owner.did(
        """mutation ($input: UpdatePrivacySettingsInput!) {
          updatePrivacySettings(input: $input) { __typename ... on Refusal { message } }
        }""",
        input={"expectedVersion": settings["version"], "staffSeeContacts": shown},
    )


async def test_it_passes_again_and_again_and_leaves_the_diary_as_it_was(served: Served, owner: Caller) -> None:
    for _ in range(2):
        taken = tour(served)
        assert (taken.returncode, taken.stderr) == (0, "")
        parts = re.findall(r"^(\w+): .* ─+$", taken.stdout, re.MULTILINE)
        assert parts == ["Widget", "Dashboard", "Partner", "Rival", "Customer"]
        assert re.search(r"The tour is over: \d+ requests in [\d.]+ s, and no surprise\.\n$", taken.stdout)
        assert PASSWORD not in taken.stdout
    left = await booked_by_tours(owner)
    assert len(left) >= 2 and set(left) == {"CANCELLED"}


async def test_it_waits_where_its_owner_has_spent_what_may_be_asked_for(served: Served, owner: Caller) -> None:
    dear = "{ bookings(first: 100) { nodes { service { name } staff { name } customer { name } } } }"
    while not (answer := await owner(dear)).errors:
        pass
    assert answer.codes == ["THROTTLED"]
    assert tour(served).returncode == 0


async def test_a_surprise_is_one_line_with_what_was_expected_and_what_came(served: Served, owner: Caller) -> None:
    await set_staff_see_contacts(owner, True)
    try:
        taken = tour(served)
    finally:
        await set_staff_see_contacts(owner, False)
    assert taken.returncode == 1
    (line,) = taken.stderr.splitlines()
    assert re.match(
        r"calendera: stylist, step \d+ \(Look at some customers\): expected masked contacts for staff; came ", line
    )
    assert "Rival" not in taken.stdout
    # What it had booked before the surprise is cancelled all the same.
    assert set(await booked_by_tours(owner)) == {"CANCELLED"}


async def test_a_refusal_that_was_not_expected_is_a_surprise(served: Served, owner: Caller) -> None:
    change = """mutation ($input: UpdateWidgetKeyInput!) {
      updateWidgetKey(input: $input) { __typename ... on Refusal { message } ... on UpdateWidgetKeyPayload {
        accessKey { id version } } } }"""
    keys = (await owner.ok("{ accessKeys(first: 10) { nodes { id kind version origins } } }"))["accessKeys"]["nodes"]
    (key,) = (key for key in keys if key["kind"] == "WIDGET")
    asked = {"id": key["id"], "expectedVersion": key["version"], "origins": ["https://other.example"]}
    changed = (await owner.did(change, input=asked))["accessKey"]
    try:
        taken = tour(served)
    finally:
        asked = {"id": key["id"], "expectedVersion": changed["version"], "origins": key["origins"]}
        await owner.did(change, input=asked)
    assert taken.returncode == 1
    (line,) = taken.stderr.splitlines()
    assert line.startswith("calendera: widget, step 1 (")
    assert "expected an answer; came" in line
    assert "FORBIDDEN" in line


@pytest.mark.parametrize("url", ["https://booking.example", "http://192.0.2.1:8000", "http://127.0.0.1.example"])
async def test_it_does_not_book_on_other_machines_unless_told_to(url: str) -> None:
    with pytest.raises(Stop, match=r"is another machine.*--yes"):
        await take_tour(url)


@pytest.mark.parametrize("url", ["", "127.0.0.1:8000", "ftp://127.0.0.1", "http://"])
async def test_what_is_no_address_is_said_to_be_none(url: str) -> None:
    with pytest.raises(Stop, match="not the address of a server"):
        await take_tour(url)


def test_a_server_that_is_not_there_is_one_line(served: Served) -> None:
    taken = served.calendera("tour", "--url", "http://127.0.0.1:9", "--yes")
    assert taken.returncode == 1
    assert len(taken.stderr.splitlines()) == 1
    assert "expected a server that answers" in taken.stderr


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_the_first_query_works_as_it_is_printed(served: Served) -> None:
    environment = served.environment | {"CALENDERA_PORT": served.url.rpartition(":")[2]}
    printed = command(environment, "seed").stdout  # a second time it only says how to get in
    assert served.url in printed and f"{served.environment['CALENDERA_DATA_DIR']}/mail" in printed
    curl = ["sh", "-c", printed[printed.index("\ncurl ") :]]
    answer = subprocess.run(curl, capture_output=True, text=True, check=True).stdout
    bookings = json.loads(answer)["data"]["bookings"]
    assert bookings["totalCount"] >= 50
    assert len(bookings["nodes"]) == 5
    monday = Days.of(datetime.now(UTC)).monday
    starts = [date.fromisoformat(node["local"]["dateTime"][:10]) for node in bookings["nodes"]]
    assert all(monday <= day < monday + timedelta(days=7) for day in starts)


async def test_a_server_in_production_refuses_the_seeds_data(served: Served) -> None:
    """Its credentials are public."""
    production = served.environment | {
        "CALENDERA_ENVIRONMENT": "production",
        "CALENDERA_SECRET_KEY": "k" * 40,
        "CALENDERA_PASSWORD_PROFILE": "standard",
        "CALENDERA_WORKERS": "1",  # of several, each would be tried again before all are given up
        "CALENDERA_DATABASE_URL": await served.database.served_url(),
    }
    started = await asyncio.to_thread(
        subprocess.run,
        [*CALENDERA, "serve"],
        cwd=ROOT,
        env=production,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert started.returncode != 0
    assert "whose credentials are public: use another" in started.stderr
