"""The worker's part of the waitlist: looks for free times where something has just happened, and now and then
everywhere, for time becomes free by passing too."""

from __future__ import annotations

from datetime import datetime, timedelta

from calendera.clock import Clock
from models.event_tail import position, since
from models.waitlist_offers import offer_free_times

# A hold that ends, a notice that is kept, a day that comes within the horizon: nothing tells of these.
EVERYWHERE = timedelta(seconds=30)
# What happens to these takes no time and gives none back.
_NO_TIME = frozenset({"customer", "customer_block", "session", "membership", "invitation", "access_key", "export"})


class Waiting:
    """One job: `offer`. Any number of workers may run it at once; each looks for itself."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self._position: str | None = None
        self._everywhere: datetime | None = None

    async def offer(self) -> int:
        """Offer what is free; how many offers were made. Call until it is 0."""
        now, before = self.clock.now(), self._everywhere
        if self._position is None or before is None or not before <= now < before + EVERYWHERE:
            # What happens from here on is found by the next look, whatever this one sees of it.
            self._position, self._everywhere = await position(), None
            made = await offer_free_times(now)
            self._everywhere = None if made else now
            return made
        self._position, happened = await since(self._position)
        accounts = {one.account_id for one in happened if one.subject not in _NO_TIME}
        return await offer_free_times(now, accounts) if accounts else 0
