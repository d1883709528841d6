"""Diaries for the tests of `calendera import-ics`, and what became of them."""

from __future__ import annotations

from pathlib import Path

from models import Booking, Customer, Service, Staff
from tests.businesses import Business


async def furnish(business: Business) -> None:
    act = business.act
    await Service.begin(
        act, name="Haircut", slug="haircut", duration_minutes=45, before_minutes=5, after_minutes=10, price_minor=4500,
        currency="USD", cancel_cutoff_minutes=1440,
    )  # fmt: skip
    await Service.begin(act, name="Haircut and beard", slug="beard", duration_minutes=60)
    await Staff.begin(act, name="Rosa Alvarado", email="rosa@salon.example")
    await Staff.begin(act, name="Ben Okafor")


async def diary(business: Business) -> list[tuple[str, str, str]]:
    """The bookings in order: (local start, customer, status)."""
    names = dict(await Customer.of(business.account.id).values_list("id", "name"))
    rows = await Booking.of(business.account.id).order_by("starts_at", "ical_uid")
    return [(row.local_start, names[row.customer_id], row.status.value) for row in rows]


def calendar(*events: str) -> bytes:
    """A calendar file; each event is given as its lines between BEGIN and END."""
    whole = "".join(f"BEGIN:VEVENT\n{event}\nEND:VEVENT\n" for event in events)
    return f"BEGIN:VCALENDAR\nVERSION:2.0\n{whole}END:VCALENDAR\n".replace("\n", "\r\n").encode()


def event(start: str, *more: str, uid: str = "one", title: str = "Haircut - Ada", length: str = "PT45M") -> str:
    return "\n".join([f"UID:{uid}", f"DTSTART{start}", f"DURATION:{length}", f"SUMMARY:{title}", *more])


def written(folder: Path, content: bytes) -> Path:
    path = folder / "diary.ics"
    path.write_bytes(content)
    return path
