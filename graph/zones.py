"""Zones: the database by which wall times are read."""

from __future__ import annotations

import strawberry

import resolvers.zones as resolve
from graph.field import told, value


@strawberry.type(description="The IANA time zone database as this server has it.")
class ZoneDatabase:
    version: str = told("Its release, as `2026f`.")
    names: list[str] = told("Every zone name that inputs accept, sorted, as `Europe/Berlin`.", weight=5)


@strawberry.type
class ZoneQueries:
    zone_database = value(resolve.zone_database, None, ZoneDatabase)
