"""Who pays for an operation, and what happens when the bucket is empty."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass
from math import ceil
from typing import Any

from calendera.asking import Asking
from calendera.crowd import Crowd
from calendera.shared_buckets import SharedBuckets
from graph.answers import Answer, refuse
from graph.costs import told
from graph.weights import Tally

# What cannot be run is parsed and validated all the same.
_IN_VAIN = 10


@dataclass(frozen=True, slots=True)
class Meter:
    """The buckets of callers, `common` ones of all who share a public key, and the places of operations."""

    own: SharedBuckets
    common: SharedBuckets
    crowd: Crowd

    def place(self, asking: Asking) -> AbstractAsyncContextManager[None]:
        """A place to run one operation in; see `Crowd.place`."""
        return self.crowd.place(asking.payer.key) if asking.payer else nullcontext()

    async def look(self, asking: Asking) -> Answer | None:
        """THROTTLED for whoever has nothing left, before anything is done for them; else None."""
        if asking.payer is None:
            return None
        level = await self.own.look(asking.payer.key)
        wait = (_IN_VAIN - level.remaining) / self.own.quota.restored
        return self._throttled(asking, Tally(0), level.remaining, wait) if level.wait else None

    async def take(self, asking: Asking, tally: Tally) -> Answer | None:
        """Take what the operation may cost. THROTTLED where there is not enough, else None."""
        if asking.payer is None:
            return None
        level = await self.own.take(asking.payer.key, tally.requested)
        if level.wait or asking.payer.common is None:
            return self._throttled(asking, tally, level.remaining, level.wait) if level.wait else None
        common = await self.common.take(asking.payer.common, tally.requested)
        if not common.wait:
            return None
        level = await self.own.settle(asking.payer.key, -tally.requested)
        return self._throttled(asking, tally, level.remaining, common.wait, of_all=True)

    async def settle(self, asking: Asking, tally: Tally) -> None:
        """Give back what was not used, and tell what it cost: at least 1, for answering at all."""
        tally.actual = max(1, tally.actual)
        await self._charge(asking, tally.actual - tally.requested, tally)

    async def in_vain(self, asking: Asking, refused: Answer | None = None) -> None:
        """Take something for a document that was looked at and is not run."""
        requested = refused.extensions.get("cost", {"requested": 0})["requested"] if refused else 0
        await self._charge(asking, _IN_VAIN, Tally(requested, _IN_VAIN))

    async def charge(self, asking: Asking, points: int) -> int:
        """Take that many points more, or give them back; how many are left."""
        if asking.payer is None:
            return 0
        level = await self.own.settle(asking.payer.key, points)
        if asking.payer.common is not None and points:
            await self.common.settle(asking.payer.common, points)
        return level.remaining

    async def _charge(self, asking: Asking, points: int, tally: Tally) -> None:
        if asking.payer is not None:
            remaining = await self.charge(asking, points)
            asking.extensions.update(told(tally, self._throttle(remaining)))

    def _throttle(self, remaining: int) -> dict[str, Any]:
        quota = self.own.quota
        return {"maximum": quota.maximum, "remaining": remaining, "restoreRate": quota.restored}

    def _throttled(self, asking: Asking, tally: Tally, remaining: int, wait: float, *, of_all: bool = False) -> Answer:
        seconds = max(1, ceil(wait))
        quota = self.own.quota
        words = f"{remaining:,} of {quota.maximum:,} are left, and {quota.restored:,} come back each second."
        if tally.requested:
            words = f"This may cost {tally.requested:,}; {words}"
        if of_all:
            words = "Many visitors are here at once."
        asking.headers.append(("Retry-After", str(seconds)))
        asking.extensions.update(told(tally, self._throttle(remaining)))
        return refuse("THROTTLED", f"{words} Send it again in {seconds} second{'s' if seconds > 1 else ''}.")
