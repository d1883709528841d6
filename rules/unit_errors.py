"""Refusals about units of resources. They belong to the tree of `rules/errors.py`."""

from __future__ import annotations

from datetime import datetime

from rules.errors import Refusal, RefusalCode


class UnitsInUse(Refusal):
    """`bookings` have units that there would be no more; `least` units can be kept now, fewer from `until` on."""

    code = RefusalCode.UNITS_IN_USE

    def __init__(self, bookings: int, least: int, until: datetime) -> None:
        have = "1 appointment or hold has" if bookings == 1 else f"{bookings} appointments and holds have"
        super().__init__(
            f"{have} a unit that there would be no more. Keep at least {least}, or move or cancel them first: "
            "`calendarView` shows what each unit has."
        )
        self.bookings = bookings
        self.least = least
        self.until = until
