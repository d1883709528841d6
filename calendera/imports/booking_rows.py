"""Writing the bookings of a diary: customers, bookings, what they block, their history. Piece by piece, so that a diary
of many years takes little memory; the caller's transaction makes it all or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from calendera.imports.business import Business, KnownCustomers
from calendera.imports.drafts import Draft
from calendera.imports.progress import progress
from models import Booking, BookingSource, Customer, Location, brought_in
from models.act import Act
from models.engagement import engagement
from rules.wall_time import instant

_PIECE = 1_000


async def write(act: Act, business: Business, drafts: Sequence[Draft]) -> None:
    """Insert everything that the drafts stand for."""
    zones = dict(await Location.of(act.account_id).values_list("id", "zone"))
    writing = _Writing(act, business, zones, await KnownCustomers.of(act.account_id))
    with progress("Writing", len(drafts)) as advance:
        for start in range(0, len(drafts), _PIECE):
            piece = drafts[start : start + _PIECE]
            await writing.write(piece)
            advance(len(piece))


@dataclass(slots=True)
class _Writing:
    act: Act
    business: Business
    zones: dict[UUID, str]
    known: KnownCustomers

    async def write(self, drafts: Sequence[Draft]) -> None:
        """A piece: customers first, because bookings refer to them."""
        customers = await self._customers(drafts)
        bookings = [self._booking(draft) for draft in drafts]
        calendars = self.business.calendars
        engaged = [brought_in.engagement(calendars[row.staff_id], row) for row in bookings]
        segments = [brought_in.segment(row) for row in bookings]
        blocked = [brought_in.occupancy(calendars[row.staff_id], row) for row in bookings]
        for draft, row in zip(drafts, bookings, strict=True):
            engaged += [engagement(self.act, row.id, place) for place in draft.places]
            blocked += [brought_in.occupancy(place.calendar_id, row) for place in draft.places]
        events = [brought_in.event(self.act, "customer_created", "customer", row.id) for row in customers]
        events += [brought_in.booking_made(self.act, row, row.status) for row in bookings]
        for rows in (customers, bookings, segments, engaged, blocked, events):
            await brought_in.insert(rows)

    async def _customers(self, drafts: Sequence[Draft]) -> list[Customer]:
        """Those who are new. Whoever was archived and has an appointment again is in use again."""
        new: list[Customer] = []
        for draft in drafts:
            if draft.customer in self.known.archived:
                self.known.archived.discard(draft.customer)
                await Customer.find_or_create(self.act, draft.name, draft.email, None)
            elif draft.customer not in self.known.ids:
                new.append(brought_in.customer(self.act, draft.name, draft.email, None))
                self.known.ids[draft.customer] = new[-1].id
        return new

    def _booking(self, draft: Draft) -> Booking:
        """Without buffers and price: those of today's service were not what was promised in the other calendar."""
        location = draft.service.location_id or draft.staff.location_id
        return brought_in.booking(
            self.act, BookingSource.IMPORT, draft.service, staff_id=draft.staff.id,
            customer_id=self.known.ids[draft.customer], location_id=location, starts_at=instant(draft.starts),
            ends_at=instant(draft.ends), zone=self.zones.get(location, self.business.account.zone),
            status=draft.status, internal_note=draft.note, ical_uid=draft.uid,
        )  # fmt: skip
