"""External busy: when somebody is busy by a calendar elsewhere. Nothing is known of it but the time.

It blocks what is offered and booked from then on; bookings that are there stay. Whoever writes holds the calendar's
lock, as whoever books does, so that nobody books over what was told before.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from tortoise import fields

from models.act import Act
from models.columns import moment
from models.event import record
from models.occupancy import lock_calendars
from models.personal import Purpose, Subject, Why, personal, plain, ref
from models.staff import Calendar
from models.storage.database import lock, transaction
from models.tenancy import Owned
from rules.busy_pieces import replaced
from rules.errors import FieldProblem, ValidationFailed
from rules.intervals import Window
from rules.retention import RetentionClass

MOST_PIECES = 2_000
MOST_SOURCES = 10


@dataclass(frozen=True, slots=True)
class Whose:
    """Whose calendar something is: a staff member's, or that of the `unit`-th unit of a resource."""

    staff_id: UUID | None = None
    resource_id: UUID | None = None
    unit: int | None = None

    @property
    def columns(self) -> dict[str, Any]:
        """The same where rows say it."""
        return asdict(self)


class BusySource(Owned):
    """A calendar elsewhere of one staff member or one unit of a resource, under a name that whoever keeps it up to date
    chose."""

    staff_id = ref("staff", null=True)
    resource_id = ref("resource", null=True)
    unit = plain(fields.IntField(null=True), Why.SETTING)
    name = plain(fields.CharField(max_length=60), Why.BUSINESS)
    updated_at = moment()

    class Meta:
        table = "busy_source"

    @classmethod
    async def named(cls, act: Act, whose: Whose, name: str, *, new: bool = False) -> BusySource:
        """The source with this name, made where there is none. ValidationFailed for one too many, or for one that is
        there where a `new` one is wanted; in a transaction."""
        await lock([f"busy_source:{act.account_id}/{whose.staff_id or whose.resource_id}"])
        found = cls.of(act.account_id).filter(**whose.columns)
        known = await found.get_or_none(name=name)
        if known is not None and new:
            raise ValidationFailed(FieldProblem("source", "There is a calendar by that name. Choose another."))
        if known is not None:
            return known
        if await found.count() >= MOST_SOURCES:
            message = f"There are {MOST_SOURCES} calendars elsewhere at most of each. Remove one, or use its name."
            raise ValidationFailed(FieldProblem("source", message))
        made = await cls.add(act.account_id, created_at=act.at, updated_at=act.at, name=name, **whose.columns)
        of = {key: str(value) for key, value in whose.columns.items() if value is not None}
        await record(act, "busy_source_created", "busy_source", made.id, **of)
        return made

    async def put(self, act: Act, span: Window, busy: Iterable[Window]) -> bool:
        """Replace what is busy in `span`; whether that changed anything. ValidationFailed for too many; in a
        transaction."""
        whose = Whose(self.staff_id, self.resource_id, self.unit)
        calendar = await Calendar.of(act.account_id).get(**whose.columns)
        await lock_calendars(act.account_id, calendar.id)
        mine = ExternalBusy.of(act.account_id).filter(busy_source_id=self.id)
        known = {(row.starts, row.ends) for row in await mine}
        wanted = set(replaced(known, span, busy))
        if len(wanted) > MOST_PIECES:
            message = (
                f"One source has {MOST_PIECES} busy times at most, where those that meet count as one and long ones as "
                f"one for each two days; these would be {len(wanted)}. Tell fewer days ahead."
            )
            raise ValidationFailed(FieldProblem("intervals", message))
        if wanted == known:
            return False
        await mine.filter(starts__in=[starts for starts, _ in known - wanted]).delete()
        await self._add(act, calendar.id, sorted(wanted - known))
        await type(self).of(act.account_id).filter(id=self.id).update(updated_at=act.at)
        await record(act, "external_busy_put", "busy_source", self.id, times=len(wanted))
        return True

    async def _add(self, act: Act, calendar_id: UUID, windows: Sequence[Window]) -> None:
        rows = [
            ExternalBusy(account_id=act.account_id, created_at=act.at, busy_source_id=self.id,
                         calendar_id=calendar_id, starts=starts, ends=ends)
            for starts, ends in windows
        ]  # fmt: skip
        await ExternalBusy.of(act.account_id).bulk_create(rows, batch_size=100)

    async def remove(self, act: Act) -> None:
        """Forget the source and all its times: they can be booked again."""
        async with transaction():
            if await type(self).of(act.account_id).filter(id=self.id).delete():
                await record(act, "busy_source_removed", "busy_source", self.id)


class ExternalBusy(Owned):
    """Busy seconds [starts, ends) by one source (epoch, UTC), apart from its others, two days long at most."""

    busy_source_id = ref("busy_source")
    calendar_id = ref("calendar")
    starts = personal(fields.BigIntField(), "user.behavior", Subject.STAFF, Purpose.SERVICE, RetentionClass.BOOKING)
    ends = personal(fields.BigIntField(), "user.behavior", Subject.STAFF, Purpose.SERVICE, RetentionClass.BOOKING)

    class Meta:
        table = "external_busy"


async def replace_busy(
    act: Act, whose: Whose, name: str, span: Window, busy: Sequence[Window]
) -> BusySource:  # fmt: skip
    """Replace what one source says of a stretch of time. The same again changes nothing."""
    async with transaction():
        source = await BusySource.named(act, whose, name)
        if await source.put(act, span, busy):
            source.updated_at = act.at
    return source
