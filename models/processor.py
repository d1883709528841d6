"""Processor: somebody who gets data to do a task with it, as the operator announced them. The whole list is public."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Self

from tortoise import fields
from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from models.account import Account
from models.columns import choice, moment, moment_if_any
from models.personal import Why, plain
from models.storage.database import lock, transaction
from models.tenancy import Global
from rules.regions import country_of_zone, region_of
from rules.sharing import (
    Channel,
    Decision,
    Flow,
    ProcessorRole,
    Purpose,
    Registered,
    Safeguard,
    decide,
    starts_at,
)

_REGISTER = "register of processors"


@dataclass(frozen=True, slots=True)
class Announcement:
    """What the operator says about a processor. `starts_at` None: as soon as it may."""

    name: str
    task: str
    role: ProcessorRole
    channel: Channel
    hosts: Sequence[str]
    purposes: Iterable[Purpose]
    categories: Iterable[str]
    country: str
    safeguard: Safeguard | None = None
    safeguard_until: date | None = None
    starts_at: datetime | None = None


class Processor(Global):
    """Lists are words with a space between. Nothing of a row changes but how long its safeguard is good, and that it
    ends: other terms are another processor, announced anew."""

    name = plain(fields.CharField(max_length=120), Why.BUSINESS)
    task = plain(fields.CharField(max_length=300), Why.BUSINESS)
    role = choice(ProcessorRole)
    channel = choice(Channel)
    hosts = plain(fields.CharField(max_length=1000), Why.SETTING)
    purposes = plain(fields.CharField(max_length=60), Why.SETTING)
    categories = plain(fields.CharField(max_length=1000), Why.SETTING)
    country = plain(fields.CharField(max_length=2), Why.SETTING)
    safeguard = plain(fields.CharEnumField(Safeguard, max_length=32, null=True), Why.SETTING)
    safeguard_until = plain(fields.DateField(null=True), Why.SETTING)
    starts_at = moment()
    ended_at = moment_if_any()

    class Meta:
        table = "processor"

    @classmethod
    async def announce(cls, said: Announcement, now: datetime) -> Self:
        """Put somebody into the register. They count after the notice that businesses are owed."""
        async with transaction():
            await lock([_REGISTER])
            first = await cls.all().order_by("created_at").first()
            begins = starts_at(
                said.starts_at, now, accounts=await Account.exists(), first=first.created_at if first else None
            )
            wanted = set(said.purposes)
            return await cls.create(
                created_at=now, name=said.name, task=said.task, role=said.role, channel=said.channel,
                hosts=" ".join(said.hosts), purposes=" ".join(one.value for one in Purpose if one in wanted),
                categories=" ".join(sorted(said.categories)), country=said.country, safeguard=said.safeguard,
                safeguard_until=said.safeguard_until, starts_at=begins,
            )  # fmt: skip

    async def renew(self, until: date) -> None:
        """The same safeguard is good for longer, or ends sooner."""
        await type(self).filter(id=self.id).update(safeguard_until=until)

    async def end(self, now: datetime) -> None:
        """Nothing is sent there any more, from this moment on. Twice is as good as once."""
        await type(self).filter(id=self.id, ended_at=None).update(ended_at=now)

    @classmethod
    def live(cls, now: datetime) -> QuerySet[Self]:
        """Those that are announced or in use, the first announced first."""
        return cls.filter(Q(ended_at=None) | Q(ended_at__gt=now)).order_by("created_at", "id")

    @property
    def registered(self) -> Registered:
        """As the decision about messages sees it."""
        return Registered(
            self.id, self.channel, self.hosts.split(), frozenset(Purpose(one) for one in self.purposes.split()),
            frozenset(self.categories.split()), self.country, self.safeguard, self.safeguard_until, self.starts_at,
            self.ended_at,
        )  # fmt: skip


async def decided(flow: Flow, home: str | None, now: datetime) -> Decision:
    """Whether a message that leaves this region may leave."""
    rows = await Processor.filter(channel=flow.channel).order_by("created_at", "id")
    return decide(flow, [row.registered for row in rows], home, now)


def home_of(account: Account | None, country: str | None) -> str | None:
    """The region that messages of an account leave: where its clocks are, else where the server is run."""
    found = (country_of_zone(account.zone) if account else None) or country
    return region_of(found) if found else None
