"""Opening hours in inputs: minutes since local midnight, so that a window may run past the end of its day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import strawberry

from models.schedule import WeeklyRule as StoredRule
from resolvers.checking import Checks
from rules.opening import WeeklyRule
from rules.opening_problems import rule_problems, window_problems

MOST_RULES, MOST_WINDOWS = 100, 24
START_WORDS = "When it opens, in minutes since local midnight; 0 to 1439, as 540 for 09:00."
END_WORDS = (
    "When it closes, exclusive, in minutes since local midnight of the day it opened; after the start, up to 2880. "
    "1440 is midnight at the end of the day, 1500 is 01:00 of the next one."
)


@strawberry.input(description="Open at this time on a weekday, every week.")
class WeeklyRuleInput:
    weekday: int = strawberry.field(description="ISO weekday on which it opens: 1 is Monday, 7 is Sunday.")
    start_minute: int = strawberry.field(description=START_WORDS)
    end_minute: int = strawberry.field(description=END_WORDS)
    valid_from: date | None = strawberry.field(
        description="First date on which it applies; always if null.", default=None
    )
    valid_until: date | None = strawberry.field(
        description="Last date on which it applies; for ever if null.", default=None
    )


@strawberry.input(description="Open at this time, on one date.")
class WindowInput:
    start_minute: int = strawberry.field(description=START_WORDS)
    end_minute: int = strawberry.field(description=END_WORDS)


def weekly_rules(checks: Checks, weekly: Sequence[WeeklyRuleInput]) -> list[StoredRule]:
    """The rules as they are stored; what is wrong with them is noted."""
    if len(weekly) > MOST_RULES:
        checks.wrong("weekly", f"has at most {MOST_RULES} rules, not {len(weekly)}.")
        return []
    read = [WeeklyRule(r.weekday, r.start_minute, r.end_minute, r.valid_from, r.valid_until) for r in weekly]
    checks.problems.extend(rule_problems(read, at="weekly"))
    return [
        StoredRule(
            weekday=rule.weekday,
            start_minute=rule.start_minute,
            end_minute=rule.end_minute,
            valid_from=rule.valid_from.isoformat() if rule.valid_from else None,
            valid_until=rule.valid_until.isoformat() if rule.valid_until else None,
        )
        for rule in read
    ]


def day_windows(checks: Checks, windows: Sequence[WindowInput]) -> list[list[int]]:
    """The windows of a date as they are stored; what is wrong with them is noted."""
    if len(windows) > MOST_WINDOWS:
        checks.wrong("windows", f"has at most {MOST_WINDOWS} windows, not {len(windows)}.")
        return []
    read = [(window.start_minute, window.end_minute) for window in windows]
    checks.problems.extend(window_problems(read))
    return [[start, end] for start, end in sorted(read)]
