"""The background work: reminders, mails, exports, and removing what has expired.

Any number of workers may run, inside the server processes and on their own: every job takes its work from the
database under a lease or by a conditional statement, so that each thing is done once, and what a dead worker left is
taken up by another. Jobs run beside each other; an error in one is logged and it is tried again.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial

from calendera.auditing import Sealing
from calendera.clock import Clock
from calendera.egress import Egress
from calendera.exporting import Exporting
from calendera.logs import log
from calendera.mail import Mailer, mailer_for
from calendera.mailing import Mailing
from calendera.open_database import open_database
from calendera.outgoing import Outgoing
from calendera.payments import Payments
from calendera.promises import Promises
from calendera.settings import Settings
from calendera.subscribing import Subscribing
from calendera.waiting import Waiting
from calendera.ways_out import check_ways_out
from models.booking_changes import expire_requests
from models.clearing import CLEARINGS, Clearing, clear
from models.hold import expire_holds
from models.reminder import send_reminders
from models.setback import Unfinished
from models.storage import database
from models.storage.reach import bound
from models.waitlist_offers import expire_waitlist

SECONDS = 1.0
SELDOM = 60.0
LOOKING = 5.0
SETTLED = 20.0
LONGEST_PAUSE = 30.0
STOP_WITHIN_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Job:
    """Does one small piece of work and says how many things it dealt with. `every`: seconds until it looks again,
    `first`: until it looks at all."""

    name: str
    work: Callable[[], Awaitable[int]]
    every: float = SECONDS
    first: float = 0.0


class Worker:
    """The jobs of one process."""

    def __init__(self, settings: Settings, clock: Clock, mailer: Mailer | None = None) -> None:
        egress = Egress.of(settings, clock)
        mailing = Mailing(settings, clock, mailer or mailer_for(settings, clock), egress)
        exporting = Exporting(settings, clock)
        subscribing = Subscribing(clock, Outgoing(loopback=settings.outgoing_to_loopback), egress)
        promises = Promises(settings, clock)
        self.payments = Payments(settings, clock)
        self.jobs = (
            # Before the mails, of which they make some: one round then does all that is due.
            Job("expired waitlist", lambda: expire_waitlist(clock.now())),
            Job("waitlist", Waiting(clock).offer),
            Job("policy notices", promises.announce, SELDOM),
            Job("reminders", lambda: send_reminders(clock.now())),
            Job("mail", mailing.send_one),
            Job("calendars", subscribing.fetch_one),
            Job("export", exporting.write_one),
            Job("expired exports", exporting.clear_away, SELDOM),
            Job("audit chain", Sealing(settings, clock).seal_some, LOOKING),
            Job("payments", self.payments.look_at_one),
            Job("refunds", self.payments.refund_one),
            Job("expired holds", lambda: expire_holds(clock.now())),
            Job("expired requests", lambda: expire_requests(clock.now())),
            *(Job(f"clear {one.table}", partial(_clear, one, clock), SELDOM) for one in CLEARINGS),
            Job("promises", promises.check, SELDOM, first=SETTLED),
        )

    async def round(self) -> None:
        """Do everything that there is to do now, job after job."""
        for job in self.jobs:
            while await _tried(job):
                pass

    async def work(self, stopping: asyncio.Event) -> None:
        """Look for work again and again until `stopping` is set; what is under way then is finished."""
        async with asyncio.TaskGroup() as group:
            for job in self.jobs:
                group.create_task(_repeat(job, stopping))


async def _clear(one: Clearing, clock: Clock) -> int:
    return await clear(one, clock.now())


async def _tried(job: Job) -> int | None:
    """How many things the job dealt with; None when it failed, which is logged."""
    try:
        with bound(None):
            return await job.work()
    except Unfinished as some:
        for one in some.errors:
            log.error("row put off", job=job.name, exc_info=one)
        return some.done
    except Exception as error:
        log.error("job failed", job=job.name, exc_info=error)
        return None


async def _repeat(job: Job, stopping: asyncio.Event) -> None:
    pause = job.every
    await _rest(job.first, stopping)
    while not stopping.is_set():
        did = await _tried(job)
        if did:
            continue
        # While it fails, it is tried more and more seldom: a database that is away fills no log.
        pause = job.every if did == 0 else min(max(pause, SECONDS) * 2, max(job.every, LONGEST_PAUSE))
        await _rest(pause, stopping)


async def _rest(seconds: float, stopping: asyncio.Event) -> None:
    """So long, or until the worker is told to stop."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await stopping.wait()


@asynccontextmanager
async def working(worker: Worker) -> AsyncIterator[None]:
    """The worker works during the block. At its end it finishes what is under way, for at most 5 seconds."""
    stopping = asyncio.Event()
    task = asyncio.create_task(worker.work(stopping))
    try:
        yield
    finally:
        stopping.set()
        _, late = await asyncio.wait({task}, timeout=STOP_WITHIN_SECONDS)
        for one in late:
            one.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def run(settings: Settings) -> None:
    """Work until SIGTERM or Ctrl+C: the command `calendera worker`. Raises Stop while migrations are missing."""
    told = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, told.set)
    async with open_database(settings):
        await check_ways_out(settings, Clock().now())
        async with working(Worker(settings, Clock())):
            log.info("working", database=database.dialect())
            await told.wait()
