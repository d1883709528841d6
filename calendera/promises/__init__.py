"""Asks the running product, promise by promise, whether it keeps its privacy policy. The worker does it every hour.

What is found is written down (`models/promise_check.py`) and shown to everybody: evidence names no person, no business,
no machine and nothing that helps an attacker.
"""

from __future__ import annotations

import asyncio
from importlib import import_module

from calendera.clock import Clock
from calendera.logs import log
from calendera.promises.finding import LiveCheck, Surroundings, unchecked
from calendera.settings import Settings
from models.policy_notice import PolicyNotice
from models.promise_check import Finding, PromiseCheck
from privacy import policy


class Promises:
    """Two jobs: `check` and `announce`. Any number of workers may run them at once."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self.settings = settings
        self.clock = clock

    async def check(self) -> int:
        """Check every promise, once an hour; how many were."""
        return await self.check_now() if await PromiseCheck.are_due(self.clock.now()) else 0

    async def check_now(self) -> int:
        """Check every promise and write down what was found; how many were."""
        # They look at all of the program, which takes a worker that serves nobody a while to load: not at its start.
        checks = (await asyncio.to_thread(import_module, "calendera.promises.checks")).CHECKS
        now = self.clock.now()
        findings = {promise: await _found(check, Surroundings(self.settings, now)) for promise, check in checks.items()}
        for promise in await PromiseCheck.found(findings, now):
            log.error("promise not kept", reason=promise)
        return len(findings)

    async def announce(self) -> int:
        """Mail those who were here before the latest change of what is promised; how many were told."""
        now = self.clock.now()
        latest = policy.latest_change(now.date())
        return 0 if latest is None else await PolicyNotice.announce(latest.version, latest.published_on, now)


async def _found(check: LiveCheck, around: Surroundings) -> Finding:
    try:
        return await check(around)
    except Exception as error:
        # A promise about which nothing can be said is not kept before everybody's eyes: neither is it broken.
        log.error("promise not checked", exc_info=error)
        return unchecked("The check itself failed; whoever runs this server finds why in its log.")
