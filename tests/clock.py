"""A clock that stands still until a test moves it."""

from datetime import UTC, datetime, timedelta

from calendera.clock import Clock


class FrozenClock(Clock):
    """Stands at `at`, a moment in UTC, until told otherwise."""

    def __init__(self, at: datetime = datetime(2025, 6, 2, 8, 0, tzinfo=UTC)) -> None:
        self.stand_at(at)

    def now(self) -> datetime:
        """Where the clock stands."""
        return self._at

    def stand_at(self, moment: datetime) -> None:
        """Move to a moment, forward or back."""
        if moment.tzinfo is None:
            raise ValueError("a moment without a zone is not a moment")
        self._at = moment.astimezone(UTC)

    def advance(self, **by: float) -> datetime:
        """Move on, in the words of timedelta: `advance(hours=2)`."""
        self._at += timedelta(**by)
        return self._at
