"""The one egress: every message that leaves the program passes here, and what is not registered does not leave.

Whoever opens a connection asks `check_pass` for its host first, and gets one only inside of `Egress.leaving`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime

from calendera.clock import Clock
from calendera.logs import log
from calendera.settings import Settings
from models.account import Account
from models.egress_flow import EgressFlow
from models.mail_parcels import Parcel
from models.processor import decided, home_of
from models.security_event import PlatformAlert
from models.storage.reach import binding
from rules.sharing import Channel, Decision, EgressRefusal, Flow
from rules.watching import SecurityEventKind


class EgressRefused(Exception):
    """The message did not leave, and nothing was connected to. It may be tried again later."""

    def __init__(self, refusal: EgressRefusal) -> None:
        super().__init__(refusal.value)
        self.refusal = refusal


class BesideTheEgress(RuntimeError):
    """A connection was about to be opened beside it: a mistake of ours, and nothing left."""


_pass: ContextVar[str | None] = ContextVar("host that may be connected to", default=None)
ANY = "*"


@contextmanager
def passing(host: str) -> Iterator[None]:
    """In the block, this host may be connected to. For the egress alone."""
    token = _pass.set(host)
    try:
        yield
    finally:
        _pass.reset(token)


def may_pass(host: str | None = None) -> bool:
    """Whether this task may connect to a host; to any, where none is named."""
    given = _pass.get()
    return given is not None and (given in (ANY, host) or host is None)


def check_pass(host: str) -> None:
    """Raise BesideTheEgress unless the egress let a message to this host out."""
    if not may_pass(host):
        raise BesideTheEgress("A connection is opened inside of `Egress.leaving` alone.")


@dataclass(frozen=True, slots=True)
class Egress:
    """`country`: where the server is run. `operator`: who is told of what was refused."""

    clock: Clock
    country: str | None
    operator: str | None

    @classmethod
    def of(cls, settings: Settings, clock: Clock) -> Egress:
        return cls(clock, settings.home_country, settings.operator_email)

    @asynccontextmanager
    async def leaving(self, channel: Channel, host: str, parcel: Parcel) -> AsyncIterator[None]:
        """Around one message of the account that the task is bound to. EgressRefused where it may not leave.

        It is counted before it leaves: too often rather than too seldom where the connection then fails.
        """
        now = self.clock.now()
        flow = Flow(channel, host, parcel.purpose, parcel.categories)
        decision = await self._decide(flow, now)
        await EgressFlow.note(flow, decision, now)
        if decision.refusal is not None:
            await self._report(flow, decision.refusal, now)
            raise EgressRefused(decision.refusal)
        # Calendars may lead on to other hosts. Nothing about anybody is in such a request.
        with passing(ANY if channel is Channel.CALENDARS else host):
            yield

    async def _decide(self, flow: Flow, now: datetime) -> Decision:
        account_id = binding().account_id
        account = await Account.get_or_none(id=account_id) if account_id else None
        return await decided(flow, home_of(account, self.country), now)

    async def _report(self, flow: Flow, refusal: EgressRefusal, now: datetime) -> None:
        """Tell whoever runs the server, once. What an owner objected to is as they wanted it."""
        log.warning("message refused at the egress", reason=f"{flow.channel.value}:{refusal.value}")
        if refusal is not EgressRefusal.OBJECTED:
            source = f"{flow.channel.value} {refusal.value}"
            await PlatformAlert.report(SecurityEventKind.EGRESS_REFUSED, source, 1, now, self.operator)
