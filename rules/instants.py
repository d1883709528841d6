"""The one spelling of instants and dates that the API reads and writes.

Instants are RFC 3339. Choices inside that grammar:
- lower-case `t` and `z` are read, as the grammar allows; a space instead of `T` is not;
- a fraction of a second is read (JavaScript's `toISOString()` always writes one) down to the microsecond; finer digits
  must be zeros, because cutting them would silently change the instant;
- a leap second (`:60`) is refused: neither Python nor the databases can hold it;
- `-00:00` is read as UTC;
- years run from 1970 to 9998, so that epoch seconds are not negative and every zone can show the instant.
Dates are `YYYY-MM-DD` from 1583, the first whole Gregorian year, to 9998.
"""

import re
from datetime import UTC, date, datetime, timedelta, timezone

FIRST_INSTANT = datetime(1970, 1, 1, tzinfo=UTC)
LAST_INSTANT = datetime(9998, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)
FIRST_DATE = date(1583, 1, 1)
LAST_DATE = date(9998, 12, 31)

_DATE = r"(?P<year>[0-9]{4})-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})"
_CLOCK = r"(?P<hour>[0-9]{2}):(?P<minute>[0-9]{2}):(?P<second>[0-9]{2})(?:\.(?P<fraction>[0-9]{1,9}))?"
_OFFSET = r"(?:[Zz]|(?P<sign>[+-])(?P<offset_hour>[0-9]{2}):(?P<offset_minute>[0-9]{2}))"
_INSTANT = re.compile(f"{_DATE}[Tt]{_CLOCK}{_OFFSET}")
_ONLY_DATE = re.compile(_DATE)

# Tried in order, and only on text that is already refused, to say what is wrong with it.
_REASONS = [
    (re.compile(r"[0-9]{4}-?W[0-9]{2}.*"), "week dates are not accepted"),
    (re.compile(r"[0-9]{4}-[0-9]{3}([Tt].*)?"), "ordinal dates are not accepted"),
    (re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}"), "a date alone is no instant, add a time and an offset"),
    (re.compile(r"[0-9]{8}([Tt].*)?"), "write the date with hyphens and the time with colons"),
    (re.compile(r"[0-9-]{10} .*"), "write T, not a space, between date and time"),
    (re.compile(r"[0-9-]{10}[Tt][0-9]{2}:[0-9]{2}([^:].*)?"), "write the seconds"),
    (re.compile(r"[0-9-]{10}[Tt][0-9:.]+"), "the offset is missing, end with Z or ±hh:mm"),
    (re.compile(r"[0-9-]{10}[Tt][0-9:.]+[+-][0-9]{2,4}"), "write the offset as ±hh:mm or Z"),
]


def parse_instant(text: str) -> datetime:
    """Read an RFC 3339 instant, such as `2026-03-08T09:00:00-05:00`, as an aware datetime in UTC.

    Raises ValueError with a reason. The reason never repeats the text, which may be personal.
    """
    match = _INSTANT.fullmatch(text)
    if match is None:
        raise ValueError(_reason(text))
    _refuse_impossible_clock(match)
    moment = _instant_from(match)
    if moment is None or not FIRST_INSTANT <= moment <= LAST_INSTANT:
        raise ValueError("the year must be between 1970 and 9998, in UTC")
    return moment


def _reason(text: str) -> str:
    for pattern, reason in _REASONS:
        if pattern.fullmatch(text):
            return f"not an instant: {reason}"
    return "not an instant: write it like 2026-03-08T09:00:00Z or 2026-03-08T09:00:00-05:00"


def _refuse_impossible_clock(match: re.Match[str]) -> None:
    if match["hour"] == "24":
        raise ValueError("24:00 is not accepted, write 00:00 of the next day")
    if match["second"] == "60":
        raise ValueError("leap seconds (:60) are not accepted")
    if match["sign"] and (int(match["offset_hour"]) > 23 or int(match["offset_minute"]) > 59):
        raise ValueError("the offset must be between -23:59 and +23:59")
    if match["fraction"] and match["fraction"][6:].strip("0"):
        raise ValueError("a fraction finer than a microsecond is not accepted")


def _instant_from(match: re.Match[str]) -> datetime | None:
    day = _date_from(match)
    if int(match["hour"]) > 23 or int(match["minute"]) > 59 or int(match["second"]) > 59:
        raise ValueError("there is no such time of day")
    zone = UTC if match["sign"] is None else timezone(_offset_from(match))
    microsecond = int((match["fraction"] or "0")[:6].ljust(6, "0"))
    clock = (int(match["hour"]), int(match["minute"]), int(match["second"]), microsecond)
    try:
        return datetime(day.year, day.month, day.day, *clock, tzinfo=zone).astimezone(UTC)
    except OverflowError:
        return None


def _offset_from(match: re.Match[str]) -> timedelta:
    offset = timedelta(hours=int(match["offset_hour"]), minutes=int(match["offset_minute"]))
    return -offset if match["sign"] == "-" else offset


def _date_from(match: re.Match[str]) -> date:
    try:
        return date(int(match["year"]), int(match["month"]), int(match["day"]))
    except ValueError:
        raise ValueError("there is no such day in the calendar") from None


def parse_date(text: str) -> date:
    """Read a `YYYY-MM-DD` date. Raises ValueError with a reason that does not repeat the text."""
    match = _ONLY_DATE.fullmatch(text)
    if match is None:
        raise ValueError("not a date: write it like 2026-03-08")
    day = _date_from(match)
    if not FIRST_DATE <= day <= LAST_DATE:
        raise ValueError("the year must be between 1583 and 9998")
    return day


def format_instant(moment: datetime) -> str:
    """Write an aware datetime as `YYYY-MM-DDTHH:MM:SSZ`, fractions cut. Raises ValueError if it is naive."""
    if moment.tzinfo is None:
        raise ValueError("a datetime without a zone is no instant")
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def whole_minute(moment: datetime) -> bool:
    """Whether `moment`, an aware datetime, has neither seconds nor a fraction of one in UTC."""
    in_utc = moment.astimezone(UTC)
    return in_utc.second == 0 and in_utc.microsecond == 0
