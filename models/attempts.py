"""Attempts: how often somebody tried something lately, by keyed hashes; the same count for all server processes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from tortoise import fields
from uuid_utils.compat import uuid7

from models import keyring
from models.columns import moment
from models.personal import Purpose, Subject, Why, personal, plain
from models.storage.database import execute, fetch
from models.storage.instant import from_database
from models.tenancy import Global
from rules.errors import Throttled
from rules.networks import counted_network
from rules.retention import RetentionClass

# One statement, so that attempts that arrive together are all counted. A window that is over begins anew.
_COUNT = """
    INSERT INTO attempts (id, created_at, key, count, window_ends_at) VALUES ($1, $2, $3, $5, $4)
    ON CONFLICT (key) DO UPDATE SET
      count = CASE WHEN attempts.window_ends_at <= excluded.created_at
                   THEN excluded.count ELSE attempts.count + excluded.count END,
      window_ends_at = CASE WHEN attempts.window_ends_at <= excluded.created_at
                            THEN excluded.window_ends_at ELSE attempts.window_ends_at END
    RETURNING count, window_ends_at
"""


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `most` attempts of this kind in a window that begins with the first."""

    what: str
    most: int
    within: timedelta


# A person who cannot remember tries five or six times. A guesser gets 960 a day for one email, whoever it is and
# whether or not it exists; a rejected attempt says how long to wait, never why.
SIGN_IN_EMAIL = Limit("sign in, email", 10, timedelta(minutes=15))
SIGN_IN_ADDRESS = Limit("sign in, address", 50, timedelta(minutes=15))
# The signed-in person who changes the password proves the old one, at the same pace.
CHANGE_PASSWORD = Limit("change password, user", 10, timedelta(minutes=15))
# Proving oneself again: whoever found a browser open knows as little.
PROVE = Limit("prove, user", 10, timedelta(minutes=15))
# Codes of six digits are guessed by whoever knows the password: 480 a day would be one chance in 700 each day.
SECOND_FACTOR = Limit("second factor, user", 5, timedelta(minutes=15))
SECOND_FACTOR_DAY = Limit("second factor of a day, user", 50, timedelta(days=1))
# What mails to an address that anybody can type: few, so that nobody's mailbox is flooded through us.
SIGN_UP_EMAIL = Limit("sign up, email", 5, timedelta(hours=1))
RESET_EMAIL = Limit("reset password, email", 5, timedelta(hours=1))
CUSTOMER_LINK_EMAIL = Limit("customer link, account and email", 5, timedelta(hours=1))
# Each is a mail now, and one more when something becomes free.
WAITLIST_EMAIL = Limit("waitlist, email", 10, timedelta(days=1))
MAILED_ADDRESS = Limit("mailed, address", 20, timedelta(hours=1))
# Each move of a booking mails to its customer, whom whoever booked may only have named.
MOVED_BY_LINK = Limit("move by link, booking", 20, timedelta(hours=1))
# Wrong secrets, codes and refresh tokens of apps. They have 256 bits: this stops floods and shows who tries.
OAUTH_ADDRESS = Limit("oauth, address", 100, timedelta(minutes=15))
OAUTH_APP = Limit("oauth, app", 1_000, timedelta(minutes=15))
SUPPORT_ASKED = Limit("support asked, user", 20, timedelta(days=1))
INVITED = Limit("invited, account", 100, timedelta(days=1))


class Attempts(Global):
    """A count in its window. The key is an HMAC: of an email, a user or account, or an address and the day."""

    key = personal(
        fields.CharField(max_length=64),
        "user.device.ip_address",
        Subject.VISITOR,
        Purpose.SECURITY,
        RetentionClass.SECURITY_LOG,
    )
    count = plain(fields.IntField(default=0), Why.STATE)
    window_ends_at = moment()

    class Meta:
        table = "attempts"

    @classmethod
    async def note(cls, limit: Limit, value: str, at: datetime) -> None:
        """Count an attempt, whatever becomes of it. Throttled, with the seconds to wait, beyond the limit.

        Outside of transactions: what is refused later must stay counted.
        """
        await _note(limit, keyring.pseudonym(limit.what, value), at)

    @classmethod
    async def note_address(cls, limit: Limit, address: str, at: datetime) -> None:
        """The same for a network address. Where none is known (a socket in the file system) nothing is counted."""
        if address:
            await _note(limit, keyring.pseudonym_of_day(limit.what, counted_network(address), at), at)

    @classmethod
    async def forget(cls, limit: Limit, value: str) -> None:
        """Begin anew for somebody who succeeded."""
        await execute("DELETE FROM attempts WHERE key = $1", keyring.pseudonym(limit.what, value))


async def tally(limit: Limit, value: str, at: datetime, by: int = 1) -> int:
    """Count without refusing: the new count of the window, for whoever watches. Outside of transactions."""
    return (await count_attempts(limit, keyring.pseudonym(limit.what, value), at, by))[0]


async def _note(limit: Limit, key: str, at: datetime) -> None:
    count, window_ends_at = await count_attempts(limit, key, at)
    if count > limit.most:
        raise Throttled(max(1, ceil((window_ends_at - at).total_seconds())))


async def count_attempts(limit: Limit, key: str, at: datetime, by: int = 1) -> tuple[int, datetime]:
    """Count under a key: the new count of its window, and when that ends. Outside of transactions."""
    (found,) = await fetch(_COUNT, uuid7(), at, key, at + limit.within, by)
    return found["count"], from_database(found["window_ends_at"])
