"""From wall clocks to instants and back.

An *instant* is an aware datetime in UTC, or its epoch seconds (int) where speed matters. A *wall time* is a naive
datetime: what a clock on the wall of some zone shows. Wall times have whole seconds.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Local:
    """An instant as the people of one zone read it."""

    date_time: datetime  # naive wall time
    offset: str  # "+hh:mm" or "-hh:mm", east of Greenwich is positive
    zone: str  # IANA name
    abbreviation: str  # "CEST"; numeric, such as "+0545", where the zone has no letters


def to_epoch(wall: datetime, zone: ZoneInfo) -> int:
    """Epoch seconds of a wall time, by RFC 5545 §3.3.5.

    A wall time that a clock change skips is read with the offset before the change (02:30 becomes 03:30);
    one that happens twice means the first time.
    """
    return int(wall.replace(tzinfo=zone, fold=0).timestamp())


def to_instant(wall: datetime, zone: ZoneInfo) -> datetime:
    """The instant of a wall time, by the same rule as `to_epoch`."""
    return instant(to_epoch(wall, zone))


def is_skipped(wall: datetime, zone: ZoneInfo) -> bool:
    """Whether no clock in this zone ever shows `wall`, because a clock change jumps over it."""
    before = wall.replace(tzinfo=zone, fold=0).utcoffset()
    after = wall.replace(tzinfo=zone, fold=1).utcoffset()
    # PEP 495: in a gap fold=0 gives the smaller, earlier offset; in an overlap the larger one.
    return before is not None and after is not None and before < after


def instant(epoch: int) -> datetime:
    """Epoch seconds as an aware datetime in UTC."""
    return datetime.fromtimestamp(epoch, UTC)


def epoch(moment: datetime) -> int:
    """Epoch seconds of an aware datetime, fractions cut towards the past. Raises ValueError if it is naive."""
    return (_in_utc(moment) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(seconds=1)


def epoch_ceiling(moment: datetime) -> int:
    """Epoch seconds of the first whole second not before `moment`. Raises ValueError if it is naive."""
    return epoch(moment) + (1 if moment.microsecond else 0)


def plus(moment: datetime, duration: timedelta) -> datetime:
    """`moment` and then `duration` on a stopwatch, in UTC. Raises ValueError if `moment` is naive.

    Never write `aware + timedelta`: Python adds on the wall clock and is an hour wrong across a clock change.
    """
    return _in_utc(moment) + duration


def elapsed(begin: datetime, end: datetime) -> timedelta:
    """What a stopwatch shows from `begin` to `end`; negative if `end` is first. Raises ValueError if one is naive."""
    return _in_utc(end) - _in_utc(begin)


def local(moment: datetime, zone: ZoneInfo) -> Local:
    """`moment` as read in `zone`. Raises ValueError if `moment` is naive."""
    there = _in_utc(moment).astimezone(zone)
    return Local(
        date_time=there.replace(tzinfo=None, fold=0),
        offset=_offset_text(there.utcoffset() or timedelta()),
        zone=zone.key,
        abbreviation=there.tzname() or "",
    )


def _offset_text(offset: timedelta) -> str:
    # RFC 3339 has no seconds in an offset. Only Liberia before 1972 needs them among instants that we accept.
    minutes = round(offset / timedelta(minutes=1))
    sign = "-" if minutes < 0 else "+"
    return f"{sign}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"


def local_date(at: int, zone: ZoneInfo) -> date:
    """The calendar date that `zone` has at epoch second `at`."""
    return datetime.fromtimestamp(at, zone).date()


def day_start(day: date, zone: ZoneInfo) -> int:
    """Epoch second at which `day` begins in `zone`.

    Where midnight itself is skipped this is the clock change: since 1970 every change that skips a midnight has begun
    at it, so reading midnight with the offset before gives the change. A day skipped whole begins where it ends.
    """
    return to_epoch(datetime(day.year, day.month, day.day), zone)


def minute_of(day: date, minute: int, zone: ZoneInfo) -> int:
    """Epoch second at which clocks in `zone` show so many minutes after midnight of `day`; 1440: the next midnight."""
    return to_epoch(datetime(day.year, day.month, day.day) + timedelta(minutes=minute), zone)


def day_bounds(day: date, zone: ZoneInfo) -> tuple[int, int]:
    """First epoch second of `day` in `zone`, and of the day after: half-open, 23 to 25 hours apart as a rule."""
    return day_start(day, zone), day_start(day + timedelta(days=1), zone)


def _in_utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("a datetime without a zone is no instant")
    return moment.astimezone(UTC)
