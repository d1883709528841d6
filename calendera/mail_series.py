"""The letter about several bookings of a series at once: one mail with every time, its link, and one calendar file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from calendera.mail_words import CalendarFile, Letter, several
from models.booking import manage_token
from models.leases import uuid_of
from models.mail import Mail, MailTemplate
from models.storage.database import fetch
from models.storage.instant import from_database
from rules.booking_states import BookingStatus
from rules.ics_writing import Entry, appointment_entry

T, S = MailTemplate, BookingStatus

_BOOKINGS = """
    SELECT b.id, b.reference, b.status, b.starts_at, b.ends_at, b.zone, b.sequence, b.manage_nonce, b.ical_uid,
           a.name AS business, s.name AS service, w.name AS staff, c.name AS customer, c.email,
           l.name AS place, l.address
    FROM series_occurrence o
    JOIN booking b ON b.account_id = o.account_id AND b.id = o.booking_id
    JOIN account a ON a.id = b.account_id
    JOIN service s ON s.account_id = b.account_id AND s.id = b.service_id
    JOIN staff w ON w.account_id = b.account_id AND w.id = b.staff_id
    JOIN customer c ON c.account_id = b.account_id AND c.id = b.customer_id
    LEFT JOIN location l ON l.account_id = b.account_id AND l.id = b.location_id
    WHERE o.account_id = $1 AND o.series_id = $2
    ORDER BY b.starts_at, b.id
"""
# In which states bookings still are what the mail says about them.
_TRUE_IN: Mapping[MailTemplate, frozenset[BookingStatus]] = {
    T.SERIES_BOOKED: frozenset({S.CONFIRMED, S.REQUESTED}),
    T.SERIES_CHANGED: frozenset({S.CONFIRMED, S.REQUESTED}),
    T.SERIES_CANCELLED: frozenset({S.CANCELLED, S.DECLINED}),
}
_SENTENCES: Mapping[MailTemplate, tuple[str, str]] = {
    T.SERIES_BOOKED: ("Confirmed", "Your appointments are confirmed:"),
    T.SERIES_CHANGED: ("Moved", "Your appointments were moved. These are the times that count now:"),
    T.SERIES_CANCELLED: ("Cancelled", "These appointments are cancelled:"),
}
_REQUESTED = ("Requested", "Your request has arrived. These times are kept for you until it is confirmed or declined:")


async def about_series(mail: Mail, now: datetime, public_url: str) -> Letter | None:
    """None where none of the bookings is to come and still what the mail says."""
    named = set(mail.data.get("ids", ()))
    rows = [
        row
        for row in await fetch(_BOOKINGS, mail.account_id, mail.about_id)
        if (not named or str(row["id"]) in named)
        and BookingStatus(row["status"]) in _TRUE_IN[mail.template]
        and from_database(row["starts_at"]) > now
        and row["email"] == mail.to  # the links open what is known of the customer, who may have another address by now
    ]
    if not rows:
        return None
    asked = {row["status"] for row in rows} == {S.REQUESTED.value}
    subject, sentence = _REQUESTED if asked and mail.template is T.SERIES_BOOKED else _SENTENCES[mail.template]
    link = None if mail.template is T.SERIES_CANCELLED else f"{public_url}/booking"
    first = rows[0]
    return several(
        business=first["business"], service=first["service"], customer=first["customer"], subject=subject,
        sentence=sentence, times=[_line(row, link) for row in rows], calendar=_calendar(rows, now),
    )  # fmt: skip


def _line(row: Any, page: str | None) -> tuple[datetime, datetime, str, str, str, str | None]:
    token = manage_token(uuid_of(row["id"]), row["manage_nonce"])
    link = f"{page}#token={token}" if page else None
    begin, end = from_database(row["starts_at"]), from_database(row["ends_at"])
    return begin, end, row["zone"], row["staff"], row["reference"], link


def _calendar(rows: Sequence[Any], now: datetime) -> CalendarFile | None:
    """Each booking is an entry of its own, as its own mails and files have it: what a rule with exceptions would say,
    every calendar reads differently. Requests are nobody's appointments yet."""
    told = [row for row in rows if row["status"] != S.REQUESTED.value]
    entries = tuple(
        appointment_entry(
            Entry(
                row["ical_uid"], row["sequence"], BookingStatus(row["status"]), from_database(row["starts_at"]),
                from_database(row["ends_at"]), now, "",
            ),
            service=row["service"], business=row["business"], staff=row["staff"],
            place=(row["place"], row["address"]), reference=row["reference"],
        )
        for row in told
    )  # fmt: skip
    # PUBLISH also for what is cancelled: a METHOD:CANCEL is about one appointment (RFC 5546), the status says the rest.
    return CalendarFile(entries, "PUBLISH", rows[0]["business"]) if entries else None
