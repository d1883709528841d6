"""When the people of a business work: its schedules with overrides and time off, for the year that the seed covers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from calendera.seeding.plan import BusinessPlan, StaffPlan, TimeOffPlan, Windows
from rules.intervals import Window
from rules.opening import Override, Schedule, WeeklyRule, windows_between
from rules.stays import days_of
from rules.wall_time import day_start, local_date
from rules.zones import zone

# A year and a week, so that both clock changes of every zone are in it whenever the seed is made.
WEEKS_BACK = 40
WEEKS_AHEAD = 13


@dataclass(frozen=True, slots=True)
class Days:
    """The dates of the seed. `monday` begins this week; what ended before `today` (00:00 UTC) is over."""

    monday: date
    today: datetime

    @classmethod
    def of(cls, now: datetime) -> Days:
        """The dates when the seed is made at `now`: the same all day long, in UTC."""
        day = now.astimezone(UTC).date()
        return cls(day - timedelta(days=day.weekday()), datetime(day.year, day.month, day.day, tzinfo=UTC))

    @property
    def opened(self) -> datetime:
        """When the businesses signed up, some days before their first booking was made."""
        return self.at(-7 * WEEKS_BACK - 60)

    def at(self, day: int) -> datetime:
        """00:00 UTC, `day` days after Monday."""
        return datetime(self.monday.year, self.monday.month, self.monday.day, tzinfo=UTC) + timedelta(days=day)

    def dates(self) -> list[date]:
        """Every date with a diary."""
        return [self.monday + timedelta(days=day) for day in range(-7 * WEEKS_BACK, 7 * WEEKS_AHEAD)]

    def week_of(self, day: date) -> int:
        """0 this week, -1 last week."""
        return (day - self.monday).days // 7


def overrides(plan: BusinessPlan, days: Days) -> dict[date, Windows]:
    """The dates of their own: public holidays, short days, and some days near this week."""
    found: dict[date, Windows] = {}
    for day in days.dates():
        if (day.month, day.day) in plan.closed:
            found[day] = ()
        elif (day.month, day.day) in plan.short:
            found[day] = plan.short[day.month, day.day]
    return found | {days.monday + timedelta(days=day): windows for day, windows in plan.special.items()}


def away(off: TimeOffPlan, days: Days, place: ZoneInfo) -> Window:
    """A time off in epoch seconds: whole days where the business is."""
    first = days.monday + timedelta(days=off.day)
    return day_start(first, place), day_start(first + timedelta(days=off.days), place)


def schedule_of(plan: BusinessPlan, name: str, days: Days) -> Schedule:
    """One of the plan's schedules."""
    weekly = plan.schedules[name]
    rules = tuple(WeeklyRule(day, start, end) for day, spans in weekly.items() for start, end in spans)
    own = tuple(Override(day, windows) for day, windows in overrides(plan, days).items())
    return Schedule(zone(plan.zone), rules, own)


def open_windows(plan: BusinessPlan, staff: StaffPlan, days: Days) -> list[tuple[date, Window]]:
    """The windows of a staff member in order, each with the date on which it begins; without those in a
    time off or a travel."""
    place = zone(plan.zone)
    absences = [away(off, days, place) for off in plan.time_off if off.staff in (None, staff.name)]
    trips = [trip for trip in plan.travels if trip.staff == staff.name]
    absences += [days_of(*trip.dates(days.monday), zone(trip.zone)) for trip in trips]
    dates = days.dates()
    windows = windows_between(schedule_of(plan, staff.schedule, days), dates[0], dates[-1])
    return [
        (local_date(starts, place), (starts, ends))
        for starts, ends in windows
        if not any(starts < until and ends > since for since, until in absences)
    ]
