"""`calendera import-ics`: the bookings of a diary, through the same guard as every other booking."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from calendera.imports.booking_rows import write
from calendera.imports.business import Business
from calendera.imports.drafts import Draft, Drafts
from calendera.imports.overtaken import unless_overtaken
from calendera.imports.report import Report
from models import Booking, Occupancy
from models.act import Act
from models.occupancy import LONGEST, clear_ended, lock_calendars
from models.storage.database import transaction
from models.teams import Place
from rules.booking_states import BookingStatus
from rules.import_remarks import Fate, Remark
from rules.intervals import Window
from rules.taken_times import TakenTimes
from rules.wall_time import epoch

OPEN = (BookingStatus.CONFIRMED, BookingStatus.REQUESTED)


@dataclass(slots=True)
class Choice:
    """The drafts that the calendars have room for, and remarks about the others."""

    bookings: list[Draft]
    remarks: list[Remark]


async def bring_in(act: Act, business: Business, drafts: Drafts, report: Report) -> None:
    """Write what is new and fits, in one transaction, and complete the report. With a dry run all but the writing."""
    choice = await unless_overtaken(lambda: _once(act, business, drafts, dry_run=report.dry_run))
    report.accepted = len(choice.bookings)
    report.remarks += drafts.remarks + choice.remarks


async def _once(act: Act, business: Business, drafts: Drafts, *, dry_run: bool) -> Choice:
    calendars = {business.calendars[one.staff.id] for one in drafts.bookings}
    calendars |= {unit.calendar_id for one in drafts.bookings for key in one.things for unit in business.things[key]}
    async with transaction():
        await lock_calendars(business.account.id, *calendars)
        if not dry_run:
            # The database's guard does not know the time: it counts a hold until somebody removes it.
            await clear_ended(act, calendars, _span(drafts))
        choice = await _choose(act, business, drafts, calendars)
        if not dry_run:
            await write(act, business, choice.bookings)
    return choice


async def _choose(act: Act, business: Business, drafts: Drafts, calendars: set[UUID]) -> Choice:
    known = dict(await Booking.of(act.account_id).values_list("ical_uid", "status"))
    taken = await _taken(act, drafts, calendars)
    choice = Choice([], [_about_cancelled(row, known.get(uid)) for row, uid in drafts.cancelled])
    seen: dict[str, int] = {}
    for draft in drafts.bookings:
        remark = _why_not(draft, known, seen, taken[business.calendars[draft.staff.id]])
        if remark is not None:
            choice.remarks.append(remark)
            continue
        units = [_unit(draft, business.things[key], taken) for key in draft.things]
        places = tuple(unit for unit in units if unit is not None)
        if len(places) < len(units):
            choice.remarks.append(draft.remark("RESOURCES", "A room or thing that it names is taken then."))
            continue
        seen[draft.uid] = draft.row
        for calendar in (business.calendars[draft.staff.id], *(place.calendar_id for place in places)):
            taken[calendar].take(draft.starts, draft.ends, draft.row)
        choice.bookings.append(replace(draft, places=places))
    return choice


def _unit(draft: Draft, units: Sequence[Place], taken: Mapping[UUID, TakenTimes]) -> Place | None:
    """The first unit that is free for all of it."""
    free = (unit for unit in units if taken[unit.calendar_id].who_has(draft.starts, draft.ends) is None)
    return next(free, None)


def _why_not(draft: Draft, known: dict[str, BookingStatus], seen: dict[str, int], taken: TakenTimes) -> Remark | None:
    if draft.uid in known:
        return draft.remark("UID", "It is here already; nothing was changed.", Fate.SKIPPED)
    if draft.uid in seen:
        return draft.remark("UID", f"The entry on line {seen[draft.uid]} has the same UID; the first one counts.")
    who = taken.who_has(draft.starts, draft.ends)
    if who is None:
        return None
    other = f"the entry on line {who}" if who else "a booking or hold that is here already"
    return draft.remark("DTSTART", f"The time overlaps {other} of the same staff member.")


def _about_cancelled(row: int, here: BookingStatus | None) -> Remark:
    if here in OPEN:
        return Remark(row, Fate.REFUSED, "STATUS", "Cancelled there, but booked here: cancel the booking.")
    return Remark(row, Fate.SKIPPED, "STATUS", "Cancelled there.")


async def _taken(act: Act, drafts: Drafts, calendars: set[UUID]) -> dict[UUID, TakenTimes]:
    """What blocks the calendars around the drafts; a hold that has ended does not."""
    first, last = _span(drafts)
    rows = Occupancy.of(act.account_id).filter(
        calendar_id__in=list(calendars), starts__gt=first - LONGEST, starts__lt=last
    )
    spans: dict[UUID, list[tuple[int, int]]] = {calendar: [] for calendar in calendars}
    for calendar, starts, ends, expires in await rows.values_list("calendar_id", "starts", "ends", "expires"):
        if expires is None or expires > epoch(act.at):
            spans[calendar].append((starts, ends))
    return {calendar: TakenTimes(found) for calendar, found in spans.items()}


def _span(drafts: Drafts) -> Window:
    first = min((one.starts for one in drafts.bookings), default=0)
    return first, max((one.ends for one in drafts.bookings), default=0)
