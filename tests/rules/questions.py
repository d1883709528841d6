"""Random questions about slots, and the two ways to answer them."""

from datetime import UTC, date, datetime, timedelta
from random import Random

from rules.alignment import align
from rules.intervals import coalesce
from rules.notice import Reach, reach
from rules.opening import Override, Schedule, WeeklyRule, stretches_between
from rules.slots import Candidate, Pool, SlotMode, Terms, busy_span
from rules.stretches import without
from rules.wall_time import day_bounds, epoch
from rules.zones import zone
from tests.rules.oracle import Busy, Question

# (zone, a date on or next to which its clocks change)
CHANGES = [
    ("America/New_York", date(2026, 3, 8)),
    ("America/New_York", date(2026, 11, 1)),
    ("Europe/Berlin", date(2026, 3, 29)),
    ("Europe/London", date(2026, 10, 25)),
    ("Africa/Cairo", date(2026, 4, 24)),  # midnight is skipped
    ("Africa/Cairo", date(2026, 10, 30)),  # the hour before midnight comes twice
    ("America/Havana", date(2026, 11, 1)),  # midnight comes twice
    ("Australia/Lord_Howe", date(2026, 4, 5)),  # by half an hour
    ("Australia/Lord_Howe", date(2026, 10, 4)),
    ("Antarctica/Troll", date(2026, 3, 29)),  # by two hours
    ("Antarctica/Troll", date(2026, 10, 25)),
    ("Pacific/Apia", date(2011, 12, 30)),  # a whole day is skipped
    ("Africa/Casablanca", date(2026, 2, 15)),  # summer time ends for Ramadan
    ("Africa/Casablanca", date(2026, 3, 22)),
    ("America/Havana", date(2026, 3, 8)),  # midnight is skipped
    ("America/Nuuk", date(2026, 3, 28)),  # the hour before midnight is skipped
    ("America/Nuuk", date(2026, 10, 25)),
    ("America/Santiago", date(2026, 9, 6)),
    ("Asia/Gaza", date(2026, 10, 24)),
    ("Pacific/Chatham", date(2026, 9, 27)),  # at a quarter to three
    ("Pacific/Chatham", date(2026, 4, 5)),
    ("Pacific/Kiritimati", date(2026, 12, 31)),
    ("America/New_York", date(2028, 2, 29)),
    ("Asia/Kathmandu", date(2026, 6, 1)),
    ("UTC", date(2026, 6, 1)),
]


def minutes(rnd: Random, low: int, high: int) -> int:
    """A multiple of five in [low, high]."""
    return 5 * rnd.randint(low // 5, high // 5)


def span(rnd: Random) -> tuple[int, int]:
    style = rnd.random()
    if style < 0.15:
        return 0, 1440
    if style < 0.2:
        return minutes(rnd, 0, 1400), 1439
    start = minutes(rnd, 0, 1435)
    return start, min(2880, start + minutes(rnd, 5, rnd.choice([120, 600, 1800])))


def schedule(rnd: Random, zone_name: str, near: date) -> Schedule:
    rules = []
    for weekday in range(1, 8):
        for _ in range(rnd.choice([0, 1, 1, 2, 3])):
            valid_from = near + timedelta(days=rnd.randint(-3, 3)) if rnd.random() < 0.1 else None
            valid_until = near + timedelta(days=rnd.randint(-3, 3)) if rnd.random() < 0.1 else None
            rules.append(WeeklyRule(weekday, *span(rnd), valid_from, valid_until))
    overrides = tuple(
        Override(near + timedelta(days=offset), tuple(span(rnd) for _ in range(rnd.choice([0, 1, 2]))))
        for offset in range(-2, 4)
        if rnd.random() < 0.12
    )
    return Schedule(zone(zone_name), tuple(rules), overrides)


def busy(rnd: Random, near: date, count: int) -> Busy:
    begin = datetime(near.year, near.month, near.day, tzinfo=UTC) - timedelta(days=1)
    starts = [begin + timedelta(minutes=minutes(rnd, 0, 4 * 1440)) for _ in range(count)]
    return [(start, start + timedelta(minutes=minutes(rnd, 5, rnd.choice([30, 90, 400])))) for start in starts]


def question(rnd: Random) -> Question:
    zone_name, change = rnd.choice(CHANGES)
    first = change + timedelta(days=rnd.choice([-1, 0, 0, 1, rnd.randint(-100, 100)]))
    last = first + timedelta(days=rnd.choice([0, 0, 0, 1]))
    units = rnd.choice([0, 0, 1, 2, 3])
    now = datetime(first.year, first.month, first.day, tzinfo=UTC) - timedelta(seconds=rnd.randint(-50_000, 200_000))
    return Question(
        schedule=schedule(rnd, zone_name, first),
        first=first,
        last=last,
        duration=minutes(rnd, 5, rnd.choice([60, 120, 300, 1500])),
        step=minutes(rnd, 5, rnd.choice([30, 90, 500])),
        before=minutes(rnd, 0, 60) if rnd.random() < 0.4 else 0,
        after=minutes(rnd, 0, 60) if rnd.random() < 0.4 else 0,
        mode=rnd.choice(list(SlotMode)),
        notice=rnd.choice([0, 0, rnd.randint(0, 2000)]),
        horizon=rnd.choice([1, 2, 3, 90]),
        now=now + timedelta(microseconds=rnd.choice([0, 0, 500_000])),
        busy=busy(rnd, first, rnd.choice([0, 2, 8, 25])),
        pool=[busy(rnd, first, rnd.choice([2, 10, 25])) for _ in range(units)],
        needed=rnd.randint(0, units),
        alignment=rnd.choice([0, 0, 5, 10, 15, 30, 60, 120, 480, 1440]),
        closed=frozenset(first + timedelta(days=offset) for offset in range(-2, 3) if rnd.random() < 0.05),
    )


def terms_of(q: Question) -> Terms:
    return Terms(q.duration * 60, q.step * 60, q.before * 60, q.after * 60, q.mode, q.alignment * 60)


def reach_of(q: Question) -> Reach:
    begin, end = day_bounds(q.first, q.schedule.zone)[0], day_bounds(q.last, q.schedule.zone)[1]
    everything = reach(q.now, q.schedule.zone, notice_minutes=q.notice, horizon_days=q.horizon)
    return everything.within(begin, end)


def candidate_of(q: Question) -> Candidate[str]:
    """The candidate as the program would build it: only the busy times inside the span that it asks for."""
    terms = terms_of(q)
    begin, end = day_bounds(q.first, q.schedule.zone)[0], day_bounds(q.last, q.schedule.zone)[1]
    closed = coalesce(day_bounds(day, q.schedule.zone) for day in q.closed)
    open_hours = without(stretches_between(q.schedule, begin, end, duration=terms.duration), closed)
    stretches = align(open_hours, q.schedule.zone, terms.alignment)
    low, high = busy_span(stretches, terms)

    def inside(busy_times: Busy) -> list[tuple[int, int]]:
        return [(epoch(s), epoch(e)) for s, e in busy_times if epoch(s) < high and epoch(e) > low]

    pools = (Pool([inside(unit) for unit in q.pool], q.needed),) if q.pool else ()
    return Candidate("staff", stretches, inside(q.busy), pools)
