"""What an import says about single rows of a file: never with the values in them, which are personal."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Fate(Enum):
    """What became of a row."""

    REFUSED = "refused"  # it is not in the database, and somebody should look at it
    SKIPPED = "skipped"  # nothing had to be brought in: it is here already, or it was cancelled there
    NOTED = "noted"  # it was brought in, but for what the sentence says


@dataclass(frozen=True, slots=True)
class Remark:
    """`row` is where the entry begins (a CSV row, an iCalendar line, from 1); `column` the header or property meant."""

    row: int
    fate: Fate
    column: str
    sentence: str
