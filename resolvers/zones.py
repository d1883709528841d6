"""The zone database that every wall time is read by."""

from __future__ import annotations

from dataclasses import dataclass

from rules.zones import tzdata_version, zone_names


@dataclass(frozen=True, slots=True)
class ZoneDatabase:
    """The release in use, and every zone that the product accepts."""

    version: str
    names: list[str]


async def zone_database() -> ZoneDatabase:
    """The zone database of this server. It comes with the product, never from an operating system, and is the same in
    all its processes; booking pages that compute wall times themselves can compare releases."""
    return ZoneDatabase(tzdata_version(), sorted(zone_names()))
