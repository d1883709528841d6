"""How long each class of personal data is kept, what a business may choose, and the moment a row becomes due.

A row is due at `due_at` and not a moment before. Where several purposes cover it, the longest one counts: see
`kept_until`. Months are calendar months in UTC: 31 January plus one month is 28 February.
"""

from calendar import monthrange
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from types import MappingProxyType


class RetentionClass(Enum):
    """What kind of data it is, for the question how long it may stay. Each has one rule in `RULES`."""

    ACCOUNT = "ACCOUNT"
    USER = "USER"
    BOOKING = "BOOKING"
    CUSTOMER = "CUSTOMER"
    SESSION = "SESSION"
    INVITATION = "INVITATION"
    PASSWORD_RESET = "PASSWORD_RESET"  # noqa: S105 - the name of a class of data
    SECURITY_LOG = "SECURITY_LOG"
    MAIL = "MAIL"
    EXPORT = "EXPORT"
    HOLD = "HOLD"
    IDEMPOTENCY = "IDEMPOTENCY"


class Unit(Enum):
    """What a period is counted in. Days and hours are elapsed time, months are calendar months in UTC."""

    MONTHS = "months"
    DAYS = "days"
    HOURS = "hours"


@dataclass(frozen=True, slots=True)
class RetentionRule:
    """The period of one class, in `unit`s counted from the moment that `since` describes.

    A business may choose from `least` to `most`; where both equal `default` the platform fixes the period.
    """

    since: str
    unit: Unit
    default: int
    least: int
    most: int

    @property
    def settable(self) -> bool:
        return self.least < self.most


def _fixed(since: str, amount: int, unit: Unit) -> RetentionRule:
    return RetentionRule(since, unit, amount, amount, amount)


RULES: Mapping[RetentionClass, RetentionRule] = MappingProxyType(
    {
        RetentionClass.ACCOUNT: _fixed("the account was cancelled", 90, Unit.DAYS),
        RetentionClass.USER: _fixed("the person left their last account", 90, Unit.DAYS),
        RetentionClass.BOOKING: RetentionRule("the appointment ended", Unit.MONTHS, 24, 1, 84),
        RetentionClass.CUSTOMER: RetentionRule("their last appointment ended", Unit.MONTHS, 24, 1, 84),
        RetentionClass.SESSION: _fixed("the session ended", 30, Unit.DAYS),
        RetentionClass.INVITATION: _fixed("the invitation was answered or expired", 30, Unit.DAYS),
        RetentionClass.PASSWORD_RESET: _fixed("the link was used or expired", 1, Unit.DAYS),
        RetentionClass.SECURITY_LOG: _fixed("the event", 180, Unit.DAYS),
        RetentionClass.MAIL: RetentionRule("the message was sent or given up", Unit.DAYS, 30, 1, 90),
        RetentionClass.EXPORT: _fixed("the archive was made", 24, Unit.HOURS),
        RetentionClass.HOLD: _fixed("the hold expired or was used", 24, Unit.HOURS),
        RetentionClass.IDEMPOTENCY: _fixed("the first request with the key", 24, Unit.HOURS),
    }
)

SETTABLE = tuple(kind for kind, rule in RULES.items() if rule.settable)


@dataclass(frozen=True, slots=True)
class Claim:
    """One reason to keep a row: its class, the moment its period began, and the period the business chose."""

    kind: RetentionClass
    since: datetime
    chosen: int | None = None


def validate_setting(kind: RetentionClass, value: int) -> int:
    """Return the period a business chose for `kind`, in the rule's unit. Raises ValueError outside the limits."""
    rule = RULES[kind]
    words = kind.value.lower().replace("_", " ")
    if not rule.settable:
        raise ValueError(f"The period for {words} data is fixed at {rule.default} {rule.unit.value}; leave it out.")
    if not rule.least <= value <= rule.most:
        raise ValueError(
            f"Choose between {rule.least} and {rule.most} {rule.unit.value} for {words} data, counted from the moment "
            f"{rule.since}; {value} is outside."
        )
    return value


def due_at(kind: RetentionClass, since: datetime, chosen: int | None = None) -> datetime:
    """Return the first moment (UTC) at which the row may no longer stay.

    `chosen` is the business's period in the rule's unit; None means the default. Raises ValueError for a naive
    `since` and for a choice outside the limits, so that a bad setting can neither delete early nor keep for ever.
    """
    if since.utcoffset() is None:
        raise ValueError("Retention counts from an instant: give a time with its offset.")
    rule = RULES[kind]
    amount = rule.default if chosen is None else validate_setting(kind, chosen)
    start = since.astimezone(UTC)
    if rule.unit is Unit.MONTHS:
        return _months_later(start, amount)
    return start + (timedelta(days=amount) if rule.unit is Unit.DAYS else timedelta(hours=amount))


def due_on(kind: RetentionClass, since: datetime, chosen: int | None = None) -> date:
    """Return the UTC day of `due_at`, for showing to people."""
    return due_at(kind, since, chosen).date()


def is_due(kind: RetentionClass, since: datetime, now: datetime, chosen: int | None = None) -> bool:
    """Say whether the row's period is over at `now`."""
    return now >= due_at(kind, since, chosen)


def kept_until(claims: Iterable[Claim]) -> datetime | None:
    """Return when the last of the reasons to keep a row ends (UTC); None where there is no reason at all."""
    return max((due_at(claim.kind, claim.since, claim.chosen) for claim in claims), default=None)


def _months_later(start: datetime, months: int) -> datetime:
    years, month = divmod(start.month - 1 + months, 12)
    year = start.year + years
    day = min(start.day, monthrange(year, month + 1)[1])
    return start.replace(year=year, month=month + 1, day=day)
