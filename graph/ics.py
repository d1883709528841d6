"""A booking as a file for calendars elsewhere."""

from __future__ import annotations

from typing import Any

from graph.shape import Beside
from models.account import Account
from models.location import Location
from models.service import Service
from models.staff import Staff
from permissions.roles import Permission
from permissions.viewer import Viewer
from rules.ics_writing import Entry, appointment_entry, calendar_text

# Whom and what the file names, read by the statement that reads the booking.
SPOKEN_OF = (
    Beside("business_", "account_id", Account, ("name",)),
    Beside("service_", "service_id", Service, ("name",)),
    Beside("staff_", "staff_id", Staff, ("name",)),
    Beside("place_", "location_id", Location, ("name", "address")),
)


def calendar_file(row: Any, viewer: Viewer) -> str:
    """The text of the file. Denied for who may not see what was booked and with whom."""
    viewer.require(Permission.CATALOGUE_READ)
    entry = Entry(row.ical_uid, row.sequence, row.status, row.starts_at, row.ends_at, row.updated_at, "")
    place = (row.place_.name, row.place_.address) if row.place_ else ()
    named = {"service": row.title or row.service_.name, "business": row.business_.name, "staff": row.staff_.name}
    return calendar_text([appointment_entry(entry, **named, place=place, reference=row.reference)])
