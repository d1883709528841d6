"""The register of processors, as the operator's command line writes and prints it."""

from __future__ import annotations

import enum
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, date, datetime
from typing import Any, TypeVar

import typer

from calendera.cli_start import Stop
from calendera.clock import Clock
from calendera.open_database import open_database
from calendera.settings import Settings
from models.mail_parcels import CATEGORIES, PARCELS
from models.processor import Announcement, Processor
from rules.hosts import clean_host
from rules.ids import global_id, key_of
from rules.regions import clean_country
from rules.sharing import Channel, ProcessorRole, Purpose, Safeguard
from rules.text import clean_line

E = TypeVar("E", bound=enum.Enum)
T = TypeVar("T")


async def announce(settings: Settings, given: Mapping[str, Any]) -> None:
    """Put somebody into the register, and say from when on they count. Raises Stop with everything that is wrong."""
    said = announcement(given)
    async with open_database(settings):
        made = await Processor.announce(said, Clock().now())
    typer.echo(f"Announced {made.name} as {global_id('processor', made.id)}. It gets data {_since(made)}.")
    typer.echo(f"  for {made.purposes}\n  of {made.categories}")


async def listed(settings: Settings) -> None:
    """Print the register, ended ones too."""
    async with open_database(settings):
        rows = await Processor.all().order_by("created_at", "id")
    for row in rows:
        until = f", {row.safeguard.value} until {row.safeguard_until}" if row.safeguard else ""
        over = f", ended {row.ended_at:%Y-%m-%d}" if row.ended_at else ""
        typer.echo(f"{global_id('processor', row.id)}  {row.name}: {row.task}")
        typer.echo(f"  {row.channel.value} to {row.hosts}, {row.role.value} in {row.country}{until}")
        typer.echo(f"  for {row.purposes}\n  of {row.categories}\n  {_since(row)}{over}")
    if not rows:
        typer.echo("Nobody is registered: nothing leaves but for a server on this machine.")


async def renew(settings: Settings, id: str, until: str) -> None:
    """Move the last day of a safeguard. Raises Stop where there is none."""
    day = _cleaned([], "--safeguard-until", _day, until)
    if day is None:
        raise Stop("--safeguard-until: write the last day as 2027-12-31.")
    async with open_database(settings):
        row = await _one(id)
        if row.safeguard is None:
            raise Stop("It has no safeguard: announce it anew with one.")
        await row.renew(day)
    typer.echo(f"The safeguard of {row.name} is good until {day}.")


async def end(settings: Settings, id: str) -> None:
    """Send nothing there any more."""
    async with open_database(settings):
        row = await _one(id)
        await row.end(Clock().now())
    typer.echo(f"{row.name} gets nothing any more. What would go there waits for two days.")


async def _one(id: str) -> Processor:
    key = key_of("processor", id)
    row = await Processor.get_or_none(id=key) if key else None
    if row is None:
        raise Stop("No processor has this id; `calendera processors list` shows them.")
    return row


def _since(row: Processor) -> str:
    return f"from {row.starts_at:%Y-%m-%d %H:%M} UTC on"


def announcement(given: Mapping[str, Any]) -> Announcement:
    """What was said, cleaned. Raises Stop with a sentence for each thing that is wrong."""
    wrong: list[str] = []
    channel = _cleaned(wrong, "--channel", lambda value: _word(Channel, value), given["channel"])
    sent = PARCELS[channel] if channel else frozenset()
    purposes = _cleaned(wrong, "--purpose", _purposes, given["purposes"] or [one.purpose.value for one in sent])
    categories = _cleaned(
        wrong, "--category", _categories, given["categories"] or [name for one in sent for name in one.categories]
    )
    values = {
        "name": _cleaned(wrong, "--name", lambda value: clean_line(value, "name", most=120), given["name"]),
        "task": _cleaned(wrong, "--task", lambda value: clean_line(value, "task", most=300), given["task"]),
        "role": _cleaned(wrong, "--role", lambda value: _word(ProcessorRole, value), given["role"]),
        "hosts": _cleaned(wrong, "--host", _hosts, given["hosts"] or []),
        "country": _cleaned(wrong, "--country", clean_country, given["country"]),
        "safeguard": _cleaned(wrong, "--safeguard", lambda value: _word(Safeguard, value), given["safeguard"] or None),
        "safeguard_until": _cleaned(wrong, "--safeguard-until", _day, given["safeguard_until"] or None),
        "starts_at": _cleaned(wrong, "--starts", _midnight, given["starts"] or None),
    }
    if not wrong and (values["safeguard"] is None) != (values["safeguard_until"] is None):
        wrong.append("--safeguard: name its kind and, with --safeguard-until, its last day; or neither.")
    if wrong:
        raise Stop("\n".join(wrong))
    return Announcement(channel=channel, purposes=purposes, categories=categories, **values)  # type: ignore[arg-type]


def _cleaned(wrong: list[str], option: str, rule: Callable[[Any], T], value: Any) -> T | None:
    """The clean value; None where there is none or it is wrong, which is noted."""
    if value is None:
        return None
    try:
        return rule(value)
    except ValueError as problem:
        wrong.append(f"{option}: {problem}")
        return None


def _word(kind: type[E], value: str) -> E:
    if value.upper() not in kind.__members__:
        raise ValueError(f"write one of {', '.join(kind.__members__)}")
    return kind[value.upper()]


def _purposes(names: Collection[str]) -> frozenset[Purpose]:
    unknown = [name for name in names if name.upper() not in Purpose.__members__]
    if unknown:
        known = ", ".join(Purpose.__members__)
        raise ValueError(f"{unknown[0]} is no purpose that data may be sent for; there are {known}, and no other")
    return frozenset(Purpose[name.upper()] for name in names)


def _categories(names: Collection[str]) -> frozenset[str]:
    unknown = set(names) - CATEGORIES
    if unknown:
        raise ValueError(f"nothing of {min(unknown)} is ever sent; there are {', '.join(sorted(CATEGORIES))}")
    return frozenset(names)


def _hosts(names: list[str]) -> list[str]:
    if not names:
        raise ValueError("name the server, as the settings do")
    return sorted({clean_host(name).strip("[]") for name in names})


def _day(value: str) -> date:
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise ValueError("write the day as 2027-12-31") from None


def _midnight(value: str) -> datetime:
    return datetime.combine(_day(value), datetime.min.time(), UTC)
