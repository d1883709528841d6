"""Trusted documents as clients meet them: a widget runs nothing else, and each client only its own."""

from __future__ import annotations

import json
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from calendera.app import build
from graph.documents import Client, Trusted, document_id
from rules.ids import global_id
from tests.api import Caller
from tests.appointments import appointment
from tests.businesses import Business, by_key
from tests.product import Product
from tests.served import command, environment_for

SHIPPED = {client: Trusted.load().of(client) for client in Client}
SERVICES = SHIPPED[Client.WIDGET]["Services"]
VARIABLES = {"Appointment": {"id": "", "signedIn": False}}
APPOINTMENT = {"documentId": SHIPPED[Client.PAGES]["Appointment"], "variables": VARIABLES["Appointment"]}
OWN = "query Mine { account { name } }"


async def send(caller: Caller, method: str = "POST", **body: object) -> httpx.Response:
    sent = {"params": {name: str(value) for name, value in body.items()}} if method == "GET" else {"json": body}
    return await caller.http.request(method, caller.path, headers=caller.headers, **sent)  # type: ignore[arg-type]


def code(answer: httpx.Response) -> str | None:
    found: list[dict[str, dict[str, str]]] = answer.json().get("errors", [])
    return found[0]["extensions"]["code"] if found else None


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_widget_runs_no_document_of_its_own_and_is_told_what_to_do(salon: Business, method: str) -> None:
    texts = [OWN, "{ __typename }", "{ __schema { types { name } } }", "{ nonsense", "", "{ account { nothing } }"]
    answers = [await send(salon.widget, method, query=text) for text in texts]
    assert {answer.status_code for answer in answers} == {403}
    assert len({answer.text for answer in answers}) == 1  # nothing is learnt from which text it was
    (error,) = answers[0].json()["errors"]
    assert error["extensions"] == {"code": "FORBIDDEN"}
    assert "`documentId`" in error["message"] and "docs/documents.md" in error["message"]


async def test_a_widget_with_a_manage_token_runs_no_document_of_its_own_either(salon: Business) -> None:
    made = await appointment(salon)
    booking_id = global_id("booking", made.id)
    link = {**salon.widget.headers, "Authorization": f"Bearer {made.token}"}
    booker = Caller(salon.widget.http, salon.widget.path, link)
    assert code(await send(booker, query=OWN)) == "FORBIDDEN"
    seen = (await send(booker, documentId=SHIPPED[Client.WIDGET]["MyBooking"], variables={"id": booking_id})).json()
    assert seen["data"]["booking"]["id"] == booking_id


async def test_each_client_runs_its_own_documents_and_no_others(product: Product, salon: Business) -> None:
    made = await appointment(salon)
    mine = {Client.WIDGET: salon.widget, Client.PAGES: by_key(product, made.token), Client.DASHBOARD: salon.owner}
    asked = {Client.WIDGET: "PrivacyNotice", Client.PAGES: "Appointment", Client.DASHBOARD: "Viewer"}
    allowed = {Client.DASHBOARD: {Client.DASHBOARD, Client.PAGES}}
    for client, caller in mine.items():
        for other, name in asked.items():
            answer = await send(caller, documentId=SHIPPED[other][name], variables=VARIABLES.get(name))
            open_ = other in allowed.get(client, {client})
            assert code(answer) == (None if open_ else "PERSISTED_QUERY_NOT_FOUND"), (client, other)


async def test_a_document_that_somebody_sent_as_text_is_not_trusted(salon: Business) -> None:
    text = "query Sent { account { name } }"
    await salon.partner.ok(text)
    await salon.owner.ok(text)
    assert code(await send(salon.partner, documentId=document_id(text))) is None
    for method in ("GET", "POST"):
        assert code(await send(salon.widget, method, documentId=document_id(text))) == "PERSISTED_QUERY_NOT_FOUND"
    assert code(await send(salon.owner, "GET", documentId=document_id(text))) == "PERSISTED_QUERY_NOT_FOUND"


async def test_one_account_finds_no_text_of_another(salon: Business, rival: Business) -> None:
    text = "query Secret { account { zone } }"
    await salon.partner.ok(text)
    for caller in (rival.partner, rival.owner):
        assert code(await send(caller, documentId=document_id(text))) == "PERSISTED_QUERY_NOT_FOUND"


async def test_a_mutation_is_never_carried_out_by_get(salon: Business) -> None:
    for client, name, caller in ((Client.WIDGET, "Hold", salon.widget), (Client.DASHBOARD, "SignOut", salon.owner)):
        answer = await send(caller, "GET", documentId=SHIPPED[client][name], variables="{}")
        assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
    text = "mutation Out { revokeOtherSessions { __typename } }"
    await salon.partner(text)
    assert (await send(salon.partner, "GET", documentId=document_id(text))).status_code == 405


async def test_an_operator_adds_documents_while_the_server_runs(product: Product, salon: Business) -> None:
    folder = product.settings.documents_dir / "widget"
    text = f"query Added {{ account {{ name }} }} # {salon.account.id}\r\n"
    id_ = document_id(text)
    assert code(await send(salon.widget, "GET", documentId=id_)) == "PERSISTED_QUERY_NOT_FOUND"
    folder.mkdir(exist_ok=True)
    file = folder / "Added.graphql"
    file.write_bytes(text.encode()[:10])
    assert code(await send(salon.widget, "GET", documentId=id_)) == "PERSISTED_QUERY_NOT_FOUND"
    file.write_bytes(text.encode())
    assert (await send(salon.widget, "GET", documentId=id_)).json()["data"] == {"account": {"name": "Salon"}}
    file.write_bytes(b"\xff is no text")  # pages that were loaded before go on
    assert code(await send(salon.widget, "GET", documentId=id_)) is None
    assert code(await send(salon.widget, "GET", documentId="sha256:0")) == "PERSISTED_QUERY_NOT_FOUND"
    file.unlink()


@asynccontextmanager
async def choosing(product: Product, salon: Business, choice: str) -> AsyncIterator[dict[str, Caller]]:
    """The same database behind a server with this choice of `free_documents`."""
    made = await appointment(salon)
    app = build(product.settings.model_copy(update={"free_documents": choice}), product.clock)
    assert isinstance(app, Starlette)
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as http:
        callers = {"visitor": {}, "link": by_key(product, made.token).headers}
        callers |= {"owner": salon.owner.headers, "partner": salon.partner.headers}
        yield {who: Caller(http, headers=headers) for who, headers in callers.items()}


@pytest.mark.parametrize(
    ("choice", "free"),
    [
        ("everybody", {"visitor", "link", "owner", "partner"}),
        ("members", {"owner", "partner"}),
        ("partners", {"partner"}),
    ],
)
async def test_who_may_send_documents_of_their_own(
    product: Product, salon: Business, choice: str, free: set[str]
) -> None:
    async with choosing(product, salon, choice) as callers:
        answers = {who: await send(caller, query="{ viewer { kind } }") for who, caller in callers.items()}
        assert {who for who, answer in answers.items() if code(answer) is None} == free
        assert {answer.status_code for who, answer in answers.items() if who not in free} <= {403}
        # Whoever may send none signs in and reads by the ids of those that were written for them.
        for who in ("visitor", "owner"):
            assert code(await send(callers[who], documentId=SHIPPED[Client.DASHBOARD]["Viewer"])) is None
        assert code(await send(callers["link"], **APPOINTMENT)) is None


def test_the_choice_is_everybody_in_development_and_members_in_production(tmp_path: Path) -> None:
    def chosen(**variables: str) -> str:
        environment = environment_for(tmp_path, "sqlite:///x.db", **variables)
        shown = command(environment, "settings").stdout
        return next(line.split()[-1] for line in shown.splitlines() if "CALENDERA_FREE_DOCUMENTS" in line)

    assert chosen() == "everybody"
    production = {
        "CALENDERA_ENVIRONMENT": "production", "CALENDERA_PUBLIC_URL": "https://example.com",
        "CALENDERA_SECRET_KEY": "x" * 40, "CALENDERA_PASSWORD_PROFILE": "standard",
        "CALENDERA_SMTP_URL": "smtps://mail.example.com", "CALENDERA_MAIL_FROM": "a@example.com",
    }  # fmt: skip
    assert chosen(**production) == "members"


HIDDEN = [
    ("{ customers(first: 1) { totalCount } }", "customers", "custamers"),
    ("{ viewer { kind } ...F } fragment F on Query { exports(first: 1) { totalCount } }", "exports", "exparts"),
    ("{ node(id: 1) { ... on Membership { role } } }", "Membership", "Mambership"),
    ("query ($x: CustomerFilter) { viewer { kind } }", "CustomerFilter", "CustamerFilter"),
    ("mutation { requestExport { __typename } }", "requestExport", "requestExpart"),
]


@pytest.mark.parametrize(("document", "name", "absent"), HIDDEN, ids=[name for _, name, _ in HIDDEN])
async def test_strangers_cannot_tell_what_is_hidden_from_what_is_not_there(
    product: Product, salon: Business, visitor: Caller, document: str, name: str, absent: str
) -> None:
    link = by_key(product, (await appointment(salon)).token)
    for caller, word in ((visitor, "UNAUTHENTICATED"), (link, "FORBIDDEN")):
        real, imagined = await caller(document), await caller(document.replace(name, absent))
        assert (real.status, real.codes, real.data) == (imagined.status, [word], None)
        assert str(real.body).replace(name, absent) == str(imagined.body)


async def test_strangers_read_what_is_theirs(product: Product, salon: Business, visitor: Caller) -> None:
    made = await appointment(salon)
    link = by_key(product, made.token)
    assert (await visitor.ok("{ __typename viewer { kind account { name } } }"))["__typename"] == "Query"
    mine = await link.ok("{ __typename viewer { booking { reference customer { email } } } }")
    assert mine["viewer"]["booking"]["customer"]["email"] == made.customer.email
    broken = await link("{ viewer { kind(of: 1) account } }")  # what is wrong with names they know is said
    assert broken.codes == ["FORBIDDEN"] and "of" in broken.errors[0]["message"]
    assert (await link("{ viewer { account } }")).codes == ["GRAPHQL_VALIDATION_FAILED"]


def test_the_command_prints_every_id_and_finds_what_cannot_be_served(tmp_path: Path) -> None:
    folder = tmp_path / "mine" / "widget"
    folder.mkdir(parents=True)
    (folder / "Mine.graphql").write_text(OWN)
    environment = environment_for(tmp_path, "sqlite:///x.db") | {"CALENDERA_DOCUMENTS_DIR": str(folder.parent)}

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return command(environment, "documents", *arguments)

    printed = json.loads(run("--check").stdout)
    assert printed["widget"].pop("Mine") == document_id(OWN)
    assert printed == {client.value: ids for client, ids in SHIPPED.items()}
    (folder / "Old.graphql").write_text("{ account { fax } }")
    failed = run("--check")
    assert failed.returncode == 1
    assert "widget/Old.graphql cannot be served: Cannot query field 'fax'" in failed.stderr
    assert run().returncode == 0
