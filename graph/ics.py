"""A booking as a file for calendars elsewhere."""

from __future__ import annotations

from typing import Any

from graph.shape import Beside
from models.account import Account
from models.location import Location
from models.segment import told_of
from models.service import Service
from models.staff import Staff
from permissions.roles import Permission
from permissions.viewer import Viewer
from rules.ics_writing import Entry, appointment_entry, calendar_text
from rules.visit_words import lines_of, people_in

# Whom and what the file names, read by the statement that reads the booking.
SPOKEN_OF = (
    Beside("business_", "account_id", Account, ("name",)),
    Beside("service_", "service_id", Service, ("name",)),
    Beside("staff_", "staff_id", Staff, ("name",)),
    Beside("place_", "location_id", Location, ("name", "address")),
)


async def calendar_file(row: Any, viewer: Viewer) -> str:
    """The text of the file. Denied for who may not see what was booked and with whom. One statement for a visit."""
    viewer.require(Permission.CATALOGUE_READ)
    told = await told_of(row.account_id, row.id) if row.title is not None else []
    entry = Entry(row.ical_uid, row.sequence, row.status, row.starts_at, row.ends_at, row.updated_at, "")
    place = (row.place_.name, row.place_.address) if row.place_ else ()
    named = {"service": row.title or row.service_.name, "business": row.business_.name, "staff": row.staff_.name}
    if told:
        named["staff"] = people_in(told)
    lines = lines_of(told, row.zone)
    return calendar_text([appointment_entry(entry, **named, place=place, reference=row.reference, parts=lines)])
