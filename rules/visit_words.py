"""The services of a visit in words: who does what when, on the clocks of its place."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from rules.wall_time import local
from rules.zones import zone


class Told(Protocol):
    """One service of a visit."""

    @property
    def service(self) -> str: ...
    @property
    def staff(self) -> str: ...
    @property
    def starts_at(self) -> datetime: ...
    @property
    def ends_at(self) -> datetime: ...


def lines_of(told: Sequence[Told], zone_name: str) -> list[str]:
    """`10:00 to 11:00 Colour, with Ada`, one line each."""
    there = zone(zone_name)
    return [
        f"{local(one.starts_at, there).date_time:%H:%M} to {local(one.ends_at, there).date_time:%H:%M} {one.service}, "
        f"with {one.staff}"
        for one in told
    ]


def people_in(told: Sequence[Told]) -> str:
    """Everyone who does some of it, each once, in the order in which they do."""
    return ", ".join(dict.fromkeys(one.staff for one in told))
