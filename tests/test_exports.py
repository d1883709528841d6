"""Exports: what is in an archive and what is not, who gets it, and that it is written whatever dies."""

from __future__ import annotations

import asyncio
import hashlib
import json
import shutil
import stat
import tracemalloc
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID
from zipfile import ZipFile

import pytest
from tortoise.exceptions import IntegrityError
from uuid_utils.compat import uuid7

import models
from calendera.archive import write_archive
from calendera.worker import Worker
from models.customer import Customer
from models.event import Event
from models.export import ATTEMPTS, LEASE, Export, ExportStatus
from models.holdings import BATCH, holdings
from models.mail import Mail, MailTemplate
from models.membership import Role
from models.personal import Plain, Why, mark_of
from models.storage.database import execute, transaction
from models.storage.reach import Reach
from models.tenancy import Owned, across_accounts
from rules.ids import global_id
from tests.api import Caller
from tests.appointments import appointment
from tests.businesses import Business
from tests.conftest import NOW
from tests.product import Product

FIELDS = "id status createdAt finishedAt expiresAt sizeBytes rowCount downloadUrl"
REQUEST = f"""mutation {{ requestExport {{ __typename ... on RequestExportPayload {{ export {{ {FIELDS} }} }}
  ... on Refusal {{ code message }} ... on Throttled {{ retryAfterSeconds }} }} }}"""
LIST = f"{{ exports(first: 20) {{ nodes {{ {FIELDS} }} }} }}"
SECRETS = ("_hash", "nonce", "digest")


@pytest.fixture(autouse=True)
async def no_exports(product: Product) -> None:
    """What earlier tests asked for is not of interest here."""
    await across_accounts(Export, Reach.OPERATOR).delete()
    shutil.rmtree(folder(product), ignore_errors=True)


@pytest.fixture
def worker(product: Product) -> Worker:
    return Worker(product.settings, product.clock)


async def asked(caller: Caller) -> dict[str, Any]:
    export: dict[str, Any] = (await caller.did(REQUEST))["export"]
    return export


async def latest(caller: Caller) -> dict[str, Any]:
    export: dict[str, Any] = (await caller.ok(LIST))["exports"]["nodes"][0]
    return export


async def downloaded(caller: Caller, export: dict[str, Any]) -> ZipFile:
    response = await caller.http.get(export["downloadUrl"], headers={"Cookie": caller.headers["Cookie"]})
    assert response.status_code == 200, response.text
    return ZipFile(BytesIO(response.content))


def lines(archive: ZipFile, name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in archive.read(f"{name}.jsonl").splitlines()]


def folder(product: Product) -> Path:
    return product.settings.data_dir / "exports"


async def archive_of(business: Business, worker: Worker) -> ZipFile:
    await asked(business.owner)
    await worker.round()
    return await downloaded(business.owner, await latest(business.owner))


@pytest.mark.promise("5.3")
async def test_an_archive_holds_everything_of_the_salon_and_nothing_of_the_rival(
    salon: Business, rival: Business, worker: Worker
) -> None:
    made = await appointment(salon, customer="Canary Salonova", internal_note="salon-canary", customer_note="água")
    theirs = await appointment(rival, customer="Canary Rivalova", internal_note="rival-canary")
    about = {"account_id": salon.account.id, "about_id": made.id}
    late = NOW + timedelta(days=900)
    await Mail.create(
        created_at=NOW, template=MailTemplate.BOOKING_CONFIRMED, to="waits@example.com", due_at=late, **about
    )
    archive = await archive_of(salon, worker)
    assert archive.testzip() is None
    text = b"".join(archive.read(name) for name in archive.namelist()).decode()
    for known in ("Canary Salonova", "salon-canary", "água", "waits@example.com", salon.owner_user.email):
        assert known in text
    for strange in ("Canary Rivalova", "rival-canary", rival.owner_user.email, str(rival.account.id), str(theirs.id)):
        assert strange not in text
    assert global_id("account", rival.account.id) not in text
    (booking,) = lines(archive, "booking")
    assert booking["id"] == global_id("booking", made.id)
    assert booking["customer_id"] == lines(archive, "customer")[0]["id"] == global_id("customer", made.customer.id)
    assert booking["account_id"] == lines(archive, "account")[0]["id"] == global_id("account", salon.account.id)
    assert booking["starts_at"] == "2027-01-12T12:00:00Z"
    assert {key["origins"][0] for key in lines(archive, "access_key") if key["kind"] == "WIDGET"} == {
        "https://salon.example"
    }
    (person,) = lines(archive, "app_user")
    assert person.keys() == {"id", "name", "email"}
    assert lines(archive, "membership")[0]["user_id"] == person["id"]
    assert lines(archive, "privacy_settings")[0]["analytics"] is True
    assert {event["actor_id"] for event in lines(archive, "event")} >= {person["id"]}


async def test_no_secret_and_no_hash_of_one_is_in_an_archive(salon: Business, worker: Worker) -> None:
    made = await appointment(salon)
    archive = await archive_of(salon, worker)
    text = b"".join(archive.read(name) for name in archive.namelist()).decode()
    keys = {
        key
        for name in archive.namelist()
        if name.endswith(".jsonl")
        for row in lines(archive, name[:-6])
        for key in row
    }
    assert not {key for key in keys if key.endswith(SECRETS)}
    for secret in (made.token, made.booking.manage_hash, made.booking.manage_nonce, salon.partner_key):
        assert secret not in text
    assert salon.widget_key in text  # publishable: it stands in pages


def test_every_owned_table_is_held_with_every_column_that_is_no_secret() -> None:
    held = {one.model: set(one.columns) for one in holdings()}
    owned = {model for model in vars(models).values() if isinstance(model, type) and issubclass(model, Owned)}
    assert owned <= held.keys() and len(owned) > 15
    for model in owned:
        marks = {column: mark_of(model, column) for column in model._meta.fields_map}
        secret = {column for column, mark in marks.items() if isinstance(mark, Plain) and mark.why is Why.SECRET}
        assert held[model] == marks.keys() - secret


async def test_the_manifest_and_the_readme_say_what_is_there(salon: Business, worker: Worker) -> None:
    await appointment(salon)
    await asked(salon.owner)
    await worker.round()
    export = await latest(salon.owner)
    archive = await downloaded(salon.owner, export)
    manifest = json.loads(archive.read("manifest.json"))
    assert manifest["product"] == "calendera" and manifest["exportedAt"] == "2027-01-11T12:00:00Z"
    for file in manifest["files"]:
        content = archive.read(file["name"])
        assert hashlib.sha256(content).hexdigest() == file["sha256"]
        assert (len(content.splitlines()), len(content)) == (file["rows"], file["bytes"])
    assert {file["name"] for file in manifest["files"]} == set(archive.namelist()) - {"manifest.json", "README.txt"}
    assert sum(file["rows"] for file in manifest["files"]) == export["rowCount"]
    readme = archive.read("README.txt").decode()
    assert all(f"{file['name']:<24}" in readme for file in manifest["files"])
    # Every table is explained to people.
    assert all(len(line.split(maxsplit=2)) == 3 for line in readme.split("-----\n")[-1].strip().splitlines())


@pytest.mark.promise("5.3")
async def test_an_export_is_asked_for_once_and_its_archive_lasts_a_day(
    product: Product, salon: Business, worker: Worker
) -> None:
    first, again = await asked(salon.owner), await asked(salon.owner)
    assert first["id"] == again["id"]
    assert (first["status"], first["downloadUrl"], first["sizeBytes"]) == ("PENDING", None, None)
    await worker.round()
    ready = await latest(salon.owner)
    assert (ready["status"], ready["expiresAt"]) == ("READY", "2027-01-12T12:00:00Z")
    (file,) = folder(product).glob("*.zip")
    assert ready["sizeBytes"] == file.stat().st_size
    assert stat.S_IMODE(file.stat().st_mode) == 0o600 and stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    product.clock.stand_at(NOW + timedelta(hours=24))
    await salon.owner_proves()
    over = await latest(salon.owner)
    assert (over["status"], over["downloadUrl"]) == ("EXPIRED", None)
    response = await salon.owner.http.get(ready["downloadUrl"], headers=salon.owner.headers)
    assert response.status_code == 404
    await worker.round()
    assert not file.exists()
    assert (await Export.of(salon.account.id).get()).status is ExportStatus.EXPIRED


async def test_a_newer_archive_takes_the_place_of_the_older_one(
    product: Product, salon: Business, worker: Worker
) -> None:
    older = await archive_of(salon, worker)
    before = {path.name for path in folder(product).glob("*.zip")}
    product.clock.advance(minutes=1)
    newer = await archive_of(salon, worker)
    assert json.loads(older.read("manifest.json"))["exportedAt"] < json.loads(newer.read("manifest.json"))["exportedAt"]
    await worker.round()
    assert len({path.name for path in folder(product).glob("*.zip")}) == 1 == len(before)
    statuses = [node["status"] for node in (await salon.owner.ok(LIST))["exports"]["nodes"]]
    assert statuses == ["READY", "EXPIRED"]


async def test_one_who_asks_all_the_time_is_told_when_to_come_back(
    product: Product, salon: Business, worker: Worker
) -> None:
    for _ in range(10):
        await asked(salon.owner)
        await worker.round()
        product.clock.advance(hours=1)
        await salon.owner_proves()
    refusal = await salon.owner.refused(REQUEST)
    assert (refusal["code"], refusal["retryAfterSeconds"]) == ("THROTTLED", 14 * 3600 + 1)
    product.clock.advance(hours=14, seconds=1)
    await salon.owner_proves()
    assert (await asked(salon.owner))["status"] == "PENDING"


async def test_two_who_ask_at_once_get_one_export(salon: Business) -> None:
    asks = await asyncio.gather(*(asked(salon.owner) for _ in range(8)))
    assert len({export["id"] for export in asks}) == 1
    assert [e.name for e in await Event.of(salon.account.id).filter(subject="export")] == ["export_requested"]
    with pytest.raises(IntegrityError):
        await Export.add(salon.account.id, created_at=NOW)


async def test_the_archive_is_for_its_account_alone(
    product: Product, salon: Business, rival: Business, visitor: Caller, worker: Worker
) -> None:
    await asked(salon.owner)
    await worker.round()
    url = (await latest(salon.owner))["downloadUrl"]
    own = await salon.owner.http.get(url, headers=salon.owner.headers)
    assert own.status_code == 200 and own.headers["content-type"] == "application/zip"
    assert own.headers["content-disposition"] == 'attachment; filename="calendera-2027-01-11.zip"'
    assert own.headers["cache-control"] == "no-store"
    refused = [await rival.owner.http.get(url, headers=rival.owner.headers)]
    strange = (global_id("export", UUID(int=1)), "nonsense", "..%2F..%2Fsecret.key", global_id("booking", UUID(int=1)))
    refused += [await rival.owner.http.get(f"/exports/{id}", headers=rival.owner.headers) for id in strange]
    assert [answer.status_code for answer in refused] == [404] * 5
    assert len({answer.text for answer in refused[:3]}) == 1
    manager = await salon.member(Role.ADMIN)
    assert (await manager.http.get(url, headers=manager.headers)).status_code == 403
    assert (await visitor.http.get(url)).status_code == 401
    assert (await visitor.http.get(url, headers=salon.partner.headers)).status_code == 401
    assert (await salon.owner.http.post(url, headers=salon.owner.headers)).status_code == 405
    events = await Event.of(salon.account.id).filter(name="export_downloaded")
    assert [event.actor_id for event in events] == [salon.owner_user.id]


@pytest.mark.parametrize("role", [Role.ADMIN, Role.MANAGER, Role.STAFF, Role.AUDITOR])
async def test_only_owners_ask_for_archives_and_see_them(salon: Business, role: Role) -> None:
    member = await salon.member(role)
    assert await member.denied(LIST) == "FORBIDDEN"
    assert await member.denied(REQUEST) == "FORBIDDEN"
    assert await Export.of(salon.account.id).count() == 0


async def test_no_key_and_no_visitor_asks_for_archives(salon: Business, rival: Business, visitor: Caller) -> None:
    await asked(salon.owner)
    for caller, code in ((salon.partner, "FORBIDDEN"), (salon.widget, "FORBIDDEN"), (visitor, "UNAUTHENTICATED")):
        assert await caller.denied(LIST) == code
        assert await caller.denied(REQUEST) == code
    assert (await rival.owner.ok(LIST))["exports"]["nodes"] == []


async def test_another_worker_takes_over_from_one_that_died(product: Product, salon: Business, worker: Worker) -> None:
    await asked(salon.owner)
    dead = await Export.take(NOW)
    assert dead is not None
    folder(product).mkdir(parents=True, exist_ok=True)
    (folder(product) / dead.file_name).write_bytes(b"half an archive")
    await worker.round()
    assert (await latest(salon.owner))["status"] == "RUNNING"
    product.clock.stand_at(NOW + LEASE)
    await worker.round()
    assert (await downloaded(salon.owner, await latest(salon.owner))).testzip() is None
    # The dead one was only slow: what it wrote is gone, and it has no say any more.
    assert not await dead.renew(product.clock.now())
    assert not await dead.ready(product.clock.now(), size_bytes=1, row_count=1)
    assert not (folder(product) / dead.file_name).exists()


async def test_an_export_that_cannot_be_written_is_given_up_in_the_end_and_can_be_asked_for_again(
    product: Product, salon: Business, worker: Worker
) -> None:
    folder(product).write_text("a file where the folder should be")
    export = await asked(salon.owner)
    for attempt in range(1, ATTEMPTS + 1):
        await worker.round()
        assert (await Export.of(salon.account.id).get()).attempts == attempt
        product.clock.stand_at(NOW + LEASE * attempt)
    folder(product).unlink()
    assert (await latest(salon.owner))["status"] == "FAILED"
    again = await asked(salon.owner)
    assert again["id"] != export["id"]
    await worker.round()
    assert (await latest(salon.owner))["status"] == "READY"


async def test_workers_at_once_write_each_export_once(product: Product, salon: Business, rival: Business) -> None:
    for business in (salon, rival):
        await asked(business.owner)
    await asyncio.gather(*(Worker(product.settings, product.clock).round() for _ in range(4)))
    for business in (salon, rival):
        events = await Event.of(business.account.id).filter(subject="export").order_by("id")
        assert [event.name for event in events] == ["export_requested", "export_ready"]
        assert (await Export.of(business.account.id).get()).attempts == 1


async def test_a_worker_that_is_stopped_gives_the_export_back(product: Product, salon: Business) -> None:
    await asked(salon.owner)
    worker = Worker(product.settings, product.clock)
    (job,) = [job for job in worker.jobs if job.name == "export"]
    task = asyncio.ensure_future(job.work())
    async with asyncio.timeout(60):
        while not list(folder(product).glob("*.zip")):  # noqa: ASYNC110 - a file tells nobody that it is there
            await asyncio.sleep(0.001)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    row = await Export.of(salon.account.id).get()
    assert (row.status, row.attempts) == (ExportStatus.PENDING, 0)
    await worker.round()
    assert (await latest(salon.owner))["status"] == "READY"


async def fill(business: Business, many: int) -> None:
    """Give a business many customers with long notes."""
    sql = (
        "INSERT INTO customer (id, account_id, created_at, updated_at, name, search_name, internal_notes, version)"
        " VALUES ($1, $2, $3, $3, $4, $5, $6, 1)"
    )
    async with transaction():
        for number in range(many):
            await execute(sql, uuid7(), business.account.id, NOW, f"Customer {number}", f"{number}", "x" * 2000)


async def test_an_archive_is_from_one_moment(product: Product, salon: Business, tmp_path: Path) -> None:
    await fill(salon, 2 * BATCH + 1)
    batches = 0

    async def meanwhile() -> None:
        nonlocal batches
        batches += 1
        await Customer.begin(salon.act, name=f"Late {batches}")

    await write_archive(tmp_path / "archive.zip", product.database.url, salon.account.id, NOW, meanwhile)
    archive = ZipFile(tmp_path / "archive.zip")
    assert len(lines(archive, "customer")) == 2 * BATCH + 1
    assert batches > 3 and "Late" not in archive.read("customer.jsonl").decode()


async def test_a_large_archive_needs_no_more_memory_than_a_small_one(
    product: Product, salon: Business, rival: Business, tmp_path: Path
) -> None:
    async def nothing() -> None: ...

    async def most_memory(business: Business, many: int) -> int:
        await fill(business, many)
        tracemalloc.start()
        try:
            await write_archive(tmp_path / f"{many}.zip", product.database.url, business.account.id, NOW, nothing)
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    small, large = await most_memory(salon, 2 * BATCH), await most_memory(rival, 12 * BATCH)
    assert large < 1.5 * small
    assert len(lines(ZipFile(tmp_path / f"{12 * BATCH}.zip"), "customer")) == 12 * BATCH
