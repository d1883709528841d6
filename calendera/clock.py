"""The one place that asks what time it is.

Everything else is handed `now`, so that a test can stand at any moment, a clock change included.
"""

from datetime import UTC, datetime


class Clock:
    """Tells the time. Tests use a subclass whose time is set by hand."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        return datetime.now(UTC)
