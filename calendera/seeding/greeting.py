"""What `calendera seed` prints: how to get in as everybody, and a first query to paste."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from datetime import timedelta

from calendera.seeding import demo
from calendera.seeding.clinic import CLINIC
from calendera.seeding.days import Days
from calendera.seeding.salon import SALON
from calendera.settings import Settings
from models import Role
from rules.instants import format_instant
from rules.wall_time import day_start, instant
from rules.zones import zone

_QUERY = """
{ bookings(first: 5, filter: {startsFrom: "%s", startsBefore: "%s"}) {
    totalCount nodes { reference status local { dateTime abbreviation } service { name } staff { name } } } }
"""


def greeting(settings: Settings, days: Days) -> Iterator[str]:
    """The lines."""
    url = settings.public_url
    yield f"Calendera at {url} after `calendera serve`. Everybody's password is: {demo.PASSWORD}"
    yield ""
    yield f"{SALON.name} ({SALON.slug}), a hair salon in Austin"
    for member in SALON.members:
        yield _line(member.role.value.lower(), f"{member.email}  ({member.name})")
    yield _line("widget key", demo.widget_key(SALON.slug))
    yield _line("  allowed on", ", ".join(demo.ORIGINS))
    yield _line("partner key", demo.partner_key(SALON.slug))
    yield _line("  scopes", ", ".join(scope.value for scope in demo.PARTNER_SCOPES))
    yield f"{CLINIC.name} ({CLINIC.slug}), a rival in Berlin, of which all this must see nothing"
    yield _line("owner", next(member.email for member in CLINIC.members if member.role is Role.OWNER))
    yield ""
    if settings.smtp_url is None:
        yield f"Mails are written to {settings.mail_spool}/ as .eml files."
    yield "A first query, this week's bookings as the salon's partner reads them:"
    yield ""
    yield first_query(url, days)


def _line(what: str, value: str) -> str:
    return f"  {what:<13}{value}"


def first_query(url: str, days: Days) -> str:
    """A complete command for a shell."""
    place = zone(SALON.zone)
    begin, end = (instant(day_start(days.monday + timedelta(days=day), place)) for day in (0, 7))
    query = " ".join((_QUERY % (format_instant(begin), format_instant(end))).split())
    asked = shlex.quote(json.dumps({"query": query}))
    header = shlex.quote(f"Authorization: Bearer {demo.partner_key(SALON.slug)}")
    return (
        f"curl -s {url}/graphql -H {header} \\\n"
        f"  -H 'Content-Type: application/json' \\\n"
        f"  -d {asked} \\\n"
        "  | python3 -m json.tool --no-ensure-ascii"
    )
