"""Checking inputs: every problem is found before anything is done, and all are told at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import strawberry
from strawberry.utils.str_converters import to_camel_case

from rules.errors import FieldProblem, ValidationFailed

T = TypeVar("T")
V = TypeVar("V")


class Checks:
    """Collects the problems of an input. `done()` refuses if there are any.

    checks = Checks()
    name = checks("name", clean_name, input.name)
    checks.done()
    """

    def __init__(self) -> None:
        self.problems: list[FieldProblem] = []

    def __call__(self, path: str, rule: Callable[[V], T], value: V) -> T:
        """The value as the rule cleans it. What a rule refuses is noted; the answer is then of no use."""
        try:
            return rule(value)
        except ValueError as error:
            self.problems.append(FieldProblem(path, str(error)))
            return None  # type: ignore[return-value]

    def wrong(self, path: str, message: str) -> None:
        """Note a problem that no single value has."""
        self.problems.append(FieldProblem(path, message))

    def done(self) -> None:
        """Raise ValidationFailed with everything that was noted."""
        if self.problems:
            raise ValidationFailed(*self.problems)


def between(least: int, most: int, unit: str) -> Callable[[int], int]:
    """A rule for whole numbers in a range, as `between(1, 1440, "minutes")`."""

    def rule(value: int) -> int:
        if not least <= value <= most:
            raise ValueError(f"must be from {least} to {most} {unit}, not {value}.")
        return value

    return rule


def given(input: Any, *columns: str) -> dict[str, Any]:
    """The columns that a partial update sets: those whose field is present, with null meaning null."""
    found = ((column, getattr(input, column)) for column in columns)
    return {column: some.value for column, some in found if isinstance(some, strawberry.Some)}


def cleaned(checks: Checks, rules: Mapping[str, Callable[[Any], Any]], values: Mapping[str, Any]) -> dict[str, Any]:
    """The values as the rule of their column cleans them; problems are noted under the column's name in the API."""
    return {column: checks(to_camel_case(column), rules[column], value) for column, value in values.items()}
