"""What is wrong with weekly rules and overrides that somebody entered. Overlaps are no mistake: they are joined.

Paths are those of the API's input, with indexes from 0: `rules.2.endMinute`, `overrides.0.windows.1.startMinute`.
"""

from collections.abc import Iterator, Sequence
from datetime import date

from rules.errors import FieldProblem
from rules.opening import LAST_END_MINUTE, MINUTES_PER_DAY, Override, WeeklyRule


def rule_problems(rules: Sequence[WeeklyRule], at: str = "rules") -> list[FieldProblem]:
    """Every mistake in `rules`, in their order; empty when they can be stored. `at` is their path in the input."""
    return [problem for index, rule in enumerate(rules) for problem in _rule(rule, f"{at}.{index}")]


def window_problems(windows: Sequence[tuple[int, int]], at: str = "windows") -> list[FieldProblem]:
    """Every mistake in the windows of one date, likewise."""
    return [problem for index, (start, end) in enumerate(windows) for problem in _minutes(start, end, f"{at}.{index}")]


def override_problems(overrides: Sequence[Override]) -> list[FieldProblem]:
    """Every mistake in `overrides`, in their order; empty when they can be stored."""
    found: list[FieldProblem] = []
    seen: set[date] = set()
    for index, override in enumerate(overrides):
        path = f"overrides.{index}"
        if override.on in seen:
            found.append(
                FieldProblem(f"{path}.on", "an earlier override has this date, put its windows together in one")
            )
        seen.add(override.on)
        found.extend(window_problems(override.windows, f"{path}.windows"))
    return found


def _rule(rule: WeeklyRule, path: str) -> Iterator[FieldProblem]:
    if not 1 <= rule.weekday <= 7:
        yield FieldProblem(f"{path}.weekday", "must be from 1 (Monday) to 7 (Sunday)")
    yield from _minutes(rule.start_minute, rule.end_minute, path)
    if rule.valid_from and rule.valid_until and rule.valid_until < rule.valid_from:
        yield FieldProblem(f"{path}.validUntil", "must not be before the day from which the rule is valid")


def _minutes(start: int, end: int, path: str) -> Iterator[FieldProblem]:
    if not 0 <= start < MINUTES_PER_DAY:
        yield FieldProblem(f"{path}.startMinute", "must be from 0 (midnight) to 1439")
    if end > LAST_END_MINUTE:
        yield FieldProblem(f"{path}.endMinute", "must be at most 2880, the end of the next day")
    elif end <= start:
        yield FieldProblem(f"{path}.endMinute", "must be after the start; to close after midnight add 1440")
