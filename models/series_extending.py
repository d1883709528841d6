"""Extending a series: more occurrences by the same rule, booked as the first ones were."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from tortoise.expressions import F

from models.act import Act
from models.book import Particulars, Repeatable
from models.booking import Booking, BookingSource
from models.event import record
from models.mail import MailTemplate
from models.series import BookingSeries, SeriesOccurrence, columns_of
from models.series_booking import dates_of, fill, lock_all, post_series, with_alternatives
from models.slot_choice import Wish, offer_for
from models.storage.database import lock, transaction
from rules.errors import FieldProblem, ValidationFailed, VersionConflict
from rules.series import Pattern, longer
from rules.wall_time import elapsed


@dataclass(frozen=True, slots=True)
class Extension:
    """How many `more` occurrences. `skipping`: those that fit; otherwise all or none."""

    more: int
    expected_version: int
    source: BookingSource
    skipping: bool = False


async def extend_series(act: Act, read: BookingSeries, wanted: Extension, request: Repeatable) -> BookingSeries:
    """Book more of a series, with its customer, and with as many as came last. One mail tells of what is new.

    SeriesConflicts, VersionConflict, ValidationFailed, NotFound, IdempotencyKeyReused.
    """
    wish = await _wish(act, read)

    async def work() -> BookingSeries:
        async with transaction():
            begun = await request.begin(act)
            if begun.done is None:
                await _extend(act, read, wanted, wish)
                await begun.keep(read.id)
            return await BookingSeries.of(act.account_id).get(id=read.id)

    return await with_alternatives(act, wish, work)


async def _extend(act: Act, read: BookingSeries, wanted: Extension, wish: Wish) -> None:
    await lock([f"{act.account_id}/series/{read.id}"])
    series = await BookingSeries.of(act.account_id).get(id=read.id)
    if series.version != wanted.expected_version:
        raise VersionConflict(series.version)
    if series.ended_at is not None:
        raise ValidationFailed(FieldProblem("id", "This series was called off. Book a new one."))
    pattern, days = _longer(series.pattern, wanted.more)
    offer = await offer_for(act, wish)
    await lock_all(act, offer, series.staff_id)
    first = series.size + 1
    values: dict[str, Any] = {**columns_of(pattern), "size": series.size + len(days), "updated_at": act.at}
    await BookingSeries.of(act.account_id).filter(id=series.id).update(**values, version=F("version") + 1)
    longer_one = await BookingSeries.of(act.account_id).get(id=series.id)
    particulars = Particulars(customer=series.customer_id, source=wanted.source)
    skipped = await fill(act, longer_one, days, first, wish, particulars, skipping=wanted.skipping)
    await record(act, "series_extended", "booking_series", series.id, occurrences=len(days), skipped=skipped)
    new = SeriesOccurrence.of(act.account_id).filter(series_id=series.id, position__gte=first)
    ids = [one.booking_id for one in await new.filter(booking_id__isnull=False)]
    await post_series(act, series, MailTemplate.SERIES_BOOKED, ids=ids)


def _longer(pattern: Pattern, more: int) -> tuple[Pattern, list[date]]:
    """The pattern with more dates, and these. ValidationFailed where they would not come after the others."""
    now, then = dates_of(pattern), longer(pattern, more)
    days = dates_of(then, "more")
    if days[: len(now)] != now or len(days) == len(now):
        message = "The next dates of the rule would not come after those that were added. Book a new series."
        raise ValidationFailed(FieldProblem("more", message))
    return then, days[len(now) :]


async def _wish(act: Act, series: BookingSeries) -> Wish:
    places = SeriesOccurrence.of(act.account_id).filter(series_id=series.id, booking_id__isnull=False)
    last = (await places.order_by("-position").limit(1))[0]
    booking = await Booking.of(act.account_id).get(id=last.booking_id)
    minutes = int(elapsed(booking.starts_at, booking.ends_at).total_seconds()) // 60
    return Wish(
        series.service_id, booking.starts_at, series.staff_id, private=True, party_size=booking.party_size,
        duration_minutes=None if booking.group_session_id else minutes,
    )  # fmt: skip
