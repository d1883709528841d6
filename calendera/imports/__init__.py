"""Bringing in what a business has elsewhere: a customer list (CSV) and a diary (iCalendar).

Both read and judge the whole file first, then write everything that is acceptable in one transaction. They print a
report and return the exit code: 0 when everything in the file is in the database, 1 when something was refused,
2 when nothing could be read. Decisions about diaries are in `docs/importing.md`.
"""

from __future__ import annotations

from asyncio import to_thread
from pathlib import Path

import typer

from calendera.clock import Clock
from calendera.imports import bookings, customers, diary
from calendera.imports.business import Unknown, account_called, business_of
from calendera.imports.drafts import drafts_of
from calendera.imports.files import TextFile, Unreadable, examine
from calendera.imports.report import NOT_READ, Report
from calendera.open_database import open_database
from calendera.settings import Settings
from models.act import Act, Actor, ActorKind
from models.storage.reach import bound
from rules.zones import zone

IMPORT = Actor(ActorKind.IMPORT)

__all__ = ["import_csv", "import_ics"]


async def import_csv(
    settings: Settings, file: Path, *, account: str, dry_run: bool = False, clock: Clock | None = None
) -> int:
    """Bring a customer list into the account with this slug. Returns the exit code."""
    report = Report("customer", "row", dry_run)
    try:
        async with open_database(settings):
            business = await account_called(account)
            text = _examined(file, report)
            found = await to_thread(customers.read, text)
            with bound(business.id):
                await customers.bring_in(Act(business.id, IMPORT, (clock or Clock()).now()), found, report)
    except (Unreadable, Unknown) as problem:
        return _not_read(problem)
    return _printed(report)


async def import_ics(
    settings: Settings,
    file: Path,
    *,
    account: str,
    dry_run: bool = False,
    staff: str | None = None,
    service: str | None = None,
    clock: Clock | None = None,
) -> int:
    """Bring a diary into the account with this slug. Returns the exit code.

    `staff` and `service` are the names of whom and what entries are given that name neither themselves.
    """
    report = Report("booking", "line", dry_run)
    try:
        async with open_database(settings):
            whose = await account_called(account)
            act = Act(whose.id, IMPORT, (clock or Clock()).now())
            with bound(whose.id):
                business = await business_of(whose, staff=staff, service=service)
                text = _examined(file, report)
                found = await to_thread(diary.read, text, zone(business.account.zone))
                drafts = await to_thread(drafts_of, found, business, act)
                await bookings.bring_in(act, business, drafts, report)
    except (Unreadable, Unknown) as problem:
        return _not_read(problem)
    return _printed(report)


def _examined(file: Path, report: Report) -> TextFile:
    text = examine(file)
    if text.guessed:
        report.notes.append("The file is not UTF-8; it was read as Windows-1252. Check letters like ä, é and ß.")
    return text


def _not_read(problem: Exception) -> int:
    typer.echo(f"calendera: {problem}", err=True)
    return NOT_READ


def _printed(report: Report) -> int:
    for line in report.lines():
        typer.echo(line)
    return report.exit_code
