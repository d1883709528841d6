"""The table of promises, for whoever runs the server."""

from __future__ import annotations

import json
from collections import Counter

import typer
from rich.console import Console
from rich.table import Table

from calendera.clock import Clock
from calendera.open_database import open_database
from calendera.promises import Promises
from calendera.settings import Settings
from privacy.policy import versions
from privacy.promises import Promise, PromiseStatus, promises
from resolvers.policy import Kept, how_promises_stand, in_force

_BAD = {PromiseStatus.FAILING, PromiseStatus.NOT_CHECKED}


async def show(settings: Settings, *, as_json: bool) -> int:
    """Check and print every promise of the version in force; how many are not as they should be."""
    clock = Clock()
    async with open_database(settings):
        await Promises(settings, clock).check_now()
        policy = in_force(clock.now()) or versions()[0]
        stands = {kept.passage.number: kept for kept in await how_promises_stand(policy, clock.now())}
    rows = [(promise, stands[promise.id]) for promise in promises()]
    typer.echo(_json(policy.version, rows)) if as_json else _table(policy.version, rows)
    return sum(1 for _, kept in rows if kept.status in _BAD)


def _json(version: str, rows: list[tuple[Promise, Kept]]) -> str:
    every = [
        {
            "id": promise.id,
            "sentence": kept.sentence,
            "keptBy": promise.kept_by,
            "tests": promise.proved_by,
            "status": kept.status.value,
            "evidence": kept.evidence,
            "lastCheckedAt": kept.checked_at.isoformat() if kept.checked_at else None,
        }
        for promise, kept in rows
    ]
    return json.dumps({"version": version, "promises": every}, ensure_ascii=False, indent=2)


def _table(version: str, rows: list[tuple[Promise, Kept]]) -> None:
    table = Table(title=f"Privacy policy {version}", show_lines=True)
    for column in ("promise", "kept by", "test", "status", "last checked", "evidence"):
        table.add_column(column, overflow="fold")
    for promise, kept in rows:
        tests = "\n".join(name.partition("::")[2] for name in promise.proved_by)
        checked = f"{kept.checked_at:%Y-%m-%d %H:%M}" if kept.checked_at else ""
        heading = f"{promise.id} {kept.passage.heading}" if promise.id[0].isdigit() else kept.passage.heading
        table.add_row(heading, "\n".join(promise.kept_by), tests, kept.status.value, checked, kept.evidence)
    console = Console()
    console.print(table) if console.is_terminal else typer.echo(_plain(rows))
    counted = Counter(kept.status.value for _, kept in rows)
    typer.echo(f"{len(rows)} promises: {', '.join(f'{n} {status}' for status, n in counted.most_common())}.")


def _plain(rows: list[tuple[Promise, Kept]]) -> str:
    return "\n".join(f"{promise.id:8} {kept.status.value:12} {kept.evidence}" for promise, kept in rows)
