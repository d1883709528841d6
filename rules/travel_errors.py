"""What can go wrong where somebody travels."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from rules.errors import Refusal, RefusalCode


class TravelsOverlap(Refusal):
    """Somebody travels on some of these days already."""

    code = RefusalCode.TRAVELS_OVERLAP

    def __init__(self, travel_id: UUID, first_on: date, last_on: date) -> None:
        days = f"from {first_on} to {last_on}" if last_on > first_on else f"on {first_on}"
        super().__init__(f"They travel {days} already, as clocks there count. Choose other days, or change that.")
        self.travel_id = travel_id
        self.first_on = first_on
        self.last_on = last_on
