"""Export: a process that writes everything an account holds into an archive."""

from __future__ import annotations

import enum
from datetime import datetime, timedelta

from tortoise import fields
from tortoise.queryset import QuerySet

from models.act import SYSTEM, Act
from models.columns import choice, moment_if_any
from models.event import record
from models.leases import take_one, uuid_of
from models.personal import Why, plain
from models.storage.database import lock, transaction
from models.storage.reach import Reach, bound, reaching
from models.tenancy import Owned, across_accounts
from rules.errors import Throttled
from rules.retention import RetentionClass, due_at

# How long a worker that gives no sign of life keeps an export.
LEASE = timedelta(minutes=1)
ATTEMPTS = 5
MOST_A_DAY = 10
_DAY = timedelta(days=1)
DUE = "status = 'PENDING' OR (status = 'RUNNING' AND lease_until <= $1)"


class ExportStatus(enum.Enum):
    """Where an export is."""

    PENDING = "PENDING"
    RUNNING = "RUNNING"
    READY = "READY"
    FAILED = "FAILED"
    EXPIRED = "EXPIRED"


OPEN = (ExportStatus.PENDING, ExportStatus.RUNNING)


class Export(Owned):
    """`lease_until` and `attempts` let another worker take over from one that died.

    The archive is the file `file_name`: its name has the attempt that wrote it, so two workers never write one file.
    """

    status = choice(ExportStatus, ExportStatus.PENDING)
    requested_by_id = plain(fields.UUIDField(null=True), Why.IDENTIFIER)
    size_bytes = plain(fields.BigIntField(null=True), Why.STATE)
    row_count = plain(fields.IntField(null=True), Why.STATE)
    attempts = plain(fields.IntField(default=0), Why.STATE)
    lease_until = moment_if_any()
    finished_at = moment_if_any()
    expires_at = moment_if_any()

    class Meta:
        table = "export"

    @property
    def file_name(self) -> str:
        """The archive's name in the folder of exports."""
        return f"{self.id}.{self.attempts}.zip"

    @classmethod
    async def request(cls, act: Act) -> Export:
        """Ask for an archive. While one is waiting or being written, that one is the answer.

        Throttled after ten in 24 hours.
        """
        async with transaction():
            await lock([f"export:{act.account_id}"])
            rows = cls.of(act.account_id)
            under_way = await rows.filter(status__in=OPEN).first()
            if under_way is not None:
                return under_way
            recent = await rows.filter(created_at__gt=act.at - _DAY).order_by("created_at")
            if len(recent) >= MOST_A_DAY:
                raise Throttled(int((recent[-MOST_A_DAY].created_at + _DAY - act.at).total_seconds()) + 1)
            export = await cls.add(act.account_id, created_at=act.at, requested_by_id=act.actor.id)
            await record(act, "export_requested", "export", export.id)
        return export

    @classmethod
    async def take(cls, now: datetime) -> Export | None:
        """The export that has waited longest, for this worker alone while it renews its lease; None when none waits.

        One that five workers have died of is given up instead.
        """
        running = ", status = 'RUNNING'"
        while True:
            with reaching(Reach.ROUNDS):
                row = await take_one("export", "account_id, id", DUE, "created_at, id", now, now + LEASE, running)
            if row is None:
                return None
            account_id = uuid_of(row["account_id"])
            with bound(account_id):
                export = await cls.of(account_id).get_or_none(id=uuid_of(row["id"]))
                if export is None or export.attempts <= ATTEMPTS:
                    return export
                await export.failed(now)

    async def renew(self, now: datetime) -> bool:
        """Stay the one who writes it. False when another worker has taken over, or the account is gone."""
        return bool(await self._mine().update(lease_until=now + LEASE))

    async def ready(self, now: datetime, *, size_bytes: int, row_count: int) -> bool:
        """The archive is complete and can be downloaded for 24 hours; an earlier one no longer can.

        False when another worker has taken over meanwhile.
        """
        written = {"status": ExportStatus.READY, "size_bytes": size_bytes, "row_count": row_count, "finished_at": now}
        async with transaction():
            until = due_at(RetentionClass.EXPORT, now)
            if not await self._mine().update(**written, lease_until=None, expires_at=until):
                return False
            earlier = Export.of(self.account_id).filter(status=ExportStatus.READY, expires_at__gt=now)
            await earlier.exclude(id=self.id).update(expires_at=now)
            await record(Act(self.account_id, SYSTEM, now), "export_ready", "export", self.id, rows=row_count)
        return True

    async def failed(self, now: datetime) -> None:
        """It could not be written: it is tried again when the lease is over, and given up after five attempts."""
        if self.attempts < ATTEMPTS:
            return
        async with transaction():
            given_up = {"status": ExportStatus.FAILED, "lease_until": None, "finished_at": now}
            if await self._mine().update(**given_up):
                await record(Act(self.account_id, SYSTEM, now), "export_failed", "export", self.id)

    async def put_back(self, now: datetime) -> None:
        """The worker stops before it was written: the next one may have it at once, and no attempt is lost."""
        await self._mine().update(status=ExportStatus.PENDING, lease_until=None, attempts=self.attempts - 1)

    async def downloaded(self, act: Act) -> None:
        """Somebody takes the archive with them: the history says who and when."""
        async with transaction():
            await record(act, "export_downloaded", "export", self.id)

    def available(self, now: datetime) -> bool:
        """Whether the archive can be downloaded."""
        return self.status is ExportStatus.READY and self.expires_at is not None and now < self.expires_at

    def _mine(self) -> QuerySet[Export]:
        rows = type(self).of(self.account_id)
        return rows.filter(id=self.id, status=ExportStatus.RUNNING, attempts=self.attempts)


async def files_in_use(ids: list[str], now: datetime) -> set[str]:
    """The archives among those of the exports `ids` that are being written or can be downloaded, by file name."""
    found = await across_accounts(Export, Reach.ROUNDS).filter(id__in=ids)
    return {one.file_name for one in found if one.status is ExportStatus.RUNNING or one.available(now)}


async def waiting_since() -> datetime | None:
    """When the archive was asked for that has waited longest; None while none waits."""
    found = await across_accounts(Export, Reach.ROUNDS).filter(status__in=OPEN).order_by("created_at").first()
    return found.created_at if found else None


async def expire_exports(now: datetime) -> int:
    """Mark the exports whose 24 hours are over. Their files are removed first, by whoever calls this."""
    over = across_accounts(Export, Reach.ROUNDS).filter(status=ExportStatus.READY, expires_at__lte=now)
    return int(await over.update(status=ExportStatus.EXPIRED))
