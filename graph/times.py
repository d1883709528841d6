"""Times as people read them, beside the instants that programs compare."""

from __future__ import annotations

from datetime import datetime

import strawberry

from graph.field import told
from rules.wall_time import local
from rules.zones import zone as zone_of


@strawberry.type(description="An instant as the clock on the wall shows it somewhere.")
class LocalTime:
    date_time: str = told("Wall time as `YYYY-MM-DDTHH:MM:SS`, without an offset.")
    offset: str = told("Offset from UTC at that instant, as `+02:00`.")
    zone: str = told("IANA zone, as `Europe/Berlin`.")
    abbreviation: str = told("What people call the offset there at that time of year, as `CEST`.")


def local_time(at: datetime, zone: str) -> LocalTime:
    """`at` as read in an IANA zone."""
    there = local(at, zone_of(zone))
    return LocalTime(
        date_time=there.date_time.isoformat(timespec="seconds"),
        offset=there.offset,
        zone=there.zone,
        abbreviation=there.abbreviation,
    )
