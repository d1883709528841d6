"""When something that failed for now is tried again: soon at first, then more and more seldom, and in the end never."""

from datetime import timedelta

# Together a little more than two days: a mail server that is down over a weekend's nights still gets its mails.
_WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180, 360, 720, 720, 720))
ATTEMPTS = len(_WAITS) + 1


def wait_after(attempts: int) -> timedelta | None:
    """How long to wait after so many failed attempts (1, 2, …); None when it is time to give up."""
    if attempts < 1:
        raise ValueError("Only what was tried at least once is tried again.")
    return _WAITS[attempts - 1] if attempts < ATTEMPTS else None


def wait_without_end(attempts: int) -> timedelta:
    """The same for what must not be given up, as money: at last twice a day."""
    return wait_after(max(attempts, 1)) or _WAITS[-1]
