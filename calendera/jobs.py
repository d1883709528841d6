"""`calendera jobs`: what the worker has to do, what is late, and what it could not do."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta

import orjson
import typer

from calendera.clock import Clock
from calendera.open_database import open_database
from calendera.settings import Settings
from models.backlog import Backlog, backlog
from models.mail import Mail
from models.setback import try_again

_HEAD = ("job", "due", "since", "overdue", "leased", "until", "again", "next", "given up", "since")


async def jobs(settings: Settings, *, patience: timedelta, as_json: bool, again: bool) -> bool:
    """Print them all, after putting back what was given up where that is wanted; whether nothing is overdue."""
    async with open_database(settings):
        now = Clock().now()
        put_back = await try_again() + await Mail.try_again(now) if again else 0
        found = await backlog(now, patience)
    late = [one for one in found if one.overdue]
    if as_json:
        typer.echo(orjson.dumps([asdict(one) for one in found], option=orjson.OPT_INDENT_2 | orjson.OPT_UTC_Z))
        return not late
    if again:
        typer.echo(f"{put_back} that were given up are tried again.")
    for line in table([_HEAD, *(_cells(one) for one in found if _busy(one))]):
        typer.echo(line)
    minutes = int(patience.total_seconds() // 60)
    typer.echo(f"{len(found)} jobs at {now:%Y-%m-%d %H:%M} UTC: {_verdict(late, minutes)}")
    return not late


def _verdict(late: list[Backlog], minutes: int) -> str:
    if not late:
        return f"nothing is due since more than {minutes} minutes."
    return f"OVERDUE by more than {minutes} minutes: {', '.join(one.job for one in late)}. Does a worker run?"


def _busy(one: Backlog) -> bool:
    return bool(one.due or one.leased or one.again or one.given_up)


def _cells(one: Backlog) -> tuple[str, ...]:
    return (
        one.job, _count(one.due), _at(one.due_since), _count(one.overdue), _count(one.leased), _at(one.leased_until),
        _count(one.again), _at(one.again_at), _count(one.given_up), _at(one.given_up_since),
    )  # fmt: skip


def _count(number: int) -> str:
    return str(number) if number else "-"


def _at(moment: datetime | None) -> str:
    return f"{moment:%m-%d %H:%M}" if moment else "-"


def table(rows: list[tuple[str, ...]]) -> list[str]:
    """The rows as lines, each column as wide as its longest cell."""
    widths = [max(len(row[n]) for row in rows) for n in range(len(rows[0]))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
