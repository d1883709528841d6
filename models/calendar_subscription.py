"""CalendarSubscription: an address elsewhere that the worker asks again and again when somebody is busy.

Any number of workers may ask: each takes a subscription under a lease, and what comes back counts only while the number
of the attempt is still the one that was taken.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from secrets import SystemRandom
from zoneinfo import ZoneInfo

from tortoise import fields
from tortoise.queryset import QuerySet
from uuid_utils.compat import uuid7

from models import keyring
from models.act import SYSTEM, Act
from models.columns import moment, moment_if_any
from models.event import record
from models.external_busy import BusySource, Whose
from models.leases import take_one, uuid_of
from models.personal import Why, plain, ref
from models.storage.database import fetch, transaction
from models.storage.reach import Reach, bound, reaching
from models.tenancy import Owned
from rules.errors import FieldProblem, ValidationFailed
from rules.intervals import Window
from rules.outgoing import shown_address
from rules.zones import zone

LEASE = timedelta(minutes=2)
EVERY = timedelta(minutes=15)
LONGEST_PAUSE = timedelta(hours=6)
GIVEN_UP_AFTER = timedelta(days=7)
SOONEST = timedelta(minutes=1)
# A calendar that has not changed is read anew once a day: its repeating events reach further every day.
READ_EVERY = timedelta(hours=20)
_SEALED = "calendar address"
DUE = "due_at <= $1 AND ended_at IS NULL AND (lease_until IS NULL OR lease_until <= $1)"
_ZONE = """
    SELECT COALESCE(l.zone, a.zone) AS zone FROM account a
    LEFT JOIN staff s ON s.account_id = a.id AND s.id = $2
    LEFT JOIN resource r ON r.account_id = a.id AND r.id = $2
    LEFT JOIN location l ON l.account_id = a.id AND l.id = COALESCE(s.location_id, r.location_id)
    WHERE a.id = $1
"""
_random = SystemRandom()


class CalendarSubscription(Owned):
    """`tag` and `modified` are what the other server says of the version that was read last (ETag, Last-Modified).
    `ended_at`: it failed for a week, and is not asked any more until somebody wants it again."""

    busy_source_id = ref("busy_source")
    staff_id = ref("staff", null=True)
    resource_id = ref("resource", null=True)
    address_sealed = plain(fields.CharField(max_length=4000), Why.SECRET)
    shown_address = plain(fields.CharField(max_length=300), Why.BUSINESS)
    tag = plain(fields.CharField(max_length=300, null=True), Why.STATE)
    modified = plain(fields.CharField(max_length=100, null=True), Why.STATE)
    due_at = moment()
    attempts = plain(fields.IntField(default=0), Why.STATE)
    lease_until = moment_if_any()
    failures = plain(fields.IntField(default=0), Why.STATE)
    failing_since = moment_if_any()
    asked_at = moment_if_any()
    fetched_at = moment_if_any()
    read_at = moment_if_any()
    problem = plain(fields.CharField(max_length=300, null=True), Why.STATE)
    ended_at = moment_if_any()

    class Meta:
        table = "calendar_subscription"

    @classmethod
    async def begin(cls, act: Act, whose: Whose, name: str, address: str) -> BusySource:
        """Follow an address under a name of its own. ValidationFailed where the name is taken."""
        async with transaction():
            source = await BusySource.named(act, whose, name, new=True)
            id = uuid7()
            await cls.add(
                act.account_id, id=id, created_at=act.at, busy_source_id=source.id, due_at=act.at,
                staff_id=whose.staff_id, resource_id=whose.resource_id,
                address_sealed=keyring.seal(_SEALED, id, address.encode()), shown_address=shown_address(address)[:300],
            )  # fmt: skip
            await record(act, "calendar_subscribed", "busy_source", source.id)
        return source

    @classmethod
    async def want_again(cls, act: Act, source: BusySource) -> None:
        """Ask soon, and again where it was given up. ValidationFailed for a source that follows no address."""
        rows = cls.of(act.account_id).filter(busy_source_id=source.id)
        async with transaction():
            found = await rows.first()
            if found is None:
                message = "This calendar follows no address: whoever keeps it up to date has to send it."
                raise ValidationFailed(FieldProblem("id", message))
            soon = max(act.at, (found.asked_at or act.at - SOONEST) + SOONEST)
            since = act.at if found.ended_at else found.failing_since
            await rows.update(due_at=soon, ended_at=None, failing_since=since, tag=None, modified=None)
            await record(act, "calendar_wanted_again", "busy_source", source.id)

    @classmethod
    async def take(cls, now: datetime) -> CalendarSubscription | None:
        """The one that has been due longest, for this worker alone until the lease ends; None where none is due."""
        with reaching(Reach.ROUNDS):
            row = await take_one("calendar_subscription", "account_id, id", DUE, "due_at, id", now, now + LEASE)
        if row is None:
            return None
        account_id = uuid_of(row["account_id"])
        with bound(account_id):
            return await cls.of(account_id).get_or_none(id=uuid_of(row["id"]))

    @property
    def address(self) -> str:
        """Where to ask. A secret."""
        return keyring.unseal(_SEALED, self.id, self.address_sealed).decode()

    def known(self, now: datetime) -> dict[str, str]:
        """The headers by which the other server may say that nothing has changed."""
        if self.read_at is None or now - self.read_at >= READ_EVERY:
            return {}
        given = {"If-None-Match": self.tag, "If-Modified-Since": self.modified}
        return {name: value for name, value in given.items() if value}

    async def zone(self) -> ZoneInfo:
        """The zone of whole days, and of times that name none: that of the place, or the business's."""
        rows = await fetch(_ZONE, self.account_id, self.staff_id or self.resource_id)
        return zone(rows[0]["zone"] if rows else "UTC")

    async def unchanged(self, now: datetime) -> bool:
        """It is as it was. False where another worker has taken over."""
        return bool(await self._mine().update(**self._well(now)))

    async def was_read(
        self, now: datetime, span: Window, busy: Sequence[Window], *, problem: str | None, tag: str | None,
        modified: str | None,
    ) -> bool:  # fmt: skip
        """Take in what it says. ValidationFailed for too much; False where another worker has taken over."""
        act = Act(self.account_id, SYSTEM, now)
        async with transaction():
            said = {**self._well(now), "read_at": now, "problem": problem, "tag": tag, "modified": modified}
            if not await self._mine().update(**said):
                return False
            source = await BusySource.of(self.account_id).get(id=self.busy_source_id)
            await source.put(act, span, busy)
        return True

    def _well(self, now: datetime) -> dict[str, object]:
        due = now + EVERY + timedelta(seconds=_random.uniform(0, 180))
        well = {"failures": 0, "failing_since": None, "problem": self.problem if not self.failures else None}
        return {**well, "lease_until": None, "asked_at": now, "fetched_at": now, "due_at": due}

    async def failed(self, now: datetime, problem: str) -> None:
        """It was not answered as hoped: asked more and more seldom, and given up after a week. What was busy stays."""
        pause = min(EVERY * 2 ** min(self.failures, 8), LONGEST_PAUSE)
        since = self.failing_since or now
        over = now - since >= GIVEN_UP_AFTER
        values = {
            "failures": self.failures + 1, "failing_since": since, "problem": problem[:300], "lease_until": None,
            "asked_at": now, "due_at": now + pause + timedelta(seconds=_random.uniform(0, 180)),
            "ended_at": now if over else None,
        }  # fmt: skip
        async with transaction():
            if await self._mine().update(**values) and over:
                act = Act(self.account_id, SYSTEM, now)
                await record(act, "calendar_given_up", "busy_source", self.busy_source_id)

    def _mine(self) -> QuerySet[CalendarSubscription]:
        return type(self).of(self.account_id).filter(id=self.id, attempts=self.attempts)
