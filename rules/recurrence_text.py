"""The text of a recurrence rule (RRULE of RFC 5545): read strictly, written in one spelling.

Read are FREQ (DAILY, WEEKLY, MONTHLY, YEARLY), INTERVAL, COUNT or UNTIL, BYMONTH, BYMONTHDAY, BYDAY, BYSETPOS and WKST,
as RFC 5545 lets them go together. What cannot be read is a ValueError that names the part.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from rules.recurrence import Frequency, Rule

LONGEST = 200
MOST_INTERVAL = 1_000
_F = Frequency
_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_PARTS = ("FREQ", "INTERVAL", "COUNT", "UNTIL", "BYMONTH", "BYMONTHDAY", "BYDAY", "BYSETPOS", "WKST")
_NUMBER = re.compile(r"[+-]?[0-9]{1,5}")
_WEEKDAY = re.compile(r"([+-]?[0-9]{1,2})?(MO|TU|WE|TH|FR|SA|SU)")
_UNTIL = re.compile(r"([0-9]{8})(?:T([0-9]{6})(Z)?)?")


def read_rule(text: str) -> Rule:
    """The rule that a text says, with or without `RRULE:` in front. ValueError with a sentence."""
    if len(text) > LONGEST:
        raise ValueError(f"The rule is too long: at most {LONGEST} characters.")
    parts = _parts(text.strip().upper().removeprefix("RRULE:").rstrip(";"))
    rule = Rule(
        frequency=_frequency(parts),
        interval=_one(parts, "INTERVAL", 1, MOST_INTERVAL) or 1,
        count=_one(parts, "COUNT", 1, 99_999),
        until=_until(parts["UNTIL"]) if "UNTIL" in parts else None,
        months=_numbers(parts, "BYMONTH", 12, signed=False),
        month_days=_numbers(parts, "BYMONTHDAY", 31),
        weekdays=_weekdays(parts),
        positions=_numbers(parts, "BYSETPOS", 366),
        week_start=_week_start(parts),
    )
    _refuse_together(rule)
    return rule


def _parts(text: str) -> dict[str, str]:
    parts: dict[str, str] = {}
    for part in text.split(";"):
        name, _, value = part.partition("=")
        if not re.fullmatch(r"[A-Z-]{1,20}", name) or not value:
            raise ValueError("Write the rule as parts NAME=VALUE with `;` between them, as FREQ=WEEKLY;COUNT=10.")
        if name not in _PARTS:
            raise ValueError(f"{name} is not supported; a rule may have {', '.join(_PARTS[:-1])} and {_PARTS[-1]}.")
        if name in parts:
            raise ValueError(f"{name} stands there twice; keep one.")
        parts[name] = value
    return parts


def _frequency(parts: dict[str, str]) -> Frequency:
    if "FREQ" not in parts:
        raise ValueError("FREQ is missing; begin with one of FREQ=DAILY, WEEKLY, MONTHLY and YEARLY.")
    if parts["FREQ"] not in list(_F):
        raise ValueError("This FREQ is not supported; choose one of DAILY, WEEKLY, MONTHLY and YEARLY.")
    return _F(parts["FREQ"])


def _one(parts: dict[str, str], name: str, least: int, most: int) -> int | None:
    if name not in parts:
        return None
    if not _NUMBER.fullmatch(parts[name]) or not least <= int(parts[name]) <= most:
        raise ValueError(f"{name} must be a whole number from {least} to {most}.")
    return int(parts[name])


def _numbers(parts: dict[str, str], name: str, most: int, *, signed: bool = True) -> tuple[int, ...]:
    found = set()
    for value in parts[name].split(",") if name in parts else ():
        number = int(value) if _NUMBER.fullmatch(value) else 0
        if number == 0 or abs(number) > most or (number < 0 and not signed):
            also = f" or -1 to -{most}, counted from the end" if signed else ""
            raise ValueError(f"{name} takes numbers from 1 to {most}{also}, with commas between them.")
        found.add(number)
    return tuple(sorted(found))


def _weekdays(parts: dict[str, str]) -> tuple[tuple[int, int], ...]:
    found = set()
    for value in parts["BYDAY"].split(",") if "BYDAY" in parts else ():
        match = _WEEKDAY.fullmatch(value)
        ordinal = int(match[1] or 0) if match else 0
        if match is None or abs(ordinal) > 53 or (match[1] and ordinal == 0):
            raise ValueError("BYDAY takes MO, TU, WE, TH, FR, SA and SU, as 1MO or -1FR for the first or last of them.")
        found.add((ordinal, _DAYS.index(match[2])))
    return tuple(sorted(found, key=lambda one: (one[1], one[0])))


def _week_start(parts: dict[str, str]) -> int:
    if parts.get("WKST", "MO") not in _DAYS:
        raise ValueError("WKST takes one of MO, TU, WE, TH, FR, SA and SU.")
    return _DAYS.index(parts.get("WKST", "MO"))


def _until(value: str) -> date | datetime:
    match = _UNTIL.fullmatch(value)
    try:
        if match is None:
            raise ValueError
        if match[2] is None:
            return datetime.strptime(match[1], "%Y%m%d").date()
        moment = datetime.strptime(match[1] + match[2], "%Y%m%d%H%M%S")
        return moment.replace(tzinfo=UTC) if match[3] else moment
    except ValueError:
        raise ValueError("UNTIL takes a date, as 20261231, or an instant in UTC, as 20261231T225959Z.") from None


def _refuse_together(rule: Rule) -> None:
    """What RFC 5545 does not let go together."""
    if rule.count is not None and rule.until is not None:
        raise ValueError("A rule has COUNT or UNTIL, not both.")
    if rule.month_days and rule.frequency is _F.WEEKLY:
        raise ValueError("BYMONTHDAY does not go with FREQ=WEEKLY; take MONTHLY, or BYDAY.")
    numbered = any(ordinal for ordinal, _ in rule.weekdays)
    if numbered and rule.frequency in (_F.DAILY, _F.WEEKLY):
        raise ValueError("BYDAY has numbers, as 1MO, only with FREQ=MONTHLY and YEARLY.")
    if rule.positions and not (rule.weekdays or rule.month_days or rule.months):
        raise ValueError("BYSETPOS chooses among the days of BYDAY, BYMONTHDAY or BYMONTH; give one of these.")


def rule_text(rule: Rule) -> str:
    """The one spelling of a rule."""
    given: list[tuple[str, Any, Callable[[Any], str]]] = [
        ("FREQ", rule.frequency, str),
        ("INTERVAL", rule.interval if rule.interval > 1 else None, str),
        ("COUNT", rule.count, str),
        ("UNTIL", rule.until, _until_text),
        ("BYMONTH", rule.months, _list_text),
        ("BYMONTHDAY", rule.month_days, _list_text),
        ("BYDAY", rule.weekdays, lambda days: _list_text(f"{number or ''}{_DAYS[day]}" for number, day in days)),
        ("BYSETPOS", rule.positions, _list_text),
        ("WKST", rule.week_start or None, lambda day: _DAYS[day]),
    ]
    return ";".join(f"{name}={write(value)}" for name, value, write in given if value)


def _list_text(values: Any) -> str:
    return ",".join(map(str, values))


def _until_text(until: date | datetime) -> str:
    if not isinstance(until, datetime):
        return until.strftime("%Y%m%d")
    text = until.strftime("%Y%m%dT%H%M%S")
    return f"{text}Z" if until.tzinfo else text
